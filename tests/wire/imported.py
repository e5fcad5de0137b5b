"""A whole .ics file and an address book as an account at Google or Microsoft has them, after its owner has imported them there."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

import icalendar

from tests.wire.google_calendar import ZONE, OneCalendar, moment, written


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
        {"email": str(one).split(":", 1)[1], "displayName": str(one.params.get("CN", "")), "responseStatus": "accepted"}
        for one in (guests if isinstance(guests, list) else [guests])
    ]
    return {**told, "attendees": people} if people else told


def _time(part: Any, name: str) -> dict[str, Any]:
    value = part[name].dt
    if not isinstance(value, dt.datetime):
        return {"date": value.isoformat()}
    return written(value, {"timeZone": getattr(value.tzinfo, "key", ZONE)})


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
