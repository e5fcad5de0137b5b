"""One call of a tool or an agent: its arguments, its time limit, and the class of its error."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import structlog

from tizmoret.catalog.growing import NOTHING_ASKED, Asked, MoreSteps
from tizmoret.catalog.shared import ALONE, Shared
from tizmoret.catalog.tool import Answered, Ask, Call, Option, Report
from tizmoret.engine.effects import idempotency_key
from tizmoret.engine.environment import Environment, Result
from tizmoret.engine.events import Item
from tizmoret.engine.planning import plan_part
from tizmoret.engine.records import Record
from tizmoret.engine.recovery import Failure, Kind
from tizmoret.engine.values import clean
from tizmoret.errors import ModelFailed, OtherPlan, TizmoretError, TryAgain, Unavailable
from tizmoret.plan.capability import Capability
from tizmoret.plan.model import Step

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Question:
    question: str
    options: tuple[Option, ...]
    state: Mapping[str, Any] | None = None


def describe(
    env: Environment, record: Record, step: Step, item: Item, attempt: int, report: Report, shared: Shared = ALONE,
    answered: Answered | None = None, asked: Asked = NOTHING_ASKED,
) -> Call:  # fmt: skip
    """What the tool sees of the world around it."""
    return Call(
        workspace=record.workspace,
        execution=record.id,
        step=step.id,
        key=idempotency_key(record.id, step.id, item),
        attempt=attempt,
        now=datetime.now(env.timezone),
        timezone=env.timezone,
        language=record.plan.language if record.plan else record.language,
        folder=env.workplace.folder(record.workspace),
        report=report,
        providers=env.workplace.providers(record.workspace),
        shared=shared,
        answered=answered,
        asked=asked,
        plan_part=partial(plan_part, env, record),
        tokens_left=env.budget.left(record.state),
        user=record.user,
    )


async def perform(
    env: Environment, step: Step, capability: Capability, agent: str | None, model: str | None, args: Mapping[str, Any], call: Call
) -> Result | Question | MoreSteps | Failure:
    """Make the call. agent: a fallback that takes this call over; model: what it thinks with instead. Never raises but for cancellation."""
    seconds = step.timeout or capability.timeout
    try:
        async with asyncio.timeout(seconds) as limit:
            result = await _dispatch(env, step, agent, model, args, call)
        return Result(clean(result.output), result.label, result.tokens, result.cost, result.cached)
    except Ask as ask:
        return Question(ask.question, ask.options, ask.state)
    except MoreSteps as more:
        return more.with_traceback(None)  # it would hold all that the call held
    except Exception as error:
        return failure_of(error, step.uses, capability, limit_expired=limit.expired(), seconds=seconds)


def failure_of(
    error: Exception, name: str, capability: Capability, *, limit_expired: bool = False, seconds: float | None = None
) -> Failure:
    """What an error of a tool or agent means. limit_expired: it is our own time limit of `seconds` that it ran into."""
    unclear = capability.effect != "none"
    if isinstance(error, TimeoutError):
        limit = seconds or capability.timeout
        detail = f"{name} did not answer within {limit:g} seconds." if limit_expired else str(error) or "The call timed out."
        cure = "Give the step a longer `timeout`, or try again."
        return _failure("timeout", "timeout", detail, cure, unclear=unclear)
    if isinstance(error, TizmoretError):
        # The tool itself says that it did not do it.
        after: float | None = getattr(error, "after", None)
        return _failure(_kind(error, after), error.code, error.detail, error.cure, after=after)
    if isinstance(error, ConnectionError):
        return _failure(
            "passing", "tool-error", f"{name} failed: {type(error).__name__}: {error}"[:500], "Try again later.", unclear=unclear
        )
    log.warning("a tool failed with an error of its own", tool=name, exc_info=error)
    detail = f"{name} failed: {type(error).__name__}: {error}"[:500]
    return _failure("fault", "tool-error", detail, "See the log for where.", unclear=unclear)


def _kind(error: TizmoretError, after: float | None) -> Kind:
    if isinstance(error, ModelFailed):
        return "model"
    if isinstance(error, OtherPlan):
        return "plan"
    if isinstance(error, TryAgain | Unavailable):
        return "passing" if after is None else "busy"
    return "lasting"


async def _dispatch(env: Environment, step: Step, agent: str | None, model: str | None, args: Mapping[str, Any], call: Call) -> Result:
    if agent is not None or step.agent is not None:
        return await env.run_agent(env.catalog.agent(agent or step.uses), args, call, model)
    tool = env.catalog.tool(step.uses)
    output = await tool(tool.parse(step.id, args), call)
    return Result(output, tool.capability.label)


def _failure(kind: Kind, code: str, detail: str, cure: str, *, unclear: bool = False, after: float | None = None) -> Failure:
    return Failure({"code": code, "detail": detail, "cure": cure, "kind": kind}, kind, unclear, after)
