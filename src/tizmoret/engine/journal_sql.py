"""The one statement of the journal, put together from the parts that a batch has.

Every part keeps to `alive`: the executions whose epoch is still ours, updated (and so locked) in the same statement. What is fenced writes
nothing. Rows travel as one JSON array a part, which Postgres unpacks faster than the driver packs typed arrays. Inserts tolerate their own
repetition, so that a batch can be sent again when the connection broke before the answer came."""

from __future__ import annotations

from functools import cache

_MOVED = """moved as (
    update executions e set
        seq = greatest(e.seq, u.seq),
        status = coalesce(u.status, e.status),
        goal = coalesce(u.goal, e.goal),
        planner = coalesce(u.planner, e.planner),
        plan_version = coalesce(u.plan_version, e.plan_version),
        plan_hash = coalesce(u.plan_hash, e.plan_hash),
        levels = coalesce(u.levels, e.levels),
        steps_total = coalesce(u.steps_total, e.steps_total),
        steps_done = coalesce(u.steps_done, e.steps_done),
        waiting = coalesce(u.waiting, e.waiting),
        tokens = coalesce(u.tokens, e.tokens),
        cost = coalesce(u.cost, e.cost),
        answer = coalesce(u.answer, e.answer),
        error = coalesce(u.error, e.error),
        attempts = case when u.progressed then 0 else e.attempts end,
        owner = case when u.parked then null else e.owner end,
        started_at = case when u.status = 'running' then coalesce(e.started_at, now()) else e.started_at end,
        finished_at = case when u.status in ('completed', 'failed', 'cancelled', 'quarantined', 'undone') then now() else e.finished_at end
    from json_to_recordset(%(executions)s) as u (
        workspace uuid, id uuid, epoch int, seq bigint, status text, goal text, planner text, plan_version int, plan_hash text, levels jsonb,
        steps_total int, steps_done int, waiting int, tokens bigint, cost float8, answer text, error jsonb, progressed bool, parked bool)
    where e.workspace_id = u.workspace and e.id = u.id and e.epoch = u.epoch
    returning e.workspace_id as workspace, e.id)"""

_MADE = """made as (
    insert into executions (workspace_id, id, request, language, user_id, status, seq, epoch, owner, idempotency_key, goal, planner,
        plan_version, plan_hash, levels, steps_total, steps_done, priority, forked_from, forked_step, started_at)
    select workspace, id, request, language, user_id, status, seq, 1, owner, idempotency_key, coalesce(goal, ''), coalesce(planner, ''),
        coalesce(plan_version, 0), plan_hash, coalesce(levels, '[]'), coalesce(steps_total, 0), coalesce(steps_done, 0), priority,
        forked_from, forked_step,
        case when status = 'running' then now() end
    from json_to_recordset(%(made)s) as u (
        workspace uuid, id uuid, seq bigint, request text, language text, user_id text, status text, owner uuid, idempotency_key text,
        goal text, planner text, plan_version int, plan_hash text, levels jsonb, steps_total int,
        steps_done int, priority smallint, forked_from uuid, forked_step text)
    on conflict do nothing
    returning workspace_id as workspace, id)"""

# Written so that Postgres looks each row up in a hash of `alive`: a join of two lists of unknown length would make it guess.
_LIVING = "(x.id in (select id from alive)) is true"

