"""A home and a database of their own for a trial, gone when it is over. Nothing of the user's is touched."""

from __future__ import annotations

import asyncio
import secrets
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import psycopg
from psycopg import AsyncConnection, sql

from tizmoret.errors import Unavailable
from tizmoret.settings import Settings
from tizmoret.store.embedded import Embedded


@asynccontextmanager
async def scratch(settings: Settings) -> AsyncIterator[tuple[Settings, Embedded | None]]:
    """The settings of a trial, and the server where it may be killed: an embedded one of its own, unless `settings` name a Postgres.

    In that Postgres a new database is made, and dropped. Raises Unavailable where that is not allowed."""
    home = _home()
    try:
        if settings.database_url is None:
            embedded = await asyncio.to_thread(Embedded.start, home / "postgres")
            try:
                yield replace(settings, home=home, model=None, database_url=embedded.dsn), embedded
            finally:
                await asyncio.to_thread(_stop, embedded)
        else:
            async with _database(settings.database_url) as url:
                yield replace(settings, home=home, model=None, database_url=url), None
    finally:
        await asyncio.to_thread(shutil.rmtree, home, ignore_errors=True)


def _home() -> Path:
    home = Path(tempfile.mkdtemp(prefix="tizmoret-verify-"))
    home.chmod(0o711)  # the embedded server may run as another user
    return home


def _stop(embedded: Embedded) -> None:
    """Until its files can be removed."""
    embedded.close()
    embedded.wait_until_gone(15.0)


@asynccontextmanager
async def _database(url: str) -> AsyncIterator[str]:
    name = f"tizmoret_verify_{secrets.token_hex(6)}"
    try:
        connection = await AsyncConnection.connect(url, autocommit=True, connect_timeout=10)
    except psycopg.OperationalError as error:
        cure = "Start it, or mend DATABASE_URL."
        raise Unavailable(f"The database does not answer: {str(error).splitlines()[0]}", cure=cure, field="DATABASE_URL") from error
    async with connection:
        try:
            await connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        except psycopg.errors.InsufficientPrivilege as error:
            cure = "Give its user the right to (createdb), or unset DATABASE_URL to verify on an embedded Postgres."
            raise Unavailable(
                "The user of DATABASE_URL may not create a database to verify in.", cure=cure, field="DATABASE_URL"
            ) from error
        try:
            yield psycopg.conninfo.make_conninfo(url, dbname=name)
        finally:
            if connection.closed:
                connection = await AsyncConnection.connect(url, autocommit=True, connect_timeout=10)
            await connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))
