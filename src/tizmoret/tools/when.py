"""Dates and times as people read them, in both languages."""

from __future__ import annotations

import datetime as dt

from tizmoret.plan.model import Language

_DAYS = {
    "he": ("יום שני", "יום שלישי", "יום רביעי", "יום חמישי", "יום שישי", "שבת", "יום ראשון"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def day(value: dt.date, language: Language) -> str:
    """יום ראשון 7.12.2025, or Sunday 7 Dec 2025."""
    name = _DAYS[language][value.weekday()]
    return (
        f"{name} {value.day}.{value.month}.{value.year}"
        if language == "he"
        else f"{name} {value.day} {_MONTHS[value.month - 1]} {value.year}"
    )


def span(start: dt.datetime, end: dt.datetime, language: Language, *, all_day: bool = False) -> str:
    """A day with its hours; two days where the end is on another."""
    if all_day:
        last = (end - dt.timedelta(seconds=1)).date()
        return day(start, language) if last <= start.date() else f"{day(start, language)} – {day(last, language)}"
    if end.date() == start.date():
        return f"{day(start, language)}, {start:%H:%M}–{end:%H:%M}"
    return f"{day(start, language)}, {start:%H:%M} – {day(end, language)}, {end:%H:%M}"
