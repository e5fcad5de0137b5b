"""The events of an execution: its one log, of which state rows, the stream and every cursor are projections.

Each has a place in the log (`seq`, gap-free from 1) which the driver gives it. `kind` is the tag, such as "step.completed"."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from tizmoret.plan.model import OnFailure

Item = int | None  # which call of a `for_each` step; None for a plain step


class Event(msgspec.Struct, frozen=True, tag_field="kind", omit_defaults=True):
    """The root of all events."""


class Ahead(msgspec.Struct, frozen=True):
    execution: str
    step: str
    resource: str
    holds: bool  # else it waits too


class ExecutionCreated(Event, frozen=True, tag="execution.created"):
    request: str
    language: str
    user: str
    on_failure: OnFailure | None = None  # None: as the plan says
    forked_from: str | None = None  # the execution that it goes on from
    forked_step: str | None = None  # the step from which on it runs anew
    member: str | None = None  # whose rights its effects need; None: the installation's own owner has asked for it


class StepPlanned(Event, frozen=True, tag="plan.step"):
    """A step that only reads may begin while the planner still writes the rest. `definition` is the plan's step, as JSON."""

    step: str
    definition: dict[str, Any]


class PlanAccepted(Event, frozen=True, tag="plan.accepted"):
    """The plan passed `check`. `planner` is "offline", "given", or the model's name. `superseded`: steps that began while it was being
    written, and are no part of it as they were."""

    version: int
    hash: str
    planner: str
    goal: str
    steps: int
    levels: list[list[str]]  # shown to people, never a barrier; at most 200 steps are listed
    tokens: int = 0
    cost: float | None = None  # dollars; None: the price is not known
    superseded: list[str] = []
    cached: int = 0  # of the tokens, those that the provider read from its cache


class PlanGrew(Event, frozen=True, tag="plan.grew"):
    """A call asked for more steps, without which it cannot go on: it is made again when they have ended. `asked`: their ids. `state`: what
    the call left for itself, or a blob of it. `label`: of all that it had read by then. `version`, `hash`, `steps`, `levels`: of the plan that
    has them, as in PlanAccepted; tokens and cost: what the call spent until then."""

    step: str
    version: int
    hash: str
    steps: int
    levels: list[list[str]]
    asked: list[str]
    label: dict[str, Any]
    item: Item = None
    state: Any = None
    tokens: int = 0
    cost: float | None = 0.0
    cached: int = 0


class ReplanBegan(Event, frozen=True, tag="replan.began"):
    """Steps have failed for good, and the planner is asked for another way; PlanAccepted follows, or ReplanFailed."""

    failed: list[str]


class ReplanFailed(Event, frozen=True, tag="replan.failed"):
    """There is no other way: the execution ends as it would have without asking."""

    error: dict[str, Any]  # code, detail, cure


class PlanRefused(Event, frozen=True, tag="plan.refused"):
    """A model's plan did not pass `check`; it goes back for repair."""

    findings: list[dict[str, Any]]


class ExecutionStarted(Event, frozen=True, tag="execution.started"):
    pass


class StepExpanded(Event, frozen=True, tag="step.expanded"):
    """A `for_each` step knows its list: `count` calls."""

    step: str
    count: int


class StepKept(Event, frozen=True, tag="step.kept"):
    """It does not run: its output is that of the same step in the execution `source`, from which this one goes on."""

    step: str
    output: Any
    label: dict[str, Any]
    source: str


class StepStarted(Event, frozen=True, tag="step.started"):
    step: str
    item: Item = None
    attempt: int = 1
    uses: str = ""


class StepBlocked(Event, frozen=True, tag="step.blocked"):
    """It waits for a lock, and its slot is free meanwhile. `ahead`: those who hold it or asked earlier, the first ones."""

    step: str
    resources: list[str]
    ahead: list[Ahead]
    item: Item = None


class StepProgress(Event, frozen=True, tag="step.progress"):
    step: str
    message: str
    item: Item = None
    fraction: float | None = None


class EffectIntended(Event, frozen=True, tag="effect.intended"):
    """Durable before the call is made."""

    step: str
    key: str
    fingerprint: str
    item: Item = None


class StepCompleted(Event, frozen=True, tag="step.completed"):
    """`output` is the value, or {"$blob": hash} where it is over 8 KiB."""

    step: str
    output: Any
    label: dict[str, Any]
    item: Item = None
    seconds: float = 0.0
    tokens: int = 0
    cost: float | None = None
    cached: int = 0  # of the tokens, those that the provider read from its cache


class StepFailed(Event, frozen=True, tag="step.failed"):
    """One attempt failed. `retry_in` is the wait in seconds before the next one; None: that was the last. `effect` is what is known of
    its effect: "" this attempt had none, "unknown" it may have happened, "none" the tool's look-up says that it happened in no attempt."""

    step: str
    error: dict[str, Any]  # code, detail, cure
    item: Item = None
    attempt: int = 1
    retry_in: float | None = None
    fallback: str | None = None  # the agent that takes over
    effect: Literal["", "unknown", "none"] = ""
    model: str | None = None  # the model that it goes over to; "offline": none


class StepLost(Event, frozen=True, tag="step.lost"):
    """Nobody knows how the call ended: its process died, or it gave no clear answer. `outcome`: repeat (pure, keyed), unknown (a person
    is asked, since the tool cannot tell either)."""

    step: str
    outcome: Literal["repeat", "unknown"]
    item: Item = None
    why: str = ""  # a sentence, where it is not that the process died


class StepSkipped(Event, frozen=True, tag="step.skipped"):
    step: str
    reason: Literal["condition", "upstream", "rejected", "expired", "cancelled"]


