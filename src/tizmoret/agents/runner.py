"""Carry an agent out. With a model it reasons over its tools; without one its deterministic function does the work.

An agent only reads: its tools have no effect, so nothing it is talked into by what it reads can act."""

from __future__ import annotations

import importlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import jsonschema_rs

from tizmoret.agents.with_model import Use, reason
from tizmoret.catalog.agent import Agent
from tizmoret.catalog.catalog import Catalog
from tizmoret.catalog.tool import Call
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

    Raises ArgumentMismatch, StepFailed, TryAgain, Ask."""
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
    async def use(name: str, args: Mapping[str, Any]) -> dict[str, Any]:
        if name not in agent.tools:
            raise StepFailed(f"The agent {agent.name} may not use {name}.", cure="Name the tool in its front matter.")
        tool = catalog.tool(name)
        return await tool(tool.parse(call.step, args), call)

    return use


def _function(path: str) -> WithoutModel:
    module, _, name = path.partition(":")
    try:
        found: WithoutModel = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise StepFailed(f"{path} cannot be loaded.", cure="Mend `without_model` of the agent.") from error
    return found
