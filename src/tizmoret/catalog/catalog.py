"""The catalog: everything that a plan can name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from itertools import count
from types import MappingProxyType
from typing import Any

import structlog
from pydantic import ValidationError

from tizmoret.catalog.agent import Agent
from tizmoret.catalog.tool import Tool
from tizmoret.errors import BadInput, NotFound
from tizmoret.plan.capability import Capability
from tizmoret.plan.model import Language

log = structlog.get_logger(__name__)


_numbers = count(1)


class Catalog:
    """Fixed once made. number: its own in this process. Raises BadInput when two tools or agents have one name."""

    def __init__(self, tools: Iterable[Tool], agents: Iterable[Agent]) -> None:
        self.number = next(_numbers)
        found_tools: dict[str, Tool] = {}
        found_agents: dict[str, Agent] = {}
        for tool in tools:
            self._unique(tool.name, found_tools)
            found_tools[tool.name] = tool
        for agent in agents:
            self._unique(agent.name, found_tools, found_agents)
            found_agents[agent.name] = agent
        self.tools: Mapping[str, Tool] = MappingProxyType(found_tools)
        self.agents: Mapping[str, Agent] = MappingProxyType(found_agents)
        capabilities = [*(tool.capability for tool in found_tools.values()), *(agent.capability for agent in found_agents.values())]
        self.capabilities: Mapping[str, Capability] = MappingProxyType({capability.name: capability for capability in capabilities})

    @staticmethod
    def _unique(name: str, *known: Mapping[str, Any]) -> None:
        if any(name in names for names in known):
            raise BadInput(f"There are two tools or agents named {name}.", cure="Rename one of them.", field="name")

    def tool(self, name: str) -> Tool:
        """Raises NotFound with the nearest names."""
        found = self.tools.get(name)
        if found is None:
            raise NotFound(f"There is no tool {name}.", cure=_near(name, self.tools), field="tool")
        return found

    def agent(self, name: str) -> Agent:
        """Raises NotFound with the nearest names."""
        found = self.agents.get(name)
        if found is None:
            raise NotFound(f"There is no agent {name}.", cure=_near(name, self.agents), field="agent")
        return found

    def show(self, uses: str, output: Any, language: Language) -> str:
        """One output in words, for the answer. An agent's is shown as a tool's of the same schema, else by its Markdown or text."""
        tool = self.tools.get(uses) or self._tool_with_output_of(uses)
        if tool is not None:
            try:
                return tool.show(tool.output.model_validate(output), language)
            except ValidationError:
                return ""  # recorded by another version of the tool
            except Exception:
                log.warning("an output cannot be shown", tool=tool.name, exc_info=True)
                return ""
        if isinstance(output, dict):
            for key in ("markdown", "text", "summary"):
                if isinstance(output.get(key), str):
                    return str(output[key])
        return ""

    def _tool_with_output_of(self, agent: str) -> Tool | None:
        found = self.agents.get(agent)
        if found is None:
            return None
        return next((tool for tool in self.tools.values() if tool.capability.output is found.capability.output), None)


def _near(name: str, known: Iterable[str]) -> str:
    close = get_close_matches(name, list(known), n=3, cutoff=0.4)
    return f"Did you mean {', '.join(close)}?" if close else "See the catalog for what there is."
