"""The page on this machine to which a sign-in elsewhere comes back (RFC 8252): once, with what it brings in its address."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from tizmoret.cli.messages import say

LONGEST = 16_384  # bytes of a request


@dataclass
class Loopback:
    port: int
    came: asyncio.Future[dict[str, str]]


@asynccontextmanager
async def loopback() -> AsyncIterator[Loopback]:
    """Listens on a free port of this machine alone."""
    came: asyncio.Future[dict[str, str]] = asyncio.get_running_loop().create_future()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            line = (await asyncio.wait_for(reader.readline(), 10)).decode("ascii", "replace").split(" ")
            told = dict(parse_qsl(urlsplit(line[1]).query)) if len(line) == 3 and line[0] == "GET" else {}
            back = bool(told.keys() & {"code", "error"})  # a browser also asks for an icon
            body = say("connect.back").encode() if back else b""
            head = f"HTTP/1.1 {'200 OK' if back else '404 Not Found'}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {len(body)}"
            writer.write(head.encode() + b"\r\nReferrer-Policy: no-referrer\r\nConnection: close\r\n\r\n" + body)
            await writer.drain()
            if back and not came.done():
                came.set_result(told)
        except (TimeoutError, ConnectionError, ValueError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, limit=LONGEST)
    async with server:
        yield Loopback(server.sockets[0].getsockname()[1], came)
