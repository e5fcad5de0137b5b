"""What has to be written so that one of Microsoft Graph's events is as one of ours, and how two versions of it are noted, compared and put back."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from tizmoret.errors import StepFailed
from tizmoret.tools.models import Attendee, Event
from tizmoret.tools.providers.account_events import Told
from tizmoret.tools.providers.graph_event import (
    MARKS,
    begin,
    guests_of,
    is_there,
    local_start,
    marks_of,
    nameless,
    people_of,
    place_of,
    rule_told,
    string,
    words_of,
    zone_of,
)
from tizmoret.tools.providers.graph_events import MARK, NAMELESS
from tizmoret.tools.providers.graph_recurrence import recurrence_of
from tizmoret.tools.providers.graph_zones import microsoft_name
from tizmoret.tools.providers.ics_event import stamp, stamped

_KEPT = ("showAs", "sensitivity", "importance", "categories", "isReminderOn", "reminderMinutesBeforeStart")
_NOTED = (
    "id", "subject", "body", "form", "location", "start", "end", "isAllDay", "originalStartTimeZone", "recurrence", "attendees", "original",
    "series", "isCancelled", "isOrganizer", MARKS, *_KEPT,
)  # fmt: skip


def new_body(event: Event, zone: ZoneInfo) -> dict[str, Any]:
    """Of an event that is not there yet. That it is made once, Microsoft sees by its transactionId."""
    written = {name: value for name, value in changes(None, event, {}, zone).items() if value}
    return marked({**written, "isAllDay": event.all_day, "transactionId": event.id}, event.id)


def marked(body: Told, uid: str) -> dict[str, Any]:
    return {**body, MARKS: [{"id": id, "value": value} for id, value in {**marks_of(body), MARK: uid}.items()]}


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
        own = zone_of(told, known) if told and not told.get("isAllDay") else known
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
    after = {**told, **patch, MARKS: [{"id": id, "value": value} for id, value in {**marks_of(told), **marks_of(patch)}.items()]}
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
    known = {string(one["emailAddress"].get("address")).casefold(): one for one in guests_of(told)}
    guests = [
        known.get(one.email.casefold()) or {"type": "required", "emailAddress": {"address": one.email, "name": one.name or one.email}}
        for one in people
        if one.email
    ]
    names = [one.name for one in people if not one.email]
    if not names and not nameless(told):
        return {"attendees": guests}
    return {"attendees": guests, MARKS: [{"id": NAMELESS, "value": json.dumps(names, ensure_ascii=False)}]}


# -- comparing, and putting back


def kept(told: Told) -> dict[str, Any]:
    """What is noted of an event so that it can be compared and put back."""
    return {name: told[name] for name in _NOTED if told.get(name) is not None}


def said(told: Told, zone: ZoneInfo) -> tuple[Any, ...]:
    """What two versions of an event are compared by. That a guest has accepted is no change of the event."""
    times = tuple(_when(told, name, zone) for name in ("start", "end"))
    guests = sorted((one.email.casefold() or one.name) for one in people_of(told))
    whole = told.get("isAllDay") is True
    return (string(told.get("subject")), place_of(told), words_of(told), times, whole, rule_told(told, zone), guests, is_there(told))


def _when(told: Told, name: str, zone: ZoneInfo) -> str:
    try:
        return str(begin(told, name, zone).astimezone(dt.UTC))
    except (KeyError, TypeError, ValueError):
        return str(told.get(name))


def put_back(was: Told, zone: ZoneInfo) -> dict[str, Any]:
    """The patch by which an event says again what it said when it was kept."""
    own, all_day = zone_of(was, zone), was.get("isAllDay") is True
    start, end = (begin(was, name, zone) for name in ("start", "end"))
    patch: dict[str, Any] = {
        "subject": string(was.get("subject")), "location": {"displayName": place_of(was)},
        "body": {"contentType": "html", "content": was["form"]} if was.get("form") else {"contentType": "text", "content": words_of(was)},
        "attendees": [{"type": one.get("type") or "required", "emailAddress": one["emailAddress"]} for one in guests_of(was)],
        **_times(start, end, zone if all_day else own, all_day=all_day, recurs=bool(was.get("recurrence"))),
        **{name: was[name] for name in _KEPT if name in was},
        MARKS: [{"id": NAMELESS, "value": json.dumps([one.name for one in nameless(was)], ensure_ascii=False)}],
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
