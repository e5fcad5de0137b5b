"""/api/catalog: the tools and agents that a plan can name."""

from __future__ import annotations

from fastapi import APIRouter

from tizmoret.catalog.entry import Entry, entry
from tizmoret.server.routes import Orchestrator

router = APIRouter(prefix="/api/catalog", tags=["catalog"])


@router.get("")
async def catalog(tizmoret: Orchestrator) -> list[Entry]:
    return [*map(entry, tizmoret.catalog.tools.values()), *map(entry, tizmoret.catalog.agents.values())]
