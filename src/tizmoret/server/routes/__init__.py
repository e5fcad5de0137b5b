"""One file per resource."""

from __future__ import annotations

from typing import Annotated, cast
from uuid import UUID

from fastapi import Depends, Path
from starlette.requests import Request

from tizmoret.orchestrator import Tizmoret

BY = "owner"  # whoever holds the owner's token


def _orchestrator(request: Request) -> Tizmoret:
    return cast(Tizmoret, request.app.state.tizmoret)


Orchestrator = Annotated[Tizmoret, Depends(_orchestrator)]
Id = Annotated[UUID, Path(description="an execution")]
