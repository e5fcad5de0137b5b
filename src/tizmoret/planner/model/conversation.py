"""The exchange with the model: ask, read the steps as they come, check, ask to repair, and wait out faults that pass.

Two things are repeated, and they are kept apart. A faulty plan goes back to the model with what is wrong, at most `repairs` times in the
whole conversation. A fault on the way (429, 5xx, a cut stream) repeats the same question, from where the conversation stood.

The answer is asked for in JSON mode and not under a schema: arguments are open objects, and providers that decode under a schema write
an open object as an empty one. The prompt gives the form, `Draft` and `check` hold the model to it.

Imports pydantic-ai (see `connect`)."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterable
from dataclasses import dataclass, field
from traceback import extract_tb

import structlog
from pydantic import ValidationError
from pydantic_ai import Agent, ModelRetry, PromptedOutput, RunContext, capture_run_messages
from pydantic_ai.exceptions import AgentRunError, UnexpectedModelBehavior
from pydantic_ai.messages import (
    AgentStreamEvent,
    ModelMessage,
    ModelRequest,
    ModelResponse,
    PartDeltaEvent,
    PartStartEvent,
    TextPart,
    TextPartDelta,
)
from pydantic_ai.models import Model
from pydantic_ai.settings import ModelSettings
from pydantic_ai.usage import RunUsage
from pydantic_core import from_json

from tizmoret.errors import PlanRefused, TizmoretError, TooLarge
from tizmoret.plan.check import Finding, check
from tizmoret.plan.model import Plan, Step
from tizmoret.planner import prices
from tizmoret.planner.model import faults, prompt
from tizmoret.planner.model.connect import provider_name
from tizmoret.planner.model.draft import Draft, DraftStep
from tizmoret.planner.model.limits import Limits, output_tokens
from tizmoret.planner.model.meaning import Meaning
from tizmoret.planner.model.shortlist import shortlist
from tizmoret.planner.model.steps import StepsReader
from tizmoret.planner.planner import Follow, Planned, PlanRequest, Question

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Task:
    """What one request carries through the conversation."""

    request: PlanRequest
    follow: Follow | None
    answer_limit: int
    shown: dict[str, Step] = field(default_factory=dict)  # steps already told to `follow`, by id
    findings: list[Finding] = field(default_factory=list)  # what was wrong with the last answer
    plan: Plan | None = None

    def show(self, text: str) -> None:
        """Tell `follow` of a whole step, once, and again only if a repair changed it. A faulty one is left to `check`."""
        if self.follow is None:
            return
        try:
            step = Step.model_validate(DraftStep.model_validate(from_json(text)).as_step())
        except (ValidationError, ValueError):
            return
        if self.shown.get(step.id) != step:
            self.shown[step.id] = step
            self.follow.step(step)


class Conversation:
    """Plans with one model. Holds no state between requests, so several may go on at once."""

    def __init__(self, name: str, model: Model, limits: Limits, meaning: Meaning | None = None) -> None:
        """meaning: finds what fits in a catalog that is too large to be shown."""
        self._name = name
        self.meaning = meaning
        self._limits = limits
        self._agent: Agent[_Task, Draft] = Agent(
            model,
            name="planner",
            deps_type=_Task,
            output_type=PromptedOutput(Draft, template=False),
            retries={"output": limits.repairs, "tools": limits.repairs},
            model_settings=ModelSettings(
                max_tokens=output_tokens(provider_name(name), limits),
                timeout=limits.request,
                request_timeout=limits.request,
                max_retries=0,  # we wait ourselves: the SDKs do not start again once a stream has begun
            ),
        )
        self._agent.output_validator(_validate)

    async def plan(self, request: PlanRequest, follow: Follow | None) -> Planned | Question:
        """Raises PlanRefused, Unavailable or TooLarge."""
        task = _Task(request, follow, self._limits.answer)
        usage = RunUsage()
        async with self._agent:  # closes the connections
            draft = await self._ask(task, usage)
        if task.plan is None:
            return Question((draft.question or "").strip(), tuple(draft.understood), usage.total_tokens, prices.dollars(usage))
        return Planned(task.plan, usage.total_tokens, prices.dollars(usage), cached=usage.cache_read_tokens)

    async def _ask(self, task: _Task, usage: RunUsage) -> Draft:
        """The first answer that needs no repair."""
        history: list[ModelMessage] = []
        failures = 0  # in a row, to answer the question that the history ends with
        while True:
            with capture_run_messages() as messages:
                try:
                    return await self._run(task, usage, history)
                except AgentRunError as error:
                    asked, history = len(history), _up_to_the_question(messages)
                    failures = failures + 1 if len(history) <= max(asked, 1) else 1
                    wait = self._wait(error, failures, broken=_broke_off(messages))
                    if wait is None:
                        raise self._failure(error, task) from None
                except TizmoretError:
                    raise
                except Exception as error:
                    # Over garbage in the right envelope the providers' clients fall in their own ways: TypeError, AttributeError, ...
                    place = extract_tb(error.__traceback__)[-1]
                    _log.warning("model.unreadable", model=self._name, error=type(error).__name__, file=place.filename, line=place.lineno)
                    raise faults.unreadable(self._name) from None
            await asyncio.sleep(wait)

    async def _run(self, task: _Task, usage: RunUsage, history: list[ModelMessage]) -> Draft:
        repaired = sum(isinstance(message, ModelResponse) for message in history)
        result = await self._agent.run(
            None if history else prompt.question(task.request),
            message_history=history or None,
            instructions=prompt.instructions(await shortlist(task.request, self.meaning)),
            deps=task,
            retries={"output": self._limits.repairs - repaired, "tools": self._limits.repairs - repaired},
            usage=usage,
            event_stream_handler=_read,
        )
        return result.output

    def _wait(self, error: AgentRunError, failures: int, *, broken: bool) -> float | None:
        """Seconds to wait before the next try; None where there is none. broken: the answer ended before it was whole."""
        if failures >= self._limits.tries or not (faults.passes(error) or (broken and type(error) is UnexpectedModelBehavior)):
            return None
        asked = faults.asked_to_wait(error)
        if asked is not None:
            return asked if asked <= self._limits.longest_wait else None
        return random.uniform(0, min(self._limits.longest_wait, self._limits.wait * 2 ** (failures - 1)))  # noqa: S311

    def _failure(self, error: AgentRunError, task: _Task) -> TizmoretError:
        if type(error) is UnexpectedModelBehavior and task.findings:
            return PlanRefused(task.findings)
        return faults.explain(error, self._name)


async def _validate(context: RunContext[_Task], draft: Draft) -> Draft:
    """Hold an answer against the plan's form and `check`; what is wrong goes back to the model. (async: else it would run in a thread.)"""
    task = context.deps
    task.plan, task.findings = None, []
    if not draft.steps:
        return draft
    plan = draft.as_plan(task.request.request, task.request.language)
    task.findings = _faults(plan, task.request) if isinstance(plan, Plan) else plan
    if not isinstance(plan, Plan) or task.findings:
        if task.follow is not None:
            task.follow.refused(task.findings)
        raise ModelRetry(prompt.repair(task.findings))
    task.plan = plan
    return draft


