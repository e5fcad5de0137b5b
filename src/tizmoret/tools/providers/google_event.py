"""An event of ours and one of Google's Calendar API (v3): read one from the other, and say what has to be written to make it so.

Google knows an occurrence by an id of its own and by when it was to begin; here it has the id "series#20260104T080000Z" (see `ics_event`)."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import icalendar

from tizmoret.errors import StepFailed
from tizmoret.tools.models import Attendee, Event, Response
from tizmoret.tools.providers.ics_event import Moment, aware, move_exceptions, occurrence_id

Told = Mapping[str, Any]

_OURS = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}@tizmoret")
_ID = re.compile(r"[\w-]{1,1024}", re.ASCII)
_NAMELESS = "tizmoretGuests"  # Google takes no guest without an address; who has none is noted here, where only we see it
_MOST_NOTED = 1024  # characters of such a note
_TEXTS = {"summary": "title", "location": "location", "description": "description"}
_ANSWERS: dict[str, Response] = {"accepted": "accepted", "tentative": "tentative", "declined": "declined"}
_FIELDS = (*_TEXTS, "start", "end", "recurrence", "attendees", "status", "extendedProperties", "originalStartTime")


def google_id(id: str) -> str:
    """What Google calls an event of ours, or of its own; empty for what can be no id there. Ours are of digits and the letters a to v, as
    an id that a client gives must be."""
    if _OURS.fullmatch(id):
        return id.partition("@")[0].replace("-", "")
    return id if _ID.fullmatch(id) else ""


# -- reading


def is_there(told: Told | None) -> bool:
    return told is not None and told.get("status") != "cancelled"


def read_event(told: Told, calendar: str, zone: ZoneInfo, rule: str | None = None) -> Event | None:
    """`rule`: of the series that the occurrence belongs to. None for what makes no sense."""
    try:
        start, end = moment_of(told["start"]), moment_of(told["end"])
        series = str(told.get("recurringEventId") or "")
        id = occurrence_id(series, moment_of(told["originalStartTime"]), zone) if series else str(told["id"])
        own = _zone(told["start"], zone)
        first, last = (aware(one, zone).astimezone(own) for one in (start, end))
        if not id or last < first:
            return None
        return Event(
            id=id, calendar=calendar, title=_text(told, "summary"), start=first, end=last, timezone=own.key,
            all_day=not isinstance(start, dt.datetime), attendees=_people(told), location=_text(told, "location"),
            description=_text(told, "description"), recurrence=rule if series else rule_of(told), series=series,
        )  # fmt: skip
    except (KeyError, TypeError, ValueError, OverflowError):
        return None


def moment_of(told: Told) -> Moment:
    """A day, or a time. Raises KeyError, ValueError, TypeError."""
    if told.get("date"):
        return dt.date.fromisoformat(told["date"])
    return dt.datetime.fromisoformat(told["dateTime"])


def rule_of(told: Told) -> str | None:
    return next((line[len("RRULE:") :] for line in _lines(told) if line.startswith("RRULE:")), None)


def _lines(told: Told) -> list[str]:
    found = told.get("recurrence")
    return [line for line in found if isinstance(line, str)] if isinstance(found, list) else []


def _zone(told: Told, zone: ZoneInfo) -> ZoneInfo:
    try:
        return ZoneInfo(str(told.get("timeZone") or zone.key)) if "dateTime" in told else zone
    except (ZoneInfoNotFoundError, ValueError):
        return zone


def _text(told: Told, name: str) -> str:
    value = told.get(name)
    return value if isinstance(value, str) else ""


def _people(told: Told) -> list[Attendee]:
    return [*(_guest(one) for one in _guests(told)), *_nameless(told)]


def _guest(told: Told) -> Attendee:
    answer = _ANSWERS.get(_text(told, "responseStatus"), "")
    return Attendee(name=_text(told, "displayName"), email=_text(told, "email"), response=answer)


def _guests(told: Told) -> list[dict[str, Any]]:
    found = told.get("attendees")
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _nameless(told: Told) -> list[Attendee]:
    try:
        noted = json.loads(told["extendedProperties"]["private"][_NAMELESS])
        return [Attendee(name=one) for one in noted if isinstance(one, str)]
    except (KeyError, TypeError, ValueError):
        return []


# -- writing


def new_body(event: Event, zone: ZoneInfo) -> dict[str, Any]:
    """Of an event that is not there yet."""
    written = changes(None, event, {}, zone)
    return {name: {part: one for part, one in value.items() if one is not None} if name in ("start", "end") else value
            for name, value in written.items()}  # fmt: skip


def changes(before: Event | None, after: Event, told: Told, zone: ZoneInfo) -> dict[str, Any]:
    """The fields in which `after` differs from `before` (None: all), as a patch: what it does not name stays. told: as it is at Google.

    Raises StepFailed for what Google does not take."""
    patch: dict[str, Any] = {
        name: new for name, ours in _TEXTS.items() if (new := getattr(after, ours)) != (before and getattr(before, ours))
    }
    moved = before is None or (before.start, before.end, before.all_day) != (after.start, after.end, after.all_day)
    if moved:
        own = zone
        if not after.all_day:
            known = ZoneInfo(getattr(after.start.tzinfo, "key", None) or zone.key)
            own = _zone(told["start"], known) if "dateTime" in told.get("start", {}) else known
        patch["start"], patch["end"] = (_written(one, own, all_day=after.all_day) for one in (after.start, after.end))
    if not after.series and (before is None or before.recurrence != after.recurrence or (moved and _lines(told))):
        patch["recurrence"] = _recurrence(after, {**told, **patch}, told, zone)
    if before is None or before.invited != after.invited:
        patch |= _invited(after.attendees, told)
    return patch if before else {name: value for name, value in patch.items() if value}


def _written(moment: dt.datetime, zone: ZoneInfo, *, all_day: bool) -> dict[str, Any]:
    """Whole: a patch goes into what is there, and an event has a day or a time, never both."""
    if all_day:
        return {"date": moment.astimezone(zone).date().isoformat(), "dateTime": None, "timeZone": None}
    return {"date": None, "dateTime": moment.astimezone(zone).isoformat(), "timeZone": zone.key}


def _recurrence(after: Event, becomes: Told, told: Told, zone: ZoneInfo) -> list[str]:
    """The rule, and the days that are left out or added, which move along with the start."""
    if not after.recurrence:
        return []
    others = [line for line in _lines(told) if not line.startswith("RRULE:")]
    if others and becomes["start"] != told["start"]:
        others = _moved_lines(others, told["start"], becomes["start"], zone)
    return [f"RRULE:{after.recurrence}", *others]


def _moved_lines(lines: Sequence[str], was: Told, now: Told, zone: ZoneInfo) -> list[str]:
    try:
        series = icalendar.Event.from_ical("\r\n".join(["BEGIN:VEVENT", *lines, "END:VEVENT", ""]))
        series.add("DTSTART", local_start(now, zone))
        move_exceptions(series, [], local_start(was, zone))
        series.pop("DTSTART")
        return [line for line in series.to_ical().decode().replace("\r\n ", "").splitlines() if line.startswith(("EXDATE", "RDATE"))]
    except (ValueError, TypeError, AttributeError) as error:
        raise StepFailed(
            "This recurring event cannot be moved as a whole.", cure="Make a new event and delete this one.", field="start"
        ) from error


def _invited(people: Sequence[Attendee], told: Told) -> dict[str, Any]:
    """Whoever stays keeps what Google says of them, such as whether they have accepted."""
    known = {_text(one, "email").casefold(): one for one in _guests(told)}
    named = [one for one in people if one.email]
    guests = [known.get(one.email.casefold()) or {"email": one.email, **({"displayName": one.name} if one.name else {})} for one in named]
    names = [one.name for one in people if not one.email]
    note = json.dumps(names, ensure_ascii=False) if names else None
    if note and len(note) > _MOST_NOTED:
        raise StepFailed("Too many of the people have no address.", cure="Add their addresses to the contacts.", field="attendees")
    if note is None and not _nameless(told):
        return {"attendees": guests}
    return {"attendees": guests, "extendedProperties": {"private": {_NAMELESS: note}}}


# -- comparing, and putting back


def kept(told: Told) -> dict[str, Any]:
    """What is noted of an event so that it can be compared and put back."""
    found = {name: told[name] for name in _FIELDS if told.get(name) is not None}
    found.pop("extendedProperties", None)
    if names := [one.name for one in _nameless(told)]:
        found["extendedProperties"] = {"private": {_NAMELESS: json.dumps(names, ensure_ascii=False)}}
    return found


def said(told: Told, zone: ZoneInfo) -> tuple[Any, ...]:
    """What two versions of an event are compared by. That a guest has accepted is no change of the event."""
    times = tuple(str(aware(moment_of(told[name]), zone).astimezone(dt.UTC)) for name in ("start", "end") if name in told)
    guests = sorted((one.email.casefold() or one.name) for one in _people(told))
    return (*(_text(told, name) for name in _TEXTS), times, sorted(_lines(told)), guests, is_there(told))


def put_back(was: Told, *, occurrence: bool) -> dict[str, Any]:
    """The patch by which an event says again what it said when it was kept."""
    patch: dict[str, Any] = {
        name: was.get(name) for name in _FIELDS if name not in ("originalStartTime", "extendedProperties", "start", "end")
    }
    if occurrence:
        del patch["recurrence"]  # it belongs to the series
    patch |= {name: {"date": None, "dateTime": None, "timeZone": None, **was[name]} for name in ("start", "end") if name in was}
    note = (was.get("extendedProperties") or {}).get("private", {}).get(_NAMELESS)
    return {**patch, "status": was.get("status") or "confirmed", "extendedProperties": {"private": {_NAMELESS: note}}}


def local_start(told: Told, zone: ZoneInfo) -> Moment:
    """On the clocks of the series, by which it recurs."""
    moment = moment_of(told)
    return moment.astimezone(_zone(told, zone)) if isinstance(moment, dt.datetime) else moment


def original_of(told: Told, zone: ZoneInfo) -> dt.datetime:
    """When an occurrence was to begin."""
    return aware(moment_of(told["originalStartTime"]), zone).astimezone(dt.UTC)


def moved_with(exception: Told, was: Told, now: Told, zone: ZoneInfo) -> dict[str, Any]:
    """An occurrence that differs, of a series that began at `was` and begins at `now`: it was to begin as much later."""
    first, then = local_start(was, zone), local_start(now, zone)
    by = aware(then, zone).replace(tzinfo=None) - aware(first, zone).replace(tzinfo=None)
    if not by or isinstance(first, dt.datetime) != isinstance(then, dt.datetime):
        return dict(exception)
    own = _zone(was, zone)
    local = aware(moment_of(exception["originalStartTime"]), zone).astimezone(own).replace(tzinfo=None) + by
    original = _written(local.replace(tzinfo=_zone(now, zone)), _zone(now, zone), all_day=not isinstance(then, dt.datetime))
    return {**exception, "originalStartTime": {name: value for name, value in original.items() if value}}
