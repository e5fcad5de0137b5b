"""An event of ours and one of Microsoft Graph's: read one from the other, and say what has to be written to make it so.

Microsoft gives every event an id of its own, and another one when it is made anew; so what we make is marked with the id that it has here, by
which it is found again. An occurrence has the id "series#20260104T080000Z" (see `ics_event`): `placed` notes that beside what Microsoft says."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from tizmoret.errors import StepFailed
from tizmoret.tools.models import Attendee, Event, Response
from tizmoret.tools.providers.account_events import Told
from tizmoret.tools.providers.graph_events import MARK, NAMELESS
from tizmoret.tools.providers.graph_recurrence import recurrence_of, rule_of
from tizmoret.tools.providers.graph_zones import microsoft_name, moment_of, zone_named
from tizmoret.tools.providers.ics_event import stamp, stamped

_MARKS = "singleValueExtendedProperties"
_KEPT = ("showAs", "sensitivity", "importance", "categories", "isReminderOn", "reminderMinutesBeforeStart")
_NOTED = (
    "id", "subject", "body", "form", "location", "start", "end", "isAllDay", "originalStartTimeZone", "recurrence", "attendees", "original",
    "series", "isCancelled", "isOrganizer", _MARKS, *_KEPT,
)  # fmt: skip
_ANSWERS: dict[str, Response] = {"accepted": "accepted", "tentativelyAccepted": "tentative", "declined": "declined"}
_OCCURRENCES = ("occurrence", "exception")


# -- reading


def is_there(told: Told | None) -> bool:
    return bool(told) and told is not None and told.get("isCancelled") is not True


def uid_of(told: Told) -> str:
    """The id that it has here."""
    return _marks(told).get(MARK) or str(told["id"])


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
        own = zone if all_day else _zone(told, zone)
        first, last = (_begin(told, name, zone).astimezone(own) for name in ("start", "end"))
        if last < first:
            return None
        return Event(
            id=f"{series}#{told['original']}" if series else uid_of(told), calendar=calendar, title=_string(told.get("subject")), start=first,
            end=last, timezone=own.key, all_day=all_day, attendees=_people(told), location=_place(told), description=_words(told),
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
    return _begin(told, "start", zone).astimezone(zone if told.get("isAllDay") else _zone(told, zone))


def _begin(told: Told, name: str, zone: ZoneInfo) -> dt.datetime:
    moment = moment_of(told[name], zone)
    return dt.datetime.combine(_whole_day(moment, told, zone), dt.time(), zone) if told.get("isAllDay") else moment


def _whole_day(moment: dt.datetime, told: Told, zone: ZoneInfo) -> dt.date:
    """A day is told as its midnight, on whichever clocks."""
    return moment.date() if moment.time() == dt.time() else moment.astimezone(_zone(told, zone)).date()


def _zone(told: Told, zone: ZoneInfo) -> ZoneInfo:
    return zone_named(told.get("originalStartTimeZone"), zone)


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _place(told: Told) -> str:
    found = told.get("location")
    return _string(found.get("displayName")) if isinstance(found, dict) else ""


def _words(told: Told) -> str:
    found = told.get("body")
    text = _string(found.get("content")) if isinstance(found, dict) else ""
    return text.replace("\r\n", "\n").rstrip()


def _people(told: Told) -> list[Attendee]:
    return [*(_guest(one) for one in _guests(told)), *_nameless(told)]


def _guest(told: Told) -> Attendee:
    name, address = (_string(told["emailAddress"].get(part)) for part in ("name", "address"))
    status = told.get("status")
    answer = _ANSWERS.get(_string(status.get("response")), "") if isinstance(status, dict) else ""
    return Attendee(name="" if name == address else name, email=address, response=answer)


def _guests(told: Told) -> list[dict[str, Any]]:
    found = told.get("attendees")
    return [one for one in found if isinstance(one, dict) and isinstance(one.get("emailAddress"), dict)] if isinstance(found, list) else []


def _nameless(told: Told) -> list[Attendee]:
    """Microsoft takes no guest without an address; who has none is noted where only we see it."""
    try:
        return [Attendee(name=one) for one in json.loads(_marks(told).get(NAMELESS) or "[]") if isinstance(one, str)]
    except (TypeError, ValueError):
        return []


def _marks(told: Told) -> dict[str, str]:
    found = told.get(_MARKS)
    known = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
    return {_string(one.get("id")): _string(one.get("value")) for one in known}


# -- writing


def new_body(event: Event, zone: ZoneInfo) -> dict[str, Any]:
    """Of an event that is not there yet. That it is made once, Microsoft sees by its transactionId."""
    written = {name: value for name, value in changes(None, event, {}, zone).items() if value}
    return marked({**written, "isAllDay": event.all_day, "transactionId": event.id}, event.id)


def marked(body: Told, uid: str) -> dict[str, Any]:
    return {**body, _MARKS: [{"id": id, "value": value} for id, value in {**_marks(body), MARK: uid}.items()]}


def changes(before: Event | None, after: Event, told: Told, zone: ZoneInfo) -> dict[str, Any]:
    """The fields in which `after` differs from `before` (None: all), as a patch: what it does not name stays. told: as it is at Microsoft.

    Raises StepFailed for what Microsoft does not take."""
    patch: dict[str, Any] = {}
    if before is None or before.title != after.title:
        patch["subject"] = after.title
    if before is None or before.location != after.location:
        patch["location"] = {"displayName": after.location}
    if before is None or before.description != after.description:
        patch["body"] = {"contentType": "text", "content": after.description}
    moved = before is None or (before.start, before.end, before.all_day) != (after.start, after.end, after.all_day)
    own = zone
    if not after.all_day:
        known = ZoneInfo(getattr(after.start.tzinfo, "key", None) or zone.key)
        own = _zone(told, known) if told and not told.get("isAllDay") else known
    if moved:
        patch |= _times(after.start, after.end, own, all_day=after.all_day, recurs=bool(after.recurrence) and not after.series)
    if not after.series and (before is None or before.recurrence != after.recurrence or (moved and told.get("recurrence"))):
        start = after.start.astimezone(own)
        patch["recurrence"] = recurrence_of(after.recurrence, start, all_day=after.all_day) if after.recurrence else None
    if before is None or before.invited != after.invited:
        patch |= _invited(after.attendees, told)
    return patch


def becomes(told: Told, patch: Told) -> dict[str, Any]:
    """What is there once the patch is written."""
    after = {**told, **patch, _MARKS: [{"id": id, "value": value} for id, value in {**_marks(told), **_marks(patch)}.items()]}
    return {**after, "originalStartTimeZone": patch["start"]["timeZone"]} if "start" in patch else after


def _times(start: dt.datetime, end: dt.datetime, zone: ZoneInfo, *, all_day: bool, recurs: bool) -> dict[str, Any]:
    """An hour that the end of summer time repeats can only be told in UTC, and so can the clocks of a zone that Microsoft does not know."""
    local = [one.astimezone(zone) for one in (start, end)]
    name = microsoft_name(zone)
    if not all_day and (not name or (any(one.fold for one in local) and not recurs)):
        local, name = [one.astimezone(dt.UTC) for one in local], "UTC"
    first, last = ({"dateTime": f"{one:%Y-%m-%dT%H:%M:%S}", "timeZone": name or "UTC"} for one in local)
    return {"start": first, "end": last, "isAllDay": all_day}


def _invited(people: Sequence[Attendee], told: Told) -> dict[str, Any]:
    """Whoever stays keeps what Microsoft says of them, such as whether they have accepted."""
    known = {_string(one["emailAddress"].get("address")).casefold(): one for one in _guests(told)}
    guests = [
        known.get(one.email.casefold()) or {"type": "required", "emailAddress": {"address": one.email, "name": one.name or one.email}}
        for one in people
        if one.email
    ]
    names = [one.name for one in people if not one.email]
    if not names and not _nameless(told):
        return {"attendees": guests}
    return {"attendees": guests, _MARKS: [{"id": NAMELESS, "value": json.dumps(names, ensure_ascii=False)}]}


# -- comparing, and putting back


def kept(told: Told) -> dict[str, Any]:
    """What is noted of an event so that it can be compared and put back."""
    return {name: told[name] for name in _NOTED if told.get(name) is not None}


def said(told: Told, zone: ZoneInfo) -> tuple[Any, ...]:
    """What two versions of an event are compared by. That a guest has accepted is no change of the event."""
    times = tuple(_when(told, name, zone) for name in ("start", "end"))
    guests = sorted((one.email.casefold() or one.name) for one in _people(told))
    whole = told.get("isAllDay") is True
    return (_string(told.get("subject")), _place(told), _words(told), times, whole, rule_told(told, zone), guests, is_there(told))


def _when(told: Told, name: str, zone: ZoneInfo) -> str:
    try:
        return str(_begin(told, name, zone).astimezone(dt.UTC))
    except (KeyError, TypeError, ValueError):
        return str(told.get(name))


def put_back(was: Told, zone: ZoneInfo) -> dict[str, Any]:
    """The patch by which an event says again what it said when it was kept."""
    own, all_day = _zone(was, zone), was.get("isAllDay") is True
    start, end = (_begin(was, name, zone) for name in ("start", "end"))
    patch: dict[str, Any] = {
        "subject": _string(was.get("subject")), "location": {"displayName": _place(was)},
        "body": {"contentType": "html", "content": was["form"]} if was.get("form") else {"contentType": "text", "content": _words(was)},
        "attendees": [{"type": one.get("type") or "required", "emailAddress": one["emailAddress"]} for one in _guests(was)],
        **_times(start, end, zone if all_day else own, all_day=all_day, recurs=bool(was.get("recurrence"))),
        **{name: was[name] for name in _KEPT if name in was},
        _MARKS: [{"id": NAMELESS, "value": json.dumps([one.name for one in _nameless(was)], ensure_ascii=False)}],
    }  # fmt: skip
    if not was.get("series"):  # else the recurrence belongs to the series
        rule = rule_told(was, zone)
        if rule is None and was.get("recurrence"):
            raise StepFailed("Nobody knows how the event recurred.", cure="Look at it in the calendar.")
        patch["recurrence"] = recurrence_of(rule, local_start(was, zone), all_day=all_day) if rule else None
    return patch


def moved_with(exception: Told, was: Told, now: Told, zone: ZoneInfo) -> dict[str, Any]:
    """An occurrence that differs, of a series that was `was` and is to be `now`: it was to begin as much later."""
    first, then = local_start(was, zone), local_start(now, zone)
    by = then.replace(tzinfo=None) - first.replace(tzinfo=None)
    moment = stamped(exception["original"])
    if not by or isinstance(moment, dt.datetime) == bool(now.get("isAllDay")):
        return dict(exception)
    if isinstance(moment, dt.datetime):
        local = moment.astimezone(first.tzinfo).replace(tzinfo=None) + by
        return {**exception, "original": stamp(local.replace(tzinfo=then.tzinfo), zone)}
    return {**exception, "original": stamp(moment + by, zone)}
