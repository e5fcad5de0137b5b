"""Calendars as .ics files (RFC 5545) of a folder, one a calendar: `main.ics` is the calendar "main".

A change is made under a lock that other processes respect, and put in place by a rename, so that no reader sees half a file. Whatever the
file holds that we do not know is kept. One occurrence of a recurring event has the id "uid#start of the occurrence"."""

from __future__ import annotations

import asyncio
import datetime as dt
import errno
import fcntl
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events

from tizmoret.errors import NotFound, StepFailed
from tizmoret.tools.models import Attendee, Event

MAX_FILE = 32 * 1024 * 1024  # bytes
MAX_EVENTS = 10_000  # occurrences in one answer
OCCURRENCE = "#"

Change = Callable[[icalendar.Calendar], Event]


class LocalCalendar:
    def __init__(self, folder: Path, timezone: ZoneInfo) -> None:
        self._folder = folder
        self._timezone = timezone

    async def calendars(self) -> Sequence[str]:
        return await asyncio.to_thread(self._names)

    async def events(self, start: dt.datetime, end: dt.datetime, *, calendar: str | None = None) -> Sequence[Event]:
        return await asyncio.to_thread(self._events, start, end, calendar)

    async def get(self, event: str) -> Event | None:
        return await asyncio.to_thread(self._get, event)

    async def create(self, event: Event) -> Event:
        return await asyncio.to_thread(self._change, event.calendar, lambda file: self._add(file, event))

    async def update(self, event: Event) -> Event:
        return await asyncio.to_thread(self._change, event.calendar, lambda file: self._replace(file, event))

    async def delete(self, event: str) -> Event:
        def remove() -> Event:
            known = self._get(event)
            if known is None:
                raise _missing(event)
            return self._change(known.calendar, lambda file: self._remove(file, known))

        return await asyncio.to_thread(remove)

    # -- reading

    def _names(self) -> list[str]:
        found = sorted(file.stem for file in self._folder.glob("*.ics")) if self._folder.is_dir() else []
        return ["main", *(name for name in found if name != "main")]

    def _events(self, start: dt.datetime, end: dt.datetime, calendar: str | None) -> list[Event]:
        found = []
        for name in self._names() if calendar is None else [calendar]:
            file = self._read(name)
            recurring = {str(one["UID"]): one for one in file.walk("VEVENT") if "RRULE" in one}
            for occurrence in recurring_ical_events.of(file, skip_bad_series=True).between(start, end):
                found.append(self._event(occurrence, name, recurring.get(str(occurrence.get("UID")))))
                if len(found) > MAX_EVENTS:
                    raise StepFailed(f"There are over {MAX_EVENTS:,} events in that time.", cure="Ask for a shorter one.")
        return sorted(found, key=lambda event: (event.start, event.title))

    def _get(self, id: str) -> Event | None:
        uid, _, occurrence = id.partition(OCCURRENCE)
        for name in self._names():
            for component in self._read(name).walk("VEVENT"):
                if str(component.get("UID")) != uid:
                    continue
                event = self._event(component, name, None)
                if not occurrence:
                    return event
                start = dt.datetime.fromisoformat(occurrence)
                around = self._events(start - dt.timedelta(days=2), start + dt.timedelta(days=2), name)
                return next((one for one in around if one.id == id), None)
        return None

    def _path(self, name: str) -> Path:
        if not name or name != Path(name).name or name.startswith("."):
            raise StepFailed(f"{name!r} is no name for a calendar.", cure="Use letters and digits.", field="calendar")
        return self._folder / f"{name}.ics"

    def _read(self, name: str) -> icalendar.Calendar:
        path = self._path(name)
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            return _empty()
        except OSError as error:
            raise StepFailed(f"{path.name} cannot be read: {error.strerror}.", cure="Look at the calendar folder.") from error
        if len(content) > MAX_FILE:
            raise StepFailed(f"{path.name} is over {MAX_FILE:,} bytes.", cure="Split the calendar.")
        try:
            file = icalendar.Calendar.from_ical(content)
        except (ValueError, IndexError, KeyError) as error:
            raise StepFailed(f"{path.name} is not a calendar: {error}.", cure="Mend or remove the file; it was not touched.") from error
        if not isinstance(file, icalendar.Calendar):
            raise StepFailed(f"{path.name} is not a calendar.", cure="Mend or remove the file; it was not touched.")
        return file

    def _event(self, component: Any, calendar: str, series: Any | None) -> Event:
        start, end, all_day = self._times(component)
        rule = component.get("RRULE") or (series.get("RRULE") if series is not None else None)
        uid = str(component.get("UID"))
        if series is not None:
            original = component.get("RECURRENCE-ID")
            first = self._aware(original.dt) if original is not None else start
            uid = f"{uid}{OCCURRENCE}{first.astimezone(dt.UTC).isoformat()}"
        return Event(
            id=uid,
            calendar=calendar,
            title=str(component.get("SUMMARY", "")),
            start=start,
            end=end,
            timezone=str(getattr(start.tzinfo, "key", "") or ""),
            all_day=all_day,
            attendees=_attendees(component),
            location=str(component.get("LOCATION", "")),
            description=str(component.get("DESCRIPTION", "")),
            recurrence=rule.to_ical().decode() if rule is not None else None,
        )

    def _times(self, component: Any) -> tuple[dt.datetime, dt.datetime, bool]:
        start = component["DTSTART"].dt
        all_day = not isinstance(start, dt.datetime)
        if "DTEND" in component:
            end = component["DTEND"].dt
        elif "DURATION" in component:
            end = start + component["DURATION"].dt
        else:
            end = start + dt.timedelta(days=1) if all_day else start
        return self._aware(start), self._aware(end), all_day

    def _aware(self, value: dt.date) -> dt.datetime:
        """A day begins, and a time without a zone stands, in the workspace's own zone."""
        moment = value if isinstance(value, dt.datetime) else dt.datetime.combine(value, dt.time())
        return moment if moment.tzinfo is not None else moment.replace(tzinfo=self._timezone)

    # -- changing

    def _change(self, name: str, change: Change) -> Event:
        path = self._path(name)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with self._locked():
                file = self._read(name)
                before = file.to_ical()
                event = change(file)
                after = file.to_ical()
                if after != before:
                    _put(path, after)
                return event
        except OSError as error:
            full = error.errno in (errno.ENOSPC, errno.EDQUOT)
            cure = (
                "Free some space; the calendar was not touched." if full else "Look at the calendar folder; the calendar was not touched."
            )
            raise StepFailed(f"{path.name} cannot be written: {error.strerror}.", cure=cure) from error

    @contextmanager
    def _locked(self) -> Iterator[None]:
        handle = os.open(self._folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def _add(self, file: icalendar.Calendar, event: Event) -> Event:
        for component in file.walk("VEVENT"):
            if str(component.get("UID")) == event.id:
                return self._event(component, event.calendar, None)
        component = icalendar.Event()
        component.add("UID", event.id)
        component.add("DTSTAMP", dt.datetime.now(dt.UTC))
        _fill(component, event)
        file.add_component(component)
        file.add_missing_timezones()
        return event

    def _replace(self, file: icalendar.Calendar, event: Event) -> Event:
        uid, _, occurrence = event.id.partition(OCCURRENCE)
        component = self._find(file, uid, occurrence)
        if component is None and occurrence:
            series = self._find(file, uid, "")
            if series is None:
                raise _missing(event.id)
            component = icalendar.Event()
            component.add("UID", uid)
            component.add("DTSTAMP", dt.datetime.now(dt.UTC))
            component.add("RECURRENCE-ID", self._original(series, occurrence))
            file.add_component(component)
        if component is None:
            raise _missing(event.id)
        _fill(component, event if not occurrence else event.model_copy(update={"recurrence": None}))
        component["SEQUENCE"] = int(component.get("SEQUENCE", 0)) + 1
        file.add_missing_timezones()
        return event

    def _remove(self, file: icalendar.Calendar, event: Event) -> Event:
        uid, _, occurrence = event.id.partition(OCCURRENCE)
        series = self._find(file, uid, "")
        if occurrence and series is not None:
            series.add("EXDATE", self._original(series, occurrence))
            gone = [one for one in [self._find(file, uid, occurrence)] if one is not None]
        else:
            gone = [one for one in file.walk("VEVENT") if str(one.get("UID")) == uid]
        file.subcomponents = [one for one in file.subcomponents if all(one is not other for other in gone)]
        return event

    def _find(self, file: icalendar.Calendar, uid: str, occurrence: str) -> Any | None:
        """The event itself, or the changed occurrence of it."""
        for component in file.walk("VEVENT"):
            if str(component.get("UID")) != uid:
                continue
            changed = component.get("RECURRENCE-ID")
            if not occurrence and changed is None:
                return component
            if occurrence and changed is not None and self._aware(changed.dt) == dt.datetime.fromisoformat(occurrence):
                return component
        return None

    def _original(self, series: Any, occurrence: str) -> dt.date:
        """When the occurrence was to begin, in the form and zone of the series."""
        start, moment = series["DTSTART"].dt, dt.datetime.fromisoformat(occurrence)
        if not isinstance(start, dt.datetime):
            return moment.astimezone(self._timezone).date()
        return moment.astimezone(start.tzinfo or self._timezone)


def _empty() -> icalendar.Calendar:
    file = icalendar.Calendar()
    file.add("PRODID", "-//Tizmoret//EN")
    file.add("VERSION", "2.0")
    return file


def _missing(id: str) -> NotFound:
    return NotFound(f"There is no event {id}.", cure="List the events to see which there are.", field="event_id")


def _attendees(component: Any) -> list[Attendee]:
    told = component.get("ATTENDEE", [])
    return [
        Attendee(name=str(one.params.get("CN", "")), email=str(one).removeprefix("mailto:").removeprefix("MAILTO:"))
        for one in (told if isinstance(told, list) else [told])
    ]


def _fill(component: Any, event: Event) -> None:
    """Write our fields and leave every other one as it is."""
    for name in ("SUMMARY", "DTSTART", "DTEND", "DURATION", "LOCATION", "DESCRIPTION", "RRULE", "ATTENDEE"):
        if name in component:
            del component[name]
    component.add("SUMMARY", event.title)
    component.add("DTSTART", event.start.date() if event.all_day else event.start)
    component.add("DTEND", event.end.date() if event.all_day else event.end)
    for name, value in (("LOCATION", event.location), ("DESCRIPTION", event.description)):
        if value:
            component.add(name, value)
    if event.recurrence:
        component.add("RRULE", icalendar.vRecur.from_ical(event.recurrence))
    for attendee in event.attendees:
        address = icalendar.vCalAddress(f"mailto:{attendee.email}")
        if attendee.name:
            address.params["CN"] = icalendar.vText(attendee.name)
        component.add("ATTENDEE", address, encode=False)


def _put(path: Path, content: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".ics")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
