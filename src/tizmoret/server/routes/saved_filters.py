"""/api/saved-filters: filters of the list of executions, kept for the whole workspace."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from tizmoret.server.routes import Orchestrator, Signed
from tizmoret.views import Filter, SavedFilter

router = APIRouter(prefix="/api/saved-filters", tags=["executions"])

FilterId = Annotated[UUID, Path(description="a saved filter")]


class NewFilter(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str = Field(max_length=200)
    filter: Filter


@router.get("")
async def list_filters(tizmoret: Orchestrator, actor: Signed) -> list[SavedFilter]:
    """By name."""
    return list(await tizmoret.filters.list(workspace=actor.workspace))


@router.post("", status_code=201)
async def save(body: NewFilter, tizmoret: Orchestrator, actor: Signed) -> SavedFilter:
    """One of the same name is replaced."""
    return await tizmoret.filters.save(body.name, body.filter, by=actor.user, workspace=actor.workspace)


@router.delete("/{id}", status_code=204)
async def remove(id: FilterId, tizmoret: Orchestrator, actor: Signed) -> Response:
    await tizmoret.filters.remove(id, workspace=actor.workspace)
    return Response(status_code=204)
