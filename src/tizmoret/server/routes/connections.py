"""/api/connections: the servers that the workspace is connected to. Secrets go in, and never come out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field, SecretStr
from starlette.responses import Response

from tizmoret.connections.book import view
from tizmoret.connections.connection import Wanted
from tizmoret.server.routes import Orchestrator, Signed
from tizmoret.views import ConnectionKind, ConnectionView

router = APIRouter(prefix="/api/connections", tags=["connections"])

Name = Annotated[str, Path(description="a connection", max_length=100)]


class NewConnection(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str = Field(max_length=100, examples=["home"])
    kind: ConnectionKind
    address: str = Field(max_length=2_000, examples=["https://cloud.example/remote.php/dav"])
    user: str = Field("", max_length=300)
    secret: SecretStr | None = Field(None, description="a password, a key or a token; it is sealed, and never shown again")
    channel: str = Field("", max_length=100, description="of slack: where a message goes that names no channel")
    gates: bool = Field(False, description="of slack, ntfy and webhook: tell there what waits for a person")
    document: str = Field("", description="of openapi: the document itself; `address` is then its server's")
    base: str = Field("", max_length=2_000, description="of openapi: its server, where that is not the one that the document names")
    only: list[str] = Field(
        [], max_length=200, description="of openapi: the operations that are wanted, by name, tag or path; empty for all"
    )
    reads: list[str] = Field(
        [],
        max_length=200,
        description="of openapi: operations that change nothing, whatever their method; of a2a: `ask`, if the agent only answers",
    )

    def wanted(self) -> Wanted:
        told = {
            "user": self.user,
            "base": self.base,
            "only": self.only,
            "reads": self.reads,
            "channel": self.channel,
            "gates": self.gates,
            "file": bool(self.document),
        }
        secret = self.secret.get_secret_value() if self.secret is not None else None
        return Wanted(self.name, self.kind, self.address, {name: value for name, value in told.items() if value}, secret, self.document)


@router.post("", status_code=201)
async def add(body: NewConnection, tizmoret: Orchestrator, actor: Signed) -> ConnectionView:
    """Looked at before it is kept. One of the same name and kind is replaced."""
    return view(await tizmoret.connections.add(body.wanted(), workspace=actor.workspace))


@router.get("")
async def list_connections(tizmoret: Orchestrator, actor: Signed) -> list[ConnectionView]:
    """By name, with what went wrong at the last look."""
    return [view(one) for one in await tizmoret.connections.list(workspace=actor.workspace)]


@router.post("/{name}/test")
async def test(name: Name, tizmoret: Orchestrator, actor: Signed) -> ConnectionView:
    """Look at the server again; `trouble` says what is wrong."""
    return view(await tizmoret.connections.check(name, workspace=actor.workspace))


@router.post("/{name}/approve")
async def approve(name: Name, tizmoret: Orchestrator, actor: Signed) -> ConnectionView:
    """Agree to what the server offers now, where that is not what it was."""
    return view(await tizmoret.connections.approve(name, workspace=actor.workspace))


@router.delete("/{name}", status_code=204)
async def remove(name: Name, tizmoret: Orchestrator, actor: Signed) -> Response:
    """What was changed on the server stays."""
    await tizmoret.connections.remove(name, workspace=actor.workspace)
    return Response(status_code=204)
