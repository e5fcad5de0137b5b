"""A folder of the test's own, which an unprivileged server can reach; and one in which a server has been made before, since making takes long."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.store.processes import gone
from tizmoret.store.embedded import Embedded


@pytest.fixture
def folder(open_folder: Path) -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(dir=open_folder))
    made.chmod(0o711)
    yield made
    for record in made.rglob("socket-folder"):  # of a path too long to hold it
        shutil.rmtree(record.read_text(), ignore_errors=True)
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture(scope="session")
def once_made(open_folder: Path) -> Path:
    folder = open_folder / "once made"
    Embedded.start(folder).close()
    assert gone(folder)
    return folder


@pytest.fixture
def pg(folder: Path, once_made: Path) -> Path:
    """A data folder with an empty database, and nobody there."""
    subprocess.run(["cp", "-a", once_made, folder / "pg"], check=True)
    return folder / "pg"
