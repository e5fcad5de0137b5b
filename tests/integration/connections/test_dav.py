"""Calendars and contacts of a real server, through the whole engine; and what is kept of the way to it."""

from __future__ import annotations

import dataclasses
import os

import psycopg
import pytest

from tests.integration.test_end_to_end import SEED, carry
from tests.wire.radicale import PASSWORD, DavUser
from tizmoret.connections.connection import Wanted
from tizmoret.errors import BadInput, Conflict, NotFound, TizmoretError, Unavailable
from tizmoret.orchestrator import Tizmoret
from tizmoret.settings import DavServer, Settings

pytestmark = pytest.mark.anyio


def wanted(person: DavUser, name: str = "home", secret: str = PASSWORD) -> Wanted:
    return Wanted(name, "dav", person.address, {"user": person.name}, secret)


@pytest.mark.parametrize("language", ["he", "en"])
async def test_the_seed_request_meets_on_the_server(tizmoret: Tizmoret, person: DavUser, language: str) -> None:
    await tizmoret.connections.add(wanted(person))
    before = person.text().count("BEGIN:VEVENT")

    execution = await carry(tizmoret, SEED[language])

    assert execution.status == "completed", execution.answer
    text = person.text()
    assert text.count("BEGIN:VEVENT") == before + 1
    (made,) = (one for one in text.split("BEGIN:VEVENT") if "@tizmoret" in one and "UID:demo-" not in one)
    assert "yoav.cohen@sdot-haemek.example" in made
    folder = tizmoret.workplaces.folder(tizmoret.workspace)
    assert not (folder / "calendar" / "main.ics").exists()

    await tizmoret.undo(execution.id, by="dana")
    assert (await tizmoret.wait(execution.id)).status == "undone"
    assert person.text().count("BEGIN:VEVENT") == before


async def test_the_server_of_the_settings_is_for_whoever_has_connected_none(open_settings: Settings, person: DavUser) -> None:
    server = DavServer(person.address, person.name, PASSWORD)
    async with Tizmoret.open(dataclasses.replace(open_settings, networks=(), dav=server)) as tizmoret:
        execution = await carry(tizmoret, "Schedule a meeting with Noa Segev tomorrow at 14:00")
    assert execution.status == "completed", execution.answer
    assert "noa.segev@north-mill.example" in person.text()


async def test_without_a_connection_data_lives_in_the_folder_again(tizmoret: Tizmoret, person: DavUser) -> None:
    await tizmoret.connections.add(wanted(person))
    await tizmoret.connections.remove("home")
    text = person.text()
    execution = await carry(tizmoret, "Schedule a dentist appointment tomorrow at 14:00")
    assert execution.status == "completed", execution.answer
    assert (tizmoret.workplaces.folder(tizmoret.workspace) / "calendar" / "main.ics").exists()
    assert person.text() == text
    with pytest.raises(NotFound):
        await tizmoret.connections.remove("home")


async def test_a_server_that_cannot_be_used_is_not_kept(tizmoret: Tizmoret, person: DavUser) -> None:
    with pytest.raises(BadInput, match="did not let"):
        await tizmoret.connections.add(wanted(person, secret="wrong"))
    with pytest.raises(Unavailable, match="cannot be reached"):
        await tizmoret.connections.add(Wanted("home", "dav", "http://127.0.0.1:1", {"user": "x"}, "y"))
    assert await tizmoret.connections.list() == []


@pytest.mark.parametrize(
    ("name", "address", "field"),
    [
        ("Home", "https://a.example", "name"),
        ("home", "ftp://a.example", "address"),
        ("home", "https://u:p@a.example", "address"),
        ("home", "http://a.example", "address"),
        ("home", "https://169.254.169.254", "address"),
        ("home", "https://a.example:99999", "address"),
    ],
)
async def test_what_cannot_be_connected_names_the_field(tizmoret: Tizmoret, name: str, address: str, field: str) -> None:
    with pytest.raises(BadInput) as refused:
        await tizmoret.connections.add(Wanted(name, "dav", address, {"user": "x"}, "a secret"))
    assert refused.value.field == field
    assert refused.value.cure


