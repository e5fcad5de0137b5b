"""The token of a person who signed in, shown to one server with each request; another one is fetched where it ends, or is refused before.

Why a server keeps a call out is told where the call was made: a transport of the MCP SDK tells only that there was an error."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextvars import ContextVar

import httpx2

from tizmoret.errors import TizmoretError

kept_out: ContextVar[list[TizmoretError] | None] = ContextVar("kept_out", default=None)  # of a call, or of the beginning of a session


def tell(error: TizmoretError) -> None:
    told = kept_out.get()
    if told is not None:
        told.append(error)


class Bearer(httpx2.Auth):
    """token: one that is good, and not the one that is given, which was refused; raises TizmoretError. refused: why it is, by the status and
    the scopes that the server names."""

    def __init__(
        self, address: str, token: Callable[[str], Awaitable[str]], refused: Callable[[int, str], Awaitable[TizmoretError]]
    ) -> None:
        self._origin = _origin(httpx2.URL(address))
        self._fetch = token
        self._refused = refused

    async def async_auth_flow(self, request: httpx2.Request) -> AsyncGenerator[httpx2.Request, httpx2.Response]:
        if _origin(request.url) != self._origin:
            yield request
            return
        token = await self._token("")
        _show(request, token)
        response = yield request
        if response.status_code == 401 and token:
            token = await self._token(token)
            if token:
                _show(request, token)
                response = yield request
        if response.status_code in (401, 403) and token:
            tell(await self._refused(response.status_code, scopes_of(response)))

    async def _token(self, refused: str) -> str:
        """Empty where none is to be had: the request goes out without, so that it is refused by itself, and no other call with it."""
        try:
            return await self._fetch(refused)
        except TizmoretError as error:
            tell(error)
            return ""


def scopes_of(response: httpx2.Response) -> str:
    """Those that the server wants and the token has not (RFC 6750); `?` where it does not name them; else empty."""
    told = response.headers.get("www-authenticate", "")
    if response.status_code != 403 or not re.search(r'error="?insufficient_scope', told):
        return ""
    found = re.search(r'scope="([\x21\x23-\x5b\x5d-\x7e ]{1,1000})"', told)
    return " ".join(found[1].split()) if found else "?"


def _show(request: httpx2.Request, token: str) -> None:
    request.headers.pop("Authorization", None)
    if token:
        request.headers["Authorization"] = f"Bearer {token}"


def _origin(url: httpx2.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port