def _faults(plan: Plan, request: PlanRequest) -> list[Finding]:
    capabilities = request.catalog.capabilities
    found = check(plan, capabilities)
    return found if found or request.earlier is None else [*request.earlier.faults(plan, capabilities)]


async def _read(context: RunContext[_Task], events: AsyncIterable[AgentStreamEvent]) -> None:
    """Read one answer as it comes. Raises TooLarge when it does not end."""
    task, reader, length = context.deps, StepsReader(), 0
    async for event in events:
        if isinstance(event, PartStartEvent) and isinstance(event.part, TextPart):
            piece = event.part.content
        elif isinstance(event, PartDeltaEvent) and isinstance(event.delta, TextPartDelta):
            piece = event.delta.content_delta
        else:
            continue
        length += len(piece)
        if length > task.answer_limit:
            raise TooLarge(f"The model wrote more than {task.answer_limit:,} characters.", cure="Ask for less at once.")
        for text in reader.feed(piece):
            task.show(text)


def _up_to_the_question(messages: list[ModelMessage]) -> list[ModelMessage]:
    """The conversation without the answer that broke off."""
    last = max((place for place, message in enumerate(messages) if isinstance(message, ModelRequest)), default=-1)
    return messages[: last + 1]


def _broke_off(messages: list[ModelMessage]) -> bool:
    return bool(messages) and isinstance(messages[-1], ModelResponse) and messages[-1].state == "interrupted"
