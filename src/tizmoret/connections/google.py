"""A Google account: its contacts, calendars, mail and documents. Connected by a person who lets us in at Google; what is kept of that is sealed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from tizmoret.catalog.tool import Tool
from tizmoret.connections.connection import Connection, Wanted
from tizmoret.errors import BadInput
from tizmoret.tools import mail
from tizmoret.tools.providers.change_records import ChangeRecords
from tizmoret.tools.providers.google_client import Endpoints
from tizmoret.tools.providers.google_contacts import GoogleContacts
from tizmoret.tools.providers.google_events import GoogleEvents
from tizmoret.tools.providers.guarded import Way
from tizmoret.tools.providers.oauth import Access, Client
from tizmoret.tools.providers.ports import CalendarStore, ContactBook, Mailbox
from tizmoret.tools.providers.rest_client import NotGiven, RestSession
from tizmoret.tools.providers.text_cache import TextCache

if TYPE_CHECKING:
    from tizmoret.tools.providers.google_drive import GoogleDrive

ADDRESS = "https://www.googleapis.com"
_BASE = "https://www.googleapis.com/auth"
PARTS: Mapping[str, Sequence[str]] = {
    "contacts": (f"{_BASE}/contacts.readonly",),
    "calendar": (f"{_BASE}/calendar.events", f"{_BASE}/calendar.readonly"),
    "mail": (f"{_BASE}/gmail.readonly", f"{_BASE}/gmail.compose"),
    "documents": (f"{_BASE}/drive.readonly",),
}


def parts_of(wanted: Wanted) -> Sequence[str]:
    """Which parts of the account are wanted: all, where none is named. Raises BadInput."""
    named = wanted.options.get("only") or list(PARTS)
    unknown = [one for one in named if one not in PARTS]
    if unknown:
        raise BadInput(f"A Google account has no {unknown[0][:60]}.", cure=f"Name some of {', '.join(PARTS)}.", field="only")
    return named


def scopes(wanted: Wanted) -> Sequence[str]:
    return [scope for part in parts_of(wanted) for scope in PARTS[part]]


def secret_of(client: Client, refresh: str) -> str:
    """What is sealed of a connection."""
    return json.dumps({"client_secret": client.secret, "refresh_token": refresh})


def endpoints(wanted: Wanted) -> Endpoints:
    return Endpoints("" if wanted.address == ADDRESS else wanted.address.rstrip("/"))


def session(wanted: Wanted, way: Way) -> RestSession:
    """Raises BadInput where what is needed to sign in is not there."""
    try:
        told = json.loads(wanted.secret or "")
        client = Client(str(wanted.options["client_id"]), str(told["client_secret"]))
        return RestSession(Access(endpoints(wanted).issuer, way, client, str(told["refresh_token"])), way, wanted.name)
    except (ValueError, KeyError, TypeError) as error:
        cure = f"Connect it at the command line: tizmoret connect add google {wanted.name}"
        raise BadInput("A Google account is connected by signing in at Google.", cure=cure, field="kind") from error


def contacts(wanted: Wanted, way: Way) -> ContactBook:
    return GoogleContacts(session(wanted, way), endpoints(wanted).people)


def calendar(wanted: Wanted, way: Way, changes: ChangeRecords, timezone: ZoneInfo) -> CalendarStore:
    """changes: where changes are noted."""
    from tizmoret.tools.providers.google_calendar import GoogleCalendar

    return GoogleCalendar(GoogleEvents(session(wanted, way), endpoints(wanted).calendar), changes, timezone)


def mailbox(wanted: Connection, way: Way, timezone: ZoneInfo) -> Mailbox:
    from tizmoret.tools.providers.gmail import GmailBox

    return GmailBox(session(wanted, way), endpoints(wanted).gmail, wanted.offer["mailboxes"][0], timezone)


def drive(wanted: Wanted, way: Way, cache: Path) -> GoogleDrive:
    """cache: a folder for what was read."""
    from tizmoret.tools.providers.google_drive import GoogleDrive

    return GoogleDrive(session(wanted, way), endpoints(wanted).drive, TextCache(cache))


def tools(connected: Connection) -> Sequence[Tool]:
    """Those for mail, which a workspace without a mailbox has not."""
    return mail.TOOLS if connected.offer.get("mailboxes") else ()


async def look(wanted: Wanted, way: Way) -> dict[str, Any]:
    """The wanted parts of the account that are open to us. Raises BadInput, StepFailed, TryAgain; NotGiven where none is."""
    account, where, refused = session(wanted, way), endpoints(wanted), list[NotGiven]()
    offer: dict[str, list[str]] = {"calendars": [], "addressBooks": [], "mailboxes": [], "drives": []}
    for part in parts_of(wanted):
        try:
            if part == "contacts":
                await GoogleContacts(account, where.people).contacts()
                offer["addressBooks"] = ["Google"]
            elif part == "calendar":
                offer["calendars"] = [one.name for one in await GoogleEvents(account, where.calendar).calendars()]
            elif part == "mail":
                offer["mailboxes"] = [str((await account.get(f"{where.gmail}/users/me/profile")).get("emailAddress", ""))]
            elif part == "documents":
                await account.get(f"{where.drive}/files", {"pageSize": "1", "fields": "files(id)"})
                offer["drives"] = ["Google Drive"]
        except NotGiven as error:
            refused.append(error)
    if refused and not any(offer.values()):
        raise refused[0]
    return offer


async def changed(known: Connection, way: Way) -> str:
    """Calendars come and go without harm; a part that is not open to us any more is said."""
    now = await look(known, way)
    gone = [part for part in known.offer if known.offer[part] and not now.get(part)]
    return f"Google does not open {', '.join(gone)} to us any more." if gone else ""


def offers(offer: Mapping[str, Any]) -> Sequence[str]:
    names = {"calendars": "calendar", "addressBooks": "contacts", "mailboxes": "mail", "drives": "documents"}
    return [f"{said} {name}" for part, said in names.items() for name in offer.get(part, ())]
