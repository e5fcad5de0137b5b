"""What is said at the end of an execution: its answer, its error, what becomes of the steps that a cancel cuts off."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from tizmoret.engine import events as e
from tizmoret.engine.answer import answering_steps, kept, not_done, undone
from tizmoret.engine.chronicle import Chronicle, step_row
from tizmoret.engine.inputs import Inputs
from tizmoret.engine.prepared import Prepared
from tizmoret.engine.state import FINAL, State
from tizmoret.engine.transition import ExecutionRow
from tizmoret.plan.model import Plan


async def final_answer(inputs: Inputs, state: State) -> str:
    """What the answering steps gave, as their tools show it, and what was not done."""
    plan, last = inputs.prepared.plan, inputs.prepared.last
    lines = [(await inputs.given(step.id))[1] for step in answering_steps(plan, last, state)]
    return "\n\n".join([*lines, *not_done(plan, state)])


def first_failure(prepared: Prepared, state: State) -> dict[str, Any]:
    """The error of an execution of which a step failed."""
    id, step = next((id, step) for id, step in prepared.steps.items() if step.asked_by is None and state.status(id) == "failed")
    unit = state.steps[id].unit
    cure = unit.cure or "Mend the cause and submit the request again."
    return {"code": "step-failed", "detail": f"{step.title or id}: {unit.reason or ''}", "cure": cure}


def completed(chronicle: Chronicle, answer: str) -> tuple[e.Event, ExecutionRow]:
    return e.ExecutionCompleted(answer), chronicle.row(status="completed", answer=answer)


def failed(chronicle: Chronicle, error: dict[str, Any], *answer: str) -> tuple[e.Event, ExecutionRow]:
    """With an error that says what to do; answer: what was done all the same."""
    text = "\n\n".join(answer).strip()
    return e.ExecutionFailed(error, text), chronicle.row(status="failed", error=error, answer=text or None)


def given_up(chronicle: Chronicle) -> dict[str, Any]:
    """Of an execution that gets no plan: what had begun of one is cancelled, and nobody is asked about it any more."""
    steps = [step_row(id, item, "cancelled") for id, item, unit in chronicle.units() if unit.status not in FINAL]
    return {"steps": steps, "closed_approvals": [(UUID(gate), "cancelled") for gate in chronicle.state.gates]}


def taken_back(chronicle: Chronicle, plan: Plan) -> tuple[e.Event, ExecutionRow]:
    """Of an execution of which nothing is left to undo: with its error, where it had failed."""
    undoing, lines = chronicle.state.undoing, undone(plan, chronicle.state)
    assert undoing is not None
    if undoing.error is not None:
        return failed(chronicle, undoing.error, undoing.answer, *lines)
    answer = "\n".join(lines)
    return e.ExecutionUndone(answer), chronicle.row(status="undone", answer=answer)


def cancelled(chronicle: Chronicle, prepared: Prepared | None) -> dict[str, Any]:
    """The fields of the last Transition: every open step cancelled, or its outcome unknown; every gate closed."""
    steps, effects, state = [], [], chronicle.state
    for id, item, unit in chronicle.units():
        if unit.status not in FINAL:
            steps.append(step_row(id, item, "unknown" if unit.intended else "cancelled"))
            if unit.intended and prepared is not None:
                effects.append(chronicle.effect_row(id, item, "unknown", prepared.steps[id].uses, unit.fingerprint))
    answer = None
    if prepared is not None:
        plan = prepared.plan
        lines = undone(plan, state) if state.undoing is not None else [*not_done(plan, state), *kept(plan, state)]
        answer = "\n".join(lines)
    row = chronicle.row(status="cancelled", answer=answer, waiting=0)
    return {"row": row, "steps": steps, "effects": effects, "closed_approvals": [(UUID(gate), "cancelled") for gate in state.gates]}
