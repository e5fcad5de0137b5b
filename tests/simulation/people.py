"""The people of a world: they submit, decide, pause, cancel and undo, in time and too late, twice and beside each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

from tizmoret.engine import events as e
from tizmoret.engine.decisions import Decision, Waiting, begin_undo, control, verdict
from tizmoret.engine.gates import AGAIN, HAPPENED, UNDO_AGAIN, UNDO_DONE
from tizmoret.engine.prepared import prepare
from tizmoret.engine.records import Signal
from tizmoret.errors import Conflict
from tizmoret.plan.model import Plan

from .rules import Rules
from .statements import Transaction, at_once
from .store import Asked, Row
from .tools import CATALOG

if TYPE_CHECKING:
    from .world import World

THINKING = (20.0, 40.0)  # seconds until a person says what became of an effect: longer than any process was stopped, any message under way
MOST_UNDOS = 4  # of one execution


class People:
    def __init__(self, world: World) -> None:
        self._world = world
        self._store = world.store
        self._chance = world.chance
        self.busy = 0  # what they are about to do

    def later(self, least: float, most: float, act: Any) -> None:
        """They do it whatever happens meanwhile: the world waits for them."""

        def do() -> None:
            self.busy -= 1
            act()

        self.busy += 1
        self._world.after(least, most, do)

    # -- requests

    def submit(self, plan: Plan | None) -> None:
        """plan: None where the planner is to make one."""
        id = self._world.id()
        prepared = None if plan is None else prepare(plan, CATALOG)
        row = self._store.rows[id] = Row(id, plan, Rules(str(id)[:8], prepared, self._world.slots))
        opening: list[e.Event] = [e.ExecutionCreated("simulated", "en", "")]
        if prepared is not None:
            opening += [e.PlanAccepted(1, prepared.hash, "given", "", len(prepared.steps), []), e.ExecutionStarted()]
        else:
            row.status = "planning"
        for seq, event in enumerate(opening, start=1):
            self._store._append(row, seq, event, [])
        if self._world.has("pause", 0.05):
            self._pause(row, 0.0, 20.0)
        if self._world.has("cancel", 0.05):
            self.later(0.0, 20.0, lambda: self._control(row, "cancel"))
        if self._world.has("undo", 0.1):
            self.later(0.0, 40.0, lambda: self._undo(row))  # whether it has ended or not

    def about_to_act(self, row: Row) -> None:
        """A call with an effect is on its way, or its undo."""
        if self._world.has("cut short", 0.03):
            self.later(0.0, 0.05, lambda: self._control(row, "cancel"))

    def about_to_end(self, row: Row) -> None:
        """Nothing is left of it but to say so."""
        if self._world.has("late word", 0.2):
            if self._chance.random() < 0.5:
                self._pause(row, 0.0, 0.02)
            else:
                self.later(0.0, 0.02, lambda: self._control(row, "cancel"))

    def ended(self, row: Row) -> None:
        row.undos += 1
        if row.undos > MOST_UNDOS or not self._world.has("undo", 0.5):
            return
        soon = self._chance.random() < 0.5
        for _ in range(1 + (self._chance.random() < 0.3)):
            self.later(0.0, 0.05 if soon else 6.0, lambda: self._undo(row))

    def _undo(self, row: Row) -> None:
        try:
            at_once(begin_undo(Transaction(self._store.statements), self._world.store.workspace, row.id, "p"))  # type: ignore[arg-type]
        except Conflict:
            self._world.count("undo refused")
            return
        self._world.count("undone")
        self._tell(row)
        if self._world.has("pause", 0.1):
            self._pause(row, 0.0, 3.0)
        if self._world.has("cancel", 0.1):
            self.later(0.0, 3.0, lambda: self._control(row, "cancel"))

    def _pause(self, row: Row, least: float, most: float) -> None:
        def pause() -> None:
            self._control(row, "pause")
            self.later(0.1, 10.0, lambda: self._control(row, "resume"))

        self.later(least, most, pause)

    def _control(self, row: Row, kind: Literal["pause", "resume", "cancel"]) -> None:
        try:
            at_once(control(Transaction(self._store.statements), self._store.workspace, row.id, kind, "p"))  # type: ignore[arg-type]
        except Conflict:
            return
        self._tell(row)

    # -- gates

    def ask(self, id: UUID) -> None:
        least, most = THINKING if self._store.gates[id].purpose in ("unknown", "undo") else (0.01, 15.0)
        if least < THINKING[0] and self._world.has("hasty person", 0.5):
            least, most = 0.0, 0.1
        decides = self._chance.uniform(least, most)
        self.later(decides, decides, lambda: self._decide(id))
        if self._store.gates[id].step is None and self._world.has("pause", 0.4):  # pauses to think, and goes on as soon as it is decided
            row = self._store.rows[self._store.gates[id].execution]
            paused, resumed = (self._chance.uniform(0.0, 0.1) for _ in range(2))
            self.later(max(0.0, decides - paused), decides, lambda: self._control(row, "pause"))
            self.later(decides + resumed, decides + resumed, lambda: self._control(row, "resume"))
            self.later(decides + 5.0, decides + 9.0, lambda: self._control(row, "resume"))

    def _decide(self, id: UUID) -> None:
        gate = self._store.gates[id]
        row = self._store.rows[gate.execution]
        if gate.status != "pending" or row.rules.over:
            return
        gate.status = "decided"
        gone = (str(gate.step), gate.item) in row.rules.undoing.gone
        refused = self._chance.random() < (0.4 if gate.step is None else 0.15) and not gone
        if refused:
            status, data = self._chance.choice(("rejected", "expired")), {}
        else:  # people look, and tell the truth
            status, data = verdict(
                Waiting(gate.purpose, "pending", None, gate.step, "?", gate.details, row.status), self._choice(gate, row)
            )
        data = {"note": "", **data, "approval": str(id), "decision": status, "by": "p"}
        signal = Signal(self._world.id(), "decision", data)
        row.signals[signal.id] = signal
        self._tell(row)

    def _choice(self, gate: Asked, row: Row) -> Decision:
        call, options = (str(gate.step), gate.item), gate.details.get("options", [])
        if gate.purpose == "approval":
            return Decision("p")
        if not options:
            return Decision("p", text="That one.")
        if gate.purpose == "unknown":
            return Decision("p", option=HAPPENED if row.rules.effects[call] else AGAIN)
        if gate.purpose == "undo" and gate.step is not None:
            return Decision("p", option=UNDO_DONE if call in row.rules.undoing.gone else UNDO_AGAIN)
        return Decision("p", option=self._chance.randrange(len(options)))

    def _tell(self, row: Row) -> None:
        for _ in range(1 + self._world.has("double signal", 0.2)):
            late = self._world.has("late signal", 0.2)
            self._world.after(0.001, 5.0 if late else 0.02, lambda: self._world.notify(row.id))
