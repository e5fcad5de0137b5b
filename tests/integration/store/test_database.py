"""Tenancy, and where the database comes from."""

from __future__ import annotations

import asyncio
from pathlib import Path

import psycopg
import pytest

from tests.integration.store.processes import gone, keepers, servers, until
from tizmoret.errors import BadInput, NotFound, Unavailable
from tizmoret.ids import uuid7
from tizmoret.settings import Settings
from tizmoret.store.blobs import get
from tizmoret.store.database import Database

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("database")]


async def test_every_table_with_a_workspace_is_guarded(database: Database, database_url: str) -> None:
    """Row-level security forced, a policy for each role, and an index that begins with the workspace."""
    with psycopg.connect(database_url) as connection:
        tables = connection.execute(
            "select c.oid, c.relname, c.relrowsecurity, c.relforcerowsecurity from pg_class c join pg_attribute a on a.attrelid = c.oid "
            "where c.relkind = 'r' and a.attname = 'workspace_id' and not a.attisdropped and c.relnamespace = 'public'::regnamespace"
        ).fetchall()
        assert len(tables) >= 11
        others = connection.execute(
            "select relname from pg_class where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace and oid <> all(%s)",
            ([table[0] for table in tables],),
        ).fetchall()
        assert {row[0] for row in others} == {"workspaces", "workers", "migrations"}, "a new table needs a workspace"
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


async def test_the_tables_belong_to_the_owner_role(database: Database, database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        owners = connection.execute(
            "select distinct pg_get_userbyid(relowner) from pg_class where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace"
        ).fetchall()
    assert owners == [("tizmoret_owner",)]


async def test_a_workspace_does_not_learn_of_the_others_and_cannot_touch_the_workers(database: Database) -> None:
    async with database.worker_tx() as connection:
        await connection.execute("insert into workspaces (id, name) values (%s, 'secret')", (uuid7(),))
    async with database.tenant_tx(database.default_workspace) as connection:
        assert await (await connection.execute("select id from workspaces")).fetchall() == [(database.default_workspace,)]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        async with database.tenant_tx(database.default_workspace) as connection:
            await connection.execute("delete from workers")


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
        assert await (await connection.execute("select * from workspaces")).fetchall() == []


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


async def test_database_url_comes_first(empty_database_url: str, tmp_path: Path) -> None:
    """Even where no embedded server could be started."""
    (tmp_path / "file").touch()
    opened = await Database.open(Settings.from_env({"TIZMORET_HOME": str(tmp_path / "file" / "home"), "DATABASE_URL": empty_database_url}))
    assert opened.kind == "url"
    await opened.close()


@pytest.mark.parametrize("url", ["hello", "mysql://me:hunter2@x/y", "postgresql+asyncpg://me:hunter2@localhost/x", "host='hunter2"])
async def test_an_address_that_is_none_is_refused_without_repeating_it(home: Path, url: str) -> None:
    with pytest.raises(BadInput) as raised:
        await Database.open(Settings.from_env({"TIZMORET_HOME": str(home), "DATABASE_URL": url}))
    assert raised.value.field == "DATABASE_URL"
    assert "hunter2" not in str(raised.value)
    assert raised.value.__suppress_context__


async def test_without_it_the_embedded_server_is_used(folder: Path) -> None:
    opened = await Database.open(Settings.from_env({"TIZMORET_HOME": str(folder / "home")}))
    assert opened.kind in ("embedded", "system")
    assert int(opened.version.split(".")[0]) >= 15
    await opened.close()


async def test_a_database_url_that_leads_nowhere_is_said_with_the_cure(home: Path) -> None:
    with pytest.raises(Unavailable) as raised:
        await Database.open(Settings.from_env({"TIZMORET_HOME": str(home), "DATABASE_URL": "host=/nowhere dbname=x"}))
    assert raised.value.field == "DATABASE_URL"


@pytest.mark.parametrize("victim", ["server", "keeper"])
async def test_connections_of_every_kind_come_back_after_the_server_died(pg: Path, victim: str) -> None:
    home = pg.rename(pg.with_name("postgres")).parent
    opened = await Database.open(Settings.from_env({"TIZMORET_HOME": str(home)}))
    processes = {"server": servers, "keeper": keepers}[victim](home / "postgres")
    assert len(processes) == 1
    processes[0].kill()
    async with asyncio.timeout(20):
        await asyncio.to_thread(until, lambda: servers(home / "postgres") not in ([], processes))
        async with opened.tenant_tx(opened.default_workspace) as connection:
            assert await (await connection.execute("select id from workspaces")).fetchall() == [(opened.default_workspace,)]
        async with opened.worker_tx() as connection:
            await connection.execute("select 1")
        connection = await opened.dedicated()
        await connection.execute("listen something")
        await connection.close()
        await asyncio.to_thread(until, lambda: len(servers(home / "postgres")) == 1)
    await opened.close()
    assert gone(home / "postgres")
