"""The journal: every transition of every execution in this process becomes durable through it, by group commit.

What is submitted while a commit is in flight joins the next one; one statement writes the log rows and the state rows of all of them
(DeWitt et al. 1984, "Implementation techniques for main memory database systems"; measured in docs/figures.md)."""

from __future__ import annotations

import asyncio
import base64
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import psycopg
import structlog

from tizmoret.engine import events as e
from tizmoret.engine.journal_sql import PARTS, statement
from tizmoret.engine.transition import WHOLE, StepRow, Transition
from tizmoret.errors import Fenced, TizmoretError, Unavailable

log = structlog.get_logger(__name__)

Batch = list[tuple[Transition, asyncio.Future[None]]]

LINGER = 0.02  # seconds that a transition nobody waits for may wait for company: it then costs no commit of its own
MAX_BATCH = 128  # transitions in one statement: while the database writes it, the executions of the batch before go on
RETRY_FIRST, RETRY_LAST = 0.05, 5.0  # seconds between attempts while the database does not answer

# The row counts of a JSON array are guessed (100), and a plan that was made while the tables were small is kept: left to itself, the planner
# would go through a whole table for a batch of one. Every row is looked up by its key instead.
SESSION = "set plan_cache_mode = force_generic_plan; set enable_seqscan = off; set enable_mergejoin = off; set enable_hashjoin = off; set jit = off"

Connect = Callable[[], Awaitable[psycopg.AsyncConnection[Any]]]
OnCommit = Callable[[Sequence[Transition], datetime], None]

_encoder = msgspec.json.Encoder()


class Refused(TizmoretError):
    """The database cannot hold what this transition writes; the others of its batch were written."""

    code = "not-storable"


