"""/api/catalog: the tools and agents that a plan can name."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel

from tizmoret.catalog.agent import Agent
from tizmoret.catalog.tool import Tool
from tizmoret.server.routes import Orchestrator

router = APIRouter(prefix="/api/catalog", tags=["catalog"])


class Entry(BaseModel):
    name: str
    kind: Literal["tool", "agent"]
    title: dict[str, str]
    description: dict[str, str]
    effect: str
    asks: bool
    arguments: dict[str, Any]
    output: dict[str, Any]


@router.get("")
async def catalog(tizmoret: Orchestrator) -> list[Entry]:
    everything: list[Tool | Agent] = [*tizmoret.catalog.tools.values(), *tizmoret.catalog.agents.values()]
    return [_entry(found) for found in everything]


def _entry(found: Tool | Agent) -> Entry:
    capability = found.capability
    return Entry(
        name=capability.name,
        kind=capability.kind,
        title={"he": found.title.he, "en": found.title.en},
        description={"he": found.description.he, "en": found.description.en},
        effect=capability.effect,
        asks=capability.approval == "ask",
        arguments=capability.arguments,
        output=capability.output,
    )
