"""/api/sign-ins: the page sends a person to sign in elsewhere, and brings what they come back with.

The provider sends the browser to the page itself (`/orchestrate/connected/…`), which changes nothing; it is the page that posts what stands in
its address. So the cookie stays one that no other site's links carry, the Origin is checked, and the rights are those of that moment."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field, SecretStr
from pydantic.alias_generators import to_camel
from starlette.requests import Request

from tizmoret.connections import google, microsoft
from tizmoret.connections.book import view
from tizmoret.connections.connection import Wanted
from tizmoret.connections.mcp_sign_in import client_metadata
from tizmoret.connections.sign_in import Back
from tizmoret.server.routes import Orchestrator, Signed
from tizmoret.tools.providers.oauth import Client
from tizmoret.views import ConnectionView, SignInService, SignInStarted

router = APIRouter(prefix="/api/sign-ins", tags=["connections"])
documents = APIRouter(include_in_schema=False)

SERVICES = (google.ACCOUNT, microsoft.ACCOUNT)


class NewSignIn(BaseModel):
    model_config = ConfigDict(extra="forbid", alias_generator=to_camel)
    name: str = Field(max_length=100, examples=["work"])
    kind: Literal["google", "microsoft", "mcp"]
    address: str = Field(
        "", max_length=2_000, description="of mcp: the server; else one that speaks as the service does, instead of the service"
    )
    only: list[str] = Field([], max_length=20, description="the parts of the account that are wanted; empty for all")
    client_id: str = Field(
        "", max_length=500, description="empty for the one of the connection, or else the one that the operator registered"
    )
    client_secret: SecretStr = Field(SecretStr(""), max_length=2_000)

    def wanted(self) -> Wanted:
        own = {one.kind: one.address for one in SERVICES}
        return Wanted(self.name, self.kind, self.address or own.get(self.kind, ""), {"only": self.only} if self.only else {})

    def client(self) -> Client | None:
        return Client(self.client_id, self.client_secret.get_secret_value()) if self.client_id else None


class CameBack(BaseModel):
    model_config = ConfigDict(extra="forbid")
    redirect: str = Field(max_length=2_000, description="the address that the person came back to, without what stands after `?`")
    answer: dict[Annotated[str, Field(max_length=100)], Annotated[str, Field(max_length=8_000)]] = Field(
        max_length=30, description="what stands after `?`"
    )


@router.get("")
async def services(tizmoret: Orchestrator) -> list[SignInService]:
    """To whom people can sign in, and whether they must bring a client of their own for that."""
    return [
        SignInService(kind=one.kind, name=one.service, parts=list(one.parts), registered=one.address in tizmoret.sign_ins.clients)
        for one in SERVICES
    ]


@router.post("", status_code=201)
async def begin(body: NewSignIn, request: Request, tizmoret: Orchestrator, actor: Signed) -> SignInStarted:
    """Where the person is to be sent now. Good for ten minutes, for one answer, and for who asked."""
    attempt = await tizmoret.sign_ins.begin(body.wanted(), body.client(), _back(request), by=actor.user, workspace=actor.workspace)
    return SignInStarted(address=attempt.asking.address, redirect=attempt.asking.redirect)


@router.post("/finish", status_code=201)
async def finish(body: CameBack, tizmoret: Orchestrator, actor: Signed) -> ConnectionView:
    """What the person came back with is exchanged, the account looked at, and the connection kept."""
    return view(await tizmoret.sign_ins.finish(body.answer, body.redirect, by=actor.user, workspace=actor.workspace))


def _back(request: Request) -> Back:
    """Under the address that the browser knows us by, which behind a proxy only it can tell; the guard has compared it with the Host."""
    origin = request.headers.get("origin") or f"{request.url.scheme}://{request.url.netloc}"
    # A server elsewhere can read our document only if we are where anybody can reach us, which takes TLS to begin with.
    document = f"{origin}/oauth/clients/{{tag}}" if origin.startswith("https://") else ""
    return Back(f"{origin}/orchestrate/connected/{{tag}}", document)


@documents.get("/oauth/clients/{tag}")
async def client_document(tag: Annotated[str, Path(pattern=r"^mcp-[0-9a-f]{16}$")], request: Request) -> dict[str, Any]:
    """Who we are, for servers that let in whoever says so at an address of its own (OAuth Client ID Metadata Document)."""
    origin = f"https://{request.headers.get('host', '')}"
    return {"client_id": f"{origin}/oauth/clients/{tag}", "client_uri": origin, **client_metadata(f"{origin}/orchestrate/connected/{tag}")}
