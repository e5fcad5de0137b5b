"""A recurrence rule (RFC 5545 RRULE) and Microsoft Graph's recurrence, which is a pattern and a range: one made from the other, with the same
occurrences, or refused (https://learn.microsoft.com/graph/api/resources/recurrencepattern).

A day of the month that a month does not have is its last day at Microsoft, and no day by RFC 5545."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from tizmoret.errors import StepFailed
from tizmoret.tools.providers.graph_zones import microsoft_name

Told = Mapping[str, Any]

_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_PLACES = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1}
_SURE = 28  # every month has so many days
_DAY_PARTS = ("BYDAY", "BYMONTHDAY", "BYSETPOS")


# -- to Microsoft


def recurrence_of(rule: str, start: dt.datetime, *, all_day: bool) -> dict[str, Any]:
    """start: of the first occurrence, on the clocks by which it recurs. Raises StepFailed naming the part that Microsoft cannot say."""
    zone = start.tzinfo
    name = microsoft_name(zone) if isinstance(zone, ZoneInfo) else ""
    if not name:
        raise StepFailed(
            f"Microsoft knows no time zone {zone}, so nothing can recur by its clocks.", cure="Make single events.", field="recurrence"
        )
    parts = dict(part.split("=", 1) for part in rule.split(";"))
    pattern = _PATTERNS[parts["FREQ"]](parts, start)
    return {
        "pattern": {"interval": int(parts.get("INTERVAL", "1")), **pattern},
        "range": {**_range(parts, start, all_day=all_day), "startDate": start.date().isoformat(), "recurrenceTimeZone": name},
    }


def _range(parts: Mapping[str, str], start: dt.datetime, *, all_day: bool) -> dict[str, Any]:
    if "COUNT" in parts:
        return {"type": "numbered", "numberOfOccurrences": int(parts["COUNT"])}
    if "UNTIL" not in parts:
        return {"type": "noEnd"}
    text = parts["UNTIL"]
    day = dt.datetime.strptime(text[:8], "%Y%m%d").date()
    if "T" in text and not all_day:
        until = dt.datetime.strptime(text.rstrip("Z"), "%Y%m%dT%H%M%S")
        if text.endswith("Z"):
            until = until.replace(tzinfo=dt.UTC).astimezone(start.tzinfo).replace(tzinfo=None)
        day = until.date() if until.time() >= start.time() else until.date() - dt.timedelta(days=1)
    return {"type": "endDate", "endDate": day.isoformat()}


def _daily(parts: Mapping[str, str], start: dt.datetime) -> dict[str, Any]:
    if "BYDAY" in parts and parts.get("INTERVAL", "1") == "1":
        return _weekly(parts, start)  # every Sunday and Monday, said in another way
    _only(parts, ())
    return {"type": "daily"}


def _weekly(parts: Mapping[str, str], start: dt.datetime) -> dict[str, Any]:
    _only(parts, ("BYDAY",))
    named = parts["BYDAY"].split(",") if "BYDAY" in parts else [_DAYS[start.weekday()]]
    if any(one not in _DAYS for one in named):
        raise _refused(parts, "BYDAY")
    first = _NAMES[_DAYS.index(parts.get("WKST", "MO"))]
    return {"type": "weekly", "daysOfWeek": _names(named), "firstDayOfWeek": first}


def _monthly(parts: Mapping[str, str], start: dt.datetime) -> dict[str, Any]:
    _only(parts, _DAY_PARTS)
    if "BYDAY" in parts:
        return {"type": "relativeMonthly", **_weekday(parts)}
    return {"type": "absoluteMonthly", "dayOfMonth": _day(parts, start, 31, _SURE)}


def _yearly(parts: Mapping[str, str], start: dt.datetime) -> dict[str, Any]:
    _only(parts, ("BYMONTH", *_DAY_PARTS))
    month = parts.get("BYMONTH", "" if parts.keys() & set(_DAY_PARTS) else str(start.month))
    if not month.isdecimal():  # none is every month for RFC 5545
        raise _refused(parts, "BYMONTH" if "BYMONTH" in parts else next(name for name in _DAY_PARTS if name in parts))
    if "BYDAY" in parts:
        return {"type": "relativeYearly", "month": int(month), **_weekday(parts)}
    return {"type": "absoluteYearly", "month": int(month), "dayOfMonth": _day(parts, start, *_lengths(int(month)))}


_PATTERNS = {"DAILY": _daily, "WEEKLY": _weekly, "MONTHLY": _monthly, "YEARLY": _yearly}


def _lengths(month: int) -> tuple[int, int]:
    """The most days that it has, and the fewest."""
    return calendar.monthrange(2024, month)[1], calendar.monthrange(2023, month)[1]


def _only(parts: Mapping[str, str], known: Sequence[str]) -> None:
    for name in parts:
        if name.startswith("BY") and name not in known:
            raise _refused(parts, name)


def _weekday(parts: Mapping[str, str]) -> dict[str, Any]:
    """The second Tuesday: BYDAY=2TU, or BYDAY=TU;BYSETPOS=2. The first working day: BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1."""
    named, place = parts["BYDAY"].split(","), parts.get("BYSETPOS", "")
    if "BYMONTHDAY" in parts:
        raise _refused(parts, "BYMONTHDAY")
    if not place:
        if len(named) > 1 or len(named[0]) < 3:
            raise _refused(parts, "BYDAY")
        place, named = named[0][:-2], [named[0][-2:]]
        if _place(place) is None:
            raise _refused(parts, "BYDAY")
    if any(one not in _DAYS for one in named):
        raise _refused(parts, "BYDAY")
    index = _place(place)
    if index is None:
        raise _refused(parts, "BYSETPOS")
    return {"daysOfWeek": _names(named), "index": index}


def _place(text: str) -> str | None:
    return next((name for name, number in _PLACES.items() if text.lstrip("+") == str(number)), None)


def _day(parts: Mapping[str, str], start: dt.datetime, most: int, sure: int) -> int:
    """As Microsoft counts it. most: days of the longest of these months. sure: of the shortest."""
    said, place = parts.get("BYMONTHDAY", str(start.day)), parts.get("BYSETPOS", "")
    if place:  # of the days up to this one, the last that the month has
        upto = next((day for day in range(sure + 1, most + 1) if said == _days_up_to(sure, day)), 0)
        if not upto or place != "-1":
            raise _refused(parts, "BYSETPOS")
        return upto
    if said == "-1":
        return most
    if not said.isdecimal() or not 1 <= int(said) <= most:
        raise _refused(parts, "BYMONTHDAY")
    if int(said) > sure:
        what = f"BYMONTHDAY={said}" if "BYMONTHDAY" in parts else f"FREQ={parts['FREQ']} from day {said}"
        cure = "Microsoft takes the last day of a month that has no such day; BYMONTHDAY=-1 says the last day of every month."
        raise StepFailed(f"Microsoft's calendar cannot say {what}: not every month has that day.", cure=cure, field="recurrence")
    return int(said)


def _days_up_to(sure: int, day: int) -> str:
    return ",".join(str(one) for one in range(sure, day + 1))


def _names(days: Sequence[str]) -> list[str]:
    return [_NAMES[_DAYS.index(one)] for one in days]


def _refused(parts: Mapping[str, str], name: str) -> StepFailed:
    cure = "Say it by days of the week, one day of the month, or one weekday's place in the month, such as FREQ=MONTHLY;BYDAY=2TU."
    return StepFailed(f"Microsoft's calendar cannot say {name}={parts[name]} with FREQ={parts['FREQ']}.", cure=cure, field="recurrence")


# -- from Microsoft


def rule_of(told: Any, start: dt.datetime, *, all_day: bool) -> str | None:
    """The rule of a recurrence of Microsoft's. start: of the first occurrence, on the clocks by which it recurs. None for what is none."""
    try:
        pattern, ends = told["pattern"], told["range"]
        interval = int(pattern.get("interval") or 1)
        parts = {**_RULES[str(pattern["type"])](pattern, interval), **_ending(ends, start, all_day=all_day)}
    except (KeyError, TypeError, ValueError, AttributeError, IndexError):
        return None
    freq = parts.pop("FREQ")
    often = {"INTERVAL": str(interval)} if interval > 1 else {}
    return ";".join(f"{name}={value}" for name, value in {"FREQ": freq, **often, **parts}.items())


