"""A whole .ics file and an address book as an account at Google or Microsoft has them, after its owner has imported them there."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import icalendar

from tests.wire import graph_calendar
from tests.wire.google_calendar import ZONE, OneCalendar, moment, written
from tests.wire.graph_events import Told, utc
from tests.wire.graph_events import written as graph_event
from tizmoret.tools.providers.graph_recurrence import recurrence_of


def load(calendar: OneCalendar, content: bytes) -> None:
    """An event's id is its UID where that can be one."""
    parts = icalendar.Calendar.from_ical(content).walk("VEVENT") if content else []
    for part in sorted(parts, key=lambda part: "RECURRENCE-ID" in part):
        uid = str(part["UID"])
        id = uid if re.fullmatch(r"[\w-]+", uid) else uid.encode().hex()
        told = _told(part, id, uid)
        if "RECURRENCE-ID" in part:
            original = _time(part, "RECURRENCE-ID")
            whole = next(
                one
                for one in calendar.occurrences(calendar.events[id], moment(original))
                if moment(one["originalStartTime"]) == moment(original)
            )
            told |= {"id": whole["id"], "recurringEventId": id, "originalStartTime": whole["originalStartTime"]}
        calendar._keep(told)


def _told(part: Any, id: str, uid: str) -> dict[str, Any]:
    told: dict[str, Any] = {
        "id": id,
        "iCalUID": uid,
        "status": str(part.get("STATUS", "CONFIRMED")).lower(),
        "summary": str(part.get("SUMMARY", "")),
    }
    told["start"] = _time(part, "DTSTART")
    told["end"] = _time(part, "DTEND") if "DTEND" in part else told["start"]
    for name, value in (("location", part.get("LOCATION")), ("description", part.get("DESCRIPTION"))):
        if value:
            told[name] = str(value)
    if "RRULE" in part:
        told["recurrence"] = [f"RRULE:{part['RRULE'].to_ical().decode()}"]
    if str(part.get("TRANSP", "")) == "TRANSPARENT":
        told["transparency"] = "transparent"
    guests = part.get("ATTENDEE", [])
    people = [
        {"email": str(one).split(":", 1)[1], "displayName": str(one.params.get("CN", "")), "responseStatus": _answer(one, 0)}
        for one in (guests if isinstance(guests, list) else [guests])
    ]
    return {**told, "attendees": people} if people else told


_ANSWERS = {"ACCEPTED": ("accepted", "accepted"), "TENTATIVE": ("tentative", "tentativelyAccepted"), "DECLINED": ("declined", "declined")}


def _answer(guest: Any, service: int) -> str:
    return _ANSWERS.get(str(guest.params.get("PARTSTAT", "")), ("needsAction", "none"))[service]


def _time(part: Any, name: str) -> dict[str, Any]:
    value = part[name].dt
    if not isinstance(value, dt.datetime):
        return {"date": value.isoformat()}
    return written(value, {"timeZone": getattr(value.tzinfo, "key", ZONE)})


def load_graph(account: graph_calendar.GraphCalendars, calendar: graph_calendar.OneCalendar, content: bytes) -> None:
    """The same at Microsoft."""
    parts = icalendar.Calendar.from_ical(content).walk("VEVENT") if content else []
    for part in sorted(parts, key=lambda part: "RECURRENCE-ID" in part):
        uid = str(part["UID"])
        id = uid if re.fullmatch(r"[\w-]+", uid) else uid.encode().hex()
        body = _body(part)
        if "RECURRENCE-ID" not in part:
            account.keep(calendar, {**graph_event(body), "attendees": body["attendees"], "id": id})
            continue
        at = dt.datetime.fromisoformat(_time(part, "RECURRENCE-ID")["dateTime"])
        whole = next(
            one for one in account.occurrences(calendar, calendar.events[id]) if utc({"dateTime": one["originalStart"][:-1]}) == at
        )
        account.keep(calendar, {**graph_event(body, whole), "type": "exception"})


def _body(part: Any) -> Told:
    start, end = part["DTSTART"].dt, (part["DTEND"] if "DTEND" in part else part["DTSTART"]).dt
    all_day = not isinstance(start, dt.datetime)
    zone = getattr(getattr(start, "tzinfo", None), "key", ZONE)
    body: Told = {
        "subject": str(part.get("SUMMARY", "")), "isAllDay": all_day, "location": {"displayName": str(part.get("LOCATION", ""))},
        "body": {"contentType": "text", "content": str(part.get("DESCRIPTION", ""))},
        "showAs": "free" if all_day or str(part.get("TRANSP", "")) == "TRANSPARENT" else "busy",
        **{name: {"dateTime": f"{at:%Y-%m-%dT%H:%M:%S}", "timeZone": zone} for name, at in (("start", start), ("end", end))},
    }  # fmt: skip
    if "RRULE" in part:
        first = (
            start
            if not all_day and start.tzinfo
            else dt.datetime.combine(start, getattr(start, "time", dt.time)()).replace(tzinfo=ZoneInfo(ZONE))
        )
        body["recurrence"] = recurrence_of(part["RRULE"].to_ical().decode(), first, all_day=all_day)
    guests = part.get("ATTENDEE", [])
    people = [
        {
            "emailAddress": {"address": str(one).split(":", 1)[1], "name": str(one.params.get("CN", ""))},
            "status": {"response": _answer(one, 1), "time": "2026-01-01T08:00:00Z"},
        }
        for one in (guests if isinstance(guests, list) else [guests])
    ]
    return {**body, "attendees": people}


def people_of(cards: str) -> list[dict[str, Any]]:
    """The cards of an address book as the People API gives them."""
    found = []
    for number, value in enumerate(_cards(cards)):
        told: dict[str, Any] = {"resourceName": f"people/{value.get('UID', number)}", "names": [{"displayName": value["FN"]}]}
        for ours, theirs in (("EMAIL", "emailAddresses"), ("TEL", "phoneNumbers"), ("NICKNAME", "nicknames")):
            if value.get(ours):
                told[theirs] = [{"value": value[ours]}]
        if value.get("ORG"):
            told["organizations"] = [{"name": value["ORG"].split(";")[0], "title": value.get("TITLE", "")}]
        found.append(told)
    return found


def contacts_of(cards: str) -> list[dict[str, Any]]:
    """The same as Microsoft Graph gives them."""
    return [
        {
            "@odata.etag": 'W/"1"', "id": value.get("UID", str(number)), "displayName": value["FN"], "nickName": value.get("NICKNAME"),
            "emailAddresses": [{"name": value["FN"], "address": value["EMAIL"]}] if value.get("EMAIL") else [],
            "mobilePhone": None, "businessPhones": [value["TEL"]] if value.get("TEL") else [], "homePhones": [],
            "companyName": value.get("ORG", "").split(";")[0] or None, "jobTitle": value.get("TITLE"),
        }
        for number, value in enumerate(_cards(cards))
    ]  # fmt: skip


def _cards(cards: str) -> Iterator[dict[str, str]]:
    for card in re.findall(r"BEGIN:VCARD.*?END:VCARD", cards, re.DOTALL):
        lines = dict(line.split(":", 1) for line in card.replace("\r\n", "\n").replace("\n ", "").split("\n") if ":" in line)
        yield {name.split(";")[0]: text.replace("\\,", ",").replace("\\;", ";") for name, text in lines.items()}
