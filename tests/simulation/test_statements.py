"""The simulated database answers what Postgres answers: the same random transactions of the engine go to both, and are compared each time."""

from __future__ import annotations

import contextlib
import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from tizmoret.engine.decisions import begin_undo, control
from tizmoret.engine.journal import Journal
from tizmoret.engine.locks import Locks, Wanted
from tizmoret.engine.prepared import prepare
from tizmoret.engine.records import Record, read_call, read_signals
from tizmoret.engine.state import State
from tizmoret.engine.transition import EffectRow, StepRow, Transition
from tizmoret.engine.worker import SIGNALS
from tizmoret.errors import Conflict, Fenced
from tizmoret.ids import uuid7
from tizmoret.plan.model import Plan, Step
from tizmoret.store.database import Database

from .rules import Rules
from .statements import Answer, Transaction
from .store import Row, Store
from .tools import CATALOG

pytestmark = pytest.mark.anyio
PLAN = Plan(steps=(Step(id="s", tool="sim.read"),))
STATUSES = ("running", "paused", "completed", "failed", "cancelled", "undone", "quarantined")


class Session:
    """The journal's, with the stand-in."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def execute(self, sql: str, parameters: dict[str, str] | None = None, prepare: bool = False) -> Answer:
        return Answer(rows=[] if parameters is None else [(id, datetime.now(UTC)) for id in self._store.write(parameters)])

    async def close(self) -> None:
        return


class Both:
    """Postgres and its stand-in, with the same executions."""

    def __init__(self, database: Database, dice: random.Random) -> None:
        self.database, self.dice = database, dice
        self.store = Store(database.default_workspace)
        self.records: list[Record] = []

    def worker_tx(self) -> contextlib.AbstractAsyncContextManager[Any]:
        """That of the stand-in."""

        @contextlib.asynccontextmanager
        async def transaction() -> AsyncIterator[Transaction]:
            yield Transaction(self.store.statements)

        return transaction()

    async def connect(self) -> Session:
        return Session(self.store)

    async def execution(self, status: str = "running") -> Record:
        found = Record(self.store.workspace, uuid7(), 1, "x", "en", "p", datetime.now(UTC), State())
        owner = uuid7()
        async with self.database.worker_tx() as connection:
            await connection.execute(
                "insert into executions (workspace_id, id, request, language, user_id, status, epoch, owner) "
                "values (%s, %s, 'x', 'en', 'p', %s, 1, %s)",
                (found.workspace, found.id, status, owner),
            )
        rules = Rules("x", prepare(PLAN, CATALOG), 1)
        self.store.rows[found.id] = Row(found.id, PLAN, rules, status=status, owner=owner)
        self.records.append(found)
        return found

    async def happens(self, record: Record) -> None:
        """What voids the locks of an execution."""
        row = self.store.rows[record.id]
        match self.dice.randrange(3):
            case 0:
                columns, row.epoch = "epoch = epoch + 1", row.epoch + 1
            case 1:
                columns, row.owner = "owner = null", None
            case _:
                columns, row.status = "status = 'failed'", "failed"
        async with self.database.worker_tx() as connection:
            await connection.execute(f"update executions set {columns} where id = %s", (record.id,))  # type: ignore[arg-type]


async def taken(locks: Locks, *given: Any) -> Any:
    try:
        return await locks.take(*given)
    except Fenced:
        return "fenced"


async def test_the_table_of_locks(database: Database) -> None:
    dice = random.Random(seed := random.SystemRandom().randrange(10**6))
    both = Both(database, dice)
    real, stand_in = Locks(database), Locks(both)  # type: ignore[arg-type]
    for _ in range(4):
        await both.execution()
    listening = await database.dedicated()
    await listening.execute(f"listen {SIGNALS}")
    for number in range(250):
        record, call = dice.choice(both.records), (dice.choice("st"), dice.choice((None, 0)))
        match dice.choice(["take"] * 5 + ["release"] * 4 + ["held"] * 2 + ["withdraw"] + ["dies"] * (number % 5 == 0)):
            case "take":
                wants = [Wanted(name, dice.random() < 0.5) for name in sorted(dice.sample("abc", dice.randint(1, 2)))]
                answers = [await taken(locks, record, call, wants) for locks in (real, stand_in)]
            case "release":
                answers = [await locks.release(record, call) for locks in (real, stand_in)]  # type: ignore[func-returns-value]
            case "held":
                answers = [await locks.held_up(record) for locks in (real, stand_in)]
            case "withdraw":
                answers = [await locks.withdraw(record) for locks in (real, stand_in)]  # type: ignore[func-returns-value]
            case _:
                await both.happens(record)
                both.records.remove(record)
                await both.execution()
                answers = [None, None]
        assert answers[0] == answers[1], f"seed {seed}, transaction {number}"
        called = both.store.statements.locks.calls()
        heard = [
            note.payload.partition(":")[2] async for note in listening.notifies(timeout=5.0 if called else 0.0, stop_after=len(called) or 1)
        ]
        assert sorted(heard) == sorted(str(id) for id in called), f"seed {seed}, transaction {number}"
    await listening.close()


async def test_what_people_do(database: Database) -> None:
    dice = random.Random(seed := random.SystemRandom().randrange(10**6))
    both = Both(database, dice)
    for number in range(60):
        record = await both.execution(dice.choice(STATUSES))
        if dice.random() < 0.7:
            await effect(both, record, dice.choice(("intended", "happened", "unknown", "undoing", "undone", "failed")))
        kind: Any = dice.choice(("undo", "pause", "resume", "cancel"))
        if kind == "resume" and both.store.rows[record.id].status == "quarantined":
            continue  # nothing of the simulation is put aside
        ends = []
        for transaction in (database.worker_tx, both.worker_tx):
            async with transaction() as connection:
                ends.append(await done(connection, record, kind))
                told = [(signal.kind, signal.data) for signal in await read_signals(connection, record.workspace, record.id)]
                ends.append((ends.pop(), told))  # type: ignore[arg-type]
        async with database.worker_tx() as connection:
            cursor = await connection.execute("select status, epoch, owner is null, attempts from executions where id = %s", (record.id,))
            there = await cursor.fetchone()
        row = both.store.rows[record.id]
        assert ends[0] == ends[1], f"seed {seed}, {number}: {kind}"
        assert there == (row.status, row.epoch, row.owner is None, row.attempts), f"seed {seed}, {number}: {kind}"


async def done(connection: Any, record: Record, kind: Any) -> str:
    try:
        if kind == "undo":
            await begin_undo(connection, record.workspace, record.id, "p")
        else:
            await control(connection, record.workspace, record.id, kind, "p")
    except Conflict as refused:
        return refused.detail
    return "done"


async def effect(both: Both, record: Record, status: str) -> None:
    both.store.rows[record.id].effects["s", -1] = status
    async with both.database.worker_tx() as connection:
        await connection.execute(
            "insert into effects (workspace_id, execution_id, step_id, item, key, tool, fingerprint, status) "
            "values (%s, %s, 's', -1, 'k', 't', '', %s)",
            (record.workspace, record.id, status),
        )


async def test_what_is_kept_of_a_call_and_of_its_effect(database: Database) -> None:
    dice = random.Random(seed := random.SystemRandom().randrange(10**6))
    both = Both(database, dice)
    record = await both.execution()

    for connect in (database.dedicated, both.connect):
        journal = Journal(connect, lambda transitions, at: None)  # type: ignore[arg-type]
        await journal.open()
        again = random.Random(seed)
        for _ in range(40):
            epoch, args, output = (
                again.choice((1, 1, 2)),
                again.choice((None, {"n": again.random()})),
                again.choice((None, 0, [], {"n": 1})),
            )
            step = StepRow("s", again.choice(("running", "completed")), again.choice((-1, 0)), args=args, output=output)
            entry = EffectRow("s", -1, "k", "t", "", again.choice(("intended", "happened", "undoing")))
            with contextlib.suppress(Fenced):
                await journal.append(Transition(record.workspace, record.id, epoch, steps=[step], effects=[entry]))
        await journal.close()
    for item in (None, 0):
        kept = []
        for transaction in (database.worker_tx, both.worker_tx):
            async with transaction() as connection:
                kept.append(await read_call(connection, record.workspace, record.id, "s", item))
        assert kept[0] == kept[1], f"seed {seed}"
    async with database.worker_tx() as connection:
        cursor = await connection.execute("select status from effects where execution_id = %s", (record.id,))
        assert await cursor.fetchall() == [(both.store.rows[record.id].effects["s", -1],)], f"seed {seed}"
