"""The guard in front of every route: who asks, from where, and how much. Plain ASGI, so that it also covers the stream.

Signed in is a request with the installation's token or a member's key as bearer, or with the page's cookie. What each may do then is said by
`permissions.py`. Status and health answer to everybody."""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tizmoret.access.access import Access
from tizmoret.access.rights import Actor
from tizmoret.errors import NotSignedIn, TizmoretError
from tizmoret.owner import same, session_of
from tizmoret.server.problems import problem, refusal
from tizmoret.server.watch import while_signed_in

COOKIE = "tizmoret_session"
MAX_BODY = 1024 * 1024  # bytes
CLOSED = ("/api/", "/mcp", "/a2a")
OPEN = frozenset({"/health", "/api/orchestrate/status", "/api/session"})
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]", "::1"})

_HEADERS = {
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"x-frame-options": b"DENY",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
}
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; font-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)


class Guard:
    """host: the name the server listens on; a request for another one is an attempt to reach it through a foreign page (DNS rebinding)."""

    def __init__(self, app: ASGIApp, access: Access, token: str, host: str) -> None:
        self._app = app
        self._access = access
        self._token = token
        self._session = session_of(token)
        self._hosts = LOOPBACK if host in LOOPBACK else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refused = self._refusal(scope)
        given = None
        if refused is None and scope["path"].startswith(CLOSED) and scope["path"] not in OPEN:
            given = _given(Headers(scope=scope))
            try:
                scope.setdefault("state", {})["actor"] = await self._signed_in(given)
            except TizmoretError as error:
                refused = refusal(error)
        if refused is not None:
            await refused(scope, receive, _with_headers(send))
            return
        await while_signed_in(self._app, self._access.credentials, given)(scope, _limited(receive), _with_headers(send))

    async def _signed_in(self, given: str) -> Actor:
        """Raises NotSignedIn, Unavailable."""
        if same(given, self._token) or same(given, self._session):
            return self._access.owner
        actor = await self._access.credentials.actor(given)
        if actor is None:
            cure = "Send `Authorization: Bearer …` with a key or with the token that `tizmoret token` prints, or sign in to the page."
            raise NotSignedIn("You are not signed in.", cure=cure)
        return actor

    def _refusal(self, scope: Scope) -> ASGIApp | None:
        headers, method = Headers(scope=scope), scope["method"]
        host = urlsplit(f"//{headers.get('host', '')}").hostname or ""
        if self._hosts is not None and host not in self._hosts:
            return problem(403, "forbidden", f"This server does not answer for {host!r}.", cure="Use 127.0.0.1 or localhost.", field="Host")
        origin = headers.get("origin")
        if method not in SAFE and origin is not None and urlsplit(origin).netloc != headers.get("host"):
            return problem(
                403, "forbidden", "The request comes from another site.", cure="Send it from this server's own page.", field="Origin"
            )
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > MAX_BODY:
            return problem(413, "too-large", "The body is too large.", cure=f"Send at most {MAX_BODY:,} bytes.")
        return None


def _given(headers: Headers) -> str:
    """The bearer, or else what the page's cookie holds."""
    kind, _, bearer = headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return bearer.strip()
    try:
        cookie = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return ""
    return "" if cookie is None else cookie.value


def _limited(receive: Receive) -> Receive:
    """A body that is sent in pieces is cut off where it passes the limit."""
    taken = 0

    async def limited() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        return message if taken <= MAX_BODY else {"type": "http.disconnect"}

    return limited


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers: list[Any] = message.setdefault("headers", [])
            present = {name.lower() for name, _ in headers}
            headers += [(name, value) for name, value in _HEADERS.items() if name not in present]
            if b"content-security-policy" not in present:
                headers.append((b"content-security-policy", PAGE_POLICY.encode()))
            if b"cache-control" not in present:
                headers.append((b"cache-control", b"no-store"))
        await send(message)

    return sending
