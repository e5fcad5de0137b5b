"""A worker: drives executions, and answers nothing over HTTP but how it is."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Awaitable, Callable

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from tizmoret.orchestrator import Tizmoret
from tizmoret.server.serve import listen, settle_memory
from tizmoret.settings import Settings

OnStarted = Callable[[Tizmoret, str], Awaitable[None]]  # (orchestrator, where its health is)


async def work(settings: Settings, on_started: OnStarted) -> None:
    """Drive until SIGINT or SIGTERM, then hand over. Raises Unavailable when the port of its health is taken, or there is no database."""
    stopped = asyncio.Event()
    listening = listen(settings)
    try:
        async with Tizmoret.open(settings) as tizmoret:
            settle_memory()
            for number in (signal.SIGINT, signal.SIGTERM):
                asyncio.get_running_loop().add_signal_handler(number, stopped.set)
            health = _health(tizmoret)
            answering = asyncio.create_task(_answer(health, listening))
            await on_started(tizmoret, f"http://{settings.host}:{listening.getsockname()[1]}/health")
            await stopped.wait()
            await tizmoret.hand_over()
            health.should_exit = True
            await answering
    finally:
        listening.close()


def _health(tizmoret: Tizmoret) -> uvicorn.Server:
    async def health(request: Request) -> JSONResponse:
        """503 while the database does not take what is to be written."""
        status = tizmoret.health()
        return JSONResponse(status, status_code=200 if status["status"] == "ok" else 503)

    app = Starlette(routes=[Route("/health", health)])
    return uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="off", server_header=False, loop="none"))


async def _answer(server: uvicorn.Server, listening: socket.socket) -> None:
    await server._serve([listening])
