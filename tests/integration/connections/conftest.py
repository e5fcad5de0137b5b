"""A Tizmoret that may reach servers of this machine, and a real CalDAV and CardDAV server with the demo's calendar and people on it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import ipaddress
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tests.integration.server.conftest import Running, ServerThread
from tests.wire.radicale import DavUser, Radicale, radicale
from tizmoret.demo import make_demo
from tizmoret.orchestrator import Tizmoret
from tizmoret.settings import Settings

HERE = (ipaddress.ip_network("127.0.0.0/8"),)


@pytest.fixture(scope="session")
def dav(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Radicale]:
    with radicale(tmp_path_factory.mktemp("radicale")) as running:
        yield running


@pytest.fixture
def open_settings(settings: Settings) -> Settings:
    return dataclasses.replace(settings, networks=HERE)


@pytest.fixture
async def tizmoret(open_settings: Settings) -> AsyncIterator[Tizmoret]:
    async with Tizmoret.open(open_settings) as opened:
        yield opened


@pytest.fixture
def person(dav: Radicale, tizmoret: Tizmoret) -> DavUser:
    """Their calendar and contacts are those of the demo, which the workspace's own folder does not have: only documents are there."""
    zone = tizmoret.settings.timezone
    folder = tizmoret.workplaces.folder(tizmoret.workspace)
    make_demo(folder, dt.datetime.now(zone).date(), zone)
    person = dav.user()
    person.calendar("a-main", (folder / "calendar" / "main.ics").read_bytes())
    person.address_book((folder / "contacts" / "contacts.vcf").read_text())
    (folder / "calendar" / "main.ics").unlink()
    (folder / "contacts" / "contacts.vcf").unlink()
    return person


@pytest.fixture
def another(settings: Settings, tmp_path: Path) -> Iterator[Running]:
    """Another Tizmoret, with the demo's data, a home and a database of its own, served over HTTP."""
    own = psycopg.conninfo.conninfo_to_dict(settings.database_url or "")
    name = f"{own['dbname']}_other"
    with psycopg.connect(settings.database_url or "", autocommit=True) as connection:
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        url = psycopg.conninfo.make_conninfo(settings.database_url or "", dbname=name)
        other = ServerThread(dataclasses.replace(settings, home=tmp_path / "other", database_url=url))
        try:
            made = other.start()
            make_demo(made.folder, dt.datetime.now(settings.timezone).date(), settings.timezone)
            yield made
        finally:
            other.stop()
            connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))
