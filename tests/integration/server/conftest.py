"""A real server in a thread of its own loop: real HTTP, real database, real executions."""

from __future__ import annotations

import asyncio
import dataclasses
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

from tizmoret.orchestrator import Tizmoret
from tizmoret.owner import owner_token
from tizmoret.server.serve import make_server
from tizmoret.settings import Settings
from tizmoret.tools.providers.tls import trusted


@dataclass
class Running:
    """address such as http://127.0.0.1:41234; start_link signs a browser in; client is signed in."""

    address: str
    start_link: str
    folder: Path
    client: httpx2.Client
    tizmoret: Tizmoret


class ServerThread:
    """Starts and stops a server, also more than once on one home."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._started = threading.Event()
        self._error: BaseException | None = None
        self.running: Running | None = None

    def start(self) -> Running:
        self._started.clear()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self._started.wait(60), "the server did not start"
        if self._error is not None:
            raise self._error
        assert self.running is not None
        return self.running

    def restart_on(self, port: int) -> Running:
        """Start again on the same address, as a browser expects it."""
        self._settings = dataclasses.replace(self._settings, port=port)
        return self.start()

    def stop(self) -> None:
        assert self._loop is not None
        assert self._stop is not None
        assert self._thread is not None
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(30)
        assert not self._thread.is_alive(), "the server did not stop"

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:
            self._error = error
            self._started.set()

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        async with make_server(self._settings) as (server, tizmoret, address):
            serving = asyncio.create_task(server.serve_here())
            await server.answering.wait()
            token = owner_token(self._settings.home)
            self.running = Running(
                address,
                f"{address}/orchestrate?token={token}",
                tizmoret.workplaces.folder(tizmoret.workspace),
                httpx2.Client(base_url=address, headers={"Authorization": f"Bearer {token}"}, timeout=30, verify=trusted()),
                tizmoret,
            )
            self._started.set()
            await self._stop.wait()
            server.stop()
            await serving


@pytest.fixture
def server_thread(settings: Settings) -> Iterator[ServerThread]:
    thread = ServerThread(settings)
    thread.start()
    yield thread
    thread.stop()


@pytest.fixture
def running(server_thread: ServerThread) -> Running:
    assert server_thread.running is not None
    return server_thread.running
