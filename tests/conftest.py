"""Fixtures of the whole suite: one embedded Postgres per test process, and in it a database of its own for each test that asks."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import hypothesis
import pytest

from tests.databases import MIGRATED, make_migrated
from tests.databases import database as a_database
from tizmoret.settings import Settings
from tizmoret.store.binaries import find_binaries
from tizmoret.store.database import Database
from tizmoret.store.embedded import Embedded


def _memory() -> str | None:
    """A folder in memory, where there is room. What the tests kill are processes, not the machine, and many servers and homes on one
    disk wait for it most of their time."""
    folder = "/dev/shm"
    roomy = os.path.isdir(folder) and os.access(folder, os.W_OK) and shutil.disk_usage(folder).free > 4 * 2**30
    return folder if roomy else None


if MEMORY := _memory():
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", MEMORY)  # where pytest puts `tmp_path`


# How long one example takes says how busy the machine is.
hypothesis.settings.register_profile("untimed", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("untimed")


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def open_folder() -> Iterator[Path]:
    """A folder that an unprivileged server can reach, whoever runs the tests."""
    folder = Path(tempfile.mkdtemp(prefix="tizmoret-tests-", dir=MEMORY))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def server(open_folder: Path) -> Iterator[Embedded]:
    binaries = find_binaries()
    assert binaries is not None
    embedded = Embedded.start(open_folder / "postgres", binaries)
    make_migrated(embedded)
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
    """A database of the test's own, with all tables and no rows."""
    with a_database(server, like=MIGRATED) as url:
        yield url


@pytest.fixture
def empty_database_url(server: Embedded) -> Iterator[str]:
    """A database of the test's own, as Postgres makes it."""
    with a_database(server) as url:
        yield url


@pytest.fixture
def settings(home: Path, database_url: str) -> Settings:
    """Offline, with a home and a database of the test's own."""
    return Settings.from_env({"TIZMORET_HOME": str(home), "DATABASE_URL": database_url, "TIZMORET_MODEL": "offline", "TIZMORET_PORT": "0"})


@pytest.fixture
async def database(settings: Settings) -> AsyncIterator[Database]:
    opened = await Database.open(settings)
    yield opened
    await opened.close()
