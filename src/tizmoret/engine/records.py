"""Taking an execution, and reading back all that is needed to go on with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Literal
from uuid import UUID

import msgspec
import structlog
from psycopg import AsyncConnection

from tizmoret.engine import events as e
from tizmoret.engine.fold import fold
from tizmoret.engine.quarantine import put_aside_unread
from tizmoret.engine.state import State, restore
from tizmoret.engine.transition import WHOLE
from tizmoret.plan.model import Language, Plan

log = structlog.get_logger(__name__)

OPEN = ["planning", "running", "waiting", "paused"]
ENDED = ("completed", "failed", "cancelled", "quarantined", "undone")


@dataclass(slots=True)
class Record:
    """One execution in the hands of this process."""

    workspace: UUID
    id: UUID
    epoch: int
    request: str
    language: Language
    user: str
    created_at: datetime
    state: State
    plan: Plan | None = None
    plan_hash: str = ""
    attempts: int = 0
    crashed: bool = False  # the process that had it died
    fresh: bool = False  # made by this process a moment ago: nobody can have told it anything


@dataclass(frozen=True, slots=True)
class Signal:
    id: UUID
    kind: Literal["decision", "pause", "resume", "cancel", "undo"]
    data: dict[str, Any]


_CLAIM = """
with found as (
    select workspace_id, id, orphaned from executions
    where workspace_id = %(workspace)s and id = %(id)s and status = any(%(open)s) and owner is null for update)
update executions e set epoch = epoch + 1, owner = %(me)s, orphaned = false
from found f where e.workspace_id = f.workspace_id and e.id = f.id
returning e.id, e.epoch, e.attempts, f.orphaned, e.request, e.language, e.user_id, e.created_at, e.plan_version"""


async def claim(connection: AsyncConnection[Any], workspace: UUID, id: UUID, me: UUID) -> Record | None:
    """Take an execution that nobody drives, if it is still open."""
    cursor = await connection.execute(_CLAIM, {"workspace": workspace, "id": id, "me": me, "open": OPEN})
    records = await read_records(connection, workspace, await cursor.fetchall())
    return records[0] if records else None


async def read_records(connection: AsyncConnection[Any], workspace: UUID, rows: Sequence[tuple[Any, ...]]) -> list[Record]:
    """All that is needed to go on with executions of one workspace that were just claimed; `rows` as `_CLAIM` returns them."""
    if not rows:
        return []
    ids = [row[0] for row in rows]
    states = await _read_states(connection, workspace, ids)
    plans = await _read_plans(connection, workspace, [(row[0], row[8]) for row in rows if row[8]])
    records = []
    for id, epoch, attempts, orphaned, request, language, user, created_at, _ in rows:
        plan, mark = None, ""
        try:
            state = states[id]()
            if id in plans:
                plan, mark = plans[id]()
        except Exception as error:
            await put_aside_unread(connection, workspace, id, error)
            continue
        records.append(
            Record(workspace, id, epoch, request, language, user, created_at, state, plan, mark, attempts=attempts, crashed=orphaned)
        )
    return records


async def read_state(connection: AsyncConnection[Any], workspace: UUID, id: UUID) -> State:
    """The fold of all its events. Raises IllegalTransition or msgspec.ValidationError for a log that cannot be read."""
    return (await _read_states(connection, workspace, [id]))[id]()


async def _read_states(connection: AsyncConnection[Any], workspace: UUID, ids: list[UUID]) -> dict[UUID, Callable[[], State]]:
    """The last checkpoint of each and the events after it, to be folded: one that cannot be is no reason to leave the others."""
    states = {id: State() for id in ids}
    cursor = await connection.execute(
        "select distinct on (execution_id) execution_id, state from execution_checkpoints "
        "where workspace_id = %s and execution_id = any(%s) order by execution_id, seq desc",
        (workspace, ids),
    )
    for id, kept in await cursor.fetchall():
        try:
            states[id] = restore(kept)
        except msgspec.ValidationError:
            log.info("checkpoint of another version; replaying from the first event", execution=str(id))
    cursor = await connection.execute(
        "select v.execution_id, v.seq, v.data::text from unnest(%s::uuid[], %s::bigint[]) as x (id, seq) "
        "join events v on v.workspace_id = %s and v.execution_id = x.id and v.seq > x.seq order by v.execution_id, v.seq",
        (ids, [states[id].seq for id in ids], workspace),
    )
    events: dict[UUID, list[tuple[int, str]]] = {}
    for id, seq, data in await cursor.fetchall():
        events.setdefault(id, []).append((seq, data))
    return {id: partial(_folded, state, events.get(id, [])) for id, state in states.items()}


def _folded(state: State, events: list[tuple[int, str]]) -> State:
    return fold(state, ((seq, e.decode(data)) for seq, data in events))


def _plan(text: str, mark: str) -> tuple[Plan, str]:
    return Plan.model_validate_json(text), mark


async def _read_plans(
    connection: AsyncConnection[Any], workspace: UUID, wanted: list[tuple[UUID, int]]
) -> dict[UUID, Callable[[], tuple[Plan, str]]]:
    """The plan and its hash of each; it is written in the same commit as its version."""
    if not wanted:
        return {}
    cursor = await connection.execute(
        "select p.execution_id, p.plan::text, p.hash from unnest(%s::uuid[], %s::int[]) as x (id, version) "
        "join plan_versions p on p.workspace_id = %s and p.execution_id = x.id and p.version = x.version",
        ([id for id, _ in wanted], [version for _, version in wanted], workspace),
    )
    return {id: partial(_plan, text, mark) for id, text, mark in await cursor.fetchall()}


async def read_plan(connection: AsyncConnection[Any], workspace: UUID, id: UUID, version: int) -> tuple[Plan, str]:
    """The plan and its hash."""
    return (await _read_plans(connection, workspace, [(id, version)]))[id]()


async def read_told(connection: AsyncConnection[Any], workspace: UUID, id: UUID) -> list[Any]:
    """What its calls wrote for each other: every `shared.written` and `message.sent` of the log."""
    cursor = await connection.execute(
        "select data::text from events where workspace_id = %s and execution_id = %s and kind in ('shared.written', 'message.sent') order by seq",
        (workspace, id),
    )
    return [e.decode(data) for (data,) in await cursor.fetchall()]


async def read_args(connection: AsyncConnection[Any], workspace: UUID, id: UUID) -> dict[str, Any]:
    """The stored arguments of each step that has begun, but for those of a list's items."""
    cursor = await connection.execute(
        "select step_id, args from execution_steps where workspace_id = %s and execution_id = %s and item = %s and args is not null",
        (workspace, id, WHOLE),
    )
    return dict(await cursor.fetchall())


async def read_call(connection: AsyncConnection[Any], workspace: UUID, id: UUID, step: str, item: int | None) -> tuple[Any, Any]:
    """The stored arguments and output of one call."""
    cursor = await connection.execute(
        "select args, output from execution_steps where workspace_id = %s and execution_id = %s and step_id = %s and item = %s",
        (workspace, id, step, WHOLE if item is None else item),
    )
    row = await cursor.fetchone()
    assert row is not None, "the row of a call is written with its intent"
    return row[0], row[1]


async def read_signals(connection: AsyncConnection[Any], workspace: UUID, id: UUID) -> list[Signal]:
    cursor = await connection.execute(
        "select id, kind, data from signals where workspace_id = %s and execution_id = %s order by created_at, id", (workspace, id)
    )
    return [Signal(*row) for row in await cursor.fetchall()]
