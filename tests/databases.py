"""Databases for the tests, on the embedded server of the process."""

from __future__ import annotations

import asyncio
import itertools
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import AsyncConnection, sql

from tizmoret.store.embedded import Embedded
from tizmoret.store.migrate import migrate

MIGRATED = "migrated"
_numbers = itertools.count()


@contextmanager
def database(server: Embedded, *, like: str = "template1") -> Iterator[str]:
    """The address of a new one, which is there until the end; a copy of the database `like`, to which nobody is connected."""
    name = f"test_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(server.dsn, dbname="postgres", autocommit=True) as connection:
        # By files and not by the log: a third of the time for one so small.
        make = sql.SQL("create database {} template {} strategy file_copy")
        connection.execute(make.format(sql.Identifier(name), sql.Identifier(like)))
        yield psycopg.conninfo.make_conninfo(server.dsn, dbname=name)
        connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


def make_migrated(server: Embedded) -> None:
    """The database that those of the tests are copies of: all its tables, and no row."""

    async def fill() -> None:
        async with await AsyncConnection.connect(server.dsn, dbname=MIGRATED, autocommit=True) as connection:
            await migrate(connection)

    with psycopg.connect(server.dsn, dbname="postgres", autocommit=True) as connection:
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(MIGRATED)))
    filling = threading.Thread(target=asyncio.run, args=(fill(),))  # this thread may have a running loop: that of a browser
    filling.start()
    filling.join()
