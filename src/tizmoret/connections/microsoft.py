"""A Microsoft account: its contacts, calendars, mail and documents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from tizmoret.connections.accounts import AccountKind, Part, Renewed
from tizmoret.connections.connection import Connection
from tizmoret.tools.providers.change_records import ChangeRecords, ContactRecords
from tizmoret.tools.providers.graph_contacts import GraphContacts
from tizmoret.tools.providers.graph_events import GraphEvents
from tizmoret.tools.providers.guarded import Way
from tizmoret.tools.providers.microsoft_client import Endpoints
from tizmoret.tools.providers.ports import CalendarStore, ContactBook, Mailbox
from tizmoret.tools.providers.rest_client import RestSession

if TYPE_CHECKING:
    from tizmoret.tools.providers.drive_documents import DriveFiles

_BASE = "https://graph.microsoft.com"


async def _contacts(account: RestSession, server: str) -> Sequence[str]:
    await account.get(f"{Endpoints(server).graph}/me/contacts", {"$top": "1", "$select": "id"})
    return ["Microsoft"]


async def _calendars(account: RestSession, server: str) -> Sequence[str]:
    return [one.name for one in await GraphEvents(account, Endpoints(server).graph).calendars()]


async def _mail(account: RestSession, server: str) -> Sequence[str]:
    where = Endpoints(server).graph
    me = await account.get(f"{where}/me", {"$select": "mail,userPrincipalName"})
    await account.get(f"{where}/me/mailFolders/inbox", {"$select": "id"})  # some accounts have no mailbox
    return [str(me.get("mail") or me.get("userPrincipalName") or "")]


async def _documents(account: RestSession, server: str) -> Sequence[str]:
    await account.get(f"{Endpoints(server).graph}/me/drive", {"$select": "id"})
    return ["OneDrive"]


ACCOUNT = AccountKind(
    "microsoft", "Microsoft", _BASE,
    {
        "contacts": Part((f"{_BASE}/Contacts.ReadWrite",), "addressBooks", _contacts),
        "calendar": Part((f"{_BASE}/Calendars.ReadWrite",), "calendars", _calendars),
        "mail": Part((f"{_BASE}/Mail.ReadWrite", f"{_BASE}/Mail.Send"), "mailboxes", _mail),
        "documents": Part((f"{_BASE}/Files.ReadWrite",), "drives", _documents),
    },
    lambda server: Endpoints(server).issuer,
    ("offline_access", f"{_BASE}/User.Read"),
    "http://localhost:{port}",
)  # fmt: skip


def contacts(connected: Connection, way: Way, renewed: Renewed, changes: ContactRecords) -> ContactBook:
    """changes: where changes are noted."""
    return GraphContacts(ACCOUNT.session(connected, way, renewed), Endpoints(ACCOUNT.server(connected)).graph, changes)


def calendar(connected: Connection, way: Way, renewed: Renewed, changes: ChangeRecords, timezone: ZoneInfo) -> CalendarStore:
    """changes: where changes are noted."""
    from tizmoret.tools.providers.graph_calendar import GraphCalendar

    events = GraphEvents(ACCOUNT.session(connected, way, renewed), Endpoints(ACCOUNT.server(connected)).graph)
    return GraphCalendar(events, changes, timezone)


def mailbox(connected: Connection, way: Way, renewed: Renewed, timezone: ZoneInfo) -> Mailbox:
    from tizmoret.tools.providers.graph_mail import GraphMailbox

    account = ACCOUNT.session(connected, way, renewed)
    return GraphMailbox(account, Endpoints(ACCOUNT.server(connected)).graph, connected.offer["mailboxes"][0], timezone)


def files(connected: Connection, way: Way, renewed: Renewed) -> DriveFiles:
    from tizmoret.tools.providers.onedrive import OneDriveFiles

    return OneDriveFiles(ACCOUNT.session(connected, way, renewed), Endpoints(ACCOUNT.server(connected)).graph)
