"""Taking an execution, and reading back all that is needed to go on with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec
import structlog
from psycopg import AsyncConnection

from tizmoret.engine import events as e
from tizmoret.engine.state import State, fold, restore
from tizmoret.plan.model import Language, Plan

log = structlog.get_logger(__name__)

OPEN = ["planning", "running", "waiting", "paused"]
MAX_ATTEMPTS = 10  # take-overs without a step ending before an execution is put aside as a poison pill


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
    crashed: bool = False  # taken from a process that died
    fresh: bool = False  # made by this process a moment ago: nobody can have told it anything


@dataclass(frozen=True, slots=True)
class Signal:
    id: UUID
    kind: Literal["decision", "pause", "resume", "cancel"]
    data: dict[str, Any]


_CLAIM = """
update executions set epoch = epoch + 1, owner = %(me)s, attempts = attempts + (owner is not null)::int
where workspace_id = %(workspace)s and id = %(id)s and status = any(%(open)s) and owner is not distinct from %(owner)s
returning epoch, attempts, request, language, user_id, created_at, plan_version"""


async def claim(connection: AsyncConnection[Any], workspace: UUID, id: UUID, me: UUID, owner: UUID | None) -> Record | None:
    """Take the execution from `owner` (None: it is parked), if it is still open and still theirs."""
    cursor = await connection.execute(_CLAIM, {"workspace": workspace, "id": id, "me": me, "owner": owner, "open": OPEN})
    row = await cursor.fetchone()
    if row is None:
        return None
    epoch, attempts, request, language, user, created_at, version = row
    record = Record(workspace, id, epoch, request, language, user, created_at, State(), attempts=attempts, crashed=owner is not None)
    record.state = await _read_state(connection, workspace, id)
    if version:
        record.plan, record.plan_hash = await read_plan(connection, workspace, id, version)
    return record


async def _read_state(connection: AsyncConnection[Any], workspace: UUID, id: UUID) -> State:
    """The last checkpoint and the events after it, folded."""
    state = State()
    cursor = await connection.execute(
        "select state from execution_checkpoints where workspace_id = %s and execution_id = %s order by seq desc limit 1", (workspace, id)
    )
    row = await cursor.fetchone()
    if row is not None:
        try:
            state = restore(row[0])
        except msgspec.ValidationError:
            log.info("checkpoint of another version; replaying from the first event", execution=str(id))
    cursor = await connection.execute(
        "select seq, data::text from events where workspace_id = %s and execution_id = %s and seq > %s order by seq",
        (workspace, id, state.seq),
    )
    return fold(state, [(seq, e.decode(data)) for seq, data in await cursor.fetchall()])


async def read_plan(connection: AsyncConnection[Any], workspace: UUID, id: UUID, version: int) -> tuple[Plan, str]:
    """The plan and its hash."""
    cursor = await connection.execute(
        "select plan::text, hash from plan_versions where workspace_id = %s and execution_id = %s and version = %s",
        (workspace, id, version),
    )
    row = await cursor.fetchone()
    assert row is not None, "an execution's plan is written with its version"
    return Plan.model_validate_json(row[0]), row[1]


async def read_signals(connection: AsyncConnection[Any], workspace: UUID, id: UUID) -> list[Signal]:
    cursor = await connection.execute(
        "select id, kind, data from signals where workspace_id = %s and execution_id = %s order by id", (workspace, id)
    )
    return [Signal(*row) for row in await cursor.fetchall()]
