"""One simulated world, made by its seed alone: processes, a database, the outside, people, and everything that goes wrong.

Which faults a world has is drawn first (swarm testing, Groce et al. 2012): a world with all of them at once would hide those that need quiet."""

from __future__ import annotations

import hashlib
import heapq
import itertools
import random
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

import psycopg

from tizmoret.catalog.tool import Call
from tizmoret.engine import events as e
from tizmoret.engine.locks import wanted

from .people import People
from .plans import random_plan
from .rules import Violation
from .store import Store
from .tools import CATALOG, How
from .worker import Worker

FAULTS = ("kill", "stop", "hand over", "lost request", "lost answer", "slow commit", "late answer", "database restart", "late signal",
          "double signal", "slow call", "failed call", "unclear call", "clock drift", "hasty person", "pause", "cancel", "late word", "undo",
          "failed undo", "cut short")  # fmt: skip
EXECUTIONS = 30
FAULTS_FOR = 60.0  # seconds of virtual time; then the faults stop, and everything must come to its end
SETTLED = 3600.0
LONGEST_STOP = 9.0


class World:
    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.chance = random.Random(seed)
        random.seed(seed)  # the jitter of the engine's retries
        self.now = 0.0
        self.slots = self.chance.randint(1, 5)
        self.replans = self.chance.randint(0, 2)
        self.faults = {fault for fault in FAULTS if self.chance.random() < 0.6}
        self.counts: Counter[str] = Counter()
        self.store = Store(self.id())
        self.people = People(self)
        self.workers: list[Worker] = []
        self.graveyard: list[Worker] = []
        self.database_up = 0.0  # since when, or from when on
        self.broken: Violation | None = None
        self.steps = 0
        self._digest = hashlib.sha256()
        self._agenda: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = itertools.count()

    def id(self) -> UUID:
        return UUID(int=self.chance.getrandbits(128), version=4)

    def count(self, what: str) -> None:
        self.counts[what] += 1

    def has(self, fault: str, likely: float) -> bool:
        """Whether this fault strikes now."""
        if fault not in self.faults or self.now > FAULTS_FOR or self.chance.random() >= likely:
            return False
        self.counts[fault] += 1
        return True

    def at(self, when: float, work: Callable[[], None]) -> None:
        heapq.heappush(self._agenda, (when, next(self._numbers), work))

    def after(self, least: float, most: float, work: Callable[[], None]) -> None:
        self.at(self.now + self.chance.uniform(least, most), work)

    # -- running

    def run(self) -> str:
        """Until everything has ended. Returns a digest of all logs: the same for the same seed. Raises Violation."""
        plans = [*(random_plan(self.chance) for _ in range(10)), *([None] * self.chance.choice((0, 5, 20)))]
        for _ in range(EXECUTIONS):
            self.at(self.chance.uniform(0, FAULTS_FOR / 2), lambda: self.people.submit(self.chance.choice(plans)))
        for _ in range(self.chance.randint(1, 3)):
            self._new_worker()
        self.at(self.chance.uniform(0.5, 2.0), self._strike)
        while not self._finished():
            self._next()
            if self.broken is not None:
                raise self.broken
        for row in self.store.rows.values():
            row.rules.lost(row.status, {signal.kind for signal in row.signals.values()})
            for event in row.log:
                self._digest.update(e.encode(event))
        return self._digest.hexdigest()[:16]

    def _finished(self) -> bool:
        if self.now > SETTLED:
            return True
        if self.now < FAULTS_FOR or self.people.busy:
            return False
        return len(self.store.rows) == EXECUTIONS and all(row.over for row in self.store.rows.values())

    def _next(self) -> None:
        """The next thing that happens anywhere; of several at one moment, any."""
        first = self._agenda[0][0] if self._agenda else float("inf")
        when, ready = first, []
        for worker in self.workers:
            due = worker.loop.due()
            if due is None:
                continue
            due = max(due, worker.paused_until, self.now)
            if due < when:
                when, ready = due, [worker]
            elif due == when:
                ready.append(worker)
        self.now = max(self.now, when)
        self.steps += 1
        if not ready or (first <= when and self.chance.random() < 0.5):
            heapq.heappop(self._agenda)[2]()
        else:
            (ready[0] if len(ready) == 1 else self.chance.choice(ready)).loop.step()

    # -- processes

    def _new_worker(self) -> None:
        drift = self.chance.uniform(0.97, 1.03) if "clock drift" in self.faults else 1.0
        self.counts["clock drift"] += drift != 1.0
        self.workers.append(Worker(self, self.id(), drift))

    def _strike(self) -> None:
        """A fault of a whole process or of the database, at a moment that nothing announces."""
        if self.now > FAULTS_FOR:
            return
        victim = self.chance.choice(self.workers)
        match self.chance.choice(("kill", "stop", "hand over", "restart")):
            case "kill" if self.has("kill", 1.0):
                self.workers.remove(victim)
                self.graveyard.append(victim)
                self._new_worker()
            case "hand over" if self.has("hand over", 1.0):
                victim.stop()
                self._new_worker()
            case "stop" if self.has("stop", 1.0):
                victim.paused_until = self.now + self.chance.uniform(0.1, LONGEST_STOP)
            case "restart" if self.has("database restart", 0.3):
                self.database_up = self.now + self.chance.uniform(0.2, 2.0)
            case _:
                pass
        self.after(0.05, 4.0, self._strike)

    # -- messages

    def send(self, worker: Worker, service: str, work: Callable[[], Any], answer: Any) -> None:
        """To the database or the outside: there, and back, each way after a moment, unless it is lost."""
        database = service == "database"
        slow = self.has("slow commit", 0.05) if database else self.has("slow call", 0.05)
        self.after(0.0002, 0.5 if slow else 0.002 if database else 0.05, lambda: self._arrive(worker, database, work, answer))

    def _arrive(self, worker: Worker, database: bool, work: Callable[[], Any], answer: Any) -> None:
        cut = psycopg.OperationalError("the connection was cut")
        if database and (self.now < self.database_up or self.has("lost request", 0.01)):
            self._back(worker, answer, cut)
            return
        result = work()
        if database and self.has("lost answer", 0.01):
            result = cut
        if not database and self.has("unclear call", 0.02):
            result = ConnectionError("the answer was lost")
        elif not database and self.has("slow call", 0.01):
            return  # no answer at all: the call's time limit ends it
        late = database and self.has("late answer", 0.05)
        self._back(worker, answer, result, 2.0 if late else 0.05)

    def _back(self, worker: Worker, answer: Any, result: Any, latest: float = 0.05) -> None:
        self.after(0.0002, latest, lambda: worker.answer(answer, result))

    def write(self, parameters: dict[str, str]) -> list[Any]:
        alive = self.store.write(parameters)
        while self.store.new_gates:
            self.people.ask(self.store.new_gates.pop())
        while self.store.new_intents:
            self.people.about_to_act(self.store.new_intents.pop())
        while self.store.new_ends:
            self.people.ended(self.store.new_ends.pop())
        for id in alive:
            if self.store.rows[id].rules.about_to_end:
                self.people.about_to_end(self.store.rows[id])
        return [(id, None) for id in alive]

    def transact(self, statements: list[tuple[str, Any]]) -> list[Any]:
        rows = [self.store.statements.answer(sql, given) for sql, given in statements]
        for id in self.store.statements.locks.calls():
            self.after(0.001, 0.02, partial(self.notify, id))
        return rows

    # -- the outside

    def how(self) -> How:
        if self.has("failed call", 0.08):
            return self.chance.choice(("try-again", "fail", "other-plan", "other-plan"))
        return "ask" if self.chance.random() < 0.02 else "done"

    def act(self, call: Call, item: int | None, keyed: bool) -> How:
        """An effect happens, or the tool says that it does not. A keyed one knows its key."""
        rules = self.store.rows[call.execution].rules
        if keyed and rules.effects[call.step, item]:
            rules.require(
                call.key == f"{call.execution}/{call.step}" + ("" if item is None else f"/{item}"), "another key for the same call"
            )
            return "done"
        how = self.how()
        if how == "done":
            self._under_its_locks(call, item)
            rules.acted(call.step, item)
            self.count("effects")
        return how

    def _under_its_locks(self, call: Call, item: int | None) -> None:
        row = self.store.rows[call.execution]
        step = row.rules.steps[call.step]
        wants = {one.resource for one in wanted(CATALOG.capabilities[step.uses], step.args)}
        has = self.store.statements.locks.held(call.execution, call.step, item)
        row.rules.require(wants <= has, f"{call.step} acted without its lock of {', '.join(sorted(wants - has))}")

    def take_back(self, call: Call, item: int | None) -> How:
        """What is gone already is taken back."""
        undoing = self.store.rows[call.execution].rules.undoing
        if (call.step, item) in undoing.gone:
            return "done"
        if self.has("failed undo", 0.1):
            return "try-again" if self.chance.random() < 0.5 else "fail"
        self._under_its_locks(call, item)
        undoing.took_back((call.step, item))
        self.count("effects taken back")
        return "done"

    def notify(self, id: UUID) -> None:
        for worker in self.workers:
            worker.notified(id)
