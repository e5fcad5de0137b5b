"""Calendars, contacts and mail of a workspace: on the server that it has connected, on the one of the settings, else in its own folder.

Which one it is, is looked up for each call: a connection counts from the moment it is made, in every process."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tizmoret.connections import google, microsoft
from tizmoret.connections.accounts import Renewed
from tizmoret.connections.connection import Connection
from tizmoret.errors import SignInNeeded, StepFailed
from tizmoret.settings import DavServer
from tizmoret.tools.models import Contact, Event, Letter, Period
from tizmoret.tools.providers.guarded import Way
from tizmoret.tools.providers.ports import CalendarStore, Changed, ContactBook, ContactChanged, Mailbox
from tizmoret.tools.providers.rest_client import NotGiven

# The kinds of accounts that people sign in to, each by what it has.
_CALENDARS: Mapping[str, Any] = {"google": google.calendar, "microsoft": microsoft.calendar}
_BOOKS: Mapping[str, Any] = {"google": google.contacts, "microsoft": microsoft.contacts}
_BOXES: Mapping[str, Any] = {"google": google.mailbox, "microsoft": microsoft.mailbox}


@dataclass(frozen=True, slots=True)
class Reach:
    """Of one workspace. holding: its connection, by what that offers. renew: keeps the secret of one in the place of another. note: what was
    seen of one, for people to see."""

    holding: Callable[[str], Awaitable[Connection | None]]
    renew: Callable[[Connection, str], Awaitable[None]]
    note: Callable[[Connection, str], Awaitable[None]]
    way: Way

    def renewed(self, connected: Connection) -> Renewed:
        """Where a server exchanges what lets us in, what it gives is kept."""

        async def keep(secret: str) -> None:
            await self.renew(connected, secret)

        return keep

    @asynccontextmanager
    async def writing(self, connected: Connection | None, right: str) -> AsyncIterator[None]:
        """Around what writes there: an account that was connected before we did, or whose owner agreed to reading alone, says to sign in
        again. None: nothing is connected."""
        try:
            yield
        except NotGiven as error:
            if connected is None:
                raise
            cure = f"Sign in to it again, from the settings or by tizmoret connect add {connected.kind} {connected.name}, and agree to all of it."
            refused = SignInNeeded(f"{connected.name} was not connected with the right to {right}. {error.detail}", cure=cure)
            await self.note(connected, str(refused))
            raise refused from error


class ConnectedCalendar:
    """A `CalendarStore`."""

    def __init__(self, reach: Reach, server: DavServer | None, own: CalendarStore, changes: Path, timezone: ZoneInfo) -> None:
        """own: the folder's. changes: the folder where changes are noted, one for each connection."""
        self._reach, self._server, self._own = reach, server, own
        self._changes, self._timezone = changes, timezone
        self._made: tuple[object, CalendarStore] | None = None

    async def _store(self) -> CalendarStore:
        connected = await self._reach.holding("calendars")
        if connected is None and self._server is None:
            return self._own
        version = (connected.name, connected.changed_at) if connected is not None else None
        if self._made is None or self._made[0] != version:
            self._made = (version, self._make(connected))
        return self._made[1]

    def _make(self, connected: Connection | None) -> CalendarStore:
        from tizmoret.tools.providers.change_records import ChangeRecords

        if connected is not None and connected.kind in _CALENDARS:
            make, records = _CALENDARS[connected.kind], ChangeRecords(self._changes / connected.name)
            return make(connected, self._reach.way, self._reach.renewed(connected), records, self._timezone)  # type: ignore[no-any-return]
        from tizmoret.tools.providers.caldav import CalDavCalendar

        account, way = _account(connected, self._server), _way(connected, self._reach.way)
        return CalDavCalendar(account, way, ChangeRecords(self._changes / account.name), self._timezone)

    async def calendars(self) -> Sequence[str]:
        return await (await self._store()).calendars()

    async def events(self, start: dt.datetime, end: dt.datetime) -> Sequence[Event]:
        return await (await self._store()).events(start, end)

    async def busy(self, start: dt.datetime, end: dt.datetime) -> Sequence[tuple[dt.datetime, dt.datetime]]:
        return await (await self._store()).busy(start, end)

    async def busy_of(
        self, people: Sequence[str], start: dt.datetime, end: dt.datetime
    ) -> Mapping[str, Sequence[tuple[dt.datetime, dt.datetime]]]:
        return await (await self._store()).busy_of(people, start, end)

    async def get(self, event: str) -> Event | None:
        return await (await self._store()).get(event)

    async def create(self, event: Event, *, key: str) -> Changed:
        return await (await self._store()).create(event, key=key)

    async def update(self, event: Event, *, key: str) -> Changed:
        return await (await self._store()).update(event, key=key)

    async def delete(self, event: str, *, key: str, message: str = "") -> Changed:
        return await (await self._store()).delete(event, key=key, message=message)

    async def done(self, key: str) -> Changed | None:
        return await (await self._store()).done(key)

    async def undo(self, key: str) -> bool:
        return await (await self._store()).undo(key)


