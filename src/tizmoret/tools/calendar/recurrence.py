"""Recurrence rules (RFC 5545 RRULE): checked, brought to the form every program reads, moved, and told in words."""

from __future__ import annotations

import datetime as dt

from tizmoret.errors import StepFailed
from tizmoret.plan.model import Language
from tizmoret.tools.when import day, weekday

_KNOWN = frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTH", "BYMONTHDAY", "BYSETPOS", "BYWEEKNO", "BYYEARDAY", "WKST"})
_OFTEN = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_MOST = {"COUNT": 10_000, "INTERVAL": 1_000}
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_FIRST_WITHIN = dt.timedelta(days=11 * 366)  # a 29 February may be eight years away
_CURE = "Give an RRULE such as FREQ=WEEKLY;BYDAY=SU;COUNT=10."


def checked(text: str, start: dt.datetime, *, all_day: bool = False) -> tuple[str, dt.datetime]:
    """The rule in its usual form, and its first occurrence: `start`, or the first time after it that fits the rule.

    Raises StepFailed where it cannot be read, has no occurrence, or repeats within a day."""
    parts = _parts(text)
    until = _until(parts.pop("UNTIL"), start) if "UNTIL" in parts else None
    first = _first(_joined(parts), start, until)
    if until is not None:
        parts["UNTIL"] = f"{until:%Y%m%d}" if all_day else f"{until.replace(tzinfo=start.tzinfo).astimezone(dt.UTC):%Y%m%dT%H%M%SZ}"
    return _joined(parts), first


def moved(rule: str, days: int) -> str:
    """The rule of an event that begins so many days later. Raises StepFailed where the days it names cannot follow."""
    parts = _parts(rule)
    if not days or not parts.keys() & {"BYDAY", "BYMONTH", "BYMONTHDAY", "BYSETPOS", "BYWEEKNO", "BYYEARDAY"}:
        return rule
    if parts["FREQ"] != "WEEKLY" or parts.keys() & {"BYMONTH", "BYSETPOS"} or not all(one in _DAYS for one in parts["BYDAY"].split(",")):
        cure = "Give the new recurrence together with the new start."
        raise StepFailed("The days on which the meeting recurs do not follow from its new start.", cure=cure, field="recurrence")
    named = [_DAYS[(_DAYS.index(one) + days) % 7] for one in parts["BYDAY"].split(",")]
    return _joined({**parts, "BYDAY": ",".join(named)})


def _parts(text: str) -> dict[str, str]:
    pairs = [part.partition("=") for part in text.strip().upper().removeprefix("RRULE:").strip().strip(";").split(";")]
    parts = {name.strip(): value.strip() for name, _, value in pairs}
    wrong = [name for name in parts if name not in _KNOWN]
    if wrong or len(parts) != len(pairs) or not all(parts.values()) or not text.isprintable():
        raise _unreadable(text)
    if parts.get("FREQ") not in _OFTEN:
        often = parts.get("FREQ", "never")
        raise StepFailed(f"A meeting recurs daily, weekly, monthly or yearly, not {often}.", cure=_CURE, field="recurrence")
    if "COUNT" in parts and "UNTIL" in parts:
        raise StepFailed("The recurrence has both a count and an end.", cure="Give one of the two.", field="recurrence")
    for name, most in _MOST.items():
        if name in parts and not (parts[name].isdecimal() and 1 <= int(parts[name]) <= most):
            raise StepFailed(
                f"The recurrence says {name}={parts[name]}.", cure=f"Give a whole number from 1 to {most:,}.", field="recurrence"
            )
    return parts


def _until(text: str, start: dt.datetime) -> dt.datetime:
    """The last moment, on the clocks of `start`: RFC 5545 wants UTC, people and models write a day."""
    try:
        if "T" not in text:
            return dt.datetime.combine(dt.datetime.strptime(text.replace("-", ""), "%Y%m%d").date(), dt.time(23, 59, 59))
        moment = dt.datetime.strptime(text.rstrip("Z"), "%Y%m%dT%H%M%S")
    except ValueError as error:
        raise _unreadable(f"UNTIL={text}") from error
    return moment.replace(tzinfo=dt.UTC).astimezone(start.tzinfo).replace(tzinfo=None) if text.endswith("Z") else moment


def _first(rule: str, start: dt.datetime, until: dt.datetime | None) -> dt.datetime:
    from dateutil.rrule import rrule, rrulestr

    local = start.replace(tzinfo=None)
    end = min(until or dt.datetime.max, local + _FIRST_WITHIN)
    try:
        found = rrulestr(rule, dtstart=local)
        assert isinstance(found, rrule)
        first = next(iter(found.replace(until=end, count=None)), None)
    except (ValueError, TypeError, AttributeError, KeyError, IndexError, OverflowError) as error:
        raise _unreadable(rule) from error
    if first is None:
        raise StepFailed("The recurrence has no occurrence.", cure="Give a later end, or other days.", field="recurrence")
    return first.replace(tzinfo=start.tzinfo)


def _joined(parts: dict[str, str]) -> str:
    return ";".join(f"{name}={value}" for name, value in parts.items())


def _unreadable(text: str) -> StepFailed:
    return StepFailed(f"{text[:200]!r} is no recurrence.", cure=_CURE, field="recurrence")


# -- in words

_EVERY: dict[Language, dict[str, tuple[str, str]]] = {
    "he": {"DAILY": ("כל יום", "ימים"), "WEEKLY": ("כל שבוע", "שבועות"), "MONTHLY": ("כל חודש", "חודשים"), "YEARLY": ("כל שנה", "שנים")},
    "en": {
        "DAILY": ("every day", "days"), "WEEKLY": ("every week", "weeks"),
        "MONTHLY": ("every month", "months"), "YEARLY": ("every year", "years"),
    },
}  # fmt: skip


def in_words(rule: str, language: Language) -> str:
    """כל שבוע ביום ראשון, 10 פעמים; every week on Sunday, 10 times. What has no plain words is left out."""
    parts = dict(part.split("=", 1) for part in rule.split(";") if "=" in part)
    every = _EVERY[language].get(parts.get("FREQ", ""))
    if every is None:
        return rule
    count = parts.get("INTERVAL", "1")
    he = language == "he"
    text = every[0] if count == "1" else f"{'כל' if he else 'every'} {count} {every[1]}"
    named = [one for one in parts.get("BYDAY", "").split(",") if one in _DAYS]
    if named and parts["FREQ"] in ("DAILY", "WEEKLY"):
        days = ", ".join(weekday(_DAYS.index(one), language) for one in named)
        text += f" ב{days}" if he else f" on {days}"
    return text + _ending(parts, language)


def _ending(parts: dict[str, str], language: Language) -> str:
    he = language == "he"
    if "COUNT" in parts:
        return f", {parts['COUNT']} פעמים" if he else f", {parts['COUNT']} times"
    if "UNTIL" in parts:
        last = dt.datetime.strptime(parts["UNTIL"][:8], "%Y%m%d").date()
        return f", עד {day(last, language)}" if he else f", until {day(last, language)}"
    return ""
