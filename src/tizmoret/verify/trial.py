"""One trial: workers drive executions, faults strike at random, a person decides and is honest; then the check."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from tizmoret.errors import TizmoretError
from tizmoret.orchestrator import Tizmoret
from tizmoret.settings import Settings
from tizmoret.store.database import Database
from tizmoret.store.embedded import Embedded
from tizmoret.verify.check import Findings, check
from tizmoret.verify.crew import WORKER, Crew
from tizmoret.verify.tools import CATALOG, ledger, plan
from tizmoret.verify.worker import FENCED
from tizmoret.views import Approval

PAUSE = (0.4, 1.6)  # seconds between two faults
STOPPED = (3.5, 5.5)  # seconds that a stopped worker stands still: longer than the others wait
PATIENCE = 90.0  # seconds that all may take to end when the faults are over
SLOW_PERSON = STOPPED[1] + 3.0  # seconds before a person believes that what is not in the ledger will not come any more
SKEWS = (0.0, 0.0, 3600.0, -3600.0, 86_400.0)  # seconds by which the clocks of workers are wrong

FAULTS = {"kill -9": 60, "stopped": 14, "SIGTERM": 10, "connections cut": 12, "database crashed": 4}  # kind: weight


@dataclass(frozen=True)
class Setup:
    """seconds: of faults. open: executions at the same time. faults: kind to weight."""

    seed: int
    seconds: float
    workers: int = 3
    open: int = 24
    kills: int | None = None  # go on until so many workers were killed
    faults: dict[str, int] = field(default_factory=lambda: dict(FAULTS))
    command: Sequence[str] = WORKER


@dataclass
class Outcome:
    setup: Setup
    findings: Findings
    faults: Counter[str]
    fenced: int
    seconds: float


async def run(setup: Setup, settings: Settings, embedded: Embedded | None) -> Outcome:
    """settings: of a home and a database that hold nothing else. embedded: the server, where it may be killed."""
    began = time.monotonic()
    async with Tizmoret.open(settings, catalog=CATALOG, run_engine=False) as tizmoret:
        await tizmoret.look_on()
        database = await Database.open(settings)
        assert settings.database_url is not None
        crew = Crew(settings.home, settings.database_url, database, embedded, setup.command)
        trial = _Trial(setup, tizmoret, database, crew)
        try:
            await trial.run()
            findings = await check(database, trial.folder, crew.hits)
        finally:
            await crew.end()
            await database.close()
    log = settings.home / "workers.log"
    fenced = log.read_text().count(FENCED) if log.exists() else 0
    return Outcome(setup, findings, trial.faults, fenced, time.monotonic() - began)


class _Trial:
    def __init__(self, setup: Setup, tizmoret: Tizmoret, database: Database, crew: Crew) -> None:
        self._setup = setup
        self._tizmoret = tizmoret
        self._database = database
        self._crew = crew
        self._dice = random.Random(setup.seed)  # noqa: S311 - repeats a trial, guards nothing
        self._seen: dict[object, float] = {}  # when a gate of unknown outcome was first looked at
        self._waking: set[asyncio.Task[None]] = set()
        self.faults: Counter[str] = Counter()
        self.folder: Path = tizmoret.workplaces.folder(tizmoret.workspace)

    async def run(self) -> None:
        for _ in range(self._setup.workers):
            await self._start()
        striking = asyncio.create_task(self._strike_on())
        feeding = asyncio.create_task(self._feed())
        deciding = asyncio.create_task(self._decide())
        try:
            await asyncio.wait({striking, deciding, feeding}, return_when=asyncio.FIRST_COMPLETED)
            for task in (striking, deciding, feeding):
                if task.done():
                    task.result()
            feeding.cancel()
            await asyncio.gather(*self._waking)
            await self._settled(deciding)
        finally:
            for task in (striking, feeding, deciding):
                task.cancel()

    async def _start(self) -> None:
        await self._crew.start(str(self._dice.choice(SKEWS)))

    # -- faults

    async def _strike_on(self) -> None:
        end = time.monotonic() + self._setup.seconds
        kills = self._setup.kills
        while time.monotonic() < end if kills is None else self.faults["kill -9"] < kills:
            await asyncio.sleep(self._dice.uniform(*PAUSE))
            kinds = self._setup.faults
            kind = self._dice.choices(list(kinds), list(kinds.values()))[0]
            try:
                if await self._strike(kind):
                    self.faults[kind] += 1
            except (psycopg.Error, TizmoretError):
                continue  # the database itself was the one that was struck a moment ago

    async def _strike(self, kind: str) -> bool:
        crew = self._crew
        awake = [member for member in crew.members if not member.stopped]
        if kind == "connections cut":
            return await crew.cut_connections() > 0
        if kind == "database crashed":
            return await crew.crash_database()
        if len(awake) < 2:
            return False
        victim = self._dice.choice(awake)
        if kind == "stopped":
            await crew.stop(victim)
            waking = asyncio.create_task(self._wake_later(victim, self._dice.uniform(*STOPPED)))
            self._waking.add(waking)
        elif kind == "kill -9":
            await crew.kill(victim)
            await self._start()
        else:
            await crew.hand_over(victim)
            await self._start()
        return True

    async def _wake_later(self, victim: object, seconds: float) -> None:
        await asyncio.sleep(seconds)
        for member in self._crew.members:
            if member is victim:
                self._crew.wake(member)

    # -- the world around

    async def _feed(self) -> None:
        """Keep so many executions open."""
        number = 0
        while True:
            try:
                there = await self._count_open()
                for _ in range(self._setup.open - there):
                    # One in four takes its time, so that many are hit in the middle of a call.
                    seconds = self._dice.uniform(0.02, 0.1) if number % 4 else self._dice.uniform(0.3, 1.0)
                    number += 1
                    await self._tizmoret.submit("", plan=plan(round(seconds, 3)), idempotency_key=f"trial-{number}")
            except (psycopg.Error, TizmoretError):
                number = max(0, number - 1)  # the same key again: it is made once, whatever became of the first try
            await asyncio.sleep(0.1)

    async def _count_open(self) -> int:
        async with self._database.worker_tx() as connection:
            cursor = await connection.execute(
                "select count(*) from executions where status in ('planning', 'running', 'waiting', 'paused')"
            )
            row = await cursor.fetchone()
        return int(row[0]) if row else 0

    async def _decide(self) -> None:
        """Approve; and where the engine does not know whether a call happened, look into the ledger and say the truth."""
        while True:
            try:
                for gate in await self._tizmoret.executions.approvals(status="pending"):
                    option = self._truth(gate) if gate.purpose == "unknown" else None
                    if gate.purpose != "unknown" or option is not None:
                        await self._tizmoret.approve(gate.execution_id, gate.id, by="verify", option=option)
            except (psycopg.Error, TizmoretError):
                pass  # decided already, or the database is down; the next round sees
            await asyncio.sleep(0.05)

    def _truth(self, gate: Approval) -> int | None:
        """0: it happened, 1: it did not; None: too early to say."""
        lines = ledger(self.folder)
        if f"once {gate.execution_id}/{gate.step_id}" in (lines.read_text().splitlines() if lines.exists() else []):
            return 0
        first = self._seen.setdefault(gate.id, time.monotonic())
        return 1 if time.monotonic() - first > SLOW_PERSON else None

    async def _settled(self, deciding: asyncio.Task[None]) -> None:
        """Until all have ended, or it takes too long: the check says then what is lost."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and not deciding.done():
            try:
                if not await self._count_open():
                    return
            except (psycopg.Error, TizmoretError):
                pass
            await asyncio.sleep(0.1)
