"""This process among those that share the database: that it lives, who else does, and how they call each other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
import structlog
from psycopg import AsyncConnection

from tizmoret.engine.pulse import GONE, SILENT, Pulse
from tizmoret.errors import TizmoretError
from tizmoret.ids import uuid7
from tizmoret.store.database import Database

log = structlog.get_logger(__name__)

SIGNALS, NEWS = "tizmoret_signals", "tizmoret_news"
RECONNECT = 0.2  # seconds
QUEUE = ""  # what is said on SIGNALS when executions wait for a place

Heard = Callable[[str, str], None]  # (channel, payload)

# The locks are looked at only where a beat is missing.
_LIVING = """
select id, drives from workers w
where beat_at > clock_timestamp() - make_interval(secs => %(silent)s) and (
    beat_at > clock_timestamp() - make_interval(secs => %(gone)s)
    or exists (select from pg_locks l join pg_database d on d.oid = l.database and d.datname = current_database()
        where l.locktype = 'advisory' and l.objsubid = 1 and l.granted and (l.classid::bigint << 32 | l.objid::bigint) = w.lock))"""


@dataclass(frozen=True, slots=True)
class Peers:
    """The other processes that live: those that drive executions, and those that only look on."""

    drivers: frozenset[UUID]
    others: frozenset[UUID]


class Worker:
    def __init__(self, database: Database) -> None:
        # Fresh per process: a fixed one would let a restarted process take its predecessor's calls for its own.
        self.id = uuid7()
        self.pulse = Pulse(database, self.id)
        self._database = database
        self._connection: AsyncConnection[Any] | None = None
        self._open = False

    async def open(self, *, drives: bool) -> None:
        """Show that this process lives, and listen. drives: whether it takes executions. Raises Unavailable."""
        self._open = True
        await asyncio.to_thread(self.pulse.start, drives)
        await self._connect()

    async def _connect(self) -> None:
        connection = await self._database.dedicated()
        await connection.execute(f"listen {SIGNALS}")
        await connection.execute(f"listen {NEWS}")
        self._connection = connection

    async def listen(self, heard: Heard) -> None:
        """Until cancelled. A lost connection is made anew; whatever was called meanwhile is found by the next look into the tables."""
        while True:
            try:
                if self._connection is None:
                    await self._connect()
                assert self._connection is not None
                async for notification in self._connection.notifies():
                    heard(notification.channel, notification.payload)
            except (psycopg.OperationalError, TizmoretError) as error:
                log.warning("the listening connection was lost", error=str(error).splitlines()[0])
            await self._drop()
            await asyncio.sleep(RECONNECT)

    async def call(self) -> None:
        """Tell whoever has room that executions wait."""
        async with self._database.worker_tx() as connection:
            await connection.execute("select pg_notify(%s, %s)", (SIGNALS, QUEUE))

    async def close(self) -> None:
        if not self._open:
            return
        await asyncio.to_thread(self.pulse.stop)
        try:
            async with self._database.worker_tx() as connection:
                await connection.execute("delete from workers where id = %s", (self.id,))
        except (psycopg.Error, TizmoretError):
            log.info("the database is gone already; others will see that this worker is")
        await self._drop()

    async def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    async def peers(self) -> Peers:
        """Who else lives, by the clock of the database."""
        async with self._database.worker_tx() as connection:
            cursor = await connection.execute(_LIVING, {"silent": SILENT, "gone": GONE})
            rows = [(id, drives) for id, drives in await cursor.fetchall() if id != self.id]
        return Peers(frozenset(id for id, drives in rows if drives), frozenset(id for id, drives in rows if not drives))
