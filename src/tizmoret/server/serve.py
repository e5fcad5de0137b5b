"""Run the server until it is told to stop."""

from __future__ import annotations

import gc
import signal
import socket
from collections.abc import Awaitable, Callable
from types import FrameType

import uvicorn

from tizmoret.errors import Unavailable
from tizmoret.orchestrator import Tizmoret
from tizmoret.owner import owner_token
from tizmoret.server.app import make_app
from tizmoret.settings import Settings

GRACE = 3  # seconds that open requests get at the end

OnStarted = Callable[[Tizmoret, str, str], Awaitable[None]]  # (orchestrator, address, the address that signs in)


async def serve(settings: Settings, on_started: OnStarted) -> None:
    """Serve until SIGINT or SIGTERM. on_started is awaited when the address answers. Raises Unavailable when the port is taken."""
    listening = _listen(settings)
    async with Tizmoret.open(settings) as tizmoret:
        config = uvicorn.Config(
            make_app(tizmoret), log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=GRACE, server_header=False,
            h11_max_incomplete_event_size=64 * 1024, loop="none",
        )  # fmt: skip
        server = _Server(config, tizmoret)
        # A full collection over everything that was loaded would stop all executions for longer than many steps take.
        gc.freeze()
        gc.set_threshold(100_000, 50, 100)
        address = f"http://{_shown(settings.host)}:{listening.getsockname()[1]}"
        server.when_started = on_started(tizmoret, address, f"{address}/orchestrate?token={owner_token(settings.home)}")
        await server.serve(sockets=[listening])


class _Server(uvicorn.Server):
    """uvicorn waits for open streams to end by themselves, which they never do: they are ended first."""

    def __init__(self, config: uvicorn.Config, tizmoret: Tizmoret) -> None:
        super().__init__(config)
        self._tizmoret = tizmoret
        self.when_started: Awaitable[None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.when_started is not None:
            await self.when_started

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._tizmoret.close_streams()
        super().handle_exit(sig if sig != signal.SIGHUP else signal.SIGTERM, frame)


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
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
