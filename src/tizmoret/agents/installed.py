"""All that an installation can name in a plan: what comes with it, the tools that its settings name, and a workspace's own agents."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import structlog

from tizmoret.agents.builtin import builtin_agents
from tizmoret.agents.own import AgentFault, own_agents
from tizmoret.catalog.catalog import Catalog
from tizmoret.settings import Settings
from tizmoret.tools import Optional, builtin_tools, named_tools

log = structlog.get_logger(__name__)


def installed_catalog(settings: Settings, workspace: UUID) -> tuple[Catalog, Sequence[AgentFault]]:
    """With what is wrong with those of the workspace's agents that are left out.

    Raises BadInput for tools that cannot be loaded: whoever set them is there to mend it."""
    has: dict[Optional, object] = {"mail": settings.mail, "websearch": settings.search}
    tools = [*builtin_tools(*(domain for domain, what in has.items() if what is not None)), *named_tools(settings.tools)]
    builtin = builtin_agents(tools)
    own, faults = own_agents(settings.workspaces / str(workspace) / "agents", tools, [agent.name for agent in builtin], settings.tools)
    for fault in faults:
        log.info("an agent of the workspace cannot be used", file=fault.file, key=fault.key, fault=fault.detail)
    return Catalog(tools, [*builtin, *own]), faults