_PARTS = {
    "events": """
    insert into events (workspace_id, execution_id, seq, kind, data)
    select x.workspace, x.id, x.seq, x.kind, x.data
    from json_to_recordset(%(events)s) as x (workspace uuid, id uuid, seq bigint, kind text, data jsonb)
    where {living}
    on conflict do nothing""",
    "steps": """
    insert into execution_steps as s (workspace_id, execution_id, step_id, item, status, attempt, items, args, output, label, error, reason,
        tokens, cost, started_at, finished_at)
    select x.workspace, x.id, x.step_id, coalesce(x.item, -1), x.status, coalesce(x.attempt, 0), x.items, x.args, x.output, x.label, x.error,
        x.reason, coalesce(x.tokens, 0), x.cost,
        now() - make_interval(secs => x.began),
        case when x.status in ('completed', 'failed', 'skipped', 'cancelled', 'unknown') then now() end
    from json_to_recordset(%(steps)s) as x (workspace uuid, id uuid, step_id text, item int, status text, attempt int, items int, args jsonb,
        output jsonb, label jsonb, error jsonb, reason text, tokens bigint, cost float8, began float8)
    where {living}
    on conflict (workspace_id, execution_id, step_id, item) do update set
        status = excluded.status,
        attempt = greatest(excluded.attempt, s.attempt),
        items = coalesce(excluded.items, s.items),
        args = coalesce(excluded.args, s.args),
        output = coalesce(excluded.output, s.output),
        label = coalesce(excluded.label, s.label),
        error = coalesce(excluded.error, s.error),
        reason = coalesce(excluded.reason, s.reason),
        tokens = s.tokens + excluded.tokens,
        cost = coalesce(s.cost + excluded.cost, excluded.cost, s.cost),
        started_at = coalesce(s.started_at, excluded.started_at),
        finished_at = excluded.finished_at""",
    "plans": """
    insert into plan_versions (workspace_id, execution_id, version, hash, plan, manifest, planner)
    select x.workspace, x.id, x.version, x.hash, x.plan, x.manifest, x.planner
    from json_to_recordset(%(plans)s) as x (workspace uuid, id uuid, version int, hash text, plan jsonb, manifest jsonb,
        planner text)
    where {living}
    on conflict do nothing""",
    "approvals": """
    insert into pending_approvals (workspace_id, id, execution_id, step_id, item, purpose, title, details, fingerprint, expires_at)
    select x.workspace, x.approval, x.id, x.step_id, x.item, x.purpose, x.title, x.details, x.fingerprint,
        now() + make_interval(secs => x.expires_in)
    from json_to_recordset(%(approvals)s) as x (workspace uuid, id uuid, approval uuid, step_id text, item int, purpose text, title text,
        details jsonb, fingerprint text, expires_in float8)
    where {living}
    on conflict do nothing""",
    "closed": """
    update pending_approvals p set status = x.status, decided_at = now()
    from json_to_recordset(%(closed)s) as x (workspace uuid, id uuid, approval uuid, status text)
    where {living} and p.workspace_id = x.workspace and p.id = x.approval and p.status = 'pending'""",
    "effects": """
    insert into effects as f (workspace_id, execution_id, step_id, item, key, tool, fingerprint, status)
    select x.workspace, x.id, x.step_id, x.item, x.key, x.tool, x.fingerprint, x.status
    from json_to_recordset(%(effects)s) as x (workspace uuid, id uuid, step_id text, item int, key text, tool text,
        fingerprint text, status text)
    where {living}
    on conflict (workspace_id, execution_id, step_id, item) do update set
        status = excluded.status, key = excluded.key, fingerprint = coalesce(nullif(excluded.fingerprint, ''), f.fingerprint),
        settled_at = case when excluded.status <> 'intended' then now() end""",
    "blobs": """
    insert into blobs (workspace_id, hash, content)
    select distinct on (x.workspace, x.hash) x.workspace, x.hash, decode(x.content, 'base64')
    from json_to_recordset(%(blobs)s) as x (workspace uuid, id uuid, hash text, content text)
    where {living}
    on conflict (workspace_id, hash) do update set used_at = now()""",  # so that retention leaves it alone
    "used": """
    update blobs b set used_at = now()
    from json_to_recordset(%(used)s) as x (workspace uuid, id uuid, hash text)
    where {living} and b.workspace_id = x.workspace and b.hash = x.hash""",  # as above
    "consumed": """
    delete from signals s using json_to_recordset(%(consumed)s) as x (workspace uuid, id uuid, signal uuid)
    where {living} and s.workspace_id = x.workspace and s.execution_id = x.id and s.id = x.signal""",
    "checkpoints": """
    insert into execution_checkpoints (workspace_id, execution_id, seq, state)
    select x.workspace, x.id, x.seq, decode(x.state, 'base64')
    from json_to_recordset(%(checkpoints)s) as x (workspace uuid, id uuid, seq bigint, state text)
    where {living}
    on conflict do nothing""",
}
PARTS = tuple(_PARTS)


@cache
def statement(has_new: bool, parts: frozenset[str]) -> str:
    """The statement for a batch with these parts. It answers with the ids that were alive, and the time of the commit."""
    heads = [_MOVED, _MADE] if has_new else [_MOVED]
    union = "select * from moved union all select * from made" if has_new else "select * from moved"
    bodies = [f"part_{name} as ({_PARTS[name].format(living=_LIVING)})" for name in PARTS if name in parts]
    return f"with {', '.join([*heads, f'alive as ({union})', *bodies])} select id, now() from alive"  # noqa: S608 - parts of this file, no value
