"""The inline dispatcher: each process takes what waits in the table as it has room, and nothing but the database stands between them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from uuid import UUID

import psycopg
import structlog

from tizmoret.engine import queue
from tizmoret.engine.dispatch.drivers import Drivers, How
from tizmoret.engine.dispatch.letting_go import LettingGo
from tizmoret.engine.dispatch.port import News, Write
from tizmoret.engine.dispatch.slots import Slots
from tizmoret.engine.dispatch.watch import CUT_OFF, Key, Watch, addressed, beat, tell
from tizmoret.engine.environment import Environment
from tizmoret.engine.records import Record, claim
from tizmoret.engine.tasks import Tasks
from tizmoret.engine.worker import QUEUE, SIGNALS, Worker
from tizmoret.errors import TizmoretError

log = structlog.get_logger(__name__)

PULL_AFTER = 0.01  # seconds from a free place to the look for who gets it: what becomes free meanwhile is filled by the same statements
PULL_MOST = 64  # executions claimed by one round


class Inline:
    """`news`: who is told of events that other processes commit."""

    def __init__(self, env: Environment, worker: Worker, news: News, slots: Slots) -> None:
        self._env = env
        self._worker = worker
        self._news = news
        self._slots = slots
        self._drivers = Drivers(env)
        self._watch = Watch(env.database, worker, self._drivers, news, self)
        self._backlog: set[UUID] = set()  # workspaces of which executions wait, as far as this process knows
        self._letting_go = LettingGo(env.database, worker, self._drivers)
        self._tasks = Tasks()
        self._claims = asyncio.Semaphore(8)  # connections that waking may use at once
        self._pulling = asyncio.Lock()
        self._pull_later: asyncio.TimerHandle | None = None
        self._parked: list[Key] = []  # a moment ago
        self._drives = False  # until `run_worker`: a process that only looks drives nothing

    # -- the life of this process

    async def run_worker(self) -> None:
        self._drives = True
        await self._worker.open(drives=True)
        await self.recover()
        for work in (self._worker.listen(self._heard), self._watch.keep_looking(), self._watch.keep_beating()):
            self._tasks.spawn(work, tell)

    async def look_on(self) -> None:
        await self._worker.open(drives=False)
        for work in (self._worker.listen(self._heard), beat(self._worker)):
            self._tasks.spawn(work, tell)

    async def recover(self) -> None:
        await self._watch.look()

    async def hand_over(self) -> None:
        self._drives = False
        if self._pull_later is not None:
            self._pull_later.cancel()
        await self._tasks.stop()
        await self._drivers.hand_over(self._letting_go.write)

    async def close(self) -> None:
        await self._worker.close()

    @property
    def driving(self) -> int:
        return len(self._drivers)

    async def ended(self, id: UUID) -> None:
        await self._drivers.ended(id)

    # -- new executions

    async def submit(self, workspace: UUID, write: Write) -> Record:
        """Driven here at once where there is room and nobody of its workspace waits; else it takes its place among those who do."""
        mine = self._takes and workspace not in self._backlog and self._slots.take(workspace)
        try:
            record = await write(self._worker.id if mine else None)
        except BaseException:
            if mine:
                self._slots.give(workspace)
            raise
        if mine:
            self._drive(record)
        elif self._drives:
            self._backlog.add(workspace)
            self._pull_soon()
        else:
            await self._worker.call()
        return record

    # -- driving

    @property
    def _takes(self) -> bool:
        """Not while the others may think that this process is dead: what it took then, they would take over at once, with its calls under
        way, when it comes back from a stop of some seconds."""
        return self._drives and self._worker.pulse.silence <= CUT_OFF

    def _drive(self, record: Record) -> None:
        """An execution that this process owns, and has taken a place for."""
        if not self._drives:
            self._letting_go.add(record.id)
            self._slots.give(record.workspace)
            return
        self._drivers.start(record, self._ended)

    async def _ended(self, record: Record, how: How) -> None:
        self._slots.give(record.workspace)
        if self._backlog:
            self._pull_soon()
        if how == "handed":
            self._letting_go.add(record.id)
        elif how == "failed":
            self._tasks.spawn(self._try_again(record), tell)
        elif how == "parked" and self._drives:
            if not self._parked:
                asyncio.get_running_loop().call_later(PULL_AFTER, self._take_signalled)
            self._parked.append((record.workspace, record.id))

    async def _try_again(self, record: Record) -> None:
        await self._letting_go.rest(record)
        self._backlog.add(record.workspace)
        self._pull_soon()

    # -- those that are parked

    async def wake(self, workspace: UUID, id: UUID) -> None:
        if not self._drivers.signal(id):
            await self._take(workspace, id)

    def _take_signalled(self) -> None:
        """A signal that came while an execution was being parked was told to a driver that no longer listened."""
        parked, self._parked = self._parked, []
        self._tasks.spawn(self._take_those_signalled(parked), tell)

    async def _take_those_signalled(self, parked: Sequence[Key]) -> None:
        try:
            async with self._env.database.worker_tx() as connection:
                called = await queue.called(connection, parked)
        except (psycopg.Error, TizmoretError):
            return  # the next look finds them
        await self.called(called)

    async def _take(self, workspace: UUID, id: UUID) -> None:
        """Where there is no room, the next look finds it again."""
        if not self._takes or id in self._drivers or not self._slots.take(workspace):
            return
        record = None
        try:
            async with self._claims, self._env.database.worker_tx() as connection:
                record = await claim(connection, workspace, id, self._worker.id)
        except (psycopg.Error, TizmoretError):
            log.warning("could not take an execution; the next look will", execution=str(id), exc_info=True)
        finally:
            if record is None:
                self._slots.give(workspace)
        if record is not None:
            self._drive(record)

    # -- those that wait for a place

    def _pull_soon(self) -> None:
        if self._drives and self._pull_later is None:
            self._pull_later = asyncio.get_running_loop().call_later(PULL_AFTER, self._pull_now)

    def _pull_now(self) -> None:
        self._pull_later = None
        self._tasks.spawn(self._pull(), tell)

    async def _pull(self) -> None:
        """Fill the free places, fairly, until there is none or nobody waits."""
        try:
            async with self._pulling:
                await self._letting_go.write()
                while self._takes and self._slots.free and await self._pull_round():
                    pass
        except (psycopg.Error, TizmoretError) as error:
            log.warning("could not take what waits; the next look will", error=str(error).splitlines()[0])

    async def _pull_round(self) -> int:
        """How many were taken."""
        taken = 0
        async with self._env.database.worker_tx() as connection:
            waiting = await queue.waiting_workspaces(connection)
        self._backlog = set(waiting)
        for workspace, share in self._slots.shares(waiting, PULL_MOST).items():
            places = sum(self._slots.take(workspace) for _ in range(share))
            records: list[Record] = []
            try:
                async with self._env.database.worker_tx() as connection:
                    records = await queue.take_waiting(connection, workspace, places, self._worker.id)
            finally:
                for _ in range(places - len(records)):
                    self._slots.give(workspace)
            for record in records:
                self._drive(record)
            taken += len(records)
        return taken

    # -- what is heard and found

    def _heard(self, channel: str, payload: str) -> None:
        if channel != SIGNALS:
            self._news.heard(payload)
        elif payload == QUEUE:
            self._pull_soon()
        elif self._drives:
            self._tasks.spawn(self.wake(*addressed(payload)), tell)

    async def freed(self, orphans: Sequence[Key]) -> None:
        self._pull_soon()

    async def called(self, parked: Sequence[Key]) -> None:
        await asyncio.gather(*(self._take(workspace, id) for workspace, id in parked))

    async def look(self) -> None:
        await self._pull()
