"""This process among those that share the database: how others see that it lives, and how they call it.

A worker lives as long as its session holds an advisory lock: kill -9 drops the connection, and the lock with it, with no clock to compare.
The same connection listens for signals (a person decided) and news (events of executions that other processes drive)."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable
from typing import Any
from uuid import UUID

import psycopg
import structlog
from psycopg import AsyncConnection

from tizmoret.errors import TizmoretError
from tizmoret.ids import uuid7
from tizmoret.store.database import Database

log = structlog.get_logger(__name__)

SIGNALS, NEWS = "tizmoret_signals", "tizmoret_news"
RECONNECT = 0.2  # seconds

Heard = Callable[[str, str], None]  # (channel, payload)


class Worker:
    def __init__(self, database: Database) -> None:
        # Fresh per process: a fixed one would let a restarted process take its predecessor's calls for its own.
        self.id = uuid7()
        self._database = database
        self._connection: AsyncConnection[Any] | None = None

    async def open(self) -> None:
        connection = await self._database.dedicated()
        await connection.execute(
            "insert into workers (id, host, pid) values (%s, %s, %s) on conflict do nothing", (self.id, socket.gethostname(), os.getpid())
        )
        await connection.execute("select pg_advisory_lock(%s)", (_key(self.id),))
        await connection.execute(f"listen {SIGNALS}")
        await connection.execute(f"listen {NEWS}")
        self._connection = connection

    async def listen(self, heard: Heard) -> None:
        """Until cancelled. A lost connection is made anew, and the lock taken again."""
        while True:
            try:
                if self._connection is None:
                    await self.open()
                assert self._connection is not None
                async for notification in self._connection.notifies():
                    heard(notification.channel, notification.payload)
            except (psycopg.OperationalError, TizmoretError) as error:
                log.warning("the listening connection was lost", error=str(error).splitlines()[0])
            await self._drop()
            await asyncio.sleep(RECONNECT)

    async def call(self, workspace: UUID, execution: UUID) -> None:
        """Tell whoever drives, or can take, this execution that there is something for it."""
        async with self._database.worker_tx() as connection:
            await connection.execute("select pg_notify(%s, %s)", (SIGNALS, f"{workspace}:{execution}"))

    async def close(self) -> None:
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

    async def living(self) -> set[UUID]:
        """The workers that live, this one included. The dead are struck off the list."""
        async with self._database.worker_tx() as connection:
            cursor = await connection.execute("select id from workers where id <> %s", (self.id,))
            others = [row[0] for row in await cursor.fetchall()]
            living = {self.id}
            for other in others:
                cursor = await connection.execute("select pg_try_advisory_xact_lock(%s)", (_key(other),))
                row = await cursor.fetchone()
                if row is not None and row[0]:
                    await connection.execute("delete from workers where id = %s", (other,))
                else:
                    living.add(other)
            return living


def _key(worker: UUID) -> int:
    return int.from_bytes(worker.bytes[8:], signed=True)
