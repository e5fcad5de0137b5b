"""What the database answers to the statements that the engine sends besides the journal's one.

Each is found by its own text, taken from the engine, so that a statement which is changed there is not answered by what it was before. What
they do to the tables is written here a second time; `test_statements.py` sends the same to Postgres and compares."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import TYPE_CHECKING, Any

from tizmoret.engine import decisions
from tizmoret.engine.records import Signal

from .locktable import LockTable

if TYPE_CHECKING:
    from .store import Row, Store

Rows = list[tuple[Any, ...]]
WHAT_IS_THERE = ("happened", "unknown", "undoing")


class Statements:
    def __init__(self, store: Store) -> None:
        self._store = store
        self.locks = LockTable(store.rows)
        self._answers: dict[str, Callable[[Any], Rows]] = {
            decisions._STATUS: lambda given: [(self._row(given[1]).status,)],
            decisions._BEGIN_UNDO: self._begin_undo,
            **self.locks.answers(),
        }

    def answer(self, sql: str, given: Any) -> Rows:
        """The rows of one statement of the engine. Raises AssertionError for one that is not known here."""
        known = self._answers.get(sql)
        if known is not None:
            return known(given)
        for part, answer in (
            ("from signals", self._read_signals), ("select args, output from execution_steps", self._read_call),
            ("select 1 from effects", self._effects), ("insert into signals", self._tell), ("pg_notify", lambda given: []),
            ("select status from executions", self._answers[decisions._STATUS]), ("update pending_approvals", self._close_gates),
        ):  # fmt: skip
            if part in sql:
                return answer(given)
        raise AssertionError(f"the simulation does not know: {sql}")

    def _row(self, id: Any) -> Row:
        return self._store.rows[id]

    # -- what a driver reads

    def _read_signals(self, given: Any) -> Rows:
        return [(signal.id, signal.kind, signal.data) for signal in self._row(given[1]).signals.values()]

    def _read_call(self, given: Any) -> Rows:
        _, id, step, item = given
        return [self._row(id).calls[step, item]]

    # -- what people do (`decisions.py`)

    def _effects(self, given: Any) -> Rows:
        return [(1,)] if any(status in WHAT_IS_THERE for status in self._row(given[1]).effects.values()) else []

    def _tell(self, given: Any) -> Rows:
        _, id, execution, kind, data = given
        self._row(execution).signals[id] = Signal(id, kind, data.obj)
        return []

    def _close_gates(self, given: Any) -> Rows:
        for gate in self._store.gates.values():
            if gate.execution == given[2] and gate.status == "pending":
                gate.status = "cancelled"
        return []

    def _begin_undo(self, given: Any) -> Rows:
        row = self._row(given[1])
        row.status, row.owner, row.attempts, row.parked = "running", None, 0, False
        row.epoch += "epoch = epoch + 1" in decisions._BEGIN_UNDO
        return []


class Transaction:
    """Of a person: all of it happens at one moment."""

    def __init__(self, statements: Statements) -> None:
        self._statements = statements

    def pipeline(self) -> AbstractAsyncContextManager[None]:
        return nullcontext()

    async def execute(self, sql: str, given: Any = None) -> Answer:
        return Answer(rows=self._statements.answer(sql, given))


class Answer:
    """arrive: waits until `rows` is there."""

    def __init__(self, arrive: Callable[[], Awaitable[None]] | None = None, rows: Rows | None = None) -> None:
        self._arrive = arrive
        self.rows = rows

    async def fetchall(self) -> Rows:
        if self.rows is None and self._arrive is not None:
            await self._arrive()
        assert self.rows is not None
        return self.rows

    async def fetchone(self) -> tuple[Any, ...] | None:
        rows = await self.fetchall()
        return rows[0] if rows else None


def at_once(work: Coroutine[Any, Any, Any]) -> Any:
    """The result of what waits for nothing."""
    try:
        work.send(None)
    except StopIteration as ended:
        return ended.value
    raise AssertionError("a transaction waited in the middle")
