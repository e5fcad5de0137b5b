"""What a calendar holds in a time, recurring events as their occurrences."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events
import structlog

from tizmoret.tools.models import Event
from tizmoret.tools.providers.ics_event import (
    Component,
    aware,
    is_series,
    occurrence_id,
    original,
    read_event,
    split_id,
    stamped,
)

log = structlog.get_logger(__name__)

# An endless rule by the minute or second has millions of occurrences before today; no calendar of people needs one.
_TOO_OFTEN = frozenset({"SECONDLY", "MINUTELY"})


class Occurrences:
    def __init__(self, calendar: icalendar.Calendar, name: str, timezone: ZoneInfo) -> None:
        """timezone: where a day begins, and where a time stands that names no zone. Events that make no sense are left out."""
        self._name = name
        self._timezone = timezone
        self._components = [part for part in calendar.walk("VEVENT") if self._makes_sense(part)]
        self._series = {_uid(part): part for part in self._components if is_series(part)}
        self._recurring = {*self._series, *(_uid(part) for part in self._components if original(part) is not None)}
        shown = icalendar.Calendar()
        shown.subcomponents = self._components
        self._query = recurring_ical_events.of(shown, skip_bad_series=True)

    def events(self, start: dt.datetime, end: dt.datetime, limit: int) -> list[Event]:
        """What overlaps [start, end), cancelled ones left out; at most about `limit`."""
        found: list[Event] = []
        for part in self._between(start, end):
            found.append(self._event(part))
            if len(found) >= limit:
                break
        return found

    def busy(self, start: dt.datetime, end: dt.datetime) -> Iterator[tuple[dt.datetime, dt.datetime]]:
        """When somebody is taken: by events that say so, and by those with hours that do not say the contrary.

        A whole day with no word about it is a birthday or a holiday as often as not, and takes nobody's time."""
        for part in self._between(start, end):
            event = self._event(part)
            said = str(part.get("TRANSP", "TRANSPARENT" if event.all_day else "OPAQUE")).upper()
            if said == "OPAQUE" and event.end > event.start:
                yield event.start, event.end

    def holds(self, uid: str) -> bool:
        return any(_uid(part) == uid for part in self._components)

    def get(self, id: str) -> Event | None:
        uid, occurrence = split_id(id)
        if not occurrence:
            found = next((part for part in self._components if _uid(part) == uid and original(part) is None), None)
            return None if found is None else read_event(found, uid, self._name, self._timezone)
        for part in self._components:
            moment = original(part)
            if _uid(part) == uid and moment is not None and occurrence_id(uid, moment, self._timezone) == id:
                return self._event(part)
        try:
            first = aware(stamped(occurrence), self._timezone)
        except (ValueError, OverflowError):
            return None
        around = self._between(first, first + dt.timedelta(days=1))
        return next((event for part in around if _uid(part) == uid and (event := self._event(part)).id == id), None)

    def _between(self, start: dt.datetime, end: dt.datetime) -> Iterator[Any]:
        for part in self._query.between(start.astimezone(self._timezone), end.astimezone(self._timezone)):
            if str(part.get("STATUS", "")).upper() != "CANCELLED":
                yield part

    def _event(self, part: Component) -> Event:
        uid = _uid(part)
        if uid not in self._recurring:
            return read_event(part, uid, self._name, self._timezone)
        series = self._series.get(uid)
        rule = series.get("RRULE") if series is not None else None
        text = rule.to_ical().decode() if rule is not None and not isinstance(rule, list) else None
        moment = original(part)
        assert moment is not None
        return read_event(part, occurrence_id(uid, moment, self._timezone), self._name, self._timezone, text)

    def _makes_sense(self, part: Component) -> bool:
        """Whether it can be shown. One that cannot stays in its file, and the log names it."""
        try:
            rule = part.get("RRULE")
            rules = rule if isinstance(rule, list) else [rule] if rule is not None else []
            if any(str(freq).upper() in _TOO_OFTEN for one in rules for freq in one.get("FREQ", [])):
                raise ValueError("it recurs by the minute")
            event = read_event(part, _uid(part), self._name, self._timezone)
            if event.end < event.start or not _uid(part):
                raise ValueError("it ends before it starts" if _uid(part) else "it has no UID")
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
            log.warning("an event cannot be read", calendar=self._name, uid=_uid(part), error=str(error))
            return False
        return True


def _uid(part: Component) -> str:
    return str(part.get("UID", ""))
