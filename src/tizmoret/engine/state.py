"""What an execution is at one moment, and the rules of its steps. Its events make it so (`fold`). Pure: no I/O, no clock, no randomness.

The rules of a step are the table below, read as state -> what happens -> next state. A step with `for_each` has one `Unit` per item, each
under the same table, and its own status follows theirs. `ready` holds a step until a slot is free, or until what it asked for has ended,
`blocked` until a lock is free, `gate` until a person decides; `unknown` says that nobody knows whether its effect happened. The diagram in
ARCHITECTURE.md is printed from this table (`diagram`)."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from tizmoret.engine.events import Item
from tizmoret.plan.model import OnFailure

Status = str

STEP: dict[Status, dict[str, Status]] = {
    "pending": {
        "expanded": "ready", "gated": "gate", "started": "running", "skipped": "skipped", "cancelled": "cancelled",
        "succeeded": "completed", "failed": "failed",
    },
    "ready": {"gated": "gate", "started": "running", "skipped": "skipped", "cancelled": "cancelled", "succeeded": "completed", "failed": "failed"},
    "gate": {"approved": "ready", "answered": "completed", "rejected": "skipped", "expired": "skipped", "cancelled": "cancelled"},
    "running": {
        "succeeded": "completed", "failed": "failed", "retry": "ready", "repeat": "ready", "asked": "ready", "lost": "unknown",
        "gated": "gate", "cancelled": "cancelled", "blocked": "blocked",
    },
    "blocked": {"started": "running", "cancelled": "cancelled"},
    "unknown": {"gated": "gate", "succeeded": "completed", "cancelled": "unknown"},
    "completed": {},
    "failed": {},
    "skipped": {},
    "cancelled": {},
}  # fmt: skip
# The rules of taking an effect back, in the same form: of a call that has completed, or of which the outcome is not known.
UNDO: dict[Status, dict[str, Status]] = {
    "": {"intended": "undoing", "left": "left"},
    "undoing": {"intended": "undoing", "undone": "undone", "left": "left", "gated": "gate"},
    "gate": {"approved": "", "answered": "undone", "rejected": "left", "expired": "left", "anew": ""},
    "left": {"anew": ""},
    "undone": {},
}
FINAL = frozenset(status for status, after in STEP.items() if not after)


class IllegalTransition(Exception):
    """An event that the table does not allow: a fault of the engine, never of a caller."""


class Unit(msgspec.Struct):
    """One call: a plain step, or one item of a `for_each` step."""

    status: Status = "pending"
    attempt: int = 0
    approved: bool = False
    approved_args: Any = None  # what a person changed at the gate; None: as planned
    fingerprint: str = ""  # what was approved
    approved_by: str = ""
    answered: Any = None  # what a person said to its question, with which the call goes on: {"state", "answer"}, or a blob of that
    rounds: int = 0  # how often it asked for more steps
    left: Any = None  # what it left for itself when it last did: JSON, or a blob of that
    knew: dict[str, Any] = {}  # the label of all that it had read by then
    intended: bool = False  # its effect may have happened: the intent is durable, the outcome is not
    doubtful: bool = False  # of an earlier attempt it is not known; a later one that clearly failed does not change that
    fallback: str | None = None  # the agent that took over
    model: str | None = None  # the model that took over
    reason: str | None = None
    cure: str = ""  # what can be done about a failure
    undo: Status = ""  # how far its effect is taken back
    undo_left: str = ""  # why it is not: irreversible, unknown, nothing, person

    def take_back(self, happening: str) -> None:
        try:
            self.undo = UNDO[self.undo][happening]
        except KeyError:
            raise IllegalTransition(f"undo: {happening} while {self.undo or 'there'}") from None

    def become(self, happening: str) -> None:
        try:
            self.status = STEP[self.status][happening]
        except KeyError:
            raise IllegalTransition(f"{happening} while {self.status}") from None


class StepState(msgspec.Struct):
    unit: Unit = msgspec.field(default_factory=Unit)
    items: list[Unit] | None = None
    item_outputs: dict[int, Any] = msgspec.field(default_factory=dict)


class Gate(msgspec.Struct):
    step: str | None
    item: Item
    purpose: str


class Undoing(msgspec.Struct):
    """Its effects are being taken back. error: of the execution that failed, which it ends with; None: a person asked for it."""

    by: str
    error: dict[str, Any] | None
    answer: str


class Version(msgspec.Struct):
    """The version of a shared value that stands. `value` as in the log."""

    number: int
    value: Any
    label: dict[str, Any]
    step: str
    item: Item = None


class Sent(msgspec.Struct):
    """A message between calls. `body` as in the log."""

    number: int
    kind: Literal["tell", "ask", "answer"]
    step: str
    to: str
    body: Any
    label: dict[str, Any]
    item: Item = None
    answers: int | None = None


class State(msgspec.Struct):
    """The whole of it; what `execution_checkpoints` keeps. `seq` is the last event folded in."""

    seq: int = 0
    steps: dict[str, StepState] = msgspec.field(default_factory=dict)  # a step is here from its first event on
    outputs: dict[str, Any] = msgspec.field(default_factory=dict)  # JSON values, or {"$blob": hash}
    labels: dict[str, Any] = msgspec.field(default_factory=dict)
    gates: dict[str, Gate] = msgspec.field(default_factory=dict)  # the open ones
    answers: list[tuple[str, str]] = msgspec.field(default_factory=list)  # the planner's questions and what people said
    begun: list[dict[str, Any]] = msgspec.field(default_factory=list)  # steps that may run while the plan is still being written
    acted: list[tuple[str, Item]] = msgspec.field(default_factory=list)  # calls whose effect happened, in the order in which they ended
    shared: dict[str, Version] = msgspec.field(default_factory=dict)
    writes: dict[str, int] = msgspec.field(default_factory=dict)  # of each shared value, those that did not stand included
    messages: list[Sent] = msgspec.field(default_factory=list)
    undoing: Undoing | None = None
    on_failure: OnFailure | None = None  # what whoever submitted it wished; None: as the plan says
    member: str | None = None  # whose rights its effects need; None: nobody's who could lose them
    undo_answer: str | None = None  # whether a person wants the effects of this failed execution undone: "answered", or they do not
    planner: str = ""  # of the plan that runs
    replans: int = 0  # how often another plan was asked for
    replanning: bool = False
    given_up: bool = False  # there is no other plan
    trouble: str = ""  # the engine's last error over it
    planned: bool = False
    paused: bool = False
    ended: str | None = None
    tokens: int = 0
    cost: float = 0.0

    def unit(self, step: str, item: Item = None) -> Unit:
        found = self.steps.get(step)
        if found is None:
            found = self.steps[step] = StepState()
        if item is None:
            return found.unit
        assert found.items is not None, f"{step} has no items"
        return found.items[item]

    def look(self, step: str, item: Item = None) -> Unit:
        """As `unit`, for readers: a step without events stays without an entry, so that the state is the fold of the log and no more."""
        return self.unit(step, item) if step in self.steps else Unit()

    @property
    def moving(self) -> Literal["running", "planning"]:
        """What it does where nothing holds it up."""
        return "running" if self.planned else "planning"

    @property
    def standing(self) -> Literal["running", "planning", "paused"]:
        """What its row says while it is driven: paused until it is resumed, whatever else comes to its end meanwhile."""
        return "paused" if self.paused else self.moving

    def status(self, step: str) -> Status:
        return self.look(step).status


def units(state: State) -> list[tuple[str, Item, Unit]]:
    """Every call begun so far; of a `for_each` step its items."""
    return [
        (id, item, unit)
        for id, found in state.steps.items()
        for item, unit in ([(None, found.unit)] if found.items is None else list(enumerate(found.items)))
    ]


def to_undo(state: State) -> list[tuple[str, Item]]:
    """The calls whose effects are still to be taken back, the first one next. The reverse of the order in which they ended is a reverse
    topological order, since a step starts when those before it have ended. Effects of which nobody knows came last, so they go first."""
    doubtful = [(id, item) for id, item, unit in units(state) if unit.intended]
    return [call for call in [*doubtful, *reversed(state.acted)] if state.look(*call).undo not in ("undone", "left")]


def diagram() -> str:
    """The table as a Mermaid state diagram."""
    lines = ["stateDiagram-v2", "    [*] --> pending"]
    for status, after in STEP.items():
        by_next: dict[str, list[str]] = {}
        for happening, following in after.items():
            by_next.setdefault(following, []).append(happening)
        lines += [f"    {status} --> {following}: {', '.join(happenings)}" for following, happenings in by_next.items()]
        if status in FINAL:
            lines.append(f"    {status} --> [*]")
    return "\n".join(lines)


def snapshot(state: State) -> bytes:
    return msgspec.msgpack.encode(state)


def restore(data: bytes) -> State:
    """Raises msgspec.ValidationError for a checkpoint that this version cannot read; replay from zero then."""
    return msgspec.msgpack.decode(data, type=State)
