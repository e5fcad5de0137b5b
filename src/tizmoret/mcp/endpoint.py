"""/mcp: the MCP server over HTTP."""

from __future__ import annotations

import asyncio
from typing import Any

from tizmoret.access.rights import Actor
from tizmoret.orchestrator import Tizmoret


class OverHttp:
    """An ASGI application, made when the first client comes: who has none pays nothing for it."""

    def __init__(self, tizmoret: Tizmoret) -> None:
        self._tizmoret = tizmoret
        self._running: asyncio.Task[None] | None = None
        self._ready: asyncio.Future[Any] | None = None
        self._closing = asyncio.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if self._ready is None:
            self._ready = asyncio.get_running_loop().create_future()
            self._running = asyncio.create_task(self._run(self._ready))
        app = await asyncio.shield(self._ready)
        scope["user"] = _principal(scope["state"]["actor"])
        await app(scope, receive, send)

    async def _run(self, ready: asyncio.Future[Any]) -> None:
        from mcp.server.streamable_http_manager import StreamableHTTPASGIApp, StreamableHTTPSessionManager

        from tizmoret.mcp.server import make_mcp

        manager = StreamableHTTPSessionManager(app=make_mcp(self._tizmoret), security_settings=None)  # the guard in front looks at hosts
        async with manager.run():
            ready.set_result(StreamableHTTPASGIApp(manager))
            await self._closing.wait()

    def close(self) -> None:
        """End every session, so that a server can stop while clients listen."""
        self._closing.set()

    async def closed(self) -> None:
        self.close()
        if self._running is not None:
            await self._running


def _principal(actor: Actor) -> Any:
    """Whose a session is: the protocol's library lets nobody else go on with it."""
    from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
    from mcp.server.auth.provider import AccessToken

    return AuthenticatedUser(AccessToken(token="", client_id=str(actor.workspace), subject=actor.user, scopes=[]))
