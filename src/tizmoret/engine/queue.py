"""The executions that wait for a place: a part of their table, and no task or memory in any process."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection

from tizmoret.engine.records import Record, read_records

RELEASED_AT_ONCE = 1_000  # executions of the dead in one statement

# Written out, since an index with a condition is used only where the condition is known when the query is planned.
_OPEN = "status in ('planning', 'running', 'waiting', 'paused')"
_WAITS = "owner is null and status in ('planning', 'running')"  # that of the index executions_queue

# From one workspace to the next by the index: ten thousand rows of one cost as much as one row.
_WORKSPACES = f"""
with recursive found as (
    (select workspace_id from executions where {_WAITS} order by workspace_id limit 1)
    union all
    select (select e.workspace_id from executions e where {_WAITS} and e.workspace_id > found.workspace_id order by e.workspace_id limit 1)
    from found where found.workspace_id is not null)
select workspace_id from found where workspace_id is not null"""  # noqa: S608 - parts of this file, no value

_TAKE = f"""
with found as (
    select workspace_id, id, orphaned from executions where workspace_id = %(workspace)s and {_WAITS}
    order by priority desc, created_at, id limit %(most)s for update skip locked)
update executions e set epoch = epoch + 1, owner = %(me)s, orphaned = false
from found f where e.workspace_id = f.workspace_id and e.id = f.id
returning e.id, e.epoch, e.attempts, f.orphaned, e.request, e.language, e.user_id, e.created_at, e.plan_version"""  # noqa: S608

_SIGNALLED = """
select distinct p.workspace_id, p.id from unnest(%s::uuid[], %s::uuid[]) as p (workspace_id, id)
join signals s on s.workspace_id = p.workspace_id and s.execution_id = p.id"""

# Parked, and somebody has told them something that nobody was there to hear.
_CALLED = """
select distinct s.workspace_id, s.execution_id from signals s
join executions e on e.workspace_id = s.workspace_id and e.id = s.execution_id
where e.owner is null and e.status in ('waiting', 'paused') limit %(most)s"""

# Owners, from one to the next by the index executions_open.
_OWNERS = f"""
with recursive found as (
    (select owner from executions where {_OPEN} and owner is not null order by owner limit 1)
    union all
    select (select e.owner from executions e where e.{_OPEN} and e.owner > found.owner order by e.owner limit 1)
    from found where found.owner is not null)
select owner from found where owner is not null"""  # noqa: S608

# The epoch is raised here already: from this moment the process that was thought dead writes nothing more.
_RELEASE_DEAD = f"""
with found as (
    select workspace_id, id from executions where {_OPEN} and owner = any(%(dead)s)
    limit %(most)s for update skip locked)
update executions e set owner = null, epoch = epoch + 1, attempts = attempts + 1, orphaned = true
from found f where e.workspace_id = f.workspace_id and e.id = f.id
returning e.workspace_id, e.id"""  # noqa: S608

_RELEASE_MINE = f"""
update executions set owner = null, epoch = epoch + 1, attempts = attempts + %(failed)s::int, orphaned = %(failed)s
where owner = %(me)s and {_OPEN} and id = any(%(ids)s)"""  # noqa: S608

_MINE = f"select id from executions where owner = %s and {_OPEN}"  # noqa: S608

_FREE = f"""
select workspace_id, id, epoch, priority from executions where id = any(%s) and owner is null and {_OPEN}"""  # noqa: S608

_FORGOTTEN = f"""
select workspace_id, id, epoch, priority from executions where {_WAITS} and created_at < now() - make_interval(secs => %s)
order by priority desc, created_at limit %s"""  # noqa: S608

Connection = AsyncConnection[Any]
Turn = tuple[UUID, UUID, int, int]  # (workspace, execution, epoch, priority)


async def waiting_workspaces(connection: Connection) -> list[UUID]:
    """Those of which at least one execution waits for a place."""
    return [row[0] for row in await (await connection.execute(_WORKSPACES)).fetchall()]


async def take_waiting(connection: Connection, workspace: UUID, most: int, me: UUID) -> list[Record]:
    """Claim the first of a workspace: by priority, then by age."""
    cursor = await connection.execute(_TAKE, {"workspace": workspace, "most": most, "me": me})
    return await read_records(connection, workspace, await cursor.fetchall())


async def called(connection: Connection, parked: Iterable[tuple[UUID, UUID]]) -> list[tuple[UUID, UUID]]:
    """Those of them, (workspace, execution), that somebody has signalled."""
    workspaces, ids = zip(*parked, strict=True)
    cursor = await connection.execute(_SIGNALLED, (list(workspaces), list(ids)))
    return [(workspace, id) for workspace, id in await cursor.fetchall()]


async def called_while_parked(connection: Connection, most: int) -> list[tuple[UUID, UUID]]:
    """(workspace, execution) of those that are to be woken."""
    cursor = await connection.execute(_CALLED, {"most": most})
    return [(workspace, id) for workspace, id in await cursor.fetchall()]


async def owners(connection: Connection) -> set[UUID]:
    """Whoever holds an open execution."""
    return {row[0] for row in await (await connection.execute(_OWNERS)).fetchall()}


async def release_dead(connection: Connection, dead: Iterable[UUID]) -> list[tuple[UUID, UUID]]:
    """Let go of what dead processes held; (workspace, execution) of each. At most RELEASED_AT_ONCE."""
    cursor = await connection.execute(_RELEASE_DEAD, {"dead": list(dead), "most": RELEASED_AT_ONCE})
    return [(workspace, id) for workspace, id in await cursor.fetchall()]


async def release_mine(connection: Connection, me: UUID, ids: Iterable[UUID], *, failed: bool) -> None:
    """Let go of what this process holds, so that others can go on with it. failed: it counts as a crash."""
    await connection.execute(_RELEASE_MINE, {"me": me, "ids": list(ids), "failed": failed})


async def mine(connection: Connection, me: UUID) -> set[UUID]:
    """The open executions that this process holds."""
    return {row[0] for row in await (await connection.execute(_MINE, (me,))).fetchall()}


async def free(connection: Connection, ids: Iterable[UUID]) -> list[Turn]:
    """Those of them that are open, and that nobody holds."""
    return [
        (workspace, id, epoch, priority)
        for workspace, id, epoch, priority in await (await connection.execute(_FREE, (list(ids),))).fetchall()
    ]


async def forgotten(connection: Connection, seconds: float, most: int) -> list[Turn]:
    """Executions that have waited for a place so long."""
    cursor = await connection.execute(_FORGOTTEN, (seconds, most))
    return [(workspace, id, epoch, priority) for workspace, id, epoch, priority in await cursor.fetchall()]