class GateOpened(Event, frozen=True, tag="gate.opened"):
    """`gate` is the approval's id. step None: the planner's own question, or whether a failed execution's effects are to be undone."""

    gate: str
    purpose: Literal["approval", "question", "unknown", "undo"]
    step: str | None
    title: str
    item: Item = None
    fingerprint: str = ""  # of plan, step, exact arguments and labels; the decision is bound to it
    tool: str = ""
    tokens: int = 0  # that a planner spent to come to its question
    cost: float | None = 0.0  # dollars; None: the price is not known


class GateClosed(Event, frozen=True, tag="gate.closed"):
    gate: str
    decision: Literal["approved", "rejected", "answered", "expired", "cancelled"]
    step: str | None
    by: str
    item: Item = None
    args: dict[str, Any] | None = None  # approved with edited arguments
    value: Any = None  # the answer: a step's output, what a person wrote to the planner, or with what a call goes on
    label: dict[str, Any] = {}  # the answer's
    note: str = ""  # the person's; for a planner's question, the question


class ExecutionWaiting(Event, frozen=True, tag="execution.waiting"):
    """Only gates are left, or it is paused and nothing runs any more: it is parked, and holds no task and no memory until a person decides."""

    gates: int


class ExecutionPaused(Event, frozen=True, tag="execution.paused"):
    by: str


class ExecutionResumed(Event, frozen=True, tag="execution.resumed"):
    by: str


class ExecutionTaken(Event, frozen=True, tag="execution.taken"):
    """Another process (or the same after a restart) goes on with it."""

    epoch: int


class ExecutionCompleted(Event, frozen=True, tag="execution.completed"):
    answer: str


class ExecutionFailed(Event, frozen=True, tag="execution.failed"):
    error: dict[str, Any]
    answer: str = ""


class ExecutionCancelled(Event, frozen=True, tag="execution.cancelled"):
    by: str


class ExecutionQuarantined(Event, frozen=True, tag="execution.quarantined"):
    """Taken too often without a step ending (a poison pill), or it cannot be read (attempts 0). `running`: the steps that ran at the end."""

    attempts: int
    running: list[str] = []
    trouble: str = ""  # the engine's last error


class EngineFailed(Event, frozen=True, tag="engine.failed"):
    """The engine itself failed over this execution, and takes it up again after a while."""

    error: str
    trace: str


class UndoBegan(Event, frozen=True, tag="undo.began"):
    """The effects that happened are taken back, the last first. `error`: of the execution that failed; None: a person asked for it."""

    by: str
    error: dict[str, Any] | None = None
    answer: str = ""  # of the failed execution


class UndoIntended(Event, frozen=True, tag="undo.intended"):
    """Durable before the tool's `undo` is called, which is called again after a crash."""

    step: str
    item: Item = None


class UndoFailed(Event, frozen=True, tag="undo.failed"):
    """One attempt to take an effect back failed. `retry_in` None: a person is asked."""

    step: str
    error: dict[str, Any]
    item: Item = None
    attempt: int = 1
    retry_in: float | None = None


class EffectUndone(Event, frozen=True, tag="undo.done"):
    step: str
    item: Item = None


class EffectLeft(Event, frozen=True, tag="undo.left"):
    """It stays: it cannot be taken back (irreversible), nobody knows whether it happened (unknown), or it never did (nothing)."""

    step: str
    reason: Literal["irreversible", "unknown", "nothing"]
    item: Item = None


class SharedWritten(Event, frozen=True, tag="shared.written"):
    """A call wrote a value that others may read. `policy`: how a conflict with another call's write was settled; "": there was none.
    `stands`: else the version before it stays, and this one is kept in the log alone. `value` as a step's output."""

    key: str
    value: Any
    label: dict[str, Any]
    version: int  # of this key, from 1
    step: str
    item: Item = None
    policy: Literal["", "refuse", "last", "first", "merge"] = ""
    stands: bool = True


class MessageSent(Event, frozen=True, tag="message.sent"):
    """From one call to others. `number` counts the messages of the execution, from 1. `to`: a step, an agent, or "*"."""

    number: int
    message: Literal["tell", "ask", "answer"]
    step: str
    to: str
    body: Any
    label: dict[str, Any]
    item: Item = None
    answers: int | None = None  # the number of the question


class ExecutionUndone(Event, frozen=True, tag="execution.undone"):
    """Every effect is taken back, or it is said why not."""

    answer: str


AnyEvent = (
    ExecutionCreated | StepPlanned | PlanAccepted | PlanRefused | ExecutionStarted | StepExpanded | StepStarted | StepProgress | EffectIntended
    | StepCompleted | StepFailed | StepLost | StepSkipped | GateOpened | GateClosed | ExecutionWaiting | ExecutionPaused | ExecutionResumed
    | ExecutionTaken | ExecutionCompleted | ExecutionFailed | ExecutionCancelled | ExecutionQuarantined
    | StepBlocked | StepKept | EngineFailed | UndoBegan | UndoIntended | UndoFailed | EffectUndone | EffectLeft | ExecutionUndone
    | SharedWritten | MessageSent | ReplanBegan | ReplanFailed | PlanGrew
)  # fmt: skip

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(AnyEvent)


def kind(event: Event) -> str:
    tag = type(event).__struct_config__.tag
    assert isinstance(tag, str)
    return tag


def encode(event: Event) -> bytes:
    return _encoder.encode(event)


def decode(data: bytes | str) -> AnyEvent:
    """Raises msgspec.ValidationError for what is not an event."""
    event: AnyEvent = _decoder.decode(data)
    return event