class ConnectedContacts:
    """A `ContactBook`."""

    def __init__(self, reach: Reach, server: DavServer | None, own: ContactBook, changes: Path) -> None:
        """own, changes: as of a `ConnectedCalendar`."""
        self._reach, self._server, self._own, self._changes = reach, server, own, changes
        self._made: tuple[object, ContactBook] | None = None

    async def _book(self) -> ContactBook:
        connected = await self._reach.holding("addressBooks")
        if connected is None and self._server is None:
            return self._own
        version = (connected.name, connected.changed_at) if connected is not None else None
        if self._made is None or self._made[0] != version:
            self._made = (version, self._make(connected))
        return self._made[1]

    def _make(self, connected: Connection | None) -> ContactBook:
        from tizmoret.tools.providers.change_records import ContactRecords

        if connected is not None and connected.kind in _BOOKS:
            make, records = _BOOKS[connected.kind], ContactRecords(self._changes / connected.name / "contacts")
            return make(connected, self._reach.way, self._reach.renewed(connected), records)  # type: ignore[no-any-return]
        from tizmoret.tools.providers.carddav import CardDavContacts

        account = _account(connected, self._server)
        return CardDavContacts(account, _way(connected, self._reach.way), ContactRecords(self._changes / account.name / "contacts"))

    async def contacts(self) -> Sequence[Contact]:
        return await (await self._book()).contacts()

    async def add(self, contact: Contact, *, key: str) -> Contact:
        async with self._writing() as book:
            return await book.add(contact, key=key)

    async def change(self, contact: str, said: Mapping[str, str], gone: Mapping[str, str], *, key: str) -> ContactChanged:
        async with self._writing() as book:
            return await book.change(contact, said, gone, key=key)

    async def done(self, key: str) -> ContactChanged | None:
        return await (await self._book()).done(key)

    async def undo(self, key: str) -> bool:
        return await (await self._book()).undo(key)

    @asynccontextmanager
    async def _writing(self) -> AsyncIterator[ContactBook]:
        async with self._reach.writing(await self._reach.holding("addressBooks"), "change contacts"):
            yield await self._book()


class ConnectedMailbox:
    """A `Mailbox`."""

    def __init__(self, reach: Reach, own: Mailbox | None, timezone: ZoneInfo) -> None:
        """own: the one of the settings."""
        self._reach, self._own, self._timezone = reach, own, timezone
        self._made: tuple[object, Mailbox] | None = None

    async def _box(self) -> Mailbox:
        connected = await self._reach.holding("mailboxes")
        if connected is None and self._own is None:
            raise StepFailed("No mailbox is connected.", cure="Connect one: tizmoret connect add --help")
        if connected is None:
            assert self._own is not None
            return self._own
        version = (connected.name, connected.changed_at)
        if self._made is None or self._made[0] != version:
            make = _BOXES[connected.kind]
            self._made = (version, make(connected, self._reach.way, self._reach.renewed(connected), self._timezone))
        return self._made[1]

    async def sender(self) -> str:
        return await (await self._box()).sender()

    async def search(self, query: str, *, period: Period | None, folder: str, unread: bool, limit: int) -> tuple[Sequence[Letter], int]:
        return await (await self._box()).search(query, period=period, folder=folder, unread=unread, limit=limit)

    async def read(self, id: str) -> Letter:
        return await (await self._box()).read(id)

    async def draft(self, letter: EmailMessage) -> bool:
        return await (await self._box()).draft(letter)

    async def discard(self, message_id: str) -> bool:
        return await (await self._box()).discard(message_id)

    async def send(self, letter: EmailMessage) -> None:
        await (await self._box()).send(letter)

    async def was_sent(self, message_id: str) -> bool:
        return await (await self._box()).was_sent(message_id)


def _account(connected: Connection | None, server: DavServer | None) -> Any:
    from tizmoret.tools.providers.dav_client import DavAccount

    if connected is not None:
        return DavAccount(connected.address, connected.user, connected.secret or "", connected.name)
    assert server is not None
    return DavAccount(server.address, server.user, server.password, "settings")


def _way(connected: Connection | None, way: Way) -> Way:
    """The server of the settings is the operator's own choice, wherever it is."""
    return way if connected is not None else Way(anywhere=True)
