"""Carry an agent out. With a model it reasons over its tools; without one its deterministic function does the work.

What it calls itself only reads. For an effect that its front matter allows it asks the engine: that is a step of its own, under the same
gates, labels, locks and ledger as those of the plan, so nothing that it is talked into by what it reads can act unseen."""

from __future__ import annotations

import importlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import jsonschema_rs

from tizmoret.agents.acting import asked_step
from tizmoret.agents.with_model import Use, reason
from tizmoret.catalog.agent import Agent
from tizmoret.catalog.catalog import Catalog
from tizmoret.catalog.growing import MoreSteps, StepEnd
from tizmoret.catalog.tool import Call, Tool
from tizmoret.errors import ArgumentMismatch, StepFailed
from tizmoret.plan.labels import Label

WithoutModel = Callable[[Mapping[str, Any], Use, Call], Awaitable[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class AgentResult:
    """As the engine's `Result`."""

    output: dict[str, Any]
    label: Label
    tokens: int = 0
    cost: float | None = 0.0
    cached: int = 0


async def run_agent(
    agent: Agent, args: Mapping[str, Any], call: Call, catalog: Catalog, model: str | None, url: str | None = None
) -> AgentResult:
    """model: the one that is set; the agent's own comes before it; None: work without. url: see `ModelPlanner`.

    Raises ArgumentMismatch, StepFailed, TryAgain, Ask, MoreSteps."""
    if agent.remote is not None:
        return AgentResult(await agent.remote(agent.remote.parse(call.step, args), call), agent.capability.label)
    try:
        jsonschema_rs.validate(agent.capability.arguments, dict(args))
    except jsonschema_rs.ValidationError as error:
        where = ".".join(str(part) for part in error.instance_path)
        raise ArgumentMismatch(call.step, where, f"{agent.name} cannot use {where or 'its arguments'}: {error.message}.") from error
    chosen = (agent.model or model) if model is not None else None
    use = _tools(agent, call, catalog)
    if chosen is not None:
        thought = await reason(agent, args, call, catalog, chosen, url, use)
        return AgentResult(thought.output, agent.capability.label, thought.tokens, thought.cost, thought.cached)
    if agent.without_model is None:
        raise StepFailed(f"The agent {agent.name} needs a model.", cure="Set TIZMORET_MODEL and its key.")
    return AgentResult(await _function(agent.without_model)(args, use, call), agent.capability.label)


def _tools(agent: Agent, call: Call, catalog: Catalog) -> Use:
    ends = list(call.asked.steps)

    async def use(name: str, args: Mapping[str, Any]) -> dict[str, Any]:
        if name not in agent.tools:
            raise StepFailed(f"The agent {agent.name} may not use {name}.", cure="Name the tool in its front matter.")
        tool = catalog.tool(name)
        parsed = tool.parse(call.step, args)
        if name in (agent.capability.asks_for or ()):
            return _acted(tool, args, ends, call)
        call.report(tool.title[call.language])
        return await tool(parsed, call)

    return use


def _acted(tool: Tool, args: Mapping[str, Any], ends: list[StepEnd], call: Call) -> dict[str, Any]:
    """What the step gave that an earlier attempt asked for. Raises StepFailed where it was not done, MoreSteps the first time."""
    end = next((end for end in ends if end.uses == tool.name and end.args == args), None)
    if end is None:
        raise MoreSteps([asked_step(tool, args, call, 1)])
    ends.remove(end)
    if end.status != "completed":
        raise StepFailed(f"{end.title} was not done: {end.reason}.", cure="Go on without it.")
    output: dict[str, Any] = end.output
    return output


def _function(path: str) -> WithoutModel:
    module, _, name = path.partition(":")
    try:
        found: WithoutModel = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise StepFailed(f"{path} cannot be loaded.", cure="Mend `without_model` of the agent.") from error
    return found
