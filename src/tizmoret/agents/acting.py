"""What an agent that thinks with a model does not do itself: its calls with an effect end the exchange, become steps of the plan, and the
exchange goes on from where it stood when they have ended."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tizmoret.agents.shown import shown
from tizmoret.catalog.agent import Agent
from tizmoret.catalog.catalog import Catalog
from tizmoret.catalog.growing import Asked, StepEnd
from tizmoret.catalog.tool import Call, Tool
from tizmoret.errors import TizmoretError
from tizmoret.plan.model import Step

if TYPE_CHECKING:
    from pydantic_ai import DeferredToolRequests, DeferredToolResults, ExternalToolset
    from pydantic_ai.messages import ModelMessage, ToolCallPart

_NOT_MADE = "Not done, because another call of the same turn cannot be made as it is written. Make both again, corrected."


def asked_step(tool: Tool, args: Mapping[str, Any], call: Call, number: int) -> Step:
    """The step that a call asks for. number: counts those of one time of asking, from 1."""
    id = f"{tool.name.replace('.', '_').replace('-', '_')}_{number}"
    return Step(id=id, title=tool.title[call.language], tool=tool.name, args=dict(args))


def acting_tools(agent: Agent, catalog: Catalog) -> ExternalToolset[None]:
    """The agent's tools with an effect, as the model is told of them."""
    from pydantic_ai import ExternalToolset, ToolDefinition

    tools = [catalog.tool(name) for name in agent.capability.asks_for or ()]
    definitions = [
        ToolDefinition(
            name=model_name(tool.name),
            description=f"{tool.description.en}. A person is asked first, and may refuse.",
            parameters_json_schema=tool.capability.arguments,
        )
        for tool in tools
    ]
    return ExternalToolset(definitions, id="acting")


def model_name(tool: str) -> str:
    """Providers allow no dots."""
    return tool.replace(".", "_")


@dataclass(frozen=True, slots=True)
class Wish:
    """The steps that the model's calls amount to, with the id of each call; or, where one of them cannot be made, what to tell the model
    of every one."""

    steps: list[Step] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)


def wish(requests: DeferredToolRequests, agent: Agent, catalog: Catalog, call: Call) -> Wish:
    names = {model_name(name): name for name in agent.capability.asks_for or ()}
    steps: list[Step] = []
    problems: dict[str, str] = {}
    for number, part in enumerate(requests.calls, start=1):
        try:
            tool = catalog.tool(names[part.tool_name])
            args = _arguments(part)
            tool.parse(call.step, args)
            steps.append(asked_step(tool, args, call, number))
        except (TizmoretError, ValueError) as error:
            problems[part.tool_call_id] = str(error)
    calls = [part.tool_call_id for part in requests.calls]
    return Wish(refused={id: problems.get(id, _NOT_MADE) for id in calls}) if problems else Wish(steps, calls)


def _arguments(part: ToolCallPart) -> dict[str, Any]:
    """Raises ValueError."""
    args = part.args_as_dict(raise_if_invalid=True)
    json.dumps(args, allow_nan=False)
    return args


def left(agent: Agent, messages: list[ModelMessage], calls: list[str]) -> dict[str, Any]:
    """What the exchange goes on from."""
    from pydantic_ai.messages import ModelMessagesTypeAdapter

    return {"agent": agent.name, "messages": ModelMessagesTypeAdapter.dump_python(messages, mode="json"), "calls": calls}


def resumed(agent: Agent, asked: Asked) -> tuple[list[ModelMessage], DeferredToolResults] | None:
    """The exchange so far, and what became of its last calls; None where there is none of this agent."""
    from pydantic_ai import DeferredToolResults
    from pydantic_ai.messages import ModelMessagesTypeAdapter

    state = asked.state
    if state is None or state["agent"] != agent.name:
        return None
    last = max(end.round for end in asked.steps)
    ends = [end for end in asked.steps if end.round == last]
    results = {id: told(end) for id, end in zip(state["calls"], ends, strict=True)}
    return ModelMessagesTypeAdapter.validate_python(state["messages"]), DeferredToolResults(calls=dict(results))


def told(end: StepEnd) -> dict[str, Any]:
    """For a model: that a step was done, with what it gave, or why not."""
    if end.status == "completed":
        return {"done": True, "output": shown(end.output)}
    return {"done": False, "why": {"rejected": "a person said no", "expired": "nobody approved it in time"}.get(end.reason, end.reason)}


def done_before(asked: Asked) -> str:
    """For an agent that takes over from another: what that one had done."""
    if not asked.steps:
        return ""
    ends = [{"tool": end.uses, "args": dict(end.args), **told(end)} for end in asked.steps]
    return "\nDone already for this request, not to be done again, as JSON:\n" + json.dumps(ends, ensure_ascii=False)
