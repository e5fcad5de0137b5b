"""Whether an execution of which steps have failed may get another plan, and what of it stands."""

from __future__ import annotations

from tizmoret.engine import events as e
from tizmoret.engine.environment import Environment
from tizmoret.engine.prepared import Prepared
from tizmoret.engine.state import Gate, State, units
from tizmoret.plan.replan import Earlier

GIVEN = "given"  # the planner of a plan that somebody wrote: it is theirs to change


def possible(env: Environment, state: State, prepared: Prepared) -> bool:
    """Not where a person has refused something, or where it is not known what has happened: no other plan may go round that."""
    if state.replans >= env.replans or state.given_up or state.planner == GIVEN:
        return False
    refused = any(unit.intended or unit.reason in ("rejected", "expired") for _, _, unit in units(state))
    # What a call asked for stands or falls with that call: another plan cannot build on what was done for one that failed.
    stands = all(state.status(id) == "completed" and _asker_stands(state, prepared, id) for id, _ in state.acted)
    return not refused and stands


def _asker_stands(state: State, prepared: Prepared, id: str) -> bool:
    asker = prepared.steps[id].asked_by
    return asker is None or (state.status(asker.step) == "completed" and _asker_stands(state, prepared, asker.step))


def not_answered(state: State, gate: Gate, event: e.GateClosed) -> list[e.Event]:
    """What follows where a planner asked about another plan, and nobody answered: there is none."""
    if gate.step is not None or not state.replanning or event.decision == "answered":
        return []
    return [e.ReplanFailed({"code": "not-answered", "detail": "The planner's question was not answered.", "cure": ""})]


def earlier(state: State, prepared: Prepared) -> Earlier:
    done = frozenset(id for id in prepared.steps if state.status(id) == "completed")
    failed = {id: state.look(id).reason or "" for id, step in prepared.steps.items() if state.status(id) == "failed" and not step.asked_by}
    return Earlier(prepared.plan, done, frozenset(id for id, _ in state.acted), failed)