class Journal:
    """`submit` queues a transition; its future is done when it is durable, or has failed with Fenced or Refused."""

    def __init__(self, connect: Connect, on_commit: OnCommit) -> None:
        self._connect = connect
        self._on_commit = on_commit
        self._connection: psycopg.AsyncConnection[Any] | None = None
        self._buffer: Batch = []
        self._awaited = asyncio.Event()
        self._linger: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None
        self._closed = False
        self.commits = 0
        self.trouble: str | None = None  # why the last attempt failed, while it is being repeated

    async def open(self) -> None:
        self._connection = await self._connected()
        self._task = asyncio.create_task(self._run(), name="journal")

    async def _connected(self) -> psycopg.AsyncConnection[Any]:
        connection = await self._connect()
        await connection.execute(SESSION)
        return connection

    async def close(self) -> None:
        """Write what is queued, then stop. Gives up after a few seconds when the database is gone."""
        self._closed = True
        self._awaited.set()
        if self._task is not None:
            try:
                await asyncio.wait_for(self._task, 5)
            except (TimeoutError, Unavailable):
                log.warning("journal closed without its last batch", transitions=len(self._buffer))
        if self._connection is not None:
            await self._connection.close()

    def submit(self, transition: Transition, *, urgent: bool = True) -> asyncio.Future[None]:
        """urgent: somebody waits for it. Raises Unavailable when the journal is closed."""
        if self._closed:
            raise Unavailable("This process is stopping.", cure="Try again when it has started.")
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._buffer.append((transition, future))
        if urgent:
            self._awaited.set()
        elif self._linger is None and not self._awaited.is_set():
            self._linger = asyncio.get_running_loop().call_later(LINGER, self._awaited.set)
        return future

    async def append(self, transition: Transition) -> None:
        """Durable on return. Raises Fenced, Refused, Unavailable."""
        await self.submit(transition)

    async def _run(self) -> None:
        while True:
            await self._awaited.wait()
            self._awaited.clear()
            if self._linger is not None:
                self._linger.cancel()
                self._linger = None
            while self._buffer:
                batch, self._buffer = self._buffer[:MAX_BATCH], self._buffer[MAX_BATCH:]
                await self._commit(batch)
            if self._closed:
                return

    async def _commit(self, batch: Batch) -> None:
        batch = _without_predecessors(batch)
        try:
            alive, at = await self._write_until_it_answers([transition for transition, _ in batch])
        except (psycopg.DataError, psycopg.IntegrityError, msgspec.MsgspecError, UnicodeError) as error:
            await self._isolate(batch, error)
            return
        self.commits += 1
        written = [transition for transition, _ in batch if transition.execution.int in alive]
        if written:
            self._on_commit(written, at)
        for transition, future in batch:
            if future.done():
                continue
            if transition.execution.int in alive:
                future.set_result(None)
            else:
                _fail(future, Fenced("Another process has taken this execution over."))

    async def _isolate(self, batch: Batch, error: Exception) -> None:
        """One row that the database cannot hold must not take its neighbours with it."""
        if len(batch) == 1:
            _fail(batch[0][1], Refused(f"The result cannot be stored: {str(error).splitlines()[0]}"))
            return
        middle = len(batch) // 2
        await self._commit(batch[:middle])
        await self._commit(batch[middle:])

    async def _write_until_it_answers(self, transitions: list[Transition]) -> tuple[set[int], datetime]:
        """A full disk or a lost connection is waited out: nothing is lost, the executions stand still until then."""
        wait = RETRY_FIRST
        sql, parameters = _bind(transitions)
        while True:
            try:
                if self._connection is None:
                    self._connection = await self._connected()
                cursor = await self._connection.execute(sql, parameters, prepare=True)
                rows = await cursor.fetchall()
                self.trouble = None
                return {row[0].int for row in rows}, rows[0][1] if rows else datetime.now().astimezone()
            except (psycopg.OperationalError, psycopg.errors.DiskFull, TizmoretError) as error:
                self.trouble = str(error).splitlines()[0]
                log.warning("the database does not take the journal; trying again", error=self.trouble, seconds=wait)
                if self._closed:
                    raise Unavailable("The database does not answer.") from error
                await self._drop_connection()
                await asyncio.sleep(wait)
                wait = min(wait * 2, RETRY_LAST)

    async def _drop_connection(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()


def _without_predecessors(batch: Batch) -> Batch:
    """The statement asks once for each execution whether it is still ours. A process that lost one and took it again may hold words of both
    its drivers: those of the old one are fenced here."""
    newest: dict[int, int] = {}
    for transition, _ in batch:
        newest[transition.execution.int] = max(transition.epoch, newest.get(transition.execution.int, 0))
    kept = []
    for transition, future in batch:
        if transition.epoch == newest[transition.execution.int]:
            kept.append((transition, future))
        else:
            _fail(future, Fenced("This process has taken the execution again since."))
    return kept


def _fail(future: asyncio.Future[None], error: Exception) -> None:
    if not future.done():
        future.set_exception(error)
        future.exception()  # nobody waits for some of them; the driver learns it from its next urgent one


def _bind(transitions: Iterable[Transition]) -> tuple[str, dict[str, str]]:
    """The statement for a batch, and each of its parts as a JSON array."""
    made: list[dict[str, Any]] = []
    executions: dict[int, dict[str, Any]] = {}
    steps: dict[tuple[int, str, int], dict[str, Any]] = {}
    effects: dict[tuple[int, str, int], dict[str, Any]] = {}
    parts: dict[str, list[Any]] = {name: [] for name in PARTS}
    for t in transitions:
        id, key = t.execution, t.execution.int
        whose = {"workspace": t.workspace, "id": id}
        if t.new is not None:
            made.append({**whose, "seq": t.events[-1][0], **_set(t.new), **_set(t.row)})
        else:
            _merge_execution(executions, key, t)
        for seq, event in t.events:
            parts["events"].append({"workspace": t.workspace, "id": id, "seq": seq, "kind": e.kind(event), "data": event})
        for row in t.steps:
            _merge_step(steps, (key, row.step_id, row.item), whose, row, t.noted)
        if t.plan is not None:
            parts["plans"].append({**whose, **msgspec.structs.asdict(t.plan)})
        for effect in t.effects:
            effects[key, effect.step_id, effect.item] = {**whose, **_set(effect)}
        parts["approvals"] += [{**_set(approval), **whose, "approval": approval.id} for approval in t.approvals]
        parts["closed"] += [{**whose, "approval": approval, "status": status} for approval, status in t.closed_approvals]
        parts["blobs"] += [{**whose, "hash": blob.hash, "content": base64.b64encode(blob.content).decode()} for blob in t.blobs]
        parts["used"] += [{**whose, "hash": hash} for hash in t.used]
        parts["consumed"] += [{**whose, "signal": signal} for signal in t.consumed]
        if t.checkpoint is not None:
            parts["checkpoints"].append({**whose, "seq": t.checkpoint[0], "state": base64.b64encode(t.checkpoint[1]).decode()})
    parts["steps"], parts["effects"] = list(steps.values()), list(effects.values())
    present = {name: rows for name, rows in parts.items() if rows}
    parameters = {name: _encoder.encode(rows).decode() for name, rows in present.items()}
    parameters["executions"] = _encoder.encode(list(executions.values())).decode()
    if made:
        parameters["made"] = _encoder.encode(made).decode()
    return statement(bool(made), frozenset(present)), parameters


def _set(row: msgspec.Struct) -> dict[str, Any]:
    """The fields that differ from their defaults: the columns that change."""
    fields: dict[str, Any] = msgspec.to_builtins(row)
    return fields


def _merge_execution(executions: dict[int, dict[str, Any]], key: int, t: Transition) -> None:
    """Two transitions of one execution in a batch become one row: an UPDATE from a list would take either, not both."""
    row = executions.get(key)
    if row is None:
        row = executions[key] = {"workspace": t.workspace, "id": t.execution, "epoch": t.epoch, "seq": 0}
    if t.events:
        row["seq"] = t.events[-1][0]
    row.update(_set(t.row))


def _merge_step(
    steps: dict[tuple[int, str, int], dict[str, Any]], key: tuple[int, str, int], whose: dict[str, UUID], row: StepRow, noted: float
) -> None:
    known = steps.get(key)
    if known is None:
        known = steps[key] = {**whose, "item": WHOLE}
    tokens, cost = known.get("tokens", 0), known.get("cost")
    known.update(_set(row))
    if row.status == "running":
        known.setdefault("began", time.monotonic() - noted)  # seconds ago
    if tokens and row.tokens:
        known["tokens"] = tokens + row.tokens
    if cost is not None and row.cost is not None:
        known["cost"] = cost + row.cost
