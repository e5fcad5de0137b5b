"""The table of locks, in memory: what each statement of `engine/locks.py` does to it, and the rule that no two ever hold one thing.

That it answers what Postgres answers is compared in `test_statements.py`, over random callers, deaths and ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

from tizmoret.engine import locks
from tizmoret.engine.records import OPEN

from .rules import Violation

if TYPE_CHECKING:
    from .store import Row

Rows = list[tuple[Any, ...]]
Given = dict[str, Any]


@dataclass
class Lock:
    resource: str
    ticket: int
    execution: UUID
    step: str
    item: int
    epoch: int
    exclusive: bool
    granted: bool = False


@dataclass
class LockTable:
    executions: dict[UUID, Row]
    table: list[Lock] = field(default_factory=list)
    called: list[UUID] = field(default_factory=list)  # executions told that it is their turn, by NOTIFY
    tickets: int = 0

    def answers(self) -> dict[str, Callable[[Given], Rows]]:
        return {
            locks._ORDER: lambda given: [],  # everything here happens one at a time anyway
            locks._FORGET_DEAD: self._forget_dead,
            locks._ASK: self._ask,
            locks._GRANT: self._grant,
            locks._WHO: self._who,
            locks._FENCE: lambda given: [(1,)] if self.executions[given["execution"]].epoch == given["epoch"] else [],
            locks._HELD_UP: self._held_up,
            locks._RESOURCES: lambda given: [(name,) for name in sorted({m.resource for m in self.table if _this(m, given)})],
            locks._LET_GO: lambda given: self._delete(lambda m: _this(m, given)),
            locks._WAITING: lambda given: [
                (name,) for name in sorted({m.resource for m in self.table if _mine(m, given) and not m.granted})
            ],
            locks._WITHDRAW: lambda given: self._delete(lambda m: _mine(m, given) and not m.granted),
            locks._CALL_NEXT: self._call_next,
        }

    # -- rows

    def _alive(self, lock: Lock) -> bool:
        row = self.executions[lock.execution]
        return row.epoch == lock.epoch and row.owner is not None and row.status in OPEN

    def _ahead(self, m: Lock) -> list[Lock]:
        return [
            o for o in self.table
            if o.resource == m.resource and o.ticket != m.ticket and (o.exclusive or m.exclusive)
            and (o.granted or o.ticket < m.ticket) and self._alive(o)
        ]  # fmt: skip

    def _delete(self, goes: Callable[[Lock], bool]) -> Rows:
        self.table = [lock for lock in self.table if not goes(lock)]
        return []

    # -- statements

    def _forget_dead(self, given: Given) -> Rows:
        return self._delete(lambda o: o.resource in given["resources"] and not self._alive(o))

    def _ask(self, given: Given) -> Rows:
        if any(_this(m, given) for m in self.table):
            return []
        self.tickets += 1
        call = given["execution"], given["step"], given["item"], given["epoch"]
        asked = zip(given["resources"], given["exclusive"], strict=True)
        self.table += [Lock(resource, self.tickets, *call, exclusive) for resource, exclusive in asked]
        return []

    def _grant(self, given: Given) -> Rows:
        mine = [m for m in self.table if _this(m, given)]
        if not any(self._ahead(m) for m in mine):
            for m in mine:
                m.granted = True
        self.nothing_is_held_twice()
        return []

    def _who(self, given: Given) -> Rows:
        found = {(o.ticket, o.resource): o for m in self.table if _this(m, given) for o in self._ahead(m)}
        return [(o.execution, o.step, o.resource, o.granted) for _, o in sorted(found.items())][: locks.SHOWN]

    def _held_up(self, given: Given) -> Rows:
        return sorted({(m.step, m.item) for m in self.table if _mine(m, given) and not m.granted and self._ahead(m)})

    def _call_next(self, given: Given) -> Rows:
        waiting = [m for m in self.table if m.resource in given["resources"] and not m.granted]
        self.called += dict.fromkeys(m.execution for m in waiting if not self._ahead(m))
        return []

    def calls(self) -> list[UUID]:
        """Whose turn it is since the last time."""
        called, self.called = self.called, []
        return called

    # -- what must be true

    def held(self, execution: UUID, step: str, item: int | None) -> set[str]:
        """What a call has at this moment."""
        which = execution, step, -1 if item is None else item
        return {m.resource for m in self.table if (m.execution, m.step, m.item) == which and m.granted and self._alive(m)}

    def nothing_is_held_twice(self) -> None:
        holders: dict[str, list[Lock]] = {}
        for lock in self.table:
            if lock.granted and self._alive(lock):
                holders.setdefault(lock.resource, []).append(lock)
        for resource, those in holders.items():
            if len(those) > 1 and any(lock.exclusive for lock in those):
                who = ", ".join(f"{str(lock.execution)[:8]}/{lock.step}" for lock in those)
                raise Violation(f"{resource} is held by {who} at once")


def _mine(m: Lock, given: Given) -> bool:
    return (m.execution, m.epoch) == (given["execution"], given["epoch"])


def _this(m: Lock, given: Given) -> bool:
    return _mine(m, given) and (m.step, m.item) == (given["step"], given["item"])
