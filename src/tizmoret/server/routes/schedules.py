"""/api/orchestrate/schedules: requests that are submitted by the clock."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from tizmoret.server.routes import Orchestrator, Signed
from tizmoret.views import Missed, Overlap, Schedule

router = APIRouter(prefix="/api/orchestrate/schedules", tags=["schedules"])

ScheduleId = Annotated[UUID, Path(description="a schedule")]


class NewSchedule(BaseModel):
    model_config = ConfigDict(extra="forbid")
    query: str = Field(description="what should be done each time")
    cron: str = Field(description="minute, hour, day, month, weekday", examples=["0 8 * * 0-4"])
    timezone: str | None = Field(None, max_length=100, description="of the cron expression; the workspace's own where none is given")
    missed: Missed = Field("once", description="what becomes of runs that were due while nothing was running")
    overlap: Overlap = Field("skip", description="whether a run begins while the one before is still open")
    priority: int = Field(0, ge=-100, le=100)


@router.post("", status_code=201)
async def add(body: NewSchedule, tizmoret: Orchestrator, actor: Signed) -> Schedule:
    return await tizmoret.schedules.add(
        body.query, body.cron, timezone=body.timezone, missed=body.missed, overlap=body.overlap, priority=body.priority,
        user=actor.user, workspace=actor.workspace,
    )  # fmt: skip


@router.get("")
async def list_schedules(tizmoret: Orchestrator, actor: Signed) -> list[Schedule]:
    """By the time at which they are due."""
    return list(await tizmoret.schedules.list(workspace=actor.workspace))


@router.post("/{id}/pause")
async def pause(id: ScheduleId, tizmoret: Orchestrator, actor: Signed) -> Schedule:
    return await tizmoret.schedules.pause(id, workspace=actor.workspace)


@router.post("/{id}/resume")
async def resume(id: ScheduleId, tizmoret: Orchestrator, actor: Signed) -> Schedule:
    """Goes on with the next time from now."""
    return await tizmoret.schedules.resume(id, by=actor.user, workspace=actor.workspace)


@router.delete("/{id}", status_code=204)
async def remove(id: ScheduleId, tizmoret: Orchestrator, actor: Signed) -> Response:
    """Executions that it has made stay."""
    await tizmoret.schedules.remove(id, workspace=actor.workspace)
    return Response(status_code=204)
