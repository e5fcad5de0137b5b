"""One home with a database of its own for the tests of a file."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tests.integration.cli.program import Program
from tizmoret.store.embedded import Embedded


@pytest.fixture(scope="module")
def program(request: pytest.FixtureRequest, server: Embedded, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    home: Path = tmp_path_factory.mktemp("home")
    name = f"cli_{home.name}_{home.parent.name}".replace("-", "_").lower()
    with psycopg.connect(server.dsn, dbname="postgres", autocommit=True) as connection:
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        made = Program(home, DATABASE_URL=psycopg.conninfo.make_conninfo(server.dsn, dbname=name))
        if request.module.__name__.rpartition(".")[2] != "test_bad_use":
            assert made("run", "check the system").code == 0  # the demo is there, and one execution
        yield made
        connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))
