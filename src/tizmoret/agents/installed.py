"""What an installation can name in a plan by itself: what comes with it, the tools that its settings name, and a workspace's own agents."""

from __future__ import annotations

import os
from collections.abc import Sequence
from copy import copy
from dataclasses import replace
from uuid import UUID

import structlog

from tizmoret.agents.builtin import builtin_agents
from tizmoret.agents.own import AgentFault, own_agents
from tizmoret.catalog.agent import Agent
from tizmoret.catalog.catalog import Catalog
from tizmoret.catalog.tool import Tool
from tizmoret.settings import Settings
from tizmoret.tools import Optional, builtin_tools, named_tools

log = structlog.get_logger(__name__)


class Installed:
    """names: of its own tools and agents, the workspace's aside. faults: of the workspace's agents that were left out of the last catalog.

    Raises BadInput for tools that cannot be loaded: whoever set them is there to mend it."""

    def __init__(self, settings: Settings, workspace: UUID) -> None:
        has: dict[Optional, object] = {"mail": settings.mail, "websearch": settings.search}
        optional = [domain for domain, what in has.items() if what is not None]
        self._tools = [*builtin_tools(*optional), *named_tools(settings.tools)]
        self._agents = builtin_agents(self._tools)
        self._settings = settings
        self._elsewhere: Installed | None = None  # what other workspaces have of it
        self._folder = settings.workspaces / str(workspace) / "agents"
        self._modules = settings.tools
        self.names = frozenset({*(tool.name for tool in self._tools), *(agent.name for agent in self._agents)})
        self.faults: Sequence[AgentFault] = ()

    def of(self, workspace: UUID) -> Installed:
        """The same for another workspace, with its own agents and without the mailbox of the settings, which is the first one's."""
        if self._elsewhere is None:
            self._elsewhere = self if self._settings.mail is None else Installed(replace(self._settings, mail=None), workspace)
        made = copy(self._elsewhere)
        made._folder, made.faults = self._settings.workspaces / str(workspace) / "agents", ()
        return made

    def stamp(self) -> object:
        """Another one when a file of the workspace's agents is."""
        try:
            files = [(entry.name, entry.stat()) for entry in os.scandir(self._folder) if entry.name.endswith(".md")]
        except OSError:  # no folder yet, or a file that went away while it was looked at
            return None
        return sorted((name, told.st_mtime_ns, told.st_size) for name, told in files)

    def catalog(self, connected: Sequence[Tool] = (), elsewhere: Sequence[Agent] = ()) -> Catalog:
        """With the tools of connected servers, which the workspace's agents may use too, and with their agents."""
        tools, agents = [*self._tools, *connected], [*self._agents, *elsewhere]
        own, self.faults = own_agents(self._folder, tools, [agent.name for agent in agents], self._modules)
        for fault in self.faults:
            log.info("an agent of the workspace cannot be used", file=fault.file, key=fault.key, fault=fault.detail)
        return Catalog(tools, [*agents, *own])
