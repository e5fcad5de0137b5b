"""Fixtures of the whole suite: one embedded Postgres per test process, and in it a database of its own for each test that asks."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tizmoret.settings import Settings
from tizmoret.store.binaries import find_binaries
from tizmoret.store.database import Database
from tizmoret.store.embedded import Embedded

_numbers = itertools.count()


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def open_folder() -> Iterator[Path]:
    """A folder that an unprivileged server can reach, whoever runs the tests. In memory where there is room: what the tests kill are
    processes, not the machine, and many servers on one disk wait for it most of their time."""
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 4 * 2**30
    folder = Path(tempfile.mkdtemp(prefix="tizmoret-tests-", dir=memory if roomy else None))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def server(open_folder: Path) -> Iterator[Embedded]:
    binaries = find_binaries()
    assert binaries is not None
    embedded = Embedded.start(open_folder / "postgres", binaries)
    yield embedded
    embedded.close()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A TIZMORET_HOME of the test's own."""
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture
def database_url(server: Embedded) -> Iterator[str]:
    """An empty database of the test's own."""
    name = f"test_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(server.dsn, dbname="postgres", autocommit=True) as connection:
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        yield psycopg.conninfo.make_conninfo(server.dsn, dbname=name)
        connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


@pytest.fixture
def settings(home: Path, database_url: str) -> Settings:
    """Offline, with a home and a database of the test's own."""
    return Settings.from_env({"TIZMORET_HOME": str(home), "DATABASE_URL": database_url, "TIZMORET_MODEL": "offline", "TIZMORET_PORT": "0"})


@pytest.fixture
async def database(settings: Settings) -> AsyncIterator[Database]:
    opened = await Database.open(settings)
    yield opened
    await opened.close()
