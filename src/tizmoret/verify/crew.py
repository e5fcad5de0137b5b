"""The worker processes of the proof, and all that can be done to them."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from tizmoret.store.database import Database
from tizmoret.store.embedded import Embedded

WORKER = (sys.executable, "-m", "tizmoret.verify.worker")
START = 60.0  # seconds that a worker may take to begin on a busy machine


@dataclass
class Member:
    id: UUID
    process: asyncio.subprocess.Process
    stopped: bool = False


@dataclass(frozen=True)
class Hit:
    """A fault that took a worker away. at: by the database's clock, in seconds. held: what it was driving."""

    kind: str
    at: float
    worker: UUID
    held: frozenset[UUID]


class Crew:
    """embedded: the server below, where it is ours to kill; None: it belongs to somebody else."""

    def __init__(self, home: Path, url: str, database: Database, embedded: Embedded | None, command: Sequence[str] = WORKER) -> None:
        self._env = {**os.environ, "TIZMORET_HOME": str(home), "DATABASE_URL": url, "TIZMORET_MODEL": "offline"}
        self._database = database
        self._embedded = embedded
        self._command = command
        self._errors = (home / "workers.err").open("ab")
        self.members: list[Member] = []
        self.hits: list[Hit] = []

    async def start(self, *arguments: str) -> None:
        """One more worker, at work on return."""
        process = await asyncio.create_subprocess_exec(
            *self._command, *arguments, env=self._env, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=self._errors
        )
        assert process.stdout is not None
        async with asyncio.timeout(START):
            line = await process.stdout.readline()
        self.members.append(Member(UUID(line.decode().strip()), process))

    async def kill(self, member: Member) -> None:
        """kill -9."""
        self.members.remove(member)
        await self._take_away("kill -9", member, signal.SIGKILL)
        await member.process.wait()

    async def stop(self, member: Member) -> None:
        """It stands still, and keeps its connections."""
        member.stopped = True
        await self._take_away("stopped", member, signal.SIGSTOP)

    def wake(self, member: Member) -> None:
        member.stopped = False
        member.process.send_signal(signal.SIGCONT)

    async def hand_over(self, member: Member) -> None:
        """SIGTERM, as in a rolling restart."""
        self.members.remove(member)
        await self._take_away("SIGTERM", member, signal.SIGTERM)
        await member.process.wait()

    async def _take_away(self, kind: str, member: Member, number: signal.Signals) -> None:
        async with self._database.worker_tx() as connection:
            cursor = await connection.execute(
                "select id, extract(epoch from clock_timestamp()) from executions where owner = %s and status in ('planning', 'running')",
                (member.id,),
            )
            rows = await cursor.fetchall()
        member.process.send_signal(number)
        if rows:
            self.hits.append(Hit(kind, float(rows[0][1]), member.id, frozenset(row[0] for row in rows)))

    async def cut_connections(self) -> int:
        """Every session of this database ends, as when a proxy restarts; how many did."""
        async with self._database.worker_tx() as connection:
            await connection.execute("reset role")  # the rights over sessions are those of whoever signed in
            cursor = await connection.execute(
                "select count(pg_terminate_backend(pid)) from pg_stat_activity "
                "where datname = current_database() and usename = current_user and pid <> pg_backend_pid()"
            )
            row = await cursor.fetchone()
            await connection.execute("set role tizmoret_worker")
        return int(row[0]) if row else 0

    async def crash_database(self) -> bool:
        """The server goes down without a word, and is started with recovery; whether there is one that may be brought down."""
        if self._embedded is None:
            return False
        await asyncio.to_thread(_crash, self._embedded)
        return True

    async def end(self) -> None:
        for member in self.members:
            member.process.kill()
            await member.process.wait()
        self.members.clear()
        self._errors.close()


def _crash(embedded: Embedded) -> None:
    pid = int((embedded.place.data / "postmaster.pid").read_text().split()[0])
    os.kill(pid, signal.SIGQUIT)  # "immediate": no checkpoint, clients cut off
    while embedded.listens():
        time.sleep(0.02)
    embedded.restart()
