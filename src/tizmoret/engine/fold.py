"""The fold: what each event makes of the state of its execution. Pure: no I/O, no clock, no randomness."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tizmoret.engine import events as e
from tizmoret.engine.events import Item
from tizmoret.engine.state import FINAL, Gate, Sent, State, Undoing, Unit, Version
from tizmoret.plan.labels import Label


def fold(state: State, events: Iterable[tuple[int, e.Event]]) -> State:
    """`state` after `events`, each with its seq. Raises IllegalTransition."""
    for seq, event in events:
        apply(state, seq, event)
    return state


def apply(state: State, seq: int, event: e.Event) -> list[str]:
    """Fold one event in; returns the steps whose own status became final by it."""
    state.seq = max(state.seq, seq)
    before = _FOLD.get(type(event))
    return before(state, event) if before else []


def _settle(state: State, step: str, item: Item, happening: str) -> list[str]:
    unit = state.unit(step, item)
    unit.become(happening)
    if item is None:
        return [step] if unit.status in FINAL else []
    return _settle_parent(state, step)


def _settle_parent(state: State, step: str) -> list[str]:
    """A `for_each` step ends with its last item: failed if one failed, else completed with the outputs in order."""
    found = state.steps[step]
    items = found.items or []
    if any(unit.status not in FINAL for unit in items):
        return []
    ends = {unit.status for unit in items}
    if "failed" in ends:
        first = next(unit for unit in items if unit.status == "failed")
        found.unit.status, found.unit.reason, found.unit.cure = "failed", first.reason, first.cure
    elif ends & {"skipped", "cancelled"}:
        found.unit.status = "skipped" if "skipped" in ends else "cancelled"
        found.unit.reason = next(unit.reason for unit in items if unit.status != "completed")
    else:
        found.unit.status = "completed"
        state.outputs[step] = [found.item_outputs[index] for index in range(len(items))]
    found.item_outputs = {}
    return [step]


def _expanded(state: State, event: e.StepExpanded) -> list[str]:
    state.unit(event.step).become("expanded")
    state.steps[event.step].items = [Unit("ready") for _ in range(event.count)]
    return []


def _started(state: State, event: e.StepStarted) -> list[str]:
    unit = state.unit(event.step, event.item)
    unit.become("started")
    unit.attempt = event.attempt
    if event.item is not None:
        state.unit(event.step).status = "running"
    return []


def _blocked(state: State, event: e.StepBlocked) -> list[str]:
    unit = state.unit(event.step, event.item)
    unit.become("blocked")
    unit.attempt -= 1  # it has not been made
    return []


def _intended(state: State, event: e.EffectIntended) -> list[str]:
    state.unit(event.step, event.item).intended = True
    return []


def _completed(state: State, event: e.StepCompleted) -> list[str]:
    state.tokens += event.tokens
    state.cost += event.cost or 0.0
    if state.look(event.step, event.item).intended:
        _act(state, event.step, event.item)
    _keep(state, event.step, event.item, event.output, event.label)
    return _settle(state, event.step, event.item, "succeeded")


def _kept(state: State, event: e.StepKept) -> list[str]:
    """Its effect, if it had one, belongs to the execution in which it happened: it is not this one's to undo."""
    _keep(state, event.step, None, event.output, event.label)
    return _settle(state, event.step, None, "succeeded")


def _act(state: State, step: str, item: Item) -> None:
    """The effect of this call has happened, and that is known."""
    unit = state.unit(step, item)
    unit.intended = unit.doubtful = False
    state.acted.append((step, item))


def _keep(state: State, step: str, item: Item, output: Any, label: dict[str, Any]) -> None:
    if item is None:
        state.outputs[step] = output
        state.labels[step] = label
        return
    state.unit(step, item)
    state.steps[step].item_outputs[item] = output
    known = state.labels.get(step)
    state.labels[step] = label if known is None else _join(known, label)


