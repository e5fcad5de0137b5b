"""Every adapter of a port, behind one face: the local folder, a real CalDAV and CardDAV server, and servers that speak as Google and
as Microsoft do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.unit.tools.conftest import JERUSALEM, call, documents
from tests.wire.google import CLIENT, SECRET, Google, google
from tests.wire.imported import contacts_of, load, load_graph, people_of
from tests.wire.microsoft import Microsoft, microsoft
from tests.wire.radicale import PASSWORD, DavUser, Radicale, radicale
from tizmoret.tools.providers import microsoft_client
from tizmoret.tools.providers.caldav import CalDavCalendar
from tizmoret.tools.providers.carddav import CardDavContacts
from tizmoret.tools.providers.change_records import ChangeRecords, ContactRecords
from tizmoret.tools.providers.dav_client import DavAccount
from tizmoret.tools.providers.google_calendar import GoogleCalendar
from tizmoret.tools.providers.google_client import Endpoints
from tizmoret.tools.providers.google_contacts import GoogleContacts
from tizmoret.tools.providers.google_events import GoogleEvents
from tizmoret.tools.providers.graph_calendar import GraphCalendar
from tizmoret.tools.providers.graph_contacts import GraphContacts
from tizmoret.tools.providers.graph_events import GraphEvents
from tizmoret.tools.providers.guarded import Way
from tizmoret.tools.providers.local_calendar import LocalCalendar
from tizmoret.tools.providers.local_contacts import LocalContacts
from tizmoret.tools.providers.oauth import Access, Client
from tizmoret.tools.providers.ports import CalendarStore, ContactBook
from tizmoret.tools.providers.rest_client import RestSession

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


def carddav(person: DavUser, folder: Path, address: str = "") -> CardDavContacts:
    return CardDavContacts(DavAccount(address or person.address, person.name, PASSWORD), HERE, ContactRecords(folder / "changes"))


@pytest.fixture
def at_google() -> Iterator[Google]:
    with google() as running:
        running.refresh["refresh-canary"] = ""
        yield running


@pytest.fixture
def account(at_google: Google) -> Google:
    return at_google


def google_session(account: Google) -> RestSession:
    access = Access(Endpoints(account.address).issuer, HERE, Client(CLIENT, SECRET), "refresh-canary")
    return RestSession(access, HERE, "work")


def google_calendar(account: Google, folder: Path) -> GoogleCalendar:
    """Each is of a new process: all that it knows is on the disk, and at Google."""
    events = GoogleEvents(google_session(account), Endpoints(account.address).calendar)
    return GoogleCalendar(events, ChangeRecords(folder / "changes"), JERUSALEM)


@pytest.fixture
def at_microsoft() -> Iterator[Microsoft]:
    with microsoft() as running:
        running.refresh["refresh-canary"] = ""
        yield running


def microsoft_session(account: Microsoft) -> RestSession:
    access = Access(microsoft_client.Endpoints(account.address).issuer, HERE, Client(CLIENT), "refresh-canary")
    return RestSession(access, HERE, "work")


def graph_calendar(account: Microsoft, folder: Path) -> GraphCalendar:
    """Each is of a new process, as above."""
    events = GraphEvents(microsoft_session(account), microsoft_client.Endpoints(account.address).graph)
    return GraphCalendar(events, ChangeRecords(folder / "changes"), JERUSALEM)


MakeCalendar = Callable[[bytes], CalendarStore]
MakeBook = Callable[[str | None], ContactBook]


@pytest.fixture(params=["folder", "caldav", "google", "microsoft"])
def calendar_of(request: pytest.FixtureRequest, tmp_path: Path) -> MakeCalendar:
    """A store that holds the events of a whole .ics file."""

    def make(content: bytes) -> CalendarStore:
        if request.param == "folder":
            folder = tmp_path / "calendar"
            folder.mkdir()
            if content:
                (folder / "main.ics").write_bytes(content)
            return LocalCalendar(folder, JERUSALEM)
        if request.param == "google":
            account: Google = request.getfixturevalue("account")
            load(account.calendars.main, content)
            return google_calendar(account, tmp_path)
        if request.param == "microsoft":
            at_microsoft: Microsoft = request.getfixturevalue("at_microsoft")
            load_graph(at_microsoft.calendars, at_microsoft.calendars.main, content)
            return graph_calendar(at_microsoft, tmp_path)
        person: DavUser = request.getfixturevalue("person")
        person.calendar("a-main", content)
        return caldav(person, tmp_path)

    return make


@pytest.fixture(params=["folder", "carddav", "google", "microsoft"])
def book_of(request: pytest.FixtureRequest, tmp_path: Path) -> MakeBook:
    """A book that holds these cards; None: those that are there, for a new process."""
    records = ContactRecords(tmp_path / "changes")

    def make(cards: str | None) -> ContactBook:
        if request.param == "folder":
            if cards is not None:
                (tmp_path / "contacts").mkdir()
                (tmp_path / "contacts" / "people.vcf").write_bytes(cards.encode())
            return LocalContacts(tmp_path / "contacts")
        if request.param == "google":
            account: Google = request.getfixturevalue("account")
            account.people = people_of(cards) if cards is not None else account.people
            return GoogleContacts(google_session(account), Endpoints(account.address).people, records)
        if request.param == "microsoft":
            at_microsoft: Microsoft = request.getfixturevalue("at_microsoft")
            at_microsoft.people = contacts_of(cards) if cards is not None else at_microsoft.people
            return GraphContacts(microsoft_session(at_microsoft), microsoft_client.Endpoints(at_microsoft.address).graph, records)
        person: DavUser = request.getfixturevalue("person")
        if cards is not None:
            person.address_book(cards)
        return carddav(person, tmp_path)

    return make
