"""/api/reminders: of whom the request comes from, told in the page until they are dismissed or their task is done."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from tizmoret.reminders import LATEST
from tizmoret.server.routes import Orchestrator, Signed
from tizmoret.views import Reminder

router = APIRouter(prefix="/api/reminders", tags=["reminders"])

ReminderId = Annotated[UUID, Path(description="a reminder")]


class Snooze(BaseModel):
    model_config = ConfigDict(extra="forbid")
    minutes: int = Field(ge=1, le=LATEST, description="after which it is told again")


@router.get("")
async def list_reminders(tizmoret: Orchestrator, actor: Signed) -> list[Reminder]:
    """What is due and what is to come, by their times."""
    return list(await tizmoret.reminders.list(actor.user, workspace=actor.workspace))


@router.post("/{id}/dismiss", status_code=204)
async def dismiss(id: ReminderId, tizmoret: Orchestrator, actor: Signed) -> Response:
    """It is not told again. The task stays as it is."""
    await tizmoret.reminders.dismiss(id, actor.user, workspace=actor.workspace)
    return Response(status_code=204)


@router.post("/{id}/snooze", status_code=204)
async def snooze(id: ReminderId, body: Snooze, tizmoret: Orchestrator, actor: Signed) -> Response:
    await tizmoret.reminders.snooze(id, actor.user, body.minutes, workspace=actor.workspace)
    return Response(status_code=204)
