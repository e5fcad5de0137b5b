"""One home with a database of its own for the tests of a file."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import MIGRATED
from tests.databases import database as a_database
from tests.integration.cli.program import Program
from tizmoret.store.embedded import Embedded


@pytest.fixture(scope="module")
def program(request: pytest.FixtureRequest, server: Embedded, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    home: Path = tmp_path_factory.mktemp("home")
    with a_database(server, like=MIGRATED) as url:
        made = Program(home, DATABASE_URL=url)
        if request.module.__name__.rpartition(".")[2] != "test_bad_use":
            assert made("run", "check the system").code == 0  # the demo is there, and one execution
        yield made
