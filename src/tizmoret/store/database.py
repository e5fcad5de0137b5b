"""The database: where it comes from, and the only ways to a connection.

Request work goes through `tenant_tx`, which sees one workspace and nothing else. The engine, which serves all workspaces, uses
`worker_tx` and `dedicated`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Literal, Self
from uuid import UUID

import psycopg
import structlog
from psycopg import AsyncConnection, sql
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from tizmoret.errors import BadInput, Unavailable
from tizmoret.ids import uuid7
from tizmoret.settings import Settings
from tizmoret.store.embedded import Embedded
from tizmoret.store.migrate import migrate

log = structlog.get_logger(__name__)

POOL = 8  # connections of each kind at the most
WATCH_EVERY = 0.25  # seconds
CONNECT = 10  # seconds that one attempt to connect may take
PATIENCE = 15.0  # seconds that a request waits for a connection
OLDEST = 150000
# A peer that is cut off without a word is given up after seconds, not after the quarter of an hour that the kernel would wait.
_CUT_OFF = {"tcp_user_timeout": "4000", "keepalives": "1", "keepalives_idle": "2", "keepalives_interval": "1", "keepalives_count": "3"}
Connection = AsyncConnection[Any]


class Database:
    """Made by `open`. kind: where it comes from. version: of the server, as it says it."""

    def __init__(self, source: str | Embedded) -> None:
        self.kind: Literal["url", "embedded", "system"] = "url" if isinstance(source, str) else source.kind
        self.version = ""
        self.default_workspace = UUID(int=0)
        self._source = source
        self._tenants = self._pool("tizmoret_app")
        self._workers = self._pool("tizmoret_worker")
        self._watching: asyncio.Task[None] | None = None

    @classmethod
    async def open(cls, settings: Settings) -> Self:
        """DATABASE_URL if set, else the embedded server, else one of the system; migrated and ready.

        Raises BadInput for an address that is none, Unavailable, MigrationError."""
        if settings.database_url:
            self = cls(_checked(settings.database_url))
        else:
            self = cls(await asyncio.to_thread(Embedded.start, settings.home / "postgres"))
        try:
            await self._prepare()
            await self._tenants.open()
            await self._workers.open()
            if isinstance(self._source, Embedded):
                self._watching = asyncio.create_task(self._watch(self._source))
        except BaseException:
            await self.close()
            raise
        return self

    async def _prepare(self) -> None:
        try:
            connection = await AsyncConnection.connect(self.dsn(), autocommit=True, connect_timeout=CONNECT)
        except psycopg.OperationalError as error:
            cure = "Start it, or mend DATABASE_URL." if self.kind == "url" else "See postgres.log in the home folder."
            raise Unavailable(f"The database does not answer: {str(error).splitlines()[0]}", cure=cure, field="DATABASE_URL") from error
        async with connection:
            self.version = str(connection.info.parameter_status("server_version"))
            if connection.info.server_version < OLDEST:
                raise Unavailable(f"Postgres {self.version} is too old.", cure="Use version 15 or newer.", field="DATABASE_URL")
            await migrate(connection)
            self.default_workspace = await self._first_workspace(connection)

    async def _first_workspace(self, connection: Connection) -> UUID:
        await connection.execute("set role tizmoret_worker")
        async with connection.transaction():
            await connection.execute("select pg_advisory_xact_lock(hashtext('first workspace'))")
            cursor = await connection.execute("select id from workspaces order by created_at, id limit 1")
            row = await cursor.fetchone()
            if row is not None:
                return UUID(str(row[0]))
            first = uuid7()
            await connection.execute("insert into workspaces (id, name) values (%s, 'Home')", (first,))
            await connection.execute("insert into workspace_members (workspace_id, user_id, role) values (%s, 'owner', 'owner')", (first,))
            return first

    async def close(self) -> None:
        if self._watching is not None:
            self._watching.cancel()
        for pool in (self._tenants, self._workers):
            await pool.close()
        if isinstance(self._source, Embedded):
            await asyncio.to_thread(self._source.close)

    # -- connections

    def dsn(self) -> str:
        """Where the database is now, with its password: for what brings a driver of its own."""
        if not isinstance(self._source, str):
            return self._source.dsn
        given = psycopg.conninfo.conninfo_to_dict(self._source)
        return psycopg.conninfo.make_conninfo(self._source, **{name: value for name, value in _CUT_OFF.items() if name not in given})

    def _pool(self, role: str) -> AsyncConnectionPool[Connection]:
        async def configure(connection: Connection) -> None:
            await _become(connection, role)
            if role == "tizmoret_app":
                await connection.execute("set statement_timeout = '30s'")
            await connection.commit()

        return AsyncConnectionPool(
            self.dsn, kwargs={"connect_timeout": CONNECT}, min_size=1, max_size=POOL, open=False, timeout=PATIENCE, configure=configure, name=role,
            check=AsyncConnectionPool.check_connection,
        )  # fmt: skip

    def tenant_tx(self, workspace: UUID) -> AbstractAsyncContextManager[Connection]:
        """A transaction that sees this workspace's rows only. Raises Unavailable when the database does not answer."""
        return self._transaction(self._tenants, workspace)

    def worker_tx(self) -> AbstractAsyncContextManager[Connection]:
        """A transaction over all workspaces, for the engine. Raises Unavailable when the database does not answer."""
        return self._transaction(self._workers, None)

    @asynccontextmanager
    async def _transaction(self, pool: AsyncConnectionPool[Connection], workspace: UUID | None) -> AsyncIterator[Connection]:
        try:
            borrowed = await pool.getconn()
        except (PoolTimeout, psycopg.OperationalError) as error:
            raise Unavailable("The database does not answer.", cure="Try again in a moment.") from error
        try:
            async with borrowed.transaction():
                if workspace is not None:
                    await borrowed.execute("select set_config('tizmoret.workspace', %s, true)", (str(workspace),))
                yield borrowed
        finally:
            await pool.putconn(borrowed)

    async def dedicated(self) -> Connection:
        """A connection of one's own, in autocommit, over all workspaces. Raises Unavailable."""
        try:
            connection = await AsyncConnection.connect(self.dsn(), autocommit=True, connect_timeout=CONNECT)
        except psycopg.OperationalError as error:
            raise Unavailable(f"The database does not answer: {str(error).splitlines()[0]}", cure="Try again in a moment.") from error
        try:
            await _become(connection, "tizmoret_worker")
        except BaseException:
            await connection.close()
            raise
        return connection

    def session(self, patience: int) -> psycopg.Connection[Any]:
        """A blocking connection of one's own, for a thread. patience: seconds that the attempt may take. Raises Unavailable."""
        try:
            connection = psycopg.connect(self.dsn(), autocommit=True, connect_timeout=patience)
        except psycopg.OperationalError as error:
            raise Unavailable(f"The database does not answer: {str(error).splitlines()[0]}", cure="Try again in a moment.") from error
        try:
            connection.execute(_BECOME.format(sql.Identifier("tizmoret_worker")))
        except BaseException:
            connection.close()
            raise
        return connection

    async def _watch(self, embedded: Embedded) -> None:
        """Start the embedded server again when it has died under us. Pools and journal keep trying meanwhile."""
        while True:
            await asyncio.sleep(WATCH_EVERY)
            if embedded.listens():
                continue
            try:
                await asyncio.to_thread(embedded.restart)
                log.warning("the database had died and was started again")
            except (Unavailable, OSError) as error:
                log.warning("the database could not be started again", error=str(error))


def _checked(url: str) -> str:
    """Raises BadInput, which does not repeat the address: there is a password in it."""
    try:
        psycopg.conninfo.conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        raise BadInput(
            "DATABASE_URL is not the address of a Postgres.",
            cure="Write it as postgresql://user:password@host:5432/name.",
            field="DATABASE_URL",
        ) from None
    return url


_BECOME = sql.SQL("set role {}")


async def _become(connection: Connection, role: str) -> None:
    await connection.execute(_BECOME.format(sql.Identifier(role)))