def _weekly_rule(pattern: Told, interval: int) -> dict[str, str]:
    first = _DAYS[_NAMES.index(pattern.get("firstDayOfWeek") or "sunday")]
    counts = interval > 1 and first != "MO"  # else no occurrence depends on it
    return {"FREQ": "WEEKLY", **({"WKST": first} if counts else {}), "BYDAY": ",".join(_codes(pattern))}


def _monthly_rule(pattern: Told, _interval: int) -> dict[str, str]:
    return {"FREQ": "MONTHLY", **_day_rule(int(pattern["dayOfMonth"]), 31, _SURE)}


def _yearly_rule(pattern: Told, _interval: int) -> dict[str, str]:
    month = int(pattern["month"])
    most, sure = _lengths(month)
    return {"FREQ": "YEARLY", "BYMONTH": str(month), **_day_rule(min(int(pattern["dayOfMonth"]), most), most, sure)}


def _day_rule(day: int, most: int, sure: int) -> dict[str, str]:
    if not 1 <= day <= most:
        raise ValueError(f"no month has a day {day}")
    if day <= sure:
        return {"BYMONTHDAY": str(day)}
    if day == most:
        return {"BYMONTHDAY": "-1"}
    return {"BYMONTHDAY": _days_up_to(sure, day), "BYSETPOS": "-1"}


