"""Calendars of a Microsoft account. An event is changed only where it is still what was read.

Microsoft cannot take back that an event is gone: it is made anew, under the id that it had here, and its guests are asked anew. Nor can an
occurrence come back into its series: it becomes a meeting of its own."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from tizmoret.errors import NotFound, StepFailed, TryAgain
from tizmoret.tools.models import Event
from tizmoret.tools.providers.account_calendar import MAX_EVENTS, AccountCalendar
from tizmoret.tools.providers.account_events import Calendar, Found, Planned, Told
from tizmoret.tools.providers.change_records import Change, ChangeRecords
from tizmoret.tools.providers.graph_change import becomes, changes, kept, marked, moved_with, new_body, put_back, said
from tizmoret.tools.providers.graph_event import MARKS, cancelled, is_occurrence, is_there, local_start, placed, read_event, rule_told
from tizmoret.tools.providers.graph_events import GraphEvents, crossing
from tizmoret.tools.providers.ics_event import split_id, stamped
from tizmoret.tools.providers.rest_client import NotGiven, Taken

_DAY = dt.timedelta(days=1)
_TAKEN = frozenset({"busy", "tentative", "oof"})
_NAMESPACE = uuid.UUID("8c1b6a52-3f0e-4d0b-9c57-2f5d1f0b7a64")


class GraphCalendar(AccountCalendar):
    """A `CalendarStore`."""

    service = "Microsoft"

    def __init__(self, events: GraphEvents, records: ChangeRecords, timezone: ZoneInfo) -> None:
        super().__init__(records, timezone)
        self._events = events

    # -- reading

    async def events(self, start: dt.datetime, end: dt.datetime) -> Sequence[Event]:
        return [event for event, _ in await self._between(start, end, [*(await self._calendars()).values()])]

    async def busy(self, start: dt.datetime, end: dt.datetime) -> Sequence[tuple[dt.datetime, dt.datetime]]:
        own = [one for one in (await self._calendars()).values() if one.own or one.primary]
        return sorted((event.start, event.end) for event, told in await self._between(start, end, own) if told.get("showAs") in _TAKEN)

    async def busy_of(
        self, people: Sequence[str], start: dt.datetime, end: dt.datetime
    ) -> Mapping[str, Sequence[tuple[dt.datetime, dt.datetime]]]:
        return await self._events.busy(people, start, end) if people else {}

    async def _between(self, start: dt.datetime, end: dt.datetime, calendars: Sequence[Calendar]) -> list[tuple[Event, Told]]:
        """A day of a whole day begins at Microsoft at the midnight of UTC, so it is looked for a day around."""
        told: list[tuple[Calendar, Told]] = []
        for calendar in calendars:
            told += await self._told(calendar, start - _DAY, end + _DAY)
            if len(told) > MAX_EVENTS:
                raise StepFailed(f"There are over {MAX_EVENTS:,} events in that time.", cure="Ask for a shorter one.", field="end")
        ids = sorted({str(one.get("seriesMasterId")) for _, one in told if is_occurrence(one)})
        series = await self._events.each(ids)
        found: list[tuple[Event, Told]] = []
        for calendar, one in told:
            event = self._event(one, calendar, series.get(str(one.get("seriesMasterId")))) if is_there(one) else None
            if event is not None and event.start < end and (event.end > start or event.start >= start):
                found.append((event, one))
        return sorted(found, key=lambda pair: (pair[0].start, pair[0].title))

    async def _told(self, calendar: Calendar, start: dt.datetime, end: dt.datetime) -> list[tuple[Calendar, Told]]:
        """What another person's calendar does not open to us is left out."""
        found: list[tuple[Calendar, Told]] = []
        try:
            async for one in self._events.between(calendar.id, start, end):
                found.append((calendar, one))
                if len(found) > MAX_EVENTS:
                    break
        except (NotGiven, NotFound):
            if calendar.own or calendar.primary:
                raise
        return found

    def _event(self, told: Told, calendar: Calendar, series: Told | None) -> Event | None:
        if not is_occurrence(told):
            return read_event(told, self._name(calendar), self._timezone)
        if not isinstance(told.get("seriesMasterId"), str):
            return None
        part = placed(told, series or {"id": told["seriesMasterId"], "isAllDay": told.get("isAllDay")}, self._timezone)
        rule = rule_told(series, self._timezone) if series else None
        return None if part is None else read_event(part, self._name(calendar), self._timezone, rule)

    async def _listed(self) -> Sequence[Calendar]:
        return await self._events.calendars()

    async def _find(self, id: str) -> Found | None:
        known, (whole, occurrence) = await self._calendars(), split_id(id)
        told, part = await self._events.get(whole), None
        if told is not None and occurrence and is_there(told):
            part = await self._part(told, occurrence)
        if occurrence and part is None:  # one that came back is a meeting of its own
            told = await self._events.marked(id)
        if told is None or not is_there(told):
            return None
        at = await self._events.calendar_of(str(told["id"]))
        calendar = next((one for one in known.values() if one.id == at), next(iter(known.values())))
        if part is not None:
            return Found(calendar, id, part, (), rule_told(told, self._timezone))
        told = {**told, "form": await self._events.as_written(str(told["id"]))}
        found = Found(calendar, id, told)
        return Found(calendar, id, told, await self._exceptions(found))

    async def _part(self, series: Told, occurrence: str) -> Told | None:
        try:
            moment = stamped(occurrence)
        except ValueError:
            return None
        if isinstance(moment, dt.datetime) == bool(series.get("isAllDay")) or not series.get("recurrence"):
            return None
        exceptions, _ = await self._events.exceptions(str(series["id"]))
        noon = dt.datetime.combine(moment, dt.time(12), dt.UTC)
        around = await self._events.instances(str(series["id"]), noon - 2 * _DAY, noon + 2 * _DAY)
        found = [placed(one, series, self._timezone) for one in (*exceptions, *around)]
        return next((one for one in found if one is not None and one["original"] == occurrence), None)

    async def _now(self, record: Change) -> Found:
        found = await self._find(record.uid)
        if found is not None:
            return found
        calendar = next((one for one in (await self._calendars()).values() if one.id == record.href), None)
        return Found(calendar or Calendar(record.href, record.calendar, own=True, primary=False), record.uid, {})

    async def _exceptions(self, series: Found) -> Sequence[Told]:
        if not series.told.get("recurrence"):
            return []
        differing, days = await self._events.exceptions(str(series.told["id"]))
        parts = [placed(one, series.told, self._timezone) for one in differing]
        return [*(one for one in parts if one is not None), *(cancelled(day, series.told, self._timezone) for day in days)]

    async def _occurrence(self, series: Found, original: Told) -> Told | None:
        return await self._part(series.told, str(original["original"]))

    def _read(self, found: Found) -> Event | None:
        return read_event(found.told, self._name(found.calendar), self._timezone, found.rule)

    def _there(self, told: Told) -> bool:
        return is_there(told)

    def _kept(self, told: Told) -> dict[str, Any]:
        return kept(told)

    def _said(self, told: Told) -> tuple[Any, ...]:
        return said(told, self._timezone)

    def _original(self, told: Told) -> dt.date:
        return stamped(str(told["original"]))

    # -- changing

    def _new(self, event: Event) -> tuple[Event, Told]:
        return event, new_body(event, self._timezone)

    def _planned(self, found: Found, before: Event, after: Event) -> Planned | None:
        patch = changes(before, after, found.told, self._timezone)
        if not patch:
            return None
        then = becomes(found.told, patch)
        wanted = [moved_with(one, found.told, then, self._timezone) for one in found.exceptions]
        self._check_crossing(then, [one for one in wanted if is_there(one)])
        return Planned(patch, then, wanted)

    def _check_crossing(self, series: Told, wanted: Sequence[Told]) -> None:
        """Before anything is written: Microsoft takes no occurrence on the day of the one before or after it, or beyond."""
        rule = rule_told(series, self._timezone)
        if rule is None or not wanted:
            return
        start = local_start(series, self._timezone)
        days = rrulestr(rule.partition(";UNTIL=")[0], dtstart=start.replace(tzinfo=None))
        for one in wanted:
            moment, local = self._original(one), local_start(one, self._timezone).date()
            at = moment.astimezone(start.tzinfo) if isinstance(moment, dt.datetime) else dt.datetime.combine(moment, dt.time())
            before, after = days.before(at.replace(tzinfo=None)), days.after(at.replace(tzinfo=None))
            if (before and local <= before.date()) or (after and local >= after.date()):
                raise crossing()

    async def _insert(self, calendar: Calendar, event: Event, body: Told) -> Told:
        known = await self._events.marked(event.id)
        if known is not None:
            return known
        try:
            return {**await self._events.insert(calendar.id, body), **_marks_of(body)}
        except Taken as error:  # made already, and not found by its mark yet; or Microsoft was at work there itself
            known = await self._events.marked(event.id)
            if known is None:
                raise TryAgain(error.detail) from error
            return known

    async def _patch(self, found: Found, patch: Told) -> Told:
        return {**found.told, **await self._events.patch(str(found.told["id"]), patch, etag=_etag(found.told))}

    async def _remove(self, found: Found, message: str = "") -> None:
        if message and found.told.get("attendees"):
            await self._events.cancel(str(found.told["id"]), message)
        elif found.told:
            await self._events.delete(str(found.told["id"]), etag=_etag(found.told))

    async def _restore(self, now: Found, was: Told) -> Told:
        body = put_back(was, self._timezone)
        if now.told:
            return await self._patch(now, body)
        return await self._anew(now.calendar, was, body, now.uid)

    async def _put(self, series: Found, place: Told, wanted: Told) -> None:
        body = put_back(wanted, self._timezone)
        if "id" in place:
            await self._events.patch(str(place["id"]), body)
        else:
            await self._anew(series.calendar, wanted, body, f"{wanted['series']}#{wanted['original']}")

    async def _anew(self, calendar: Calendar, was: Told, body: Told, uid: str) -> Told:
        """Once: what was made already is found by its mark, or by Microsoft itself, which knows what it was made in the place of."""
        known = await self._events.marked(uid)
        if known is not None:
            return known
        if was.get("isOrganizer") is False and was.get("attendees"):  # else we would invite everybody in the place of whoever did
            cure = "Ask whoever called it to invite you again."
            raise StepFailed("Somebody else called this meeting, so it cannot be brought back.", cure=cure)
        body = marked({name: value for name, value in body.items() if value is not None}, uid)
        made = await self._events.insert(calendar.id, {**body, "transactionId": str(uuid.uuid5(_NAMESPACE, f"{uid} {was.get('id')}"))})
        return {**made, **_marks_of(body)}

    async def _drop(self, series: Found, place: Told) -> None:
        if "id" in place:
            await self._events.delete(str(place["id"]))


def _etag(told: Told) -> str:
    return str(told.get("@odata.etag") or "")


def _marks_of(body: Told) -> dict[str, Any]:
    return {MARKS: body[MARKS]}
