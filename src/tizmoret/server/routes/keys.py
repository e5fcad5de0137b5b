"""/api/keys: what members sign in with. A key is shown once, when it is made."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from tizmoret.access.keys import LONGEST, USUAL
from tizmoret.server.routes import People, Signed
from tizmoret.views import KeyView, NewKey, Role

router = APIRouter(prefix="/api/keys", tags=["people"])

KeyId = Annotated[UUID, Path(description="a key")]


class WantedKey(BaseModel):
    model_config = ConfigDict(extra="forbid")
    member: str | None = Field(None, max_length=200, description="whose; oneself where none is named")
    name: str = Field("", max_length=200, description="what it is for")
    role: Role | None = Field(None, description="no more than this, whatever the member may")
    days: int = Field(USUAL, ge=1, le=LONGEST, description="after which it opens nothing any more")


@router.get("")
async def list_keys(people: People, actor: Signed) -> list[KeyView]:
    """One's own, the latest first; those of everybody for who manages them."""
    return list(await people.keys.list(by=actor))


@router.post("", status_code=201)
async def create(body: WantedKey, people: People, actor: Signed) -> NewKey:
    return await people.keys.create(body.member or actor.user, body.name, role=body.role, days=body.days, by=actor)


@router.delete("/{id}", status_code=204)
async def revoke(id: KeyId, people: People, actor: Signed) -> Response:
    """It opens nothing any more: what it has opened is closed."""
    await people.keys.revoke(id, by=actor)
    return Response(status_code=204)
