"""One file per resource."""

from __future__ import annotations

from typing import Annotated, cast
from uuid import UUID

from fastapi import Depends, Path
from starlette.requests import Request

from tizmoret.access.access import Access
from tizmoret.access.rights import Actor
from tizmoret.orchestrator import Tizmoret


def _orchestrator(request: Request) -> Tizmoret:
    return cast(Tizmoret, request.app.state.tizmoret)


def _access(request: Request) -> Access:
    return cast(Access, request.app.state.access)


def _actor(request: Request) -> Actor:
    return cast(Actor, request.state.actor)


Orchestrator = Annotated[Tizmoret, Depends(_orchestrator)]
People = Annotated[Access, Depends(_access)]
Signed = Annotated[Actor, Depends(_actor)]  # whom the request comes from: the guard has found out
Id = Annotated[UUID, Path(description="an execution")]
