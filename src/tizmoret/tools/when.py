"""Dates and times as people read them, in both languages."""

from __future__ import annotations

import datetime as dt

from tizmoret.plan.model import Language

_DAYS = {
    "he": ("יום שני", "יום שלישי", "יום רביעי", "יום חמישי", "יום שישי", "שבת", "יום ראשון"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def weekday(number: int, language: Language) -> str:
    """0 is Monday."""
    return _DAYS[language][number]


def day(value: dt.date, language: Language, *, year: bool | None = None) -> str:
    """יום ראשון 7.12, or Sunday 7 Dec; with the year where `year`, or, where that is None, unless it is the present one."""
    shown = value.year != dt.datetime.now(dt.UTC).year if year is None else year
    name = _DAYS[language][value.weekday()]
    if language == "he":
        return f"{name} {value.day}.{value.month}" + (f".{value.year}" if shown else "")
    return f"{name} {value.day} {_MONTHS[value.month - 1]}" + (f" {value.year}" if shown else "")


def moment(value: dt.datetime, language: Language) -> str:
    """יום ראשון 7.12, 14:00, or Sunday 7 Dec, 14:00."""
    return f"{day(value, language)}, {value:%H:%M}"


def span(start: dt.datetime, end: dt.datetime, language: Language, *, all_day: bool = False) -> str:
    """A day with its hours; two days where the end is on another."""
    if all_day:
        last = (end - dt.timedelta(seconds=1)).date()
        return day(start, language) if last <= start.date() else f"{day(start, language)} – {day(last, language)}"
    if end <= start:
        return moment(start, language)
    if end.date() == start.date():
        return f"{moment(start, language)}–{end:%H:%M}"
    return f"{moment(start, language)} – {moment(end, language)}"
