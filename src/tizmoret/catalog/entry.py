"""What is declared of a tool or an agent, as callers see it."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from tizmoret.catalog.agent import Agent
from tizmoret.catalog.tool import Tool
from tizmoret.plan.capability import Effect, Recovery
from tizmoret.plan.model import Language


class Entry(BaseModel):
    """All that is declared of a tool or an agent. `recovery`: what may be done when a crash hides how a call ended. `locks`: two unordered
    steps may not write one of them. `ceiling`: the gravest effect that it may
    ask for while it runs, each as a step of its own. Times in seconds, `cost` in dollars for one call."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)
    name: str
    kind: Literal["tool", "agent"]
    title: dict[str, str]
    description: dict[str, str]
    examples: dict[Language, list[str]]
    effect: Effect
    ceiling: Effect
    recovery: Recovery
    asks: bool
    reversible: bool
    locks: list[str]
    timeout: float
    seconds: float
    cost: float
    arguments: dict[str, Any]
    output: dict[str, Any]
    tools: list[str]  # that an agent may use
    needs_model: bool
    model: str | None  # of its own


def entry(found: Tool | Agent) -> Entry:
    capability = found.capability
    return Entry(
        name=capability.name,
        kind=capability.kind,
        title={"he": found.title.he, "en": found.title.en},
        description={"he": found.description.he, "en": found.description.en},
        examples={language: list(lines) for language, lines in found.examples.items()},
        effect=capability.effect,
        ceiling=capability.ceiling,
        recovery=capability.recovery,
        asks=capability.approval == "ask",
        reversible=isinstance(found, Tool) and found.undo is not None and capability.reversible,
        locks=list(capability.locks),
        timeout=capability.timeout,
        seconds=capability.seconds,
        cost=capability.cost,
        arguments=capability.arguments,
        output=capability.output,
        tools=list(found.tools) if isinstance(found, Agent) else [],
        needs_model=isinstance(found, Agent) and found.without_model is None and found.remote is None,
        model=found.model if isinstance(found, Agent) else None,
    )
