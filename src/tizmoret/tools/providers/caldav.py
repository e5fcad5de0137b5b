"""Calendars on a CalDAV server. An event is one resource there: a file of its own, changed only where it is still what we read.

A change is noted before it is made (see `ChangeRecords`), and what the server made of it after. Servers write what they get in their own
words, so two texts are compared by what they say."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
from collections.abc import Mapping, Sequence
from urllib.parse import quote
from zoneinfo import ZoneInfo

import icalendar
import structlog

from tizmoret.errors import StepFailed, TizmoretError, TryAgain
from tizmoret.tools.models import Event
from tizmoret.tools.providers import dav_client
from tizmoret.tools.providers.change_records import Change, ChangeRecords
from tizmoret.tools.providers.dav_client import Collection, DavAccount, DavSession, Resource, dav_session
from tizmoret.tools.providers.dav_xml import CAL, DAV, between, with_uid
from tizmoret.tools.providers.guarded import Way
from tizmoret.tools.providers.ics_edit import Edit, EventEdits, missing, unspoken
from tizmoret.tools.providers.ics_event import split_id
from tizmoret.tools.providers.ics_file import IcsFile
from tizmoret.tools.providers.ics_occurrences import Occurrences
from tizmoret.tools.providers.ports import Changed

MAIN = "main"  # what the first calendar is called here, whatever the server calls it
MAX_EVENTS = 10_000  # occurrences in one answer
ICS = "text/calendar"

log = structlog.get_logger(__name__)


class CalDavCalendar:
    """A `CalendarStore`."""

    def __init__(self, account: DavAccount, way: Way, records: ChangeRecords, timezone: ZoneInfo) -> None:
        """timezone: where a day begins, and where a time stands that names no zone."""
        self._account = account
        self._way = way
        self._records = records
        self._timezone = timezone
        self._edits = EventEdits(timezone)
        self._known: dict[str, Collection] = {}

    # -- reading

    async def calendars(self) -> Sequence[str]:
        async with dav_session(self._account, self._way) as dav:
            return list(await self._collections(dav))

    async def events(self, start: dt.datetime, end: dt.datetime) -> Sequence[Event]:
        found: list[Event] = []
        for one in await self._between(start, end):
            found += one.events(start, end, MAX_EVENTS + 1)
        if len(found) > MAX_EVENTS:
            raise StepFailed(f"There are over {MAX_EVENTS:,} events in that time.", cure="Ask for a shorter one.", field="end")
        return sorted(found, key=lambda event: (event.start, event.title))

    async def busy(self, start: dt.datetime, end: dt.datetime) -> Sequence[tuple[dt.datetime, dt.datetime]]:
        return sorted(taken for one in await self._between(start, end) for taken in one.busy(start, end))

    async def busy_of(
        self, people: Sequence[str], start: dt.datetime, end: dt.datetime
    ) -> Mapping[str, Sequence[tuple[dt.datetime, dt.datetime]]]:
        return {}  # it holds the calendars of its owner alone

    async def get(self, event: str) -> Event | None:
        async with dav_session(self._account, self._way) as dav:
            found = await self._find(dav, split_id(event)[0])
        if found is None:
            return None
        name, resource = found
        return Occurrences(_read(resource).calendar, name, self._timezone).get(event)

    async def _between(self, start: dt.datetime, end: dt.datetime) -> list[Occurrences]:
        """Of each calendar, the events that touch the time."""
        async with dav_session(self._account, self._way) as dav:
            collections = await self._collections(dav)
            asked = between(start, end)
            found = {name: await dav.report(one.href, asked) for name, one in collections.items()}
        return await asyncio.to_thread(
            lambda: [
                Occurrences(_together(name, [one.whole(CAL, "calendar-data") for one in answers]), name, self._timezone)
                for name, answers in found.items()
            ]
        )

    async def _collections(self, dav: DavSession) -> dict[str, Collection]:
        """By name. Looked for once; a server's calendars do not change from call to call."""
        if not self._known:
            found = await dav.collections("calendar")
            if not found:
                cure = "Make one there, or give the address of one."
                raise StepFailed(f"{self._account.address} has no calendar for {self._account.user}.", cure=cure)
            known: dict[str, Collection] = {}
            for place, one in enumerate(found):
                name = MAIN if place == 0 else one.name
                known[name if name not in known else one.href] = one
            self._known = known  # as a whole: another call may be listing them too
        return self._known

    async def _find(self, dav: DavSession, uid: str) -> tuple[str, Resource] | None:
        """The calendar that holds the event, and the event there."""
        for name, one in (await self._collections(dav)).items():
            for answer in await dav.report(one.href, with_uid(uid)):
                resource = Resource(answer.href, answer.text(DAV, "getetag"), answer.whole(CAL, "calendar-data"))
                with contextlib.suppress(StepFailed):
                    if _read(resource).components(uid):  # a server may find it as a part of another one
                        return name, resource
        return None

    # -- changing

    async def create(self, event: Event, *, key: str) -> Changed:
        async with dav_session(self._account, self._way) as dav:
            known = (await self._collections(dav)).get(event.calendar)
            if known is None:
                cure = f"Name one of {', '.join(self._known)}."
                raise StepFailed(f"There is no calendar {event.calendar[:100]!r}.", cure=cure, field="calendar")
            href = f"{known.href.rstrip('/')}/{quote(event.id, safe='')}.ics"
            current = await dav.get(href)
            done = await self._change(dav, event.calendar, href, current, event.id, key, self._edits.create(event))
        return Changed(None, done.event)

    async def update(self, event: Event, *, key: str) -> Changed:
        return await self._edit(event.id, key, self._edits.update(event))

    async def delete(self, event: str, *, key: str, message: str = "") -> Changed:
        if message:
            raise unspoken()
        return await self._edit(event, key, self._edits.delete(event))

    async def done(self, key: str) -> Changed | None:
        record = self._records.find(key)
        if record is None:
            return None
        if not record.done:  # a process died between writing to the server and noting so
            async with dav_session(self._account, self._way) as dav:
                current = await dav.get(record.href)
            if not says_the_same(_text(current), record.became):
                return None
        return Changed(record.before, record.event)

    async def undo(self, key: str) -> bool:
        record = self._records.find(key)
        if record is None:
            return False
        async with dav_session(self._account, self._way) as dav:
            current = await dav.get(record.href)
            if not says_the_same(_text(current), record.became):
                return record.undone and says_the_same(_text(current), record.was)
            # Noted before it is made, so that a repeat knows its own work.
            await self._save(key, record.model_copy(update={"undone": True}))
            try:
                await _write(dav, record.href, current, record.was)
            except dav_client.Changed:
                return False
        return True

    async def _edit(self, id: str, key: str, edit: Edit) -> Changed:
        record = self._records.find(key)
        async with dav_session(self._account, self._way) as dav:
            if record is not None:
                return await self._change(dav, record.calendar, record.href, await dav.get(record.href), id, key, edit)
            found = await self._find(dav, split_id(id)[0])
            if found is None:
                raise missing(id)
            name, resource = found
            return await self._change(dav, name, resource.href, resource, id, key, edit)

    async def _change(self, dav: DavSession, name: str, href: str, current: Resource | None, id: str, key: str, edit: Edit) -> Changed:
        """Change the event where it is; what was done before under this key is only told again."""
        record, was = self._records.find(key), _text(current)
        if record is not None and record.done:
            return Changed(record.before, record.event)
        if record is None or says_the_same(record.was, was):
            record = self._planned(name, href, was, id, edit)
            if record.became != was:
                await self._save(key, record)
                record = await self._make(dav, record, current, key)
        elif not says_the_same(record.became, was):
            # We died between noting the change and hearing that it was made, and somebody changed the event since.
            raise StepFailed("It is not known whether the event was changed.", cure="Look at it in the calendar, then ask again.")
        await self._save(key, record.model_copy(update={"done": True}))
        return Changed(record.before, record.event)

    def _planned(self, name: str, href: str, was: str, id: str, edit: Edit) -> Change:
        uid, file = split_id(id)[0], _read(Resource(href, "", was))
        changed = self._edits.apply(file, name, id, edit)
        became = file.content().decode() if file.text(uid) else ""
        return Change(calendar=name, uid=uid, href=href, was=was, became=became, before=changed.before, event=changed.event)

    async def _make(self, dav: DavSession, record: Change, current: Resource | None, key: str) -> Change:
        """Write to the server; the change as the server has it now. Where it says that it did not do it, the note is taken back."""
        try:
            await _write(dav, record.href, current, record.became)
        except dav_client.Changed as error:
            if not says_the_same(_text(await dav.get(record.href)), record.became):  # else a late answer to our own earlier try
                self._records.forget(key)
                raise TryAgain(error.detail) from error
        except TizmoretError:
            self._records.forget(key)
            raise
        with contextlib.suppress(TizmoretError):  # it is made; to know its exact words is only for undoing it
            return record.model_copy(update={"became": _text(await dav.get(record.href))})
        return record

    async def _save(self, key: str, record: Change) -> None:
        await asyncio.to_thread(self._records.save, key, record)