def _weekday_rule(pattern: Told) -> dict[str, str]:
    place, days = _PLACES[str(pattern.get("index") or "first")], _codes(pattern)
    return {"BYDAY": f"{place}{days[0]}"} if len(days) == 1 else {"BYDAY": ",".join(days), "BYSETPOS": str(place)}


_RULES: Mapping[str, Callable[[Told, int], dict[str, str]]] = {
    "daily": lambda _pattern, _interval: {"FREQ": "DAILY"},
    "weekly": _weekly_rule,
    "absoluteMonthly": _monthly_rule,
    "relativeMonthly": lambda pattern, _interval: {"FREQ": "MONTHLY", **_weekday_rule(pattern)},
    "absoluteYearly": _yearly_rule,
    "relativeYearly": lambda pattern, _interval: {"FREQ": "YEARLY", "BYMONTH": str(int(pattern["month"])), **_weekday_rule(pattern)},
}


def _codes(pattern: Told) -> list[str]:
    days = [_DAYS[_NAMES.index(one)] for one in pattern["daysOfWeek"]]
    if not days:
        raise ValueError("on no day of the week")
    return sorted(set(days), key=_DAYS.index)


def _ending(ends: Told, start: dt.datetime, *, all_day: bool) -> dict[str, str]:
    match str(ends["type"]):
        case "numbered":
            return {"COUNT": str(int(ends["numberOfOccurrences"]))}
        case "endDate":
            last = dt.date.fromisoformat(ends["endDate"])
            if all_day:
                return {"UNTIL": f"{last:%Y%m%d}"}
            until = dt.datetime.combine(last, dt.time(23, 59, 59), start.tzinfo).astimezone(dt.UTC)
            return {"UNTIL": f"{until:%Y%m%dT%H%M%SZ}"}
        case "noEnd":
            return {}
    raise ValueError("an end of no kind")
