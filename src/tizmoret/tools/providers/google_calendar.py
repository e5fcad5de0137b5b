"""Calendars of a Google account. An event is changed only where it is still what was read, under an id that a repeat finds again.

A change is noted before it is made (see `ChangeRecords`), and what Google made of it after. Nobody says what becomes of the occurrences that
differ when the whole series moves, so they are read before and put in their place after."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from tizmoret.errors import StepFailed, TizmoretError, TryAgain
from tizmoret.tools.models import Event
from tizmoret.tools.providers.change_records import Change, ChangeRecords
from tizmoret.tools.providers.google_event import Told, changes, google_id, is_there, moved_with, new_body, put_back, read_event, rule_of
from tizmoret.tools.providers.google_events import Calendar, GoogleEvents
from tizmoret.tools.providers.google_series import Found, event_of, exceptions_of, put_exceptions, same, same_event
from tizmoret.tools.providers.ics_edit import missing
from tizmoret.tools.providers.ics_event import split_id, stamped
from tizmoret.tools.providers.ports import Changed
from tizmoret.tools.providers.rest_client import Stale, Taken

MAIN = "main"  # what the first calendar is called here, whatever its owner calls it
MAX_EVENTS = 10_000  # occurrences in one answer


class GoogleCalendar:
    """A `CalendarStore`."""

    def __init__(self, events: GoogleEvents, records: ChangeRecords, timezone: ZoneInfo) -> None:
        """timezone: where a day begins, and where a time stands that names no zone."""
        self._events, self._records, self._timezone = events, records, timezone
        self._known: dict[str, Calendar] = {}

    # -- reading

    async def calendars(self) -> Sequence[str]:
        return list(await self._calendars())

    async def events(self, start: dt.datetime, end: dt.datetime) -> Sequence[Event]:
        found: list[Event] = []
        for name, one in (await self._calendars()).items():
            told = []
            async for event in self._events.between(one.id, start, end):
                told.append(event)
                if len(found) + len(told) > MAX_EVENTS:
                    raise StepFailed(f"There are over {MAX_EVENTS:,} events in that time.", cure="Ask for a shorter one.", field="end")
            series = await self._events.series(one.id, start, end) if any("recurringEventId" in event for event in told) else {}
            for event in told:
                whole = series.get(str(event.get("recurringEventId")))
                read = read_event(event, name, self._timezone, rule_of(whole) if whole else None)
                found += [read] if read is not None and event.get("eventType") != "workingLocation" else []
        return sorted(found, key=lambda event: (event.start, event.title))

    async def busy(self, start: dt.datetime, end: dt.datetime) -> Sequence[tuple[dt.datetime, dt.datetime]]:
        own = [one.id for one in (await self._calendars()).values() if one.own or one.primary]
        found = await self._events.busy(own, start, end)
        if len(found) < len(own):
            raise TryAgain("Google does not tell when you are busy.")
        return sorted(span for taken in found.values() for span in taken)

    async def busy_of(
        self, people: Sequence[str], start: dt.datetime, end: dt.datetime
    ) -> Mapping[str, Sequence[tuple[dt.datetime, dt.datetime]]]:
        return await self._events.busy(people, start, end) if people else {}

    async def get(self, event: str) -> Event | None:
        found = await self._find(event)
        return None if found is None else self._read(found)

    def _read(self, found: Found) -> Event | None:
        name = next((name for name, one in self._known.items() if one.id == found.calendar.id), MAIN)
        return read_event(found.told, name, self._timezone, found.rule)

    async def _calendars(self) -> Mapping[str, Calendar]:
        """By name. Looked for once; an account's calendars do not change from call to call."""
        if not self._known:
            for place, one in enumerate(await self._events.calendars()):
                name = MAIN if place == 0 else one.name
                self._known[name if name not in self._known else one.id] = one
            if not self._known:
                raise StepFailed("The Google account has no calendar.", cure="Make one there.")
        return self._known

    async def _find(self, id: str) -> Found | None:
        whole, occurrence = split_id(id)
        google = google_id(whole)
        for one in (await self._calendars()).values() if google else ():
            told = await self._events.get(one.id, google)
            if told is None or not is_there(told):
                continue
            if not occurrence:
                return await self._found(one, told)
            part = await self._occurrence(one, told, occurrence)
            return None if part is None else Found(one, part, (), rule_of(told))
        return None

    async def _occurrence(self, calendar: Calendar, series: Told, stamp: str) -> Told | None:
        try:
            moment = stamped(stamp)
        except ValueError:
            return None
        return await self._events.occurrence(calendar.id, str(series["id"]), moment.isoformat())

    async def _found(self, calendar: Calendar, told: Told) -> Found:
        return Found(calendar, told, await self._events.exceptions(calendar.id, told) if is_there(told) else ())

    # -- changing

    async def create(self, event: Event, *, key: str) -> Changed:
        known, record = (await self._calendars()).get(event.calendar), self._records.find(key)
        if record is not None and record.done:
            return Changed(None, record.event)
        if known is None:
            cure = f"Name one of {', '.join(self._known)}."
            raise StepFailed(f"There is no calendar {event.calendar[:100]!r}.", cure=cure, field="calendar")
        body = {"id": google_id(event.id), **new_body(event, self._timezone)}
        event = event.model_copy(update={"id": body["id"]})
        became = Found(known, body).text
        record = Change(calendar=event.calendar, uid=body["id"], href=known.id, was="", became=became, before=None, event=event)
        await self._save(key, record)
        try:
            told = await self._said_no(key, self._events.insert(known.id, body))
        except Taken:  # a repeat; what a person has cancelled since stays so
            told = await self._events.get(known.id, body["id"]) or body
        made = Found(known, told)
        done = {"became": made.text, "event": read_event(told, event.calendar, self._timezone) or event, "done": True}
        await self._save(key, record := record.model_copy(update=done))
        return Changed(None, record.event)

    async def update(self, event: Event, *, key: str) -> Changed:
        async def write(found: Found, before: Event) -> Event:
            patch = changes(before, event, found.told, self._timezone)
            if not patch:
                return before
            start = found.told["start"]
            wanted = [moved_with(one, start, patch.get("start") or start, self._timezone) for one in found.exceptions]
            became = {**found.told, **{name: value for name, value in patch.items() if value is not None}}
            await self._note(key, found, before, event, Found(found.calendar, became, wanted).text)
            told = await self._said_no(key, self._events.patch(found.calendar.id, found.told["id"], patch, etag=_etag(found.told)))
            await put_exceptions(self._events, found.calendar.id, told, found.exceptions, wanted, self._timezone)
            return event

        return await self._edit(event.id, key, write)

    async def delete(self, event: str, *, key: str) -> Changed:
        async def remove(found: Found, before: Event) -> Event:
            await self._note(key, found, before, before, "")
            await self._said_no(key, self._events.delete(found.calendar.id, found.told["id"], etag=_etag(found.told)))
            return before

        return await self._edit(event, key, remove)

    async def done(self, key: str) -> Changed | None:
        record = self._records.find(key)
        if record is None:
            return None
        if not record.done:  # a process died between writing to Google and noting so
            now = await self._now(record)
            if not same(now.text, record.became, self._timezone):
                return None
        return Changed(record.before, record.event)

    async def undo(self, key: str) -> bool:
        record = self._records.find(key)
        if record is None:
            return False
        now = await self._now(record)
        if not same(now.text, record.became, self._timezone):
            if not record.undone or same(now.text, record.was, self._timezone):
                return record.undone
            if not same_event(now.text, record.was, self._timezone):  # else we died before the occurrences were put back
                return False
        # Noted before it is made, so that a repeat knows its own work.
        await self._save(key, record.model_copy(update={"undone": True}))
        try:
            await self._restore(now, record.was)
        except Stale:
            return False
        return True

    async def _edit(self, id: str, key: str, write: Callable[[Found, Event], Awaitable[Event]]) -> Changed:
        """Change the event where it is; what was done before under this key is only told again."""
        record = self._records.find(key)
        if record is not None and record.done:
            return Changed(record.before, record.event)
        found = await self._find(id) if record is None else await self._now(record)
        before = self._read(found) if found is not None and is_there(found.told) else None
        if record is not None and not same(found.text if found else "", record.was, self._timezone):
            assert found is not None
            return await self._go_on(key, record, found)
        if found is None or before is None:
            raise missing(id)
        after = await write(found, before)
        return await self._finish(key, found, before, after)

    async def _go_on(self, key: str, record: Change, found: Found) -> Changed:
        """A process died, or heard no answer, between noting the change and noting that it was made."""
        if not same_event(found.text, record.became, self._timezone):
            raise StepFailed("It is not known whether the event was changed.", cure="Look at it in the calendar, then ask again.")
        were, wanted = exceptions_of(record.was), exceptions_of(record.became)
        await put_exceptions(self._events, found.calendar.id, found.told, were, wanted, self._timezone)
        return await self._finish(key, found, record.before, record.event)

    async def _finish(self, key: str, found: Found, before: Event | None, after: Event) -> Changed:
        """Read again what has become of it."""
        record = self._records.find(key)
        if record is None:  # nothing was to be changed
            record = Change(
                calendar=after.calendar,
                uid=found.told["id"],
                href=found.calendar.id,
                was=found.text,
                became=found.text,
                before=before,
                event=after,
            )
        now = await self._now(record)
        event = (self._read(Found(now.calendar, now.told, now.exceptions, found.rule)) if now.text else None) or after
        await self._save(key, record.model_copy(update={"became": now.text, "event": event, "done": True}))
        return Changed(record.before, event)

    async def _note(self, key: str, found: Found, before: Event, after: Event, became: str) -> None:
        change = Change(
            calendar=before.calendar, uid=str(found.told["id"]), href=found.calendar.id, was=found.text, became=became, before=before, event=after
        )  # fmt: skip
        await self._save(key, change)

    async def _now(self, record: Change) -> Found:
        """The event of a change as it is now."""
        calendar = next((one for one in (await self._calendars()).values() if one.id == record.href), None)
        calendar = calendar or Calendar(record.href, record.calendar, own=True, primary=False)
        told = await self._events.get(calendar.id, record.uid)
        return await self._found(calendar, told or {"id": record.uid, "status": "cancelled"})

    async def _said_no(self, key: str, write: Awaitable[Any]) -> Any:
        """Where Google says that it did not do it, the note is taken back."""
        try:
            return await write
        except Taken:
            raise
        except Stale as error:
            self._records.forget(key)
            raise TryAgain(error.detail) from error
        except TizmoretError:
            self._records.forget(key)
            raise

    async def _restore(self, now: Found, was: str) -> None:
        event = event_of(was)
        if event is None:
            await self._events.delete(now.calendar.id, now.told["id"], etag=_etag(now.told))
            return
        patch = put_back(event, occurrence="originalStartTime" in event)
        told = await self._events.patch(now.calendar.id, now.told["id"], patch, etag=_etag(now.told))
        await put_exceptions(self._events, now.calendar.id, told, now.exceptions, exceptions_of(was), self._timezone)

    async def _save(self, key: str, record: Change) -> None:
        await asyncio.to_thread(self._records.save, key, record)


def _etag(told: Told) -> str:
    return str(told.get("etag") or "")