async def _write(dav: DavSession, href: str, current: Resource | None, text: str) -> None:
    if text:
        await dav.put(href, text, ICS, over=current)
    elif current is not None:
        await dav.delete(current)


def _text(resource: Resource | None) -> str:
    return "" if resource is None else resource.text


def _read(resource: Resource) -> IcsFile:
    try:
        return IcsFile(resource.text.encode())
    except ValueError as error:
        raise StepFailed(f"{resource.href[:200]} is not an event: {str(error)[:200]}.", cure="Mend or remove it on the server.") from error


def _together(name: str, texts: Sequence[str]) -> icalendar.Calendar:
    """The resources as one calendar; one that cannot be read stays on the server, and the log says so."""
    merged = icalendar.Calendar()
    for text in texts:
        try:
            merged.subcomponents += IcsFile(text.encode()).calendar.subcomponents
        except ValueError as error:
            log.warning("an event on the server cannot be read", calendar=name, error=str(error)[:200])
    return merged


def says_the_same(one: str, other: str) -> bool:
    """Whether two texts of an event say the same, however they are ordered and folded. X- properties are left out: servers cut them."""
    return one == other or _said(one) == _said(other)


def _said(text: str) -> list[list[str]]:
    try:
        parts = IcsFile(text.encode()).calendar.walk("VEVENT") if text else []
    except ValueError:
        return [[text]]
    return sorted(sorted(line for line in _lines(part) if not line.startswith("X-")) for part in parts)


def _lines(part: icalendar.cal.Component) -> list[str]:
    text: str = part.to_ical().decode().replace("\r\n ", "")
    return text.splitlines()
