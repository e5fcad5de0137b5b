"""Events as Microsoft Graph (v1.0) takes and tells them: times in a zone that it knows, texts as HTML or plain, recurrences with every field.

https://learn.microsoft.com/graph/api/resources/event"""

from __future__ import annotations

import datetime as dt
import html
import re
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tzlocal.windows_tz import win_tz

from tests.wire import graph_recurrence
from tests.wire.graph_errors import Refused

Told = dict[str, Any]
NEVER = "0001-01-01T00:00:00Z"
SETTABLE = frozenset({
    "subject", "body", "location", "start", "end", "isAllDay", "attendees", "recurrence", "showAs", "sensitivity", "importance", "categories",
    "isReminderOn", "reminderMinutesBeforeStart", "transactionId", "singleValueExtendedProperties",
})  # fmt: skip


def zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(win_tz.get(name, name))
    except (ZoneInfoNotFoundError, ValueError):
        raise Refused(400, "TimeZoneNotSupportedException", f"The following TimeZone value is not supported: '{name}'.") from None


def utc(told: Told) -> dt.datetime:
    return dt.datetime.fromisoformat(told["dateTime"]).replace(tzinfo=dt.UTC)


def in_utc(at: dt.datetime) -> Told:
    return {"dateTime": f"{at.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%S}.0000000", "timeZone": "UTC"}


def local(told: Told) -> dt.datetime:
    """When it begins, on the clocks by which it recurs; a whole day begins at no hour of any clock."""
    start = utc(told["start"])
    return start if told["isAllDay"] else start.astimezone(zone(told["originalStartTimeZone"]))


def written(body: Told, before: Told | None = None) -> Told:
    """The event that a body makes of what was there, checked. Raises Refused."""
    if unknown := body.keys() - SETTABLE:
        raise Refused(400, "RequestBodyRead", f"The property '{min(unknown)}' does not exist on type 'microsoft.graph.event'.")
    fresh: Told = {
        "subject": "", "body": _body({}), "location": {"displayName": ""}, "isAllDay": False, "attendees": [], "recurrence": None, "showAs": "busy",
        "sensitivity": "normal", "importance": "normal", "categories": [], "isReminderOn": True, "reminderMinutesBeforeStart": 15,
        "isCancelled": False, "isOrganizer": True, "seriesMasterId": None, "singleValueExtendedProperties": [],
    }  # fmt: skip
    after = {**(before or fresh), **{name: value for name, value in body.items() if name not in ("start", "end", "body")}}
    if "body" in body:
        after["body"] = _body(body["body"])
    if "start" in body or before is None:
        after |= _times(body, all_day=after["isAllDay"])
    if "attendees" in body:
        after["attendees"] = [_guest(one, (before or fresh)["attendees"]) for one in body["attendees"]]
    if "singleValueExtendedProperties" in body:
        known = {one["id"]: one for one in (before or fresh)["singleValueExtendedProperties"]}
        after["singleValueExtendedProperties"] = [*(known | {one["id"]: one for one in body["singleValueExtendedProperties"]}).values()]
    if utc(after["end"]) < utc(after["start"]):
        raise Refused(400, "ErrorCalendarEndDateIsEarlierThanStartDate", "The EndDate property is earlier than the StartDate property.")
    if after["recurrence"] is not None and ("recurrence" in body or before is None):
        after["recurrence"] = _recurrence(after)
    return {**after, "type": after.get("type") if after["seriesMasterId"] else "seriesMaster" if after["recurrence"] else "singleInstance"}


