"""/api/catalog: the tools and agents that a plan can name."""

from __future__ import annotations

from fastapi import APIRouter

from tizmoret.catalog.entry import Entry, entry
from tizmoret.server.routes import Orchestrator, Signed

router = APIRouter(prefix="/api/catalog", tags=["catalog"])


@router.get("")
async def catalog(tizmoret: Orchestrator, actor: Signed) -> list[Entry]:
    found = tizmoret.catalog_of(actor.workspace)
    return [*map(entry, found.tools.values()), *map(entry, found.agents.values())]
