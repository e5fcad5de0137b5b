"""Every adapter of a port, behind one face: the local folder, and a real CalDAV and CardDAV server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.unit.tools.conftest import JERUSALEM, call, documents
from tests.wire.radicale import PASSWORD, DavUser, Radicale, radicale
from tizmoret.tools.providers.caldav import CalDavCalendar
from tizmoret.tools.providers.carddav import CardDavContacts
from tizmoret.tools.providers.change_records import ChangeRecords
from tizmoret.tools.providers.dav_client import DavAccount
from tizmoret.tools.providers.guarded import Way
from tizmoret.tools.providers.local_calendar import LocalCalendar
from tizmoret.tools.providers.local_contacts import LocalContacts
from tizmoret.tools.providers.ports import CalendarStore, ContactBook

__all__ = ["call", "documents"]  # fixtures of the tools, which the tests here use too

HERE = Way(anywhere=True)


@pytest.fixture(scope="session")
def dav(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Radicale]:
    with radicale(tmp_path_factory.mktemp("radicale")) as running:
        yield running


@pytest.fixture
def person(dav: Radicale) -> DavUser:
    return dav.user()


def caldav(person: DavUser, folder: Path, address: str = "", password: str = PASSWORD) -> CalDavCalendar:
    account = DavAccount(address or person.address, person.name, password)
    return CalDavCalendar(account, HERE, ChangeRecords(folder / "changes"), JERUSALEM)


MakeCalendar = Callable[[bytes], CalendarStore]
MakeBook = Callable[[str], ContactBook]


@pytest.fixture(params=["folder", "caldav"])
def calendar_of(request: pytest.FixtureRequest, tmp_path: Path) -> MakeCalendar:
    """A store that holds the events of a whole .ics file."""

    def make(content: bytes) -> CalendarStore:
        if request.param == "folder":
            folder = tmp_path / "calendar"
            folder.mkdir()
            if content:
                (folder / "main.ics").write_bytes(content)
            return LocalCalendar(folder, JERUSALEM)
        person: DavUser = request.getfixturevalue("person")
        person.calendar("a-main", content)
        return caldav(person, tmp_path)

    return make


@pytest.fixture(params=["folder", "carddav"])
def book_of(request: pytest.FixtureRequest, tmp_path: Path) -> MakeBook:
    """A book that holds these cards."""

    def make(cards: str) -> ContactBook:
        if request.param == "folder":
            (tmp_path / "contacts").mkdir()
            (tmp_path / "contacts" / "people.vcf").write_bytes(cards.encode())
            return LocalContacts(tmp_path / "contacts")
        person: DavUser = request.getfixturevalue("person")
        person.address_book(cards)
        return CardDavContacts(DavAccount(person.address, person.name, PASSWORD), HERE)

    return make
