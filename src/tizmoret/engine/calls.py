"""One call of a tool or an agent: its arguments, its time limit, and what an error means for the next attempt."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog

from tizmoret.catalog.tool import Ask, Call, Option, Report
from tizmoret.engine.effects import idempotency_key
from tizmoret.engine.environment import Environment, Result
from tizmoret.engine.events import Item
from tizmoret.engine.records import Record
from tizmoret.engine.values import clean
from tizmoret.errors import TizmoretError, TryAgain, Unavailable
from tizmoret.plan.capability import Capability
from tizmoret.plan.model import Retry, Step

log = structlog.get_logger(__name__)

LONGEST_WAIT = 60.0  # seconds between two attempts, whatever the backoff says
_PASSING = (TryAgain, Unavailable, ConnectionError, TimeoutError)


@dataclass(frozen=True, slots=True)
class Failure:
    """passing: the same call may succeed later. unclear: the effect may have happened. after: seconds the other side asked for."""

    error: dict[str, Any]
    passing: bool
    unclear: bool = False
    after: float | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    question: str
    options: tuple[Option, ...]


def describe(env: Environment, record: Record, step: Step, item: Item, attempt: int, report: Report) -> Call:
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
    )


async def perform(
    env: Environment, step: Step, capability: Capability, agent: str | None, args: Mapping[str, Any], call: Call
) -> Result | Asked | Failure:
    """Make the call. agent: a fallback that takes this call over. Never raises but for cancellation."""
    seconds = step.timeout or capability.timeout
    try:
        async with asyncio.timeout(seconds) as limit:
            result = await _dispatch(env, step, agent, args, call)
        return Result(clean(result.output), result.label, result.tokens, result.cost)
    except Ask as ask:
        return Asked(ask.question, ask.options)
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
        return Failure(_error("timeout", detail, cure), passing=True, unclear=unclear)
    if isinstance(error, TizmoretError):
        # The tool itself says that it did not do it.
        return Failure(_error(error.code, error.detail, error.cure), isinstance(error, _PASSING), after=getattr(error, "after", None))
    log.warning("a tool failed with an error of its own", tool=name, exc_info=error)
    detail = f"{name} failed: {type(error).__name__}: {error}"[:500]
    return Failure(_error("tool-error", detail, "See the log for where."), passing=True, unclear=unclear)


async def _dispatch(env: Environment, step: Step, agent: str | None, args: Mapping[str, Any], call: Call) -> Result:
    if agent is not None or step.agent is not None:
        return await env.run_agent(env.catalog.agent(agent or step.uses), args, call)
    tool = env.catalog.tool(step.uses)
    output = await tool(tool.parse(step.id, args), call)
    return Result(output, tool.capability.label)


def _error(code: str, detail: str, cure: str) -> dict[str, Any]:
    return {"code": code, "detail": detail, "cure": cure}


def retry_in(step: Step, capability: Capability, attempt: int, failure: Failure) -> float | None:
    """Seconds until the next attempt, or None: this was the last one.

    Exponential backoff with jitter over the upper half (Brooker 2015, "Exponential backoff and jitter")."""
    policy: Retry = step.retry or capability.retry
    if not failure.passing or attempt >= policy.attempts:
        return None
    if failure.unclear and capability.recovery == "once":
        return None
    wait: float = policy.wait * 2 ** (attempt - 1) * random.uniform(0.5, 1.0)  # noqa: S311 - spreads load, guards nothing
    return min(max(wait, failure.after or 0.0), LONGEST_WAIT)
