"""A Tizmoret that may reach servers of this machine, and a real CalDAV and CardDAV server with the demo's calendar and people on it."""

from __future__ import annotations

import dataclasses
import ipaddress
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.databases import MIGRATED
from tests.databases import database as a_database
from tests.demo_files import lay_out
from tests.integration.server.conftest import Running, ServerThread
from tests.wire.ntfy import TOKEN, Ntfy, ntfy
from tests.wire.radicale import DavUser, Radicale, radicale
from tizmoret import gate_notices, reminder_notices
from tizmoret.connections.connection import Wanted
from tizmoret.orchestrator import Tizmoret
from tizmoret.settings import Settings
from tizmoret.store.embedded import Embedded

HERE = (ipaddress.ip_network("127.0.0.0/8"),)


@pytest.fixture(scope="session")
def dav(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Radicale]:
    with radicale(tmp_path_factory.mktemp("radicale")) as running:
        yield running


@pytest.fixture
def phones(monkeypatch: pytest.MonkeyPatch) -> Iterator[Ntfy]:
    """A server that tells people, where they are told of gates at once, and of anything only as the tests say."""
    monkeypatch.setattr(gate_notices, "PATIENCE", 0.0)
    for chore in (gate_notices, reminder_notices):
        monkeypatch.setattr(chore, "SWEEP_EVERY", 3_600.0)
    with ntfy() as running:
        yield running


@pytest.fixture
async def phone(phones: Ntfy, tizmoret: Tizmoret) -> Ntfy:
    await tizmoret.connections.add(Wanted("phone", "ntfy", f"{phones.address}/farm-7", {"gates": True}, TOKEN))
    return phones


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
    lay_out(folder, zone)
    person = dav.user()
    person.calendar("a-main", (folder / "calendar" / "main.ics").read_bytes())
    person.address_book((folder / "contacts" / "contacts.vcf").read_text())
    (folder / "calendar" / "main.ics").unlink()
    (folder / "contacts" / "contacts.vcf").unlink()
    return person


@pytest.fixture
def another(settings: Settings, server: Embedded, tmp_path: Path) -> Iterator[Running]:
    """Another Tizmoret, with the demo's data, a home and a database of its own, served over HTTP."""
    with a_database(server, like=MIGRATED) as url:
        other = ServerThread(dataclasses.replace(settings, home=tmp_path / "other", database_url=url))
        try:
            made = other.start()
            lay_out(made.folder, settings.timezone)
            yield made
        finally:
            other.stop()