def _times(body: Told, *, all_day: bool) -> Told:
    if "start" not in body or "end" not in body:
        raise Refused(400, "ErrorInvalidRequest", "StartTime and EndTime are required.")
    first, last = (dt.datetime.fromisoformat(body[name]["dateTime"]) for name in ("start", "end"))
    if first.tzinfo or last.tzinfo:
        raise Refused(400, "ErrorInvalidRequest", "A time with an offset names no zone.")
    if not all_day:
        ends = [at.replace(tzinfo=zone(body[name]["timeZone"])) for name, at in (("start", first), ("end", last))]
    else:
        if first.time() != dt.time() or last.time() != dt.time() or last <= first or body["start"]["timeZone"] != body["end"]["timeZone"]:
            what = "The Event.Start property for an all-day event needs to be set to midnight."
            raise Refused(400, "ErrorPropertyValidationFailure", what)
        ends = [at.replace(tzinfo=dt.UTC) for at in (first, last)]  # told as the same midnights whatever zone is asked for
    zone(body["start"]["timeZone"])
    return {"start": in_utc(ends[0]), "end": in_utc(ends[1]), "originalStartTimeZone": body["start"]["timeZone"]}


def _recurrence(event: Told) -> Told:
    told = event["recurrence"]
    if wrong := graph_recurrence.fault(told):
        raise Refused(400, "ErrorPropertyValidationFailure", f"The recurrence pattern is not valid: {wrong}.")
    named = told["range"].get("recurrenceTimeZone") or event["originalStartTimeZone"]
    start = utc(event["start"]) if event["isAllDay"] else utc(event["start"]).astimezone(zone(named))
    if told["range"]["startDate"] != start.date().isoformat() or next(iter(graph_recurrence.days(told)), None) != start.date():
        raise Refused(400, "ErrorPropertyValidationFailure", "The start of the range is not the start of the event.")
    fields = {"month": 0, "dayOfMonth": 0, "firstDayOfWeek": "sunday", "index": "first"}
    ends = {"endDate": "0001-01-01", "numberOfOccurrences": 0}
    return {"pattern": {**fields, **told["pattern"]}, "range": {**ends, **told["range"], "recurrenceTimeZone": named}}


def as_given(recurrence: Told) -> Told:
    """A recurrence without the fields that mean nothing."""
    pattern, ends = recurrence["pattern"], recurrence["range"]
    names = {"type", *graph_recurrence.NEEDS[pattern["type"]]} | ({"index"} if pattern["type"].startswith("relative") else set())
    kept = {"type", "startDate", "recurrenceTimeZone", *graph_recurrence.RANGES[ends["type"]]}
    return {"pattern": {name: pattern[name] for name in names}, "range": {name: ends[name] for name in kept}}


def _guest(told: Told, known: list[Told]) -> Told:
    address = (told.get("emailAddress") or {}).get("address")
    if not address:
        raise Refused(400, "ErrorInvalidRecipients", "At least one recipient isn't valid.")
    before = next((one for one in known if one["emailAddress"]["address"].lower() == address.lower()), {})
    status = before.get("status") or {"response": "none", "time": NEVER}
    return {"type": told.get("type", "required"), "status": status, "emailAddress": {"name": address, **told["emailAddress"]}}


def _body(told: Told) -> Told:
    """Kept as HTML, whatever it came as."""
    content = str(told.get("content", ""))
    if told.get("contentType", "text").lower() == "html":
        return {"contentType": "html", "content": content}
    lines = html.escape(content).replace("\n", "<br>\r\n")
    return {"contentType": "html", "content": f"<html><body><div>{lines}</div></body></html>" if content else ""}


def as_told(event: Told, prefer: str) -> Told:
    """In the way that the Prefer header asks for."""
    if 'outlook.timezone="UTC"' not in prefer and "outlook.timezone" in prefer:
        raise Refused(400, "TimeZoneNotSupportedException", "This server tells times in UTC.")
    content = event["body"]["content"]
    if 'outlook.body-content-type="text"' in prefer:
        plain = html.unescape(re.sub(r"<[^>]*>", "", re.sub(r"<br>(\r\n)?", "\r\n", content)))
        event = {**event, "body": {"contentType": "text", "content": f"{plain}\r\n" if plain else ""}}
    return event
