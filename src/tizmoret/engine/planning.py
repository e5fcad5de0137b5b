"""From the planner's proposal to an accepted plan, and to the events and rows that say so."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import structlog

from tizmoret.engine import events as e
from tizmoret.engine.drafting import begun
from tizmoret.engine.environment import Environment, Follow, Proposal, Query, Wanted
from tizmoret.engine.prepared import Prepared
from tizmoret.engine.records import Record
from tizmoret.engine.transition import ExecutionRow, StepRow
from tizmoret.errors import TizmoretError, Unavailable

log = structlog.get_logger(__name__)


async def propose(env: Environment, record: Record, follow: Follow) -> Proposal | Query:
    """Ask the planner, with what people answered before. Raises PlanRefused or Unavailable; any other fault of a planner becomes the latter."""
    try:
        async with asyncio.timeout(env.planning_timeout):
            answers, steps = tuple(record.state.answers), begun(record.state.begun)
            return await env.make_plan(Wanted(record.request, record.language, datetime.now(env.timezone), answers, steps), follow)
    except TimeoutError:
        cure = "Try again, choose another model with TIZMORET_MODEL, or set TIZMORET_MODEL=offline."
        raise Unavailable(f"The planner gave no plan within {env.planning_timeout:g} seconds.", cure=cure) from None
    except TizmoretError:
        raise
    except Exception as error:
        log.warning("the planner failed with an error of its own", execution=str(record.id), exc_info=True)
        raise Unavailable(f"The planner failed: {type(error).__name__}.", cure="See the log for where.") from error


def accepted(proposal: Proposal, prepared: Prepared, superseded: Sequence[str] = ()) -> tuple[list[e.Event], dict[str, Any]]:
    """The events of a plan that begins to run, and the fields of their Transition."""
    plan = prepared.plan
    event = e.PlanAccepted(
        plan.version, prepared.hash, proposal.planner, plan.goal, len(plan.steps), prepared.levels, proposal.tokens, proposal.cost,
        list(superseded),
    )  # fmt: skip
    row = ExecutionRow(
        status="running",
        goal=plan.goal,
        planner=proposal.planner,
        plan_version=plan.version,
        plan_hash=prepared.hash,
        levels=prepared.levels,
        steps_total=len(plan.steps),
    )
    rows = [StepRow(step, "cancelled", reason="superseded") for step in superseded]
    return [event, e.ExecutionStarted()], {"row": row, "plan": prepared.row(proposal.planner), "steps": rows}
