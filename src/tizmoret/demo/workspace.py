"""Make the demo workspace from its three lists."""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path, PurePosixPath
from typing import Any
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

from tizmoret.demo import office
from tizmoret.yaml_text import read_yaml

MARK = ".demo"  # a folder that has it is never filled again, whatever a person has deleted since


@dataclass(frozen=True, slots=True)
class DemoSummary:
    documents: int
    contacts: int
    meetings: int


def make_demo(folder: Path, today: dt.date, timezone: ZoneInfo) -> DemoSummary | None:
    """Fill a new workspace; None, and nothing is touched, where one was made before or a person has files of their own."""
    parts = [folder / name for name in ("documents", "contacts", "calendar")]
    if (folder / MARK).exists() or any(part.is_dir() and any(part.iterdir()) for part in parts):
        return None
    for part in parts:
        part.mkdir(parents=True, exist_ok=True)
    documents, people, meetings = (_list(name) for name in ("content", "people", "meetings"))
    for document in documents:
        _document(folder / "documents", document, today, timezone)
    cards = "".join(_card(*person) for person in people)
    (folder / "contacts" / "contacts.vcf").write_bytes(cards.encode())
    addresses = {person[0]: person[4] for person in people}
    (folder / "calendar" / "main.ics").write_bytes(_calendar(meetings, addresses, today, timezone))
    (folder / MARK).write_text(today.isoformat())
    return DemoSummary(len(documents), len(people), len(meetings))


def _list(name: str) -> list[Any]:
    found: list[Any] = read_yaml(files("tizmoret.demo").joinpath(f"{name}.yaml").read_text("utf-8"))
    return found


def _document(folder: Path, told: dict[str, Any], today: dt.date, timezone: ZoneInfo) -> None:
    path = folder / PurePosixPath(told["file"])
    day = _day(told["day"], today)
    when = dt.datetime.combine(day, dt.time(9), timezone)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_content(path.stem, path.suffix, told, when))
    os.utime(path, (when.timestamp(), when.timestamp()))


def _content(title: str, suffix: str, told: dict[str, Any], when: dt.datetime) -> bytes:
    match suffix:
        case ".docx":
            return office.docx(title, told["text"], when)
        case ".xlsx":
            return office.xlsx(title, told["table"], when)
        case ".pptx":
            return office.pptx(title, told["slides"], when)
        case ".pdf":
            return office.pdf(title, told["text"], when)
        case ".csv":
            return office.table(told["table"])
        case ".md":
            return office.markdown(title, told["text"], when)
        case _:
            return office.plain(title, told["text"])


def _day(told: str, today: dt.date) -> dt.date:
    """`december 3`, or `2 months ago, 14`; never later than today."""
    if told.startswith("december "):
        return min(dt.date(_last_december(today), 12, int(told.removeprefix("december "))), today)
    months, _, day = told.partition(" months ago, ")
    month = today.year * 12 + today.month - 1 - int(months)
    month -= month % 12 == 11  # December is for the fifteen
    return min(dt.date(month // 12, month % 12 + 1, int(day)), today)


def _last_december(today: dt.date) -> int:
    """The year of the December that people mean by "in December": in its second half, this one."""
    return today.year if (today.month, today.day) > (12, 15) else today.year - 1


def _card(name: str, other: str, organization: str, role: str, email: str, phone: str) -> str:
    lines = [
        "BEGIN:VCARD", "VERSION:3.0", f"UID:{uuid5(NAMESPACE_URL, email)}", f"FN:{name}", f"N:{';'.join(reversed(name.split(' ', 1)))};;;",
        f"NICKNAME:{other}", f"ORG:{organization}", f"TITLE:{role}", f"EMAIL:{email}", f"TEL:{phone}", "END:VCARD",
    ]  # fmt: skip
    return "\r\n".join(lines) + "\r\n"


def _calendar(meetings: list[dict[str, Any]], addresses: dict[str, str], today: dt.date, timezone: ZoneInfo) -> bytes:
    import icalendar

    calendar = icalendar.Calendar()
    calendar.add("PRODID", "-//Tizmoret//Demo//EN")
    calendar.add("VERSION", "2.0")
    for number, told in enumerate(meetings):
        day = today + dt.timedelta(days=told["in"])
        if told.get("every") == "week":
            day -= dt.timedelta(days=(day.weekday() + 1) % 7)  # Sundays
        start = dt.datetime.combine(day, dt.time.fromisoformat(told["at"]), timezone)
        event = icalendar.Event()
        event.add("UID", f"demo-{number}@tizmoret")
        event.add("DTSTAMP", dt.datetime.combine(today, dt.time(6), dt.UTC))
        event.add("SUMMARY", told["title"])
        event.add("DTSTART", start)
        event.add("DTEND", start + dt.timedelta(minutes=told["minutes"]))
        event.add("LOCATION", told["place"])
        if told.get("every") == "week":
            event.add("RRULE", {"FREQ": "WEEKLY", "COUNT": 40})
        for name in told["with"]:
            attendee = icalendar.vCalAddress(f"mailto:{addresses[name]}")
            attendee.params["CN"] = icalendar.vText(name)
            event.add("ATTENDEE", attendee, encode=False)
        calendar.add_component(event)
    calendar.add_missing_timezones()
    made: bytes = calendar.to_ical()
    return made
