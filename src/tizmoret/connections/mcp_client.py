"""One session with an MCP server (https://modelcontextprotocol.io), over HTTP or with a program of this machine.

`mcp_sessions` keeps them over calls."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import httpx2

from tizmoret.connections.bearer import kept_out, tell
from tizmoret.connections.connection import Wanted
from tizmoret.errors import SignInNeeded, StepFailed, TizmoretError, TryAgain
from tizmoret.tools.providers.guarded import Way

if TYPE_CHECKING:
    from mcp import Client
    from mcp.client.session import ElicitationFnT, MessageHandlerFnT
    from mcp_types import Tool

MAX_TOOLS = 200
MAX_PAGES = 20
SECONDS = 30.0  # for the greeting, and for each page of the list
_TIMES = httpx2.Timeout(20.0, connect=8.0, read=300.0)


@asynccontextmanager
async def session(
    wanted: Wanted,
    way: Way,
    answer: ElicitationFnT | None = None,
    hear: MessageHandlerFnT | None = None,
) -> AsyncIterator[Client]:
    """answer: to what the server asks of a person. hear: of what it tells by itself.

    Raises StepFailed, or TryAgain where the server cannot be reached. What the body raises comes out as it is, but for what the SDK says."""
    from mcp import Client, MCPError

    raised: list[BaseException] = []
    refused: list[TizmoretError] = []
    token = kept_out.set(refused)
    try:
        async with (
            _transport(wanted, way) as transport,
            Client(transport, read_timeout_seconds=SECONDS, cache=None, elicitation_callback=answer, message_handler=hear) as client,
        ):
            try:
                yield client
            except BaseException as error:
                raised.append(error)
                raise
    except TizmoretError:
        raise
    except Exception as error:  # the SDK's task groups wrap what happens in them, and what the body raised with it
        if refused:
            raise refused[0] from error
        if raised and not isinstance(raised[0], MCPError):
            raise raised[0] from None
        raise away(wanted, error) from error
    finally:
        kept_out.reset(token)


@asynccontextmanager
async def _transport(wanted: Wanted, way: Way) -> AsyncIterator[Any]:
    from mcp import StdioServerParameters
    from mcp.client.stdio import stdio_client
    from mcp.client.streamable_http import streamable_http_client

    command = wanted.options.get("command")
    if command:
        variable = wanted.options.get("secret_in")
        env = {str(variable): wanted.secret} if variable and wanted.secret else None  # beside what every program is given
        with open(os.devnull, "w") as nowhere:  # noqa: ASYNC230 - opening it waits for nothing
            yield stdio_client(StdioServerParameters(command=command[0], args=list(command[1:]), env=env), errlog=nowhere)
        return
    await way.addresses(httpx2.URL(wanted.address))  # said here in our own words; each connection is checked again
    if way.auth is not None:
        async with way.client(timeout=_TIMES) as http:
            yield streamable_http_client(wanted.address, http_client=http)
        return
    headers = {"Authorization": f"Bearer {wanted.secret}"} if wanted.secret else {}

    async def note(response: httpx2.Response) -> None:
        if response.status_code in (401, 403):
            tell(_refusal(wanted, response))

    async with way.client(headers=headers, timeout=_TIMES, event_hooks={"response": [note]}) as http:
        yield streamable_http_client(wanted.address, http_client=http)


def _refusal(wanted: Wanted, response: httpx2.Response) -> StepFailed:
    """Where there is no secret that could be wrong, the server may want a person to sign in."""
    if response.status_code == 401 and not wanted.secret and "bearer" in response.headers.get("www-authenticate", "").lower():
        cure = f"Sign in to it: from the settings, or tizmoret connect add mcp {wanted.name} {wanted.address} --sign-in"
        return SignInNeeded(f"{wanted.name} wants somebody to sign in.", cure=cure, field="address")
    return StepFailed(f"{wanted.name} did not let us in ({response.status_code}).", cure="Connect it again with another secret.")


async def listed(client: Client) -> Sequence[Tool]:
    """Raises StepFailed where there are too many, or pages without end."""
    found: list[Tool] = []
    cursor: str | None = None
    for _ in range(MAX_PAGES):
        page = await client.list_tools(cursor=cursor)
        found += page.tools
        cursor = page.next_cursor
        if len(found) > MAX_TOOLS:
            break
        if cursor is None:
            return found
    raise StepFailed(f"The server offers over {MAX_TOOLS} tools.", cure="Connect one that offers fewer.", field="address")


def away(wanted: Wanted, error: Exception) -> TizmoretError:
    from mcp import MCPError

    inner: BaseException = error
    while isinstance(inner, BaseExceptionGroup):
        inner = inner.exceptions[0]
    if isinstance(inner, TizmoretError):
        return inner
    if isinstance(inner, FileNotFoundError | PermissionError):
        return StepFailed(f"{wanted.options['command'][0]} cannot be started.", cure="Check the command.", field="address")
    what = inner.error.message if isinstance(inner, MCPError) else str(inner)
    return TryAgain(f"{wanted.name} does not speak with us: {type(inner).__name__}: {what}"[:300], cure="Check that it runs.")
