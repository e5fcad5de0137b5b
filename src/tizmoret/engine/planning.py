"""From the planner's proposal to an accepted plan, and to the events and rows that say so."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog

from tizmoret.catalog.growing import Part
from tizmoret.engine import events as e
from tizmoret.engine.drafting import begun, superseded
from tizmoret.engine.environment import Environment, Follow, Proposal, Query, Wanted
from tizmoret.engine.prepared import Prepared, prepare
from tizmoret.engine.records import Record
from tizmoret.engine.state import State
from tizmoret.engine.transition import ExecutionRow, StepRow
from tizmoret.errors import PlanRefused, TizmoretError, Unavailable
from tizmoret.plan.check import check
from tizmoret.plan.replan import Earlier

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A plan that may run, and the steps before it that are no part of it as they were."""

    proposal: Proposal
    prepared: Prepared
    gone: Sequence[str]
    done: int | None = None  # how many of its steps were done by the plan before


async def make_plan(env: Environment, record: Record, follow: Follow, earlier: Earlier | None) -> Outcome | Query:
    """Ask the planner, with what people answered before. earlier: the plan that is to be taken over from.

    Raises PlanRefused or Unavailable; any other fault of a planner becomes the latter."""
    answers = tuple(record.state.answers)
    wanted = Wanted(record.request, record.language, datetime.now(env.timezone), answers, begun(record.state.begun), earlier)
    proposal = await _propose(env, record, wanted, follow)
    if isinstance(proposal, Query):
        return proposal
    if earlier is None:  # `begun` is read once more: the planner has told of steps meanwhile
        prepared = prepare(proposal.plan, env.catalog)
        return Outcome(proposal, prepared, superseded(begun(record.state.begun), proposal.plan))
    capabilities = env.catalog.capabilities
    if faults := [*check(proposal.plan, capabilities), *earlier.faults(proposal.plan, capabilities)]:
        raise PlanRefused(faults)
    guarded = replace(proposal, plan=earlier.guarded(proposal.plan, capabilities))
    prepared = prepare(guarded.plan, env.catalog)
    return Outcome(guarded, prepared, earlier.superseded(guarded.plan), len(earlier.done & prepared.steps.keys()))


async def plan_part(env: Environment, record: Record, request: str, answers: Sequence[tuple[str, str]] = ()) -> Part | str:
    """As `catalog.growing.PlanPart`."""
    language = record.plan.language if record.plan else record.language
    proposal = await _propose(env, record, Wanted(request, language, datetime.now(env.timezone), tuple(answers)), None)
    if isinstance(proposal, Query):
        return proposal.text
    return Part(proposal.plan.steps, proposal.plan.answer, proposal.tokens, proposal.cost, proposal.cached)


async def _propose(env: Environment, record: Record, wanted: Wanted, follow: Follow | None) -> Proposal | Query:
    env.budget.check(record.state)
    try:
        async with asyncio.timeout(env.planning_timeout):
            return await env.make_plan(wanted, None if wanted.earlier else follow)
    except TimeoutError:
        cure = "Try again, choose another model with TIZMORET_MODEL, or set TIZMORET_MODEL=offline."
        raise Unavailable(f"The planner gave no plan within {env.planning_timeout:g} seconds.", cure=cure) from None
    except TizmoretError:
        raise
    except Exception as error:
        log.warning("the planner failed with an error of its own", execution=str(record.id), exc_info=True)
        raise Unavailable(f"The planner failed: {type(error).__name__}.", cure="See the log for where.") from error


def accepted(
    proposal: Proposal, prepared: Prepared, superseded: Sequence[str] = (), done: int | None = None, state: State | None = None
) -> tuple[e.PlanAccepted, dict[str, Any]]:
    """The event of a plan that begins to run, and the fields of its Transition. done: how many of its steps are, where that is known.
    state: of what ran before. What was asked about steps that are superseded is asked no more."""
    state = state or State()
    closed = [id for id, gate in state.gates.items() if gate.step in superseded]
    plan = prepared.plan
    event = e.PlanAccepted(
        plan.version, prepared.hash, proposal.planner, plan.goal, len(plan.steps), prepared.levels, proposal.tokens, proposal.cost,
        list(superseded), proposal.cached,
    )  # fmt: skip
    row = ExecutionRow(
        status="paused" if state.paused else "running",
        goal=plan.goal,
        planner=proposal.planner,
        plan_version=plan.version,
        plan_hash=prepared.hash,
        levels=prepared.levels,
        steps_total=len(plan.steps),
        steps_done=done,
        waiting=len(state.gates) - len(closed),
    )
    rows = [StepRow(step, "cancelled", reason="superseded") for step in superseded]
    gates = [(UUID(id), "cancelled") for id in closed]
    return event, {"row": row, "plan": prepared.row(proposal.planner), "steps": rows, "closed_approvals": gates}
