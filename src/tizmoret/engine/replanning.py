"""Whether an execution of which steps have failed may get another plan, and what of it stands."""

from __future__ import annotations

from tizmoret.engine.environment import Environment
from tizmoret.engine.prepared import Prepared
from tizmoret.engine.state import State, units
from tizmoret.plan.replan import Earlier

GIVEN = "given"  # the planner of a plan that somebody wrote: it is theirs to change


def possible(env: Environment, state: State) -> bool:
    """Not where a person has refused something, or where it is not known what has happened: no other plan may go round that."""
    if state.replans >= env.replans or state.given_up or state.planner == GIVEN:
        return False
    refused = any(unit.intended or unit.reason in ("rejected", "expired") for _, _, unit in units(state))
    return not refused and all(state.status(id) == "completed" for id, _ in state.acted)


def earlier(state: State, prepared: Prepared) -> Earlier:
    done = frozenset(id for id in prepared.steps if state.status(id) == "completed")
    failed = {id: state.look(id).reason or "" for id in prepared.steps if state.status(id) == "failed"}
    return Earlier(prepared.plan, done, frozenset(id for id, _ in state.acted), failed)
