"""Who speaks to us over MCP, and what of: one workspace's executions, in one person's name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tizmoret.catalog.catalog import Catalog
from tizmoret.orchestrator import Tizmoret

BY = "mcp"  # in the log, for who holds the installation's token or has started us; who has a key is the member whose key it is


@dataclass(frozen=True, slots=True)
class Caller:
    tizmoret: Tizmoret
    workspace: UUID
    by: str
    member: str | None = None  # whose rights the effects need: see `Tizmoret.submit`

    @property
    def catalog(self) -> Catalog:
        return self.tizmoret.catalog_of(self.workspace)


def caller_of(tizmoret: Tizmoret, request: Any) -> Caller:
    """request: that the call came with over HTTP, where the guard has found out who it is; None over stdio."""
    if request is None:
        return Caller(tizmoret, tizmoret.workspace, BY)
    actor = request.state.actor
    return Caller(tizmoret, actor.workspace, BY if actor.key is None else actor.user, actor.member)
