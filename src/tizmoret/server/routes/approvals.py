"""/api/orchestrate/{id}/approvals, and /api/approvals for those of all executions: what waits for a person."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from tizmoret.server.routes import Id, Orchestrator, Signed
from tizmoret.views import Approval, ApprovalStatus, Page

router = APIRouter(prefix="/api/orchestrate/{id}/approvals", tags=["approvals"])
inbox = APIRouter(prefix="/api/approvals", tags=["approvals"])

ApprovalId = Annotated[UUID, Path(description="an approval of this execution")]


class Approve(BaseModel):
    """Nothing for a plain yes; `args` to approve with changed arguments; `option` or `text` to answer a question."""

    model_config = ConfigDict(extra="forbid")
    args: dict[str, Any] | None = None
    option: int | None = Field(None, ge=0)
    text: str | None = None
    note: str = ""


class Reject(BaseModel):
    model_config = ConfigDict(extra="forbid")
    note: str = ""


@router.get("")
async def list_approvals(id: Id, tizmoret: Orchestrator, actor: Signed, status: ApprovalStatus | None = None) -> list[Approval]:
    return list(await tizmoret.executions.approvals(id, status=status, workspace=actor.workspace))


@router.post("/{approval}/approve")
async def approve(id: Id, approval: ApprovalId, tizmoret: Orchestrator, actor: Signed, body: Approve | None = None) -> Approval:
    """What is shown in `args` is what runs. 409 where it was decided before."""
    given = body or Approve()
    return await tizmoret.approve(
        id, approval, by=actor.user, args=given.args, option=given.option, text=given.text, note=given.note, workspace=actor.workspace
    )


@router.post("/{approval}/reject")
async def reject(id: Id, approval: ApprovalId, tizmoret: Orchestrator, actor: Signed, body: Reject | None = None) -> Approval:
    """The step and all that follow from it are left out."""
    return await tizmoret.reject(id, approval, by=actor.user, note=(body or Reject()).note, workspace=actor.workspace)


@inbox.get("")
async def list_all_approvals(tizmoret: Orchestrator, actor: Signed, status: ApprovalStatus = "pending") -> list[Approval]:
    """Of all executions, oldest first."""
    return list(await tizmoret.executions.approvals(status=status, workspace=actor.workspace))


@inbox.get("/decided")
async def list_decided(
    tizmoret: Orchestrator,
    actor: Signed,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> Page[Approval]:
    """Of all executions: who decided what, and when; the latest first, page by page."""
    return await tizmoret.executions.decided(limit=limit, cursor=cursor, workspace=actor.workspace)
