"""A Google account: its contacts, calendars, mail and documents."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from tizmoret.connections.accounts import AccountKind, Part, Renewed
from tizmoret.connections.connection import Connection
from tizmoret.tools.providers.change_records import ChangeRecords, ContactRecords
from tizmoret.tools.providers.google_client import Endpoints
from tizmoret.tools.providers.google_contacts import GoogleContacts
from tizmoret.tools.providers.google_events import GoogleEvents
from tizmoret.tools.providers.guarded import Way
from tizmoret.tools.providers.ports import CalendarStore, ContactBook, Mailbox
from tizmoret.tools.providers.rest_client import RestSession

if TYPE_CHECKING:
    from tizmoret.tools.providers.drive_documents import DriveFiles

_BASE = "https://www.googleapis.com/auth"


async def _contacts(account: RestSession, server: str) -> Sequence[str]:
    await account.get(f"{Endpoints(server).people}/people/me/connections", {"personFields": "names", "pageSize": "1"})
    return ["Google"]


async def _calendars(account: RestSession, server: str) -> Sequence[str]:
    return [one.name for one in await GoogleEvents(account, Endpoints(server).calendar).calendars()]


async def _mail(account: RestSession, server: str) -> Sequence[str]:
    return [str((await account.get(f"{Endpoints(server).gmail}/users/me/profile")).get("emailAddress", ""))]


async def _documents(account: RestSession, server: str) -> Sequence[str]:
    await account.get(f"{Endpoints(server).drive}/files", {"pageSize": "1", "fields": "files(id)"})
    return ["Google Drive"]


ACCOUNT = AccountKind(
    "google", "Google", "https://www.googleapis.com",
    {
        "contacts": Part((f"{_BASE}/contacts",), "addressBooks", _contacts),
        "calendar": Part((f"{_BASE}/calendar.events", f"{_BASE}/calendar.readonly"), "calendars", _calendars),
        "mail": Part((f"{_BASE}/gmail.readonly", f"{_BASE}/gmail.compose"), "mailboxes", _mail),
        "documents": Part((f"{_BASE}/drive.readonly", f"{_BASE}/drive.file"), "drives", _documents),
    },
    lambda server: Endpoints(server).issuer,
)  # fmt: skip


def _where(connected: Connection) -> Endpoints:
    return Endpoints(ACCOUNT.server(connected))


def contacts(connected: Connection, way: Way, renewed: Renewed, changes: ContactRecords) -> ContactBook:
    """changes: where changes are noted."""
    return GoogleContacts(ACCOUNT.session(connected, way, renewed), _where(connected).people, changes)


def calendar(connected: Connection, way: Way, renewed: Renewed, changes: ChangeRecords, timezone: ZoneInfo) -> CalendarStore:
    """changes: where changes are noted."""
    from tizmoret.tools.providers.google_calendar import GoogleCalendar

    return GoogleCalendar(GoogleEvents(ACCOUNT.session(connected, way, renewed), _where(connected).calendar), changes, timezone)


def mailbox(connected: Connection, way: Way, renewed: Renewed, timezone: ZoneInfo) -> Mailbox:
    from tizmoret.tools.providers.gmail import GmailBox

    account = ACCOUNT.session(connected, way, renewed)
    return GmailBox(account, _where(connected).gmail, connected.offer["mailboxes"][0], timezone)


def files(connected: Connection, way: Way, renewed: Renewed, notes: Path) -> DriveFiles:
    """notes: where ids are noted."""
    from tizmoret.tools.providers.google_drive import GoogleFiles
    from tizmoret.tools.providers.noted_ids import NotedIds

    return GoogleFiles(ACCOUNT.session(connected, way, renewed), _where(connected), NotedIds(notes))
