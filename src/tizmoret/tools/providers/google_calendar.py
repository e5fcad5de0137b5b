"""Calendars of a Google account. An event is changed only where it is still what was read, under an id that a repeat finds again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from tizmoret.errors import StepFailed, TryAgain
from tizmoret.tools.models import Event
from tizmoret.tools.providers.account_calendar import MAX_EVENTS, AccountCalendar
from tizmoret.tools.providers.account_events import Calendar, Found, Planned, Told
from tizmoret.tools.providers.change_records import Change, ChangeRecords
from tizmoret.tools.providers.google_event import (
    changes,
    google_id,
    is_there,
    kept,
    local_start,
    moved_with,
    new_body,
    original_of,
    put_back,
    read_event,
    rule_of,
    said,
)
from tizmoret.tools.providers.google_events import GoogleEvents
from tizmoret.tools.providers.ics_edit import unspoken
from tizmoret.tools.providers.ics_event import split_id, stamped
from tizmoret.tools.providers.rest_client import Taken


class GoogleCalendar(AccountCalendar):
    """A `CalendarStore`."""

    service = "Google"

    def __init__(self, events: GoogleEvents, records: ChangeRecords, timezone: ZoneInfo) -> None:
        super().__init__(records, timezone)
        self._events = events

    # -- reading

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

    async def _listed(self) -> Sequence[Calendar]:
        return await self._events.calendars()

    async def _find(self, id: str) -> Found | None:
        whole, occurrence = split_id(id)
        google = google_id(whole)
        for one in (await self._calendars()).values() if google else ():
            told = await self._events.get(one.id, google)
            if told is None or not is_there(told):
                continue
            if not occurrence:
                return await self._found(one, told)
            try:
                part = await self._events.occurrence(one.id, google, stamped(occurrence).isoformat())
            except ValueError:
                return None
            return None if part is None else Found(one, str(part["id"]), part, (), rule_of(told))
        return None

    async def _found(self, calendar: Calendar, told: Told) -> Found:
        return Found(calendar, str(told["id"]), told, await self._events.exceptions(calendar.id, told) if is_there(told) else ())

    async def _now(self, record: Change) -> Found:
        calendar = next((one for one in (await self._calendars()).values() if one.id == record.href), None)
        calendar = calendar or Calendar(record.href, record.calendar, own=True, primary=False)
        told = await self._events.get(calendar.id, record.uid)
        return await self._found(calendar, told or {"id": record.uid, "status": "cancelled"})

    async def _exceptions(self, series: Found) -> Sequence[Told]:
        return await self._events.exceptions(series.calendar.id, series.told)

    async def _occurrence(self, series: Found, original: Told) -> Told | None:
        moment = local_start(original["originalStartTime"], self._timezone)
        return await self._events.occurrence(series.calendar.id, series.uid, moment.isoformat())

    def _read(self, found: Found) -> Event | None:
        return read_event(found.told, self._name(found.calendar), self._timezone, found.rule)

    def _there(self, told: Told) -> bool:
        return is_there(told)

    def _kept(self, told: Told) -> dict[str, Any]:
        return kept(told)

    def _said(self, told: Told) -> tuple[Any, ...]:
        return said(told, self._timezone)

    def _original(self, told: Told) -> dt.date:
        return original_of(told, self._timezone)

    # -- changing

    def _new(self, event: Event) -> tuple[Event, Told]:
        id = google_id(event.id)
        return event.model_copy(update={"id": id}), {"id": id, **new_body(event, self._timezone)}

    def _planned(self, found: Found, before: Event, after: Event) -> Planned | None:
        patch = changes(before, after, found.told, self._timezone)
        if not patch:
            return None
        start = found.told["start"]
        wanted = [moved_with(one, start, patch.get("start") or start, self._timezone) for one in found.exceptions]
        return Planned(patch, {**found.told, **{name: value for name, value in patch.items() if value is not None}}, wanted)

    async def _insert(self, calendar: Calendar, event: Event, body: Told) -> Told:
        try:
            return await self._events.insert(calendar.id, body)
        except Taken:  # a repeat; what a person has cancelled since stays so
            return await self._events.get(calendar.id, event.id) or body

    async def _patch(self, found: Found, patch: Told) -> Told:
        return await self._events.patch(found.calendar.id, found.uid, patch, etag=_etag(found.told))

    async def _remove(self, found: Found, message: str = "") -> None:
        if message:
            raise unspoken()
        await self._events.delete(found.calendar.id, found.uid, etag=_etag(found.told))

    async def _restore(self, now: Found, was: Told) -> Told:
        return await self._patch(now, put_back(was, occurrence="originalStartTime" in was))

    async def _put(self, series: Found, place: Told, wanted: Told) -> None:
        await self._events.patch(series.calendar.id, str(place["id"]), put_back(wanted, occurrence=True))

    async def _drop(self, series: Found, place: Told) -> None:
        await self._events.delete(series.calendar.id, str(place["id"]))


def _etag(told: Told) -> str:
    return str(told.get("etag") or "")
