"""The inline dispatcher: this process drives what it is given, and whatever others left behind. No queue, no other service."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, Literal, Protocol
from uuid import UUID

import psycopg
import structlog

from tizmoret.engine.driver import Driver, Ending
from tizmoret.engine.environment import Environment
from tizmoret.engine.records import OPEN, Record, claim
from tizmoret.engine.worker import SIGNALS, Worker
from tizmoret.errors import TizmoretError

log = structlog.get_logger(__name__)

SWEEP_EVERY = 1.0  # seconds
SWEEP_MOST = 500  # executions taken in one sweep; the next one takes the rest

_ORPHANS = """
select workspace_id, id, owner from executions
where status = any(%(open)s) and owner is not null and owner <> all(%(living)s)
union all
select workspace_id, id, owner from executions where status in ('planning', 'running') and owner is null
union all
select workspace_id, id, owner from executions e where status in ('waiting', 'paused') and owner is null
    and exists (select from signals s where s.workspace_id = e.workspace_id and s.execution_id = e.id)
limit %(most)s"""

_EXPIRE = """
with expired as (
    update pending_approvals set status = 'expired', decided_at = now()
    where status = 'pending' and expires_at < now() returning workspace_id, id, execution_id)
insert into signals (workspace_id, id, execution_id, kind, data)
select workspace_id, gen_random_uuid(), execution_id, 'decision', jsonb_build_object('approval', id, 'decision', 'expired', 'by', '')
from expired returning workspace_id, execution_id"""


class News(Protocol):
    peers: bool  # whether another process shares the database

    def heard(self, payload: str) -> None: ...


class Inline:
    """`news`: who is told of events that other processes commit."""

    def __init__(self, env: Environment, worker: Worker, news: News) -> None:
        self._env = env
        self._worker = worker
        self._news = news
        self._drivers: dict[UUID, Driver] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._claims = asyncio.Semaphore(8)  # connections that taking over may use at once
        self._closed = True  # until `open`: a process that only looks drives nothing

    async def open(self) -> None:
        """Take over what is open and has no living owner, then keep watch."""
        self._closed = False
        await self._worker.open()
        await self._sweep()
        self._spawn(self._worker.listen(self._heard))
        self._spawn(self._keep_sweeping())

    async def close(self) -> None:
        """Stop driving. What is not finished stays open, for the next process to go on with at once."""
        self._closed = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def release(self) -> None:
        """Tell the others that this process drives nothing any more; after the journal has written its last."""
        async with self._env.database.worker_tx() as connection:
            await connection.execute("update executions set owner = null where owner = %s", (self._worker.id,))
        await self._worker.close()

    @property
    def drives(self) -> bool:
        """Whether this process takes executions; one that only looks does not."""
        return not self._closed

    @property
    def driving(self) -> int:
        return len(self._drivers)

    async def ended(self, id: UUID) -> None:
        """Until this process no longer drives it."""
        driver = self._drivers.get(id)
        if driver is not None:
            await driver.over()

    def drive(self, record: Record) -> None:
        """Carry an execution that this process owns through."""
        if self._closed or record.id in self._drivers:
            return
        driver = self._drivers[record.id] = Driver(self._env, record)
        self._spawn(self._carry(driver, record))

    async def _carry(self, driver: Driver, record: Record) -> None:
        ending: Ending | Literal["failed"]
        try:
            ending = await driver.run()
        except Exception:
            log.exception("the engine failed; the execution will be taken up again", execution=str(record.id))
            ending = "failed"
        finally:
            del self._drivers[record.id]
        if ending == "failed":
            # Counted as a crash, so that an execution that always ends so is put aside.
            await asyncio.sleep(min(0.5 * 2**record.attempts, 30))
            await self._take(record.workspace, record.id, self._worker.id)
        if ending == "parked":
            # A signal that came while it was being parked was told to a driver that no longer listened.
            await self._take_if_signalled(record.workspace, record.id)

    async def _take_if_signalled(self, workspace: UUID, id: UUID) -> None:
        async with self._env.database.worker_tx() as connection:
            cursor = await connection.execute(
                "select 1 from signals where workspace_id = %s and execution_id = %s limit 1", (workspace, id)
            )
            if await cursor.fetchone() is None:
                return
        await self.wake(workspace, id)

    async def wake(self, workspace: UUID, id: UUID) -> None:
        """There is a signal for this execution: tell its driver, or take it if it is parked."""
        driver = self._drivers.get(id)
        if driver is not None:
            driver.signal()
        else:
            await self._take(workspace, id, None)

    async def _take(self, workspace: UUID, id: UUID, owner: UUID | None) -> None:
        if self._closed or id in self._drivers:
            return
        try:
            async with self._claims, self._env.database.worker_tx() as connection:
                record = await claim(connection, workspace, id, self._worker.id, owner)
        except (psycopg.Error, TizmoretError):
            log.warning("could not take an execution; the next sweep will", execution=str(id), exc_info=True)
            return
        if record is not None:
            self.drive(record)

    # -- keeping watch

    def _heard(self, channel: str, payload: str) -> None:
        if channel != SIGNALS:
            self._news.heard(payload)
            return
        workspace, _, id = payload.partition(":")
        self._spawn(self.wake(UUID(workspace), UUID(id)))

    async def _keep_sweeping(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_EVERY)
            try:
                await self._sweep()
            except (psycopg.Error, TizmoretError) as error:
                log.warning("sweep failed", error=str(error).splitlines()[0])

    async def _sweep(self) -> None:
        """Expire gates, and take over what nobody drives."""
        living = await self._worker.living()
        self._news.peers = len(living) > 1
        async with self._env.database.worker_tx() as connection:
            cursor = await connection.execute(_EXPIRE)
            expired = await cursor.fetchall()
            parameters = {"open": OPEN, "living": list(living), "most": SWEEP_MOST}
            cursor = await connection.execute(_ORPHANS, parameters)
            orphans = await cursor.fetchall()
        async with asyncio.TaskGroup() as group:
            for workspace, id, owner in orphans:
                group.create_task(self._take(workspace, id, owner))
            for workspace, id in expired:
                group.create_task(self.wake(workspace, id))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
