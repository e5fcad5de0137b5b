"""What is put aside: an execution that brings down one process after another, or that the engine cannot even read.

It keeps its plan, its gates and its whole log, in which each failure of the engine stands with its trace. `resume` tries it again."""

from __future__ import annotations

import asyncio
import contextlib
import traceback
from typing import TYPE_CHECKING, Any
from uuid import UUID

import structlog
from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from tizmoret.engine import events as e

if TYPE_CHECKING:
    from tizmoret.engine.chronicle import Chronicle

log = structlog.get_logger(__name__)

MAX_ATTEMPTS = 10  # take-overs without a step ending
LONGEST_TRACE = 6_000  # characters; the end of a longer one is kept
PATIENCE = 2.0  # seconds to write a failure of the engine down: the journal may be what failed
CURE = "Look at its log, mend the cause, and resume it; or delete it."


async def note_failure(chronicle: Chronicle, error: Exception) -> None:
    """The engine itself failed: write down how, if that can be written. Never raises."""
    detail = _storable(f"{type(error).__name__}: {error}")[:500]
    trace = _storable("".join(traceback.format_exception(error)))[-LONGEST_TRACE:]
    with contextlib.suppress(Exception):
        async with asyncio.timeout(PATIENCE):
            await chronicle.caught_up()
        if chronicle.state.ended is None:  # its last event may have been on its way to the log
            # Not waited for any longer than this: with a database that is gone the process could not even be stopped.
            await asyncio.wait([chronicle.last_words(e.EngineFailed(detail, trace))], timeout=PATIENCE)


def _storable(text: str) -> str:
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


async def put_aside(chronicle: Chronicle, attempts: int) -> None:
    """After too many attempts. Raises Fenced."""
    state = chronicle.state
    running = sorted({id for id, _, unit in chronicle.units() if unit.status == "running"})
    then = f"; running then: {', '.join(running[:10])}." if running else "."
    last = f" The engine's last error: {state.trouble}" if state.trouble else ""
    detail = f"It was taken over {attempts} times without a step ending{then}{last}"
    event = e.ExecutionQuarantined(attempts, running, state.trouble)
    error = {"code": "quarantined", "detail": detail, "cure": CURE}
    await chronicle.settle(event, row=chronicle.row(status="quarantined", error=error))


_PUT_ASIDE = """
with aside as (
    update executions set status = 'quarantined', owner = null, finished_at = now(), seq = seq + 1, error = %(error)s
    where workspace_id = %(workspace)s and id = %(id)s returning workspace_id, id, seq)
insert into events (workspace_id, execution_id, seq, kind, data) select workspace_id, id, seq, %(kind)s, %(data)s from aside"""


async def put_aside_unread(connection: AsyncConnection[Any], workspace: UUID, id: UUID, why: Exception) -> None:
    """Its log or its plan cannot be read, by this version at least. It must not keep whoever claims it from all the others."""
    log.error("an execution cannot be read and is put aside", execution=str(id), exc_info=why)
    trouble = _storable(f"{type(why).__name__}: {why}")[:500]
    event = e.ExecutionQuarantined(0, [], trouble)
    error = {"code": "quarantined", "detail": f"Its log cannot be read: {trouble}", "cure": CURE}
    data = e.encode(event).decode()
    await connection.execute(_PUT_ASIDE, {"workspace": workspace, "id": id, "error": Jsonb(error), "kind": e.kind(event), "data": data})
