"""On which days a recurrence of Microsoft Graph's falls, as its documentation has it; worked out by itself, without any rule of RFC 5545."""

from __future__ import annotations

import calendar
import datetime as dt
import itertools
from collections.abc import Iterator
from typing import Any

NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
INDEX = {"first": 0, "second": 1, "third": 2, "fourth": 3, "last": -1}
NEEDS = {
    "daily": {"interval"},
    "weekly": {"interval", "daysOfWeek", "firstDayOfWeek"},
    "absoluteMonthly": {"interval", "dayOfMonth"},
    "relativeMonthly": {"interval", "daysOfWeek"},
    "absoluteYearly": {"interval", "dayOfMonth", "month"},
    "relativeYearly": {"interval", "daysOfWeek", "month"},
}
RANGES = {"endDate": {"endDate"}, "numbered": {"numberOfOccurrences"}, "noEnd": set[str]()}
FAR = dt.date(2100, 1, 1)


def fault(recurrence: dict[str, Any]) -> str:
    """What is wrong with it; empty where nothing is."""
    pattern, ends = recurrence.get("pattern") or {}, recurrence.get("range") or {}
    needs = NEEDS.get(pattern.get("type", ""))
    if needs is None or ends.get("type") not in RANGES:
        return "type"
    optional = {"index"} if str(pattern["type"]).startswith("relative") else set()
    if missing := needs - pattern.keys() or pattern.keys() - needs - optional - {"type"}:
        return sorted(missing)[0]
    if RANGES[ends["type"]] - ends.keys() or "startDate" not in ends:
        return "range"
    if not isinstance(pattern["interval"], int) or not 1 <= pattern["interval"] <= 999:
        return "interval"
    if not 1 <= pattern.get("dayOfMonth", 1) <= 31 or not 1 <= pattern.get("month", 1) <= 12:
        return "dayOfMonth"
    if (
        not set(pattern.get("daysOfWeek", NAMES)) <= set(NAMES)
        or pattern.get("daysOfWeek") == []
        or pattern.get("index", "first") not in INDEX
    ):
        return "daysOfWeek"
    return ""


def days(recurrence: dict[str, Any]) -> Iterator[dt.date]:
    ends = recurrence["range"]
    start, last = dt.date.fromisoformat(ends["startDate"]), dt.date.fromisoformat(ends.get("endDate") or FAR.isoformat())
    found = (day for day in itertools.takewhile(lambda day: day <= last, _all(recurrence["pattern"], start)) if day >= start)
    return itertools.islice(found, ends["numberOfOccurrences"] if ends["type"] == "numbered" else None)


def _all(pattern: dict[str, Any], start: dt.date) -> Iterator[dt.date]:
    interval = pattern["interval"]
    match pattern["type"]:
        case "daily":
            for count in itertools.count():
                yield start + dt.timedelta(days=count * interval)
        case "weekly":
            before = (start.weekday() - NAMES.index(pattern["firstDayOfWeek"])) % 7
            week = start - dt.timedelta(days=before)
            for count in itertools.count():
                seven = (week + dt.timedelta(days=count * interval * 7 + day) for day in range(7))
                yield from (day for day in seven if NAMES[day.weekday()] in pattern["daysOfWeek"])
        case "absoluteMonthly" | "relativeMonthly":
            for count in itertools.count(start.year * 12 + start.month - 1, interval):
                yield _in(pattern, *divmod(count, 12))
        case _:
            for year in itertools.count(start.year, interval):
                yield _in(pattern, year, pattern["month"] - 1)


def _in(pattern: dict[str, Any], year: int, month: int) -> dt.date:
    """month: from 0."""
    length = calendar.monthrange(year, month + 1)[1]
    if "dayOfMonth" in pattern:
        return dt.date(year, month + 1, min(pattern["dayOfMonth"], length))
    all_days = (dt.date(year, month + 1, day) for day in range(1, length + 1))
    return [day for day in all_days if NAMES[day.weekday()] in pattern["daysOfWeek"]][INDEX[pattern.get("index", "first")]]
