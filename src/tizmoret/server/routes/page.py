"""The page at /orchestrate, its files, and the session that opens it."""

from __future__ import annotations

import asyncio
import gzip
from functools import lru_cache
from pathlib import Path

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response

from tizmoret.access.secrets import read_secret
from tizmoret.errors import NotFound, NotSignedIn
from tizmoret.owner import PREFIX as KEY
from tizmoret.owner import same, session_of
from tizmoret.server.guard import COOKIE
from tizmoret.server.routes import People

router = APIRouter(include_in_schema=False)

WEB = Path(__file__).parents[2] / "_web"
MONTH = 30 * 86_400  # seconds
PACKED = {
    ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml", ".json": "application/json",
}  # fmt: skip
SLOW = 0.5  # seconds that a wrong token costs

_NOT_BUILT = (
    "<!doctype html><meta charset=utf-8><title>Tizmoret</title><p>The page has not been built. Run <code>make run</code> in the project, "
    "then reload. The API under <code>/api</code> works."
)


class SignIn(BaseModel):
    model_config = ConfigDict(extra="forbid")
    token: str = Field(max_length=200)


@router.post("/api/session", status_code=204)
async def sign_in(body: SignIn, request: Request, people: People) -> Response:
    """Exchange a member's key, or the installation's token, for the page's cookie."""
    given, token = body.token.strip(), request.app.state.token
    if same(given, token):
        return _with_cookie(request, Response(status_code=204), session_of(token), MONTH)
    actor = await people.credentials.actor(given) if given.startswith(KEY) else None
    if actor is None:
        await asyncio.sleep(SLOW)
        raise NotSignedIn("This is no key of anybody.", cure="Ask who gave it to you; `tizmoret token` prints the owner's.", field="token")
    session, lasts = await people.keys.begin_session(actor)
    return _with_cookie(request, Response(status_code=204), session.text, int(lasts.total_seconds()))


@router.delete("/api/session", status_code=204)
async def sign_out(request: Request, people: People) -> Response:
    """Take the page's cookie away, and what it opened with it. Answers whoever asks: there is nothing to protect in leaving."""
    session = read_secret(request.cookies.get(COOKIE, ""))
    if session is not None:
        await people.keys.end_session(session)
    response = Response(status_code=204)
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict", secure=request.url.scheme == "https")
    return response


@router.get("/")
async def root() -> Response:
    return RedirectResponse("/orchestrate")


@router.get("/orchestrate")
@router.get("/orchestrate/{place:path}")
async def page(request: Request, place: str = "", token: str | None = None) -> Response:
    """The page; with the token of the start link, first a cookie and an address without it."""
    if token is not None:
        clean = RedirectResponse(request.url.path, status_code=303)
        own = request.app.state.token
        return _with_cookie(request, clean, session_of(own), MONTH) if same(token, own) else clean
    index = WEB / "index.html"
    return FileResponse(index, media_type="text/html; charset=utf-8") if index.is_file() else HTMLResponse(_NOT_BUILT, 503)


@router.get("/assets/{name}")
async def asset(name: str, request: Request) -> Response:
    """Files with their content's hash in the name never change."""
    path = WEB / "assets" / name
    if path.parent != WEB / "assets" or not path.is_file():
        raise NotFound("There is no such file.", cure="Reload the page.")
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
    if path.suffix not in PACKED or "gzip" not in request.headers.get("accept-encoding", ""):
        return FileResponse(path, headers=headers)
    packed = await asyncio.to_thread(_packed, path, path.stat().st_mtime_ns)
    return Response(packed, media_type=PACKED[path.suffix], headers={**headers, "Content-Encoding": "gzip"})


@lru_cache(maxsize=64)
def _packed(path: Path, changed: int) -> bytes:
    """Once for each file as it stands: fonts are packed already, and a page has some twenty others."""
    return gzip.compress(path.read_bytes(), mtime=0)


@router.get("/health")
async def health() -> dict[str, str]:
    """Whether the process answers."""
    return {"status": "ok"}


def _with_cookie(request: Request, response: Response, session: str, seconds: int) -> Response:
    """Over https it goes back over https alone. A proxy that ends TLS before us says so in X-Forwarded-Proto, which uvicorn heeds from those
    in FORWARDED_ALLOW_IPS (this machine, where it is not set)."""
    response.set_cookie(COOKIE, session, max_age=seconds, httponly=True, samesite="strict", path="/", secure=request.url.scheme == "https")
    return response