def _join(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    return (Label.from_json(dict(one)) | Label.from_json(dict(other))).to_json()


def _failed(state: State, event: e.StepFailed) -> list[str]:
    unit = state.unit(event.step, event.item)
    unit.doubtful = (unit.doubtful or event.effect == "unknown") and event.effect != "none"
    unit.intended = unit.doubtful
    if event.fallback is not None:
        unit.fallback, unit.model = event.fallback, None
        unit.attempt = 0
    elif event.model is not None:
        unit.model, unit.attempt = event.model, 0
    elif event.retry_in is None:
        unit.reason, unit.cure = event.error["detail"], event.error.get("cure", "")
    return _settle(state, event.step, event.item, "failed" if event.retry_in is None else "retry")


def _lost(state: State, event: e.StepLost) -> list[str]:
    unit = state.unit(event.step, event.item)
    unit.doubtful = unit.intended
    if event.outcome == "unknown":
        unit.reason = event.why
    return _settle(state, event.step, event.item, "repeat" if event.outcome == "repeat" else "lost")


def _skipped(state: State, event: e.StepSkipped) -> list[str]:
    state.unit(event.step).reason = event.reason
    happening = "cancelled" if event.reason == "cancelled" else "skipped"
    return _settle(state, event.step, None, happening)


def _gate_opened(state: State, event: e.GateOpened) -> list[str]:
    state.gates[event.gate] = Gate(event.step, event.item, event.purpose)
    state.tokens += event.tokens
    state.cost += event.cost or 0.0
    if event.step is not None:
        unit = state.unit(event.step, event.item)
        if event.purpose == "undo":
            unit.take_back("gated")
            return []
        unit.become("gated")
        unit.fingerprint = event.fingerprint
        if event.purpose == "question":
            unit.intended = unit.doubtful  # a tool that asks has done nothing yet
    return []


def _gate_closed(state: State, event: e.GateClosed) -> list[str]:
    gate = state.gates.pop(event.gate)
    if gate.purpose == "undo":
        if gate.step is None:
            state.undo_answer = event.decision
        else:
            unit = state.unit(gate.step, gate.item)
            unit.take_back(event.decision)
            unit.undo_left = "person" if unit.undo == "left" else ""
        return []
    if gate.step is None:
        if event.decision == "answered":
            state.answers.append((event.note, str(event.value)))
        return []
    unit = state.unit(gate.step, gate.item)
    if gate.purpose == "unknown":
        _told(state, gate, unit, event)
    elif event.decision == "approved" and gate.purpose == "question":
        unit.answered = event.value
    elif event.decision == "approved":
        unit.approved, unit.approved_args, unit.approved_by = True, event.args, event.by
    elif event.decision == "answered":
        _keep(state, gate.step, gate.item, event.value, event.label)
    else:
        unit.reason = event.decision
    return _settle(state, gate.step, gate.item, event.decision)


def _told(state: State, gate: Gate, unit: Unit, event: e.GateClosed) -> None:
    """A person has said what became of an effect, or has not: then it stays unknown, and nothing that needs it begins."""
    assert gate.step is not None
    if event.decision in ("approved", "answered"):
        unit.intended = unit.doubtful = False
        unit.reason = None
    if event.decision == "answered":
        _act(state, gate.step, gate.item)
        _keep(state, gate.step, gate.item, event.value, event.label)
    elif event.decision != "approved":
        unit.reason = "unknown"


def _planned(state: State, event: e.StepPlanned) -> list[str]:
    state.begun.append(event.definition)
    return []


def _accepted(state: State, event: e.PlanAccepted) -> list[str]:
    state.planned, state.replanning = True, False
    state.planner = event.planner
    state.begun.clear()
    for step in event.superseded:
        for known in (state.steps, state.outputs, state.labels):
            known.pop(step, None)
    state.gates = {id: gate for id, gate in state.gates.items() if gate.step not in event.superseded}
    state.tokens += event.tokens
    state.cost += event.cost or 0.0
    return []


def _grew(state: State, event: e.PlanGrew) -> list[str]:
    unit = state.unit(event.step, event.item)
    unit.rounds += 1
    unit.left, unit.knew, unit.attempt = event.state, event.label, 0
    state.tokens += event.tokens
    state.cost += event.cost or 0.0
    return _settle(state, event.step, event.item, "asked")


def _replan_began(state: State, event: e.ReplanBegan) -> list[str]:
    state.replanning = True
    state.replans += 1
    return []


def _replan_failed(state: State, event: e.ReplanFailed) -> list[str]:
    state.replanning, state.given_up = False, True
    return []


def _paused(state: State, event: e.ExecutionPaused) -> list[str]:
    state.paused = True
    return []


def _resumed(state: State, event: e.ExecutionResumed) -> list[str]:
    """Also one that was put aside."""
    state.paused = False
    if state.ended == "quarantined":
        state.ended, state.trouble = None, ""
    return []


def _engine_failed(state: State, event: e.EngineFailed) -> list[str]:
    state.trouble = event.error
    return []


def _created(state: State, event: e.ExecutionCreated) -> list[str]:
    state.on_failure, state.member = event.on_failure, event.member
    return []


def _undo_began(state: State, event: e.UndoBegan) -> list[str]:
    """What was left by an earlier attempt is tried again."""
    state.undoing = Undoing(event.by, event.error, event.answer)
    state.ended, state.paused = None, False
    state.gates.clear()
    for found in state.steps.values():
        for unit in [found.unit, *(found.items or [])]:
            if unit.undo in ("left", "gate"):
                unit.take_back("anew")
    return []


def _shared(state: State, event: e.SharedWritten) -> list[str]:
    state.writes[event.key] = event.version
    if event.stands:
        state.shared[event.key] = Version(event.version, event.value, event.label, event.step, event.item)
    return []


def _sent(state: State, event: e.MessageSent) -> list[str]:
    state.messages.append(Sent(event.number, event.message, event.step, event.to, event.body, event.label, event.item, event.answers))
    return []


def _undo(happening: str) -> Any:
    def take_back(state: State, event: Any) -> list[str]:
        unit = state.unit(event.step, event.item)
        unit.take_back(happening)
        unit.undo_left = event.reason if happening == "left" else ""
        return []

    return take_back


def _ended(status: str) -> Any:
    def end(state: State, event: e.Event) -> list[str]:
        state.ended = status
        if status != "quarantined":
            state.undoing = None
        return []

    return end


_FOLD: dict[type[e.Event], Any] = {
    e.ExecutionCreated: _created,
    e.StepPlanned: _planned,
    e.PlanAccepted: _accepted,
    e.PlanGrew: _grew,
    e.ReplanBegan: _replan_began,
    e.ReplanFailed: _replan_failed,
    e.StepExpanded: _expanded,
    e.StepStarted: _started,
    e.StepBlocked: _blocked,
    e.EffectIntended: _intended,
    e.StepCompleted: _completed,
    e.StepKept: _kept,
    e.StepFailed: _failed,
    e.StepLost: _lost,
    e.StepSkipped: _skipped,
    e.GateOpened: _gate_opened,
    e.GateClosed: _gate_closed,
    e.ExecutionPaused: _paused,
    e.ExecutionResumed: _resumed,
    e.ExecutionCompleted: _ended("completed"),
    e.ExecutionFailed: _ended("failed"),
    e.ExecutionCancelled: _ended("cancelled"),
    e.ExecutionQuarantined: _ended("quarantined"),
    e.EngineFailed: _engine_failed,
    e.UndoBegan: _undo_began,
    e.UndoIntended: _undo("intended"),
    e.EffectUndone: _undo("undone"),
    e.EffectLeft: _undo("left"),
    e.ExecutionUndone: _ended("undone"),
    e.SharedWritten: _shared,
    e.MessageSent: _sent,
}
