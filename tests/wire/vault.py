"""An MCP server of the official SDK to which one must sign in: it takes tokens of its authority alone, and for writing wants a right of its own."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from mcp.server.auth.provider import AccessToken
from mcp.server.auth.settings import AuthSettings
from mcp.server.mcpserver import MCPServer
from mcp.types import ToolAnnotations
from pydantic import AnyHttpUrl
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.wire.authority import Authority
from tests.wire.radicale import free_port


@dataclass
class Vault:
    authority: Authority
    address: str
    kept: list[str] = field(default_factory=list)


class _Verifier:
    def __init__(self, authority: Authority) -> None:
        self._authority = authority

    async def verify_token(self, token: str) -> AccessToken | None:
        scopes = self._authority.access.get(token)
        if scopes is None:
            return None
        return AccessToken(token=token, client_id="any", scopes=scopes.split(), resource=self._authority.resource)


class _Rights:
    """For writing more is wanted than for reading: told by a 403, as the SDK's own server tells of the rights that all of it wants."""

    def __init__(self, app: ASGIApp, authority: Authority) -> None:
        self._app, self._authority = app, authority

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        content, more = b"", True
        while more:
            message = await receive()
            content += message.get("body", b"")
            more = message.get("more_body", False)
        token = next((value.decode().removeprefix("Bearer ") for name, value in scope["headers"] if name == b"authorization"), "")
        granted = self._authority.access.get(token)
        told = json.loads(content)
        if granted is not None and told.get("params", {}).get("name") == "keep" and "vault:write" not in granted.split():
            headers = [(b"www-authenticate", b'Bearer error="insufficient_scope", scope="vault:write"')]
            await send({"type": "http.response.start", "status": 403, "headers": headers})
            await send({"type": "http.response.body", "body": b""})
            return
        sent = False

        async def again() -> Message:
            nonlocal sent
            if sent:
                return await receive()
            sent = True
            return {"type": "http.request", "body": content, "more_body": False}

        await self._app(scope, again, send)


def _app(vault: Vault) -> Any:
    settings = AuthSettings(
        issuer_url=AnyHttpUrl(vault.authority.address),
        resource_server_url=AnyHttpUrl(vault.address),
        required_scopes=["vault"],
        validate_token_resource=True,
    )
    server = MCPServer("vault", auth=settings, token_verifier=_Verifier(vault.authority))

    @server.tool(description="How much is kept in the vault", annotations=ToolAnnotations(read_only_hint=True))
    def count() -> dict[str, int]:
        return {"kept": len(vault.kept)}

    @server.tool(description="Keep a thing in the vault")
    def keep(thing: str) -> str:
        vault.kept.append(thing)
        return f"kept {thing}"

    return server.streamable_http_app()


@contextmanager
def vault(authority: Authority) -> Iterator[Vault]:
    port = free_port()
    state = Vault(authority, f"http://127.0.0.1:{port}/mcp")
    authority.resource = state.address
    config = uvicorn.Config(_Rights(_app(state), authority), host="127.0.0.1", port=port, log_config=None, timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    answering = threading.Event()

    async def run() -> None:
        startup = server.startup

        async def started(sockets: Any = None) -> None:
            await startup(sockets)
            answering.set()

        server.startup = started  # type: ignore[method-assign]
        await server.serve()

    thread = threading.Thread(target=lambda: asyncio.run(run()), daemon=True)
    thread.start()
    try:
        assert answering.wait(30), "the vault did not start"
        yield state
    finally:
        server.should_exit = True
        thread.join(30)
