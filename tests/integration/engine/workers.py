"""Worker processes over one database, and a process that submits and looks on, for the tests."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg

from tests.warm import Process
from tizmoret.orchestrator import Tizmoret
from tizmoret.settings import Settings
from tizmoret.verify.tools import CATALOG, let_go


@dataclass
class Crew:
    """Worker processes of one home and database."""

    home: Path
    url: str
    dispatch: str = "inline"
    processes: dict[UUID, subprocess.Popen[str] | Process] = field(default_factory=dict)

    @property
    def env(self) -> dict[str, str]:
        return {
            "TIZMORET_HOME": str(self.home), "DATABASE_URL": self.url, "TIZMORET_MODEL": "offline", "TIZMORET_DISPATCH": self.dispatch
        }  # fmt: skip

    def start(self, *, within: Sequence[str] = (), url: str | None = None) -> UUID:
        """A new one; its id, when it works. within: a command that runs it somewhere else. url: where the database is from there."""
        env = {**os.environ, **self.env, "DATABASE_URL": url or self.url}
        process: subprocess.Popen[str] | Process
        if within:
            command = [*within, sys.executable, "-m", "tizmoret.verify.worker"]
            process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True)
        else:
            process = Process("tizmoret.verify.worker", env=env, stdout=subprocess.PIPE)
        assert process.stdout is not None
        id = UUID(process.stdout.readline().strip())
        self.processes[id] = process
        return id

    def signal(self, id: UUID, number: signal.Signals) -> None:
        self.processes[id].send_signal(number)

    def end(self) -> None:
        for process in self.processes.values():
            process.kill()
            process.wait()
            assert process.stdout is not None
            process.stdout.close()

    def ask(self, query: str, *parameters: Any) -> list[Any]:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("set role tizmoret_worker")
            return connection.execute(query, parameters).fetchall()

    def owners(self) -> list[UUID | None]:
        return [row[0] for row in self.ask("select owner from executions where status in ('planning', 'running')")]

    async def until(self, what: Any, seconds: float = 60.0) -> None:
        """Until `what()` is so."""
        end = time.monotonic() + seconds
        while not what():
            assert time.monotonic() < end, self.owners()
            await asyncio.sleep(0.02)


@asynccontextmanager
async def front(crew: Crew) -> AsyncIterator[Tizmoret]:
    """A process that submits and looks on, as `tizmoret serve --workers 0`."""
    async with Tizmoret.open(Settings.from_env(crew.env), catalog=CATALOG, run_engine=False) as tizmoret:
        await tizmoret.look_on()
        yield tizmoret


async def finish(tizmoret: Tizmoret, id: UUID) -> list[str]:
    """Approve what waits until it has ended; the kinds of its events."""
    kinds = []
    async for event in tizmoret.events(id):
        kinds.append(event.kind)
        if event.kind == "gate.opened":
            gates = await tizmoret.executions.approvals(id, status="pending")
            for gate in gates:
                await tizmoret.approve(id, gate.id, by="test", option=0 if gate.purpose == "unknown" else None)
    return kinds


async def finish_all(tizmoret: Tizmoret, ids: list[UUID]) -> list[list[str]]:
    """Whatever is held goes on."""
    let_go(tizmoret.workplaces.folder(tizmoret.workspace))
    return await asyncio.wait_for(asyncio.gather(*(finish(tizmoret, id) for id in ids)), 120)
