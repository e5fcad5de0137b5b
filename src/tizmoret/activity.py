"""What was done in a stretch of time, reckoned from the event log: how much, how fast, how well, at what price."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import dict_row

from tizmoret.plan.expectation import Past
from tizmoret.views import Activity, Bucket, Work

PAST_EXECUTIONS, PAST_CALLS = 200, 50  # the latest ones that a preview learns from

# A started event carries what was called; the events of the same call after it do not, so its name is carried forward to them.
_WORK = """
with marked as (
    select e.execution_id, e.seq, e.kind, e.at, e.data, c.step, c.item, count(e.data ->> 'uses') over w as run
    from executions x
    join events e on e.workspace_id = x.workspace_id and e.execution_id = x.id and e.kind in ('step.started', 'step.completed', 'step.failed')
    cross join lateral (select e.data ->> 'step' as step, coalesce((e.data ->> 'item')::int, -1) as item) c
    where x.workspace_id = %(workspace)s and x.created_at >= %(since)s
    window w as (partition by e.execution_id, c.step, c.item order by e.seq)
), calls as (
    select kind, at, data, first_value(data ->> 'uses') over w as name, first_value(at) over w as began
    from marked window w as (partition by execution_id, step, item, run order by seq)
), ended as (
    select name, kind, data ? 'retry_in' or data ? 'fallback' as again, coalesce((data ->> 'tokens')::bigint, 0) as tokens,
           coalesce((data ->> 'cached')::bigint, 0) as cached,
           coalesce((data ->> 'cost')::float, 0) as cost, coalesce((data ->> 'seconds')::float, extract(epoch from at - began)) as seconds
    from calls where kind <> 'step.started' and name is not null
)
select name, count(*) as calls, count(*) filter (where kind = 'step.completed') as succeeded,
       count(*) filter (where kind = 'step.failed' and not again) as failed, count(*) filter (where again) as retried,
       percentile_cont(0.5) within group (order by seconds) as p50, percentile_cont(0.95) within group (order by seconds) as p95,
       sum(tokens)::bigint as tokens, sum(cached)::bigint as cached, sum(cost) as cost
from ended group by name order by calls desc, name
"""

_STANDING = """
    count(*) filter (where status in ('completed', 'undone')) as completed, count(*) filter (where status in ('failed', 'quarantined')) as failed,
    count(*) filter (where status = 'cancelled') as cancelled, count(*) filter (where finished_at is null) as open"""

_TOTALS = f"""
select count(*) as executions, {_STANDING},
       percentile_cont(0.5) within group (order by extract(epoch from finished_at - started_at))
           filter (where finished_at is not null and started_at is not null) as p50,
       percentile_cont(0.95) within group (order by extract(epoch from finished_at - started_at))
           filter (where finished_at is not null and started_at is not null) as p95,
       coalesce(sum(tokens), 0)::bigint as tokens, coalesce(sum(cost), 0) as cost
from executions where workspace_id = %(workspace)s and created_at >= %(since)s
"""  # noqa: S608 - a constant of this file

_CACHED = """
select coalesce(sum((e.data ->> 'cached')::bigint), 0)::bigint as cached
from executions x join events e on e.workspace_id = x.workspace_id and e.execution_id = x.id and e.kind in ('plan.accepted', 'step.completed')
where x.workspace_id = %(workspace)s and x.created_at >= %(since)s
"""

_APPROVALS = """
select count(*) as approvals, percentile_cont(0.5) within group (order by extract(epoch from decided_at - created_at)) as approval_p50
from pending_approvals
where workspace_id = %(workspace)s and created_at >= %(since)s and status in ('approved', 'rejected', 'answered')
"""

_BUCKETS = f"""
select date_bin(make_interval(secs => %(bucket)s), created_at, %(since)s) as at, {_STANDING}
from executions where workspace_id = %(workspace)s and created_at >= %(since)s group by 1 order by 1
"""  # noqa: S608 - a constant of this file


_PAST = """
select name, array_agg(seconds) as seconds, coalesce(array_agg(cost) filter (where cost is not null), '{}') as dollars
from (
    select s.data ->> 'uses' as name, coalesce((c.data ->> 'seconds')::float, 0) as seconds, (c.data ->> 'cost')::float as cost,
           row_number() over (partition by s.data ->> 'uses' order by c.at desc) as place
    from (select id from executions where workspace_id = %(workspace)s order by created_at desc limit %(executions)s) x
    join events c on c.workspace_id = %(workspace)s and c.execution_id = x.id and c.kind = 'step.completed'
    cross join lateral (
        select data from events
        where workspace_id = %(workspace)s and execution_id = x.id and seq < c.seq and kind = 'step.started'
          and data ->> 'step' = c.data ->> 'step' and (data ->> 'item') is not distinct from (c.data ->> 'item')
        order by seq desc limit 1
    ) s
) calls
where name = any(%(names)s) and place <= %(calls)s group by name
"""


async def read_past(connection: AsyncConnection[Any], workspace: UUID, names: Collection[str]) -> Mapping[str, Past]:
    """Of each of these tools and agents the latest calls that succeeded, as far as the latest executions have any."""
    given = {"workspace": workspace, "names": list(names), "executions": PAST_EXECUTIONS, "calls": PAST_CALLS}
    rows = connection.cursor(row_factory=dict_row)
    await rows.execute(_PAST, given)
    return {row["name"]: Past(row["seconds"], row["dollars"]) for row in await rows.fetchall()}


async def read_activity(connection: AsyncConnection[Any], workspace: UUID, *, until: datetime, hours: int, buckets: int) -> Activity:
    """The last `hours` before `until`, in so many buckets, also those in which nothing was begun."""
    seconds = hours * 3600 // buckets
    since = until - timedelta(hours=hours)
    given = {"workspace": workspace, "since": since, "bucket": seconds}
    rows = connection.cursor(row_factory=dict_row)
    totals = await (await rows.execute(_TOTALS, given)).fetchone() or {}
    cached = await (await rows.execute(_CACHED, given)).fetchone() or {}
    decided = await (await rows.execute(_APPROVALS, given)).fetchone() or {}
    begun = {row["at"]: Bucket(**row) for row in await (await rows.execute(_BUCKETS, given)).fetchall()}
    work = [Work(**row) for row in await (await rows.execute(_WORK, given)).fetchall()]
    times = [since + timedelta(seconds=seconds * place) for place in range(buckets)]
    filled = [begun.get(at) or Bucket(at=at, completed=0, failed=0, cancelled=0, open=0) for at in times]
    return Activity(since=since, bucket_seconds=seconds, buckets=filled, work=work, **totals, **cached, **decided)
