"""/api/activity: how much was done, how fast, how well, at what price."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from tizmoret.server.routes import Orchestrator, Signed
from tizmoret.views import Activity

router = APIRouter(prefix="/api/activity", tags=["activity"])


@router.get("")
async def activity(tizmoret: Orchestrator, actor: Signed, hours: Annotated[int, Query(ge=1, le=24 * 90)] = 24) -> Activity:
    """Of the executions that were begun in the last `hours`."""
    return await tizmoret.executions.activity(hours, workspace=actor.workspace)
