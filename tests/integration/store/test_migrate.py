"""Migrations and roles: several starts at once, edited files, newer databases, and users with few rights."""

from __future__ import annotations

import asyncio
import dataclasses
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import psycopg
import pytest

from tests.integration.store.processes import gone
from tizmoret.settings import Settings
from tizmoret.store import migrate as module
from tizmoret.store.binaries import find_system_binaries
from tizmoret.store.database import Database
from tizmoret.store.embedded import Embedded
from tizmoret.store.migrate import Migration, MigrationError, migrate, migrations

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("database")]

OPEN = """
import asyncio
from tizmoret.settings import Settings
from tizmoret.store.database import Database
async def main():
    opened = await Database.open(Settings.from_env())
    print(opened.default_workspace)
    await opened.close()
asyncio.run(main())
"""


@pytest.fixture
async def connection(empty_database_url: str) -> AsyncIterator[psycopg.AsyncConnection]:
    async with await psycopg.AsyncConnection.connect(empty_database_url, autocommit=True) as opened:
        yield opened


async def test_several_processes_may_migrate_at_once(empty_database_url: str, home: Path) -> None:
    env = {"PYTHONPATH": ":".join(sys.path), "TIZMORET_HOME": str(home), "DATABASE_URL": empty_database_url}
    processes = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", OPEN, env=env, stdout=asyncio.subprocess.PIPE) for _ in range(4)
    ]
    told = [(await process.communicate())[0] for process in processes]
    assert all(told)
    assert len(set(told)) == 1, "each made a first workspace of its own"


async def test_a_database_of_an_older_version_is_brought_up_with_its_rows(connection: psycopg.AsyncConnection) -> None:
    assert await migrate(connection, migrations()[:2]) == 2
    await connection.execute("insert into workspaces (id, name) values (gen_random_uuid(), 'kept')")
    assert await migrate(connection) == len(migrations()) - 2
    assert await (await connection.execute("select name from workspaces")).fetchall() == [("kept",)]
    assert await migrate(connection) == 0


async def test_an_edited_migration_is_refused(connection: psycopg.AsyncConnection) -> None:
    known = migrations()
    await migrate(connection, known)
    edited = [dataclasses.replace(known[0], text=known[0].text + "-- one more line"), *known[1:]]
    with pytest.raises(MigrationError, match="changed after it had run"):
        await migrate(connection, edited)


async def test_a_database_of_a_newer_version_is_refused(connection: psycopg.AsyncConnection) -> None:
    await migrate(connection, [*migrations(), Migration(9999, "9999_future.sql", "select 1")])
    with pytest.raises(MigrationError, match="does not know"):
        await migrate(connection)


async def test_a_migration_that_fails_leaves_nothing_half_done(connection: psycopg.AsyncConnection) -> None:
    broken = Migration(9998, "9998_broken.sql", "create table half (n int); select no_such_function();")
    with pytest.raises(psycopg.errors.UndefinedFunction):
        await migrate(connection, [*migrations(), broken])
    assert await (await connection.execute("select to_regclass('half')")).fetchone() == (None,)
    assert await migrate(connection) == 0


async def test_a_migration_that_hangs_elsewhere_does_not_hang_us(
    connection: psycopg.AsyncConnection, empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PATIENCE", 1)
    await connection.execute("select pg_advisory_lock(%s)", (module._LOCK,))
    async with await psycopg.AsyncConnection.connect(empty_database_url, autocommit=True) as other:
        with pytest.raises(MigrationError, match="does not come to an end"):
            await migrate(other)


@pytest.mark.parametrize("kind", ["newest", "system"])
async def test_a_user_with_few_rights_is_enough_where_the_roles_are_there_or_may_be_made(folder: Path, kind: str) -> None:
    """On the newest Postgres and on that of the system: what a user may do with roles it has made changed with 16."""
    server = Embedded.start(folder / "pg", find_system_binaries() if kind == "system" else None)
    with psycopg.connect(server.dsn, dbname="postgres", autocommit=True) as admin:
        admin.execute("create role maker login createrole password 'x'")
        admin.execute("create role plain login password 'x'")
        for name, owner in (("a", "plain"), ("b", "maker"), ("c", "maker")):
            admin.execute(f"create database {name} owner {owner}")  # type: ignore[arg-type]

        async def opens(user: str, database: str) -> None:
            url = psycopg.conninfo.make_conninfo(server.dsn, user=user, password="x", dbname=database)
            for _ in range(2):
                opened = await Database.open(Settings.from_env({"TIZMORET_HOME": str(folder), "DATABASE_URL": url}))
                async with opened.tenant_tx(opened.default_workspace) as connection:
                    row = await (await connection.execute("select current_user, count(*) from workspaces")).fetchone()
                    assert row == ("tizmoret_app", 1)
                await opened.close()

        with pytest.raises(MigrationError) as raised:
            await opens("plain", "a")
        assert "create role tizmoret_owner nologin" in raised.value.cure
        await asyncio.gather(opens("maker", "b"), opens("maker", "c"))
        with pytest.raises(MigrationError) as raised:
            await opens("plain", "a")
        assert "create role" not in raised.value.cure
        admin.execute(raised.value.cure.removeprefix("Let an administrator run: "))  # type: ignore[arg-type]
        await opens("plain", "a")
    server.close()
    assert gone(folder / "pg")


@pytest.mark.parametrize("kind", ["newest", "system"])
async def test_first_starts_in_several_databases_of_one_server_at_the_same_moment_all_succeed(folder: Path, kind: str) -> None:
    """Roles belong to the whole server, and no lock of Postgres holds for more than one database."""
    server = Embedded.start(folder / "pg", find_system_binaries() if kind == "system" else None)
    with psycopg.connect(server.dsn, dbname="postgres", autocommit=True) as admin:
        admin.execute("create role maker login createrole password 'x'")
        for number in range(6):
            admin.execute(f"create database d{number} owner maker")  # type: ignore[arg-type]

        async def starts(number: int) -> int:
            url = psycopg.conninfo.make_conninfo(server.dsn, user="maker", password="x", dbname=f"d{number}")
            async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
                return await migrate(connection, [])

        for _ in range(20):
            assert await asyncio.gather(*(starts(number) for number in range(6))) == [0] * 6
            for role in module.ROLES:
                admin.execute(f"drop role {role}")  # type: ignore[arg-type]
    server.close()
    assert gone(folder / "pg")
