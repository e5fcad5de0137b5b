"""Run the server until it is told to stop."""

from __future__ import annotations

import asyncio
import gc
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import uvicorn

from tizmoret.a2a.notifying import Notifier
from tizmoret.catalog.catalog import Catalog
from tizmoret.errors import Unavailable
from tizmoret.loop import stop
from tizmoret.mcp.endpoint import OverHttp
from tizmoret.orchestrator import Tizmoret
from tizmoret.owner import owner_token
from tizmoret.server.app import make_app
from tizmoret.settings import Settings

GRACE = 3  # seconds that open requests get at the end

OnStarted = Callable[[Tizmoret, str, str], Awaitable[None]]  # (orchestrator, address, the address that signs in)


async def serve(settings: Settings, on_started: OnStarted, *, drives: bool = True) -> None:
    """Serve until SIGINT or SIGTERM. on_started is awaited when the address answers. drives: False leaves executions to other processes.

    Raises Unavailable when the port is taken."""
    async with make_server(settings, drives=drives) as (server, tizmoret, address):
        settle_memory()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, server.stop)
        serving = asyncio.create_task(server.serve_here())
        await server.answering.wait()
        await on_started(tizmoret, address, f"{address}/orchestrate?token={owner_token(settings.home)}")
        await serving


def settle_memory() -> None:
    """A collection over everything that was loaded would stop all executions for longer than many steps take."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 10, 10)


@asynccontextmanager
async def make_server(
    settings: Settings, *, drives: bool = True, catalog: Catalog | None = None
) -> AsyncIterator[tuple[Server, Tizmoret, str]]:
    """A server that listens but does not serve yet, its orchestrator, and its address. catalog: see `Tizmoret.open`.

    Raises Unavailable when the port is taken."""
    listening = listen(settings)
    try:
        async with Tizmoret.open(settings, catalog=catalog, run_engine=drives) as tizmoret:
            if not drives:
                await tizmoret.look_on()
            mcp = OverHttp(tizmoret)
            telling = asyncio.create_task(Notifier(tizmoret).keep_telling())
            try:
                yield Server(tizmoret, listening, mcp), tizmoret, f"http://{_shown(settings.host)}:{listening.getsockname()[1]}"
            finally:
                await stop([telling])
                await mcp.closed()
    finally:
        listening.close()


class Server(uvicorn.Server):
    """uvicorn waits for open streams to end by themselves, which they never do: `stop` ends them first. Signals are our caller's."""

    def __init__(self, tizmoret: Tizmoret, listening: socket.socket, mcp: OverHttp) -> None:
        config = uvicorn.Config(
            make_app(tizmoret, mcp),
            log_config=None,
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=GRACE,
            server_header=False,
            loop="none",
        )
        super().__init__(config)
        self._tizmoret = tizmoret
        self._listening = listening
        self._mcp = mcp
        self.answering = asyncio.Event()
        self._handing_over: asyncio.Task[None] | None = None

    async def serve_here(self) -> None:
        """Until `stop`."""
        await self._serve([self._listening])

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.answering.set()

    def stop(self) -> None:
        """At once for the executions, which other processes go on with; within GRACE for open requests."""
        self._handing_over = self._handing_over or asyncio.create_task(self._tizmoret.hand_over())
        self._tizmoret.close_streams()
        self._mcp.close()
        self.should_exit = True


def listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # Named as TCP, since asyncio turns off the wait for more to send (Nagle, 40 ms an answer) only on sockets that say so.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.port))
    except OSError as error:
        listening.close()
        cure = "Stop what uses it, or choose another with TIZMORET_PORT or --port."
        raise Unavailable(f"{settings.host}:{settings.port} cannot be used: {error.strerror}.", cure=cure, field="TIZMORET_PORT") from error
    listening.listen(1024)
    return listening


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host
