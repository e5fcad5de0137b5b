"""The executions that this process no longer drives: written down, so that others go on with them."""

from __future__ import annotations

import asyncio
from uuid import UUID

import psycopg
import structlog

from tizmoret.engine import queue
from tizmoret.engine.dispatch.drivers import Drivers
from tizmoret.engine.records import Record
from tizmoret.engine.worker import QUEUE, SIGNALS, Worker
from tizmoret.errors import TizmoretError
from tizmoret.store.database import Database

log = structlog.get_logger(__name__)

LONGEST_REST = 30.0  # seconds before an execution over which the engine itself failed is tried again


class LettingGo:
    def __init__(self, database: Database, worker: Worker, drivers: Drivers) -> None:
        self._database = database
        self._worker = worker
        self._drivers = drivers
        self._failed: dict[UUID, bool] = {}  # whether the engine failed over it

    def add(self, id: UUID) -> None:
        self._failed[id] = False

    async def rest(self, record: Record) -> None:
        """Hold it for a while and leave it alone: the engine itself failed over it. Counted as a crash, so that one which always ends so is
        put aside."""
        self._drivers.resting.add(record.id)
        try:
            await asyncio.sleep(min(0.5 * 2**record.attempts, LONGEST_REST))
        finally:
            self._drivers.resting.discard(record.id)
            self._failed[record.id] = True

    async def write(self) -> list[UUID]:
        """Let go of them, and call the others. Returns which they are; none where the database cannot be reached, and the next time does it."""
        going, self._failed = self._failed, {}
        if not going:
            return []
        try:
            async with self._database.worker_tx() as connection:
                for failed in (False, True):
                    if ids := [id for id, how in going.items() if how is failed]:
                        await queue.release_mine(connection, self._worker.id, ids, failed=failed)
                await connection.execute("select pg_notify(%s, %s)", (SIGNALS, QUEUE))
        except (psycopg.Error, TizmoretError) as error:
            log.warning("could not let go of executions; the next look will", executions=len(going), error=str(error).splitlines()[0])
            self._failed |= going
            return []
        return list(going)