async def test_a_workspace_has_one_calendar(tizmoret: Tizmoret, person: DavUser) -> None:
    await tizmoret.connections.add(wanted(person))
    with pytest.raises(Conflict, match="home is this workspace's calendar already"):
        await tizmoret.connections.add(wanted(person, "work"))
    await tizmoret.connections.add(wanted(person))  # the same again changes its password
    assert [one.name for one in await tizmoret.connections.list()] == ["home"]


async def test_a_look_tells_what_is_wrong_until_it_is_well(tizmoret: Tizmoret, person: DavUser, dav: object) -> None:
    await tizmoret.connections.add(wanted(person))
    assert (await tizmoret.connections.check("home")).trouble == ""
    person.ask("DELETE", f"/{person.name}/a-main/")
    person.ask("DELETE", f"/{person.name}/people/")
    assert "no calendar" in (await tizmoret.connections.check("home")).trouble
    assert "no calendar" in (await tizmoret.connections.list())[0].trouble
    person.calendar()
    assert (await tizmoret.connections.check("home")).trouble == ""


# -- secrets at rest


async def test_a_secret_is_in_no_table_and_is_not_shown(tizmoret: Tizmoret, person: DavUser, settings: Settings) -> None:
    await tizmoret.connections.add(wanted(person))
    assert [one.secret for one in await tizmoret.connections.list()] == [None]
    assert PASSWORD not in repr(await tizmoret.connections.get("home"))
    async with await psycopg.AsyncConnection.connect(settings.database_url or "") as connection:
        tables = await (await connection.execute("select tablename from pg_tables where schemaname = 'public'")).fetchall()
        for (table,) in tables:
            rows = await (await connection.execute(f"select t::text from {table} t")).fetchall()
            content = " ".join(row[0] for row in rows)
            assert PASSWORD not in content
            assert PASSWORD.encode().hex() not in content
    assert (settings.home / "master-key").stat().st_mode & 0o077 == 0


async def test_a_sealed_secret_opens_nowhere_else(tizmoret: Tizmoret, person: DavUser, settings: Settings) -> None:
    await tizmoret.connections.add(wanted(person))
    async with await psycopg.AsyncConnection.connect(settings.database_url or "", autocommit=True) as connection:
        await connection.execute("update connections set name = 'moved'")
    with pytest.raises(Unavailable, match="cannot be opened"):
        await tizmoret.connections.get("moved")


async def test_an_altered_secret_does_not_open(tizmoret: Tizmoret, person: DavUser, settings: Settings) -> None:
    await tizmoret.connections.add(wanted(person))
    async with await psycopg.AsyncConnection.connect(settings.database_url or "", autocommit=True) as connection:
        await connection.execute("update connections set secret = set_byte(secret, 20, get_byte(secret, 20) # 1)")
    with pytest.raises(Unavailable, match="cannot be opened"):
        await tizmoret.connections.get("home")


async def test_keys_are_exchanged_without_connecting_again(open_settings: Settings, tizmoret: Tizmoret, person: DavUser) -> None:
    old, new = os.urandom(32), os.urandom(32)

    async def opened(*keys: bytes) -> str | None:
        async with Tizmoret.open(dataclasses.replace(open_settings, keys=keys), run_engine=False) as one:
            return (await one.connections.get("home")).secret

    async with Tizmoret.open(dataclasses.replace(open_settings, keys=(old,)), run_engine=False) as first:
        await first.connections.add(wanted(person))
    assert await opened(old) == PASSWORD
    with pytest.raises(TizmoretError, match="sealed with another key"):
        await opened(new)
    assert await opened(new, old) == PASSWORD  # and sealed anew
    assert await opened(new) == PASSWORD


@pytest.mark.parametrize(
    ("env", "field"),
    [
        ({"TIZMORET_KEY": "c2hvcnQ="}, "TIZMORET_KEY"),
        ({"TIZMORET_NETWORKS": "10.0.0.0/99"}, "TIZMORET_NETWORKS"),
        ({"TIZMORET_DAV": "https://host"}, "TIZMORET_DAV"),
        ({"TIZMORET_DAV": "https://dana@host"}, "TIZMORET_DAV_PASSWORD"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(env: dict[str, str], field: str) -> None:
    with pytest.raises(BadInput) as refused:
        Settings.from_env(env)
    assert refused.value.field == field
    assert "c2hvcnQ" not in str(refused.value)
