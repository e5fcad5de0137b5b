"""/api/members: the people of the workspace and what each may do."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from tizmoret.server.routes import People, Signed
from tizmoret.views import Member, Role

router = APIRouter(prefix="/api/members", tags=["people"])

Name = Annotated[str, Path(description="a member", max_length=200)]


class NewMember(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str = Field(max_length=200, description="what stands beside their decisions", examples=["Dana"])
    role: Role = "member"


class NewRole(BaseModel):
    model_config = ConfigDict(extra="forbid")
    role: Role


@router.get("")
async def list_members(people: People, actor: Signed) -> list[Member]:
    """By when they came."""
    return list(await people.members.list(actor.workspace))


@router.post("", status_code=201)
async def add(body: NewMember, people: People, actor: Signed) -> Member:
    """They sign in with a key: make one for them next."""
    return await people.members.add(body.name, body.role, by=actor)


@router.patch("/{name}")
async def change(name: Name, body: NewRole, people: People, actor: Signed) -> Member:
    """Counts at once, also for streams that are open. 409 for the last owner."""
    return await people.members.change(name, body.role, by=actor)


@router.delete("/{name}", status_code=204)
async def remove(name: Name, people: People, actor: Signed) -> Response:
    """With their keys and page sessions; their schedules stop. What they did stays under their name. 409 for the last owner."""
    await people.members.remove(name, by=actor)
    return Response(status_code=204)
