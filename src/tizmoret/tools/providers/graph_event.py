"""An event of Microsoft Graph's as one of ours; how it is written is in `graph_change`.

Microsoft gives every event an id of its own, and another one when it is made anew; so what we make is marked with the id that it has here, by
which it is found again. An occurrence has the id "series#20260104T080000Z" (see `ics_event`): `placed` notes that beside what Microsoft says."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any
from zoneinfo import ZoneInfo

from tizmoret.tools.models import Attendee, Event, Response
from tizmoret.tools.providers.account_events import Told
from tizmoret.tools.providers.graph_events import MARK, NAMELESS
from tizmoret.tools.providers.graph_recurrence import rule_of
from tizmoret.tools.providers.graph_zones import moment_of, zone_named
from tizmoret.tools.providers.ics_event import stamp

MARKS = "singleValueExtendedProperties"
_ANSWERS: dict[str, Response] = {"accepted": "accepted", "tentativelyAccepted": "tentative", "declined": "declined"}
_OCCURRENCES = ("occurrence", "exception")


def is_there(told: Told | None) -> bool:
    return bool(told) and told is not None and told.get("isCancelled") is not True


def uid_of(told: Told) -> str:
    """The id that it has here."""
    return marks_of(told).get(MARK) or str(told["id"])


def is_occurrence(told: Told) -> bool:
    return told.get("type") in _OCCURRENCES


def placed(told: Told, series: Told, zone: ZoneInfo) -> dict[str, Any] | None:
    """An occurrence, with the series that it belongs to and when it was to begin. None for what makes no sense."""
    try:
        return {**told, "series": uid_of(series), "original": stamp(_original(told, series, zone), zone)}
    except (KeyError, TypeError, ValueError):
        return None


def cancelled(day: dt.date, series: Told, zone: ZoneInfo) -> dict[str, Any]:
    """The occurrence of that day."""
    start = local_start(series, zone)
    moment: dt.date = day if series.get("isAllDay") else dt.datetime.combine(day, start.time(), start.tzinfo)
    return {"isCancelled": True, "series": uid_of(series), "original": stamp(moment, zone)}


def _original(told: Told, series: Told, zone: ZoneInfo) -> dt.date:
    text = told.get("originalStart")
    moment = dt.datetime.fromisoformat(text) if text else moment_of(told["start"], zone)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    return _whole_day(moment, series, zone) if series.get("isAllDay") else moment


def read_event(told: Told, calendar: str, zone: ZoneInfo, rule: str | None = None) -> Event | None:
    """`rule`: of the series that the occurrence belongs to. None for what makes no sense."""
    try:
        all_day, series = told.get("isAllDay") is True, str(told.get("series") or "")
        own = zone if all_day else zone_of(told, zone)
        first, last = (begin(told, name, zone).astimezone(own) for name in ("start", "end"))
        if last < first:
            return None
        return Event(
            id=f"{series}#{told['original']}" if series else uid_of(told), calendar=calendar, title=string(told.get("subject")), start=first,
            end=last, timezone=own.key, all_day=all_day, attendees=people_of(told), location=place_of(told), description=words_of(told),
            recurrence=rule if series else rule_told(told, zone), series=series,
        )  # fmt: skip
    except (KeyError, TypeError, ValueError, OverflowError):
        return None


def rule_told(told: Told, zone: ZoneInfo) -> str | None:
    try:
        return (
            rule_of(told["recurrence"], local_start(told, zone), all_day=told.get("isAllDay") is True) if told.get("recurrence") else None
        )
    except (KeyError, TypeError, ValueError):
        return None


def local_start(told: Told, zone: ZoneInfo) -> dt.datetime:
    """On the clocks of the series, by which it recurs."""
    return begin(told, "start", zone).astimezone(zone if told.get("isAllDay") else zone_of(told, zone))


def begin(told: Told, name: str, zone: ZoneInfo) -> dt.datetime:
    moment = moment_of(told[name], zone)
    return dt.datetime.combine(_whole_day(moment, told, zone), dt.time(), zone) if told.get("isAllDay") else moment


def _whole_day(moment: dt.datetime, told: Told, zone: ZoneInfo) -> dt.date:
    """A day is told as its midnight, on whichever clocks."""
    return moment.date() if moment.time() == dt.time() else moment.astimezone(zone_of(told, zone)).date()


def zone_of(told: Told, zone: ZoneInfo) -> ZoneInfo:
    return zone_named(told.get("originalStartTimeZone"), zone)


def string(value: Any) -> str:
    return value if isinstance(value, str) else ""


def place_of(told: Told) -> str:
    found = told.get("location")
    return string(found.get("displayName")) if isinstance(found, dict) else ""


def words_of(told: Told) -> str:
    found = told.get("body")
    text = string(found.get("content")) if isinstance(found, dict) else ""
    return text.replace("\r\n", "\n").rstrip()


def people_of(told: Told) -> list[Attendee]:
    return [*(_guest(one) for one in guests_of(told)), *nameless(told)]


def _guest(told: Told) -> Attendee:
    name, address = (string(told["emailAddress"].get(part)) for part in ("name", "address"))
    status = told.get("status")
    answer = _ANSWERS.get(string(status.get("response")), "") if isinstance(status, dict) else ""
    return Attendee(name="" if name == address else name, email=address, response=answer)


def guests_of(told: Told) -> list[dict[str, Any]]:
    found = told.get("attendees")
    return [one for one in found if isinstance(one, dict) and isinstance(one.get("emailAddress"), dict)] if isinstance(found, list) else []


def nameless(told: Told) -> list[Attendee]:
    """Microsoft takes no guest without an address; who has none is noted where only we see it."""
    try:
        return [Attendee(name=one) for one in json.loads(marks_of(told).get(NAMELESS) or "[]") if isinstance(one, str)]
    except (TypeError, ValueError):
        return []


def marks_of(told: Told) -> dict[str, str]:
    found = told.get(MARKS)
    known = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
    return {string(one.get("id")): string(one.get("value")) for one in known}
