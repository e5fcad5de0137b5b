"""Roles, tenancy, migrations, and where the database comes from."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import signal
import tempfile
from pathlib import Path

import psycopg
import pytest

from tizmoret.errors import NotFound, Unavailable
from tizmoret.ids import uuid7
from tizmoret.settings import Settings
from tizmoret.store.blobs import get
from tizmoret.store.database import Database
from tizmoret.store.embedded import Embedded
from tizmoret.store.migrate import Migration, MigrationError, migrate, migrations

pytestmark = pytest.mark.anyio


@pytest.fixture
def private_home(open_folder: Path) -> Path:
    """A home with a server of its own, where an unprivileged user can reach it."""
    folder = Path(tempfile.mkdtemp(dir=open_folder))
    folder.chmod(0o711)
    return folder


async def test_every_table_with_a_workspace_is_guarded(database: Database, database_url: str) -> None:
    """Row-level security forced, a policy for each role, and an index that begins with the workspace."""
    with psycopg.connect(database_url) as connection:
        tables = connection.execute(
            "select c.oid, c.relname, c.relrowsecurity, c.relforcerowsecurity from pg_class c join pg_attribute a on a.attrelid = c.oid "
            "where c.relkind = 'r' and a.attname = 'workspace_id' and not a.attisdropped and c.relnamespace = 'public'::regnamespace"
        ).fetchall()
        assert len(tables) >= 11
        for oid, name, enabled, forced in tables:
            assert (enabled, forced) == (True, True), name
            policies = {row[0] for row in connection.execute("select polname from pg_policy where polrelid = %s", (oid,)).fetchall()}
            assert policies == {"tenant", "worker"}, name
            leading = connection.execute(
                "select count(*) from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0] "
                "where i.indrelid = %s and a.attname = 'workspace_id'", (oid,)
            ).fetchone()  # fmt: skip
            assert leading is not None
            assert leading[0] >= 1, name


async def test_no_role_of_ours_can_pass_by_row_level_security(database: Database, database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        roles = connection.execute("select rolname, rolsuper, rolbypassrls from pg_roles where rolname like 'tizmoret\\_%'").fetchall()
    assert {role[0] for role in roles} == {"tizmoret_owner", "tizmoret_app", "tizmoret_worker"}
    assert all(not superuser and not bypass for _, superuser, bypass in roles)


async def test_a_workspace_sees_and_changes_only_its_own_rows(database: Database) -> None:
    one, other = uuid7(), uuid7()
    async with database.worker_tx() as connection:
        for workspace in (one, other):
            await connection.execute("insert into workspaces (id, name) values (%s, 'x')", (workspace,))
    for workspace in (one, other):
        async with database.tenant_tx(workspace) as connection:
            await connection.execute("insert into blobs (workspace_id, hash, content) values (%s, 'h', %s)", (workspace, workspace.bytes))
    async with database.tenant_tx(one) as connection:
        rows = await (await connection.execute("select workspace_id from blobs")).fetchall()
        assert rows == [(one,)]
        assert await get(connection, one, "h") == one.bytes
        with pytest.raises(NotFound):
            await get(connection, other, "h")
        assert (await connection.execute("delete from blobs where workspace_id = %s", (other,))).rowcount == 0
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        async with database.tenant_tx(one) as connection:
            await connection.execute("insert into blobs (workspace_id, hash, content) values (%s, 'forged', '')", (other,))


async def test_without_a_workspace_nothing_is_seen(database: Database) -> None:
    async with database.tenant_tx(database.default_workspace) as connection:
        await connection.execute("insert into blobs (workspace_id, hash, content) values (%s, 'h', '')", (database.default_workspace,))
    async with database.tenant_tx(database.default_workspace) as connection:
        await connection.execute("select set_config('tizmoret.workspace', '', true)")
        assert await (await connection.execute("select * from blobs")).fetchall() == []


async def test_the_workspace_of_one_transaction_does_not_leak_into_the_next(database: Database) -> None:
    for _ in range(20):
        async with database.tenant_tx(database.default_workspace) as connection:
            pass
        async with connection_of(database) as connection:
            row = await (await connection.execute("select current_setting('tizmoret.workspace', true)")).fetchone()
            assert row is not None
            assert row[0] in (None, "")


def connection_of(database: Database):  # type: ignore[no-untyped-def]
    return database._tenants.connection()


async def test_two_processes_may_migrate_at_once(database_url: str, home: Path) -> None:
    settings = Settings.from_env({"TIZMORET_HOME": str(home), "DATABASE_URL": database_url})
    opened = await asyncio.gather(*(Database.open(settings) for _ in range(4)))
    assert len({one.default_workspace for one in opened}) == 1
    for one in opened:
        await one.close()


async def test_an_edited_migration_is_refused(database: Database, database_url: str) -> None:
    known = migrations()
    edited = [dataclasses.replace(known[0], text=known[0].text + "-- one more line"), *known[1:]]
    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as connection:
        with pytest.raises(MigrationError, match="changed after it had run"):
            await migrate(connection, edited)


async def test_a_database_of_a_newer_version_is_refused(database: Database, database_url: str) -> None:
    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as connection:
        await migrate(connection, [*migrations(), Migration(9999, "9999_future.sql", "select 1")])
        with pytest.raises(MigrationError, match="does not know"):
            await migrate(connection)


async def test_a_migration_that_fails_leaves_nothing_half_done(database: Database, database_url: str) -> None:
    broken = Migration(9998, "9998_broken.sql", "create table half (n int); select no_such_function();")
    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as connection:
        with pytest.raises(psycopg.errors.UndefinedFunction):
            await migrate(connection, [*migrations(), broken])
        assert await (await connection.execute("select to_regclass('half')")).fetchone() == (None,)
        assert await migrate(connection) == 0


async def test_database_url_comes_first(database: Database) -> None:
    assert database.kind == "url"


async def test_without_it_the_embedded_server_is_used(open_folder: Path) -> None:
    opened = await Database.open(Settings.from_env({"TIZMORET_HOME": str(open_folder / "own home")}))
    assert opened.kind in ("embedded", "system")
    assert int(opened.version.split(".")[0]) >= 15
    await opened.close()


async def test_a_database_url_that_leads_nowhere_is_said_with_the_cure(home: Path) -> None:
    with pytest.raises(Unavailable) as raised:
        await Database.open(Settings.from_env({"TIZMORET_HOME": str(home), "DATABASE_URL": "host=/nowhere dbname=x"}))
    assert raised.value.field == "DATABASE_URL"


async def test_connections_come_back_after_the_server_died(private_home: Path) -> None:
    opened = await Database.open(Settings.from_env({"TIZMORET_HOME": str(private_home)}))
    assert isinstance(opened._embedded, Embedded)
    os.kill(int((opened._embedded.folder / "data" / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
    for _ in range(200):
        try:
            async with opened.worker_tx() as connection:
                await connection.execute("select 1")
            break
        except (Unavailable, psycopg.OperationalError):
            await asyncio.sleep(0.1)
    else:
        raise AssertionError("no connection came back")
    await opened.close()
