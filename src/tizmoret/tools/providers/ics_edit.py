"""Changes of one event in an .ics file, wherever that file lies. Pure but for the clock: a change is stamped with when it was made."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable, Sequence
from zoneinfo import ZoneInfo

import icalendar

from tizmoret.errors import NotFound, StepFailed
from tizmoret.tools.models import Event
from tizmoret.tools.providers.ics_event import (
    Component,
    exception_of,
    in_form_of,
    is_series,
    leave_out,
    move_exceptions,
    new_component,
    original,
    split_id,
    stamp,
    stamped,
    touch,
    write_event,
)
from tizmoret.tools.providers.ics_file import IcsFile
from tizmoret.tools.providers.ics_occurrences import Occurrences
from tizmoret.tools.providers.ports import Changed

# From the event's components, and what it is (None: there is none), to its components afterwards.
Edit = Callable[[list[Component], Event | None], list[Component]]


class EventEdits:
    def __init__(self, timezone: ZoneInfo) -> None:
        """timezone: where a day begins, and where a time stands that names no zone."""
        self._timezone = timezone

    def create(self, event: Event) -> Edit:
        """An event with that id already there stays as it is."""

        def add(parts: list[Component], known: Event | None) -> list[Component]:
            return parts if known is not None else [*parts, new_component(event, self._timezone, _now())]

        return add

    def update(self, event: Event) -> Edit:
        """One occurrence, or the whole event, as the id says. Raises NotFound where there is none, StepFailed where it cannot be moved."""

        def write(parts: list[Component], before: Event | None) -> list[Component]:
            occurrence, series = split_id(event.id)[1], _master(parts)
            if before is None:
                raise missing(event.id)
            if occurrence:
                return self._with_occurrence(parts, series, before, event, occurrence)
            assert series is not None
            return self._with_whole(parts, series, before, event)

        return write

    def delete(self, event: str) -> Edit:
        """Raises NotFound where there is none."""

        def remove(parts: list[Component], before: Event | None) -> list[Component]:
            occurrence, series = split_id(event)[1], _master(parts)
            if before is None:
                raise missing(event)
            if not occurrence:
                return []
            if series is not None and is_series(series):
                leave_out(series, stamped(occurrence))
                touch(series, _now())
            return [part for part in parts if not self._is(part, occurrence)]

        return remove

    def apply(self, file: IcsFile, name: str, id: str, edit: Edit) -> Changed:
        """Change the file in memory, and read it again as anyone will: what cannot be read back is not written. name: of the calendar."""
        uid = split_id(id)[0]
        before = Occurrences(file.calendar, name, self._timezone).get(id)
        components = file.components(uid)
        was = [part.to_ical() for part in components]
        after = edit(components, before)
        if [part.to_ical() for part in after] != was:
            file.put(uid, file.written(after))
            for part in after:
                for field in ("DTSTART", "DTEND", "RECURRENCE-ID"):
                    _define_zone(file, part, field)
        event = Occurrences(IcsFile(file.content()).calendar, name, self._timezone).get(id) or before
        if event is None:
            raise StepFailed("The event could not be written so that it can be read again.", cure="Give other times.", field="start")
        return Changed(before, event)

    def _with_occurrence(
        self, parts: list[Component], series: Component | None, before: Event, event: Event, occurrence: str
    ) -> list[Component]:
        part = next((one for one in parts if self._is(one, occurrence)), None)
        if part is None:
            assert series is not None
            part = exception_of(series, in_form_of(series, stamped(occurrence)), _now())
            parts = [*parts, part]
        write_event(part, before.model_copy(update={"recurrence": None}), event.model_copy(update={"recurrence": None}), self._timezone)
        touch(part, _now())
        return parts

    def _with_whole(self, parts: list[Component], series: Component, before: Event, event: Event) -> list[Component]:
        """Change a single event, or every occurrence of a series; those that differ stay different."""
        was = series["DTSTART"].dt
        write_event(series, before, event, self._timezone)
        others = [part for part in parts if part is not series]
        try:
            if series["DTSTART"].dt != was:
                move_exceptions(series, others, was)
        except (ValueError, TypeError) as error:
            cure = "Make a new event and delete this one."
            raise StepFailed("This recurring event cannot be moved as a whole.", cure=cure, field="start") from error
        if before.recurrence != event.recurrence:
            still = Occurrences(_calendar(series), before.calendar, self._timezone)
            others = [part for part in others if still.get(f"{event.id}#{stamp(part['RECURRENCE-ID'].dt, self._timezone)}") is not None]
        touch(series, _now())
        return [series, *others]

    def _is(self, part: Component, occurrence: str) -> bool:
        moment = original(part)
        return moment is not None and stamp(moment, self._timezone) == occurrence


def missing(id: str) -> NotFound:
    return NotFound(f"There is no event {id[:200]}.", cure="List the events to see which there are.", field="event_id")


def unspoken() -> StepFailed:
    cure = "Leave the message out, and write them a letter."
    return StepFailed("This calendar passes no message on to whoever was invited.", cure=cure, field="message")


def _master(parts: Sequence[Component]) -> Component | None:
    return next((part for part in parts if original(part) is None), None)


def _calendar(series: Component) -> icalendar.Calendar:
    calendar = icalendar.Calendar()
    calendar.add_component(series)
    return calendar


def _define_zone(file: IcsFile, part: Component, field: str) -> None:
    zone = part[field].params.get("TZID") if field in part else None
    if zone:
        with contextlib.suppress(ValueError, KeyError):  # a zone of the file's own, which it defines
            file.know(str(zone))


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC).replace(microsecond=0)
