"""One simulated world, made by its seed alone: processes, a database, the outside, people, and everything that goes wrong.

Which faults a world has is drawn first (swarm testing, Groce et al. 2012): a world with all of them at once would hide those that need quiet."""

from __future__ import annotations

import hashlib
import heapq
import itertools
import random
from collections import Counter
from collections.abc import Callable
from typing import Any
from uuid import UUID

import psycopg

from tizmoret.catalog.tool import Call
from tizmoret.engine import events as e
from tizmoret.engine.prepared import prepare
from tizmoret.engine.records import Signal

from .plans import random_plan
from .rules import Rules, Violation
from .store import Row, Store
from .tools import CATALOG, How
from .worker import Worker

FAULTS = ("kill", "stop", "lost request", "lost answer", "slow commit", "late answer", "database restart", "late signal", "double signal",
          "slow call", "failed call", "unclear call", "clock drift", "hasty person", "pause", "cancel")  # fmt: skip
EXECUTIONS = 30
FAULTS_FOR = 60.0  # seconds of virtual time; then the faults stop, and everything must come to its end
SETTLED = 3600.0
LONGEST_STOP = 9.0
THINKING = (20.0, 40.0)  # seconds until a person says what became of an effect: longer than any process was stopped, any message under way


class World:
    def __init__(self, seed: int, fenced: bool = True) -> None:
        self.seed = seed
        self.chance = random.Random(seed)
        random.seed(seed)  # the jitter of the engine's retries
        self.now = 0.0
        self.slots = self.chance.randint(1, 5)
        self.faults = {fault for fault in FAULTS if self.chance.random() < 0.6}
        self.counts: Counter[str] = Counter()
        self.store = Store(self.id(), fenced)
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
        plans = [random_plan(self.chance) for _ in range(10)]
        for _ in range(EXECUTIONS):
            self.at(self.chance.uniform(0, FAULTS_FOR / 2), lambda: self._submit(self.chance.choice(plans)))
        for _ in range(self.chance.randint(1, 3)):
            self._new_worker()
        self.at(self.chance.uniform(0.5, 2.0), self._strike)
        while not self._finished():
            self._next()
            if self.broken is not None:
                raise self.broken
        for row in self.store.rows.values():
            row.rules.lost()
            for event in row.log:
                self._digest.update(e.encode(event))
        return self._digest.hexdigest()[:16]

    def _finished(self) -> bool:
        if self.now > SETTLED:
            return True
        return self.now > FAULTS_FOR and len(self.store.rows) == EXECUTIONS and all(row.rules.over for row in self.store.rows.values())

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
        match self.chance.choice(("kill", "stop", "restart")):
            case "kill" if self.has("kill", 1.0):
                self.workers.remove(victim)
                self.graveyard.append(victim)
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
            self._ask_a_person(self.store.new_gates.pop())
        return [(id, None) for id in alive]

    # -- the outside

    def how(self) -> How:
        if self.has("failed call", 0.03):
            return "try-again"
        return "ask" if self.chance.random() < 0.01 else "done"

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
            rules.acted(call.step, item)
            self.count("effects")
        return how

    # -- people

    def _submit(self, plan: Any) -> None:
        prepared, id = prepare(plan, CATALOG), self.id()
        row = self.store.rows[id] = Row(id, plan, Rules(str(id)[:8], prepared, self.slots))
        opening: list[e.Event] = [
            e.ExecutionCreated("simulated", "en", ""),
            e.PlanAccepted(1, prepared.hash, "given", "", len(plan.steps), []),
            e.ExecutionStarted(),
        ]
        for seq, event in enumerate(opening, start=1):
            self.store._append(row, seq, event, [])
        for fault, least in (("pause", 0.05), ("cancel", 0.05)):
            if self.has(fault, least):
                self.after(0.0, 20.0, lambda kind=fault: self._signal(row, kind, {"by": "p"}))  # type: ignore[misc]
                if fault == "pause":
                    self.after(20.0, 30.0, lambda: self._signal(row, "resume", {"by": "p"}))

    def _ask_a_person(self, id: UUID) -> None:
        least, most = THINKING if self.store.gates[id].purpose == "unknown" else (0.01, 15.0)
        if least < THINKING[0] and self.has("hasty person", 0.5):
            least, most = 0.0, 0.1
        self.after(least, most, lambda: self._decide(id))

    def _decide(self, id: UUID) -> None:
        gate = self.store.gates[id]
        row = self.store.rows[gate.execution]
        if gate.status != "pending" or row.rules.over:
            return
        gate.status = "decided"
        refused = self.chance.random() < 0.15
        data: dict[str, Any] = {"approval": str(id), "by": "p", "note": ""}
        if refused:
            data["decision"] = self.chance.choice(("rejected", "expired"))
        elif gate.purpose == "approval":
            data |= {"decision": "approved", "args": None}
        elif gate.purpose == "question":
            data |= {"decision": "answered", "value": self.chance.choice(gate.options)["value"]}
        elif row.rules.effects[str(gate.step), gate.item]:  # people look, and tell the truth
            data |= {"decision": "answered", "value": {}}
        else:
            data |= {"decision": "approved"}
        self._signal(row, "decision", data)

    def _signal(self, row: Row, kind: Any, data: dict[str, Any]) -> None:
        if row.rules.over:
            return
        signal = Signal(self.id(), kind, data)
        row.signals[signal.id] = signal
        for _ in range(1 + self.has("double signal", 0.2)):
            late = self.has("late signal", 0.2)
            self.after(0.001, 5.0 if late else 0.02, lambda: self._notify(row))

    def _notify(self, row: Row) -> None:
        for worker in self.workers:
            worker.notified(row.id)
