"""/api/locks: what running calls hold, and who waits for whom."""

from __future__ import annotations

from fastapi import APIRouter

from tizmoret.server.routes import Orchestrator, Signed
from tizmoret.views import LockView

router = APIRouter(prefix="/api/locks", tags=["locks"])


@router.get("")
async def locks(tizmoret: Orchestrator, actor: Signed) -> list[LockView]:
    """By resource, in the order of the queue."""
    return list(await tizmoret.executions.locks(workspace=actor.workspace))
