"""The agents that come with Tizmoret."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from tizmoret.catalog.agent import Agent, load_agents
from tizmoret.catalog.tool import Tool


def builtin_agents(tools: Iterable[Tool]) -> list[Agent]:
    return load_agents(Path(__file__).parent, tools)
