"""/api/me, /api/workspace and /api/workspaces: whom a request comes from, the workspace it works in, and all there are."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from tizmoret.access.rights import RIGHTS
from tizmoret.server.routes import People, Signed
from tizmoret.views import Me, NewKey, WorkspaceView

router = APIRouter(prefix="/api", tags=["people"])


class Rename(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str = Field(max_length=200)


class NewWorkspace(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str = Field(max_length=200)
    owner: str = Field(max_length=200, description="the name of its first member, to whom the key in the answer belongs")


class Founded(BaseModel):
    workspace: WorkspaceView
    key: NewKey


@router.get("/me")
async def me(people: People, actor: Signed) -> Me:
    workspace = await people.workspaces.get(actor.workspace)
    return Me(
        name=actor.user,
        role=actor.role,
        workspace=workspace,
        installation=actor.key is None,
        may=[action for action in RIGHTS if actor.may(action)],
    )


@router.get("/workspace")
async def get(people: People, actor: Signed) -> WorkspaceView:
    return await people.workspaces.get(actor.workspace)


@router.patch("/workspace")
async def rename(body: Rename, people: People, actor: Signed) -> WorkspaceView:
    return await people.workspaces.rename(body.name, by=actor)


@router.get("/workspaces")
async def list_workspaces(people: People, actor: Signed) -> list[WorkspaceView]:
    """All of the installation; for its own token only."""
    return list(await people.workspaces.list(by=actor))


@router.post("/workspaces", status_code=201)
async def create(body: NewWorkspace, people: People, actor: Signed) -> Founded:
    """With its first owner and a key of theirs; for the installation's own token only."""
    workspace, key = await people.found(body.name, body.owner, by=actor)
    return Founded(workspace=workspace, key=key)
