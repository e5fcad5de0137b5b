"""Events in words, in both languages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tizmoret.plan.model import Language
from tizmoret.tools.calendar.models import Events, Free
from tizmoret.tools.calendar.recurrence import in_words
from tizmoret.tools.models import Attendee, Event
from tizmoret.tools.when import moment, span

MOST_LINES = 50


def describe_event(event: Event, language: Language) -> str:
    who = ", ".join(_guest(attendee, language) for attendee in event.attendees[:10])
    more = len(event.attendees) - 10
    if more > 0:
        who += f" ועוד {more}" if language == "he" else f" and {more} more"
    often = in_words(event.recurrence, language) if event.recurrence and not event.series else ""
    parts = [event.title, span(event.start, event.end, language, all_day=event.all_day), often, who, event.location]
    return " · ".join(part for part in parts if part)


_ANSWERS: dict[Language, dict[str, str]] = {
    "he": {"accepted": "אישור", "tentative": "אולי", "declined": "סירוב"},
    "en": {"accepted": "accepted", "tentative": "maybe", "declined": "declined"},
}


def _guest(attendee: Attendee, language: Language) -> str:
    name, answer = attendee.name or attendee.email, _ANSWERS[language].get(attendee.response)
    return f"{name} ({answer})" if answer else name


def show_events(found: Events, language: Language) -> str:
    if not found.events:
        return "אין פגישות בזמן הזה." if language == "he" else "There are no meetings in that time."
    lines = [f"- {describe_event(event, language)}" for event in found.events[:MOST_LINES]]
    more = len(found.events) - MOST_LINES
    if more > 0:
        lines.append(f"ועוד {more}." if language == "he" else f"And {more} more.")
    return "\n".join(lines)


def show_free(free: Free, language: Language) -> str:
    text = ("פנוי: " if language == "he" else "Free: ") + span(free.start, free.end, language)
    if free.alternatives:
        others = "; ".join(moment(start, language) for start in free.alternatives)
        text += f". אפשר גם: {others}" if language == "he" else f". Also: {others}"
    if free.unknown:
        names = ", ".join(free.unknown[:10])
        text += f". לא ידוע מתי פנויים: {names}" if language == "he" else f". Nobody knows when they are free: {names}"
    return text


def told(he: str, en: str) -> Callable[[Any, Language], str]:
    """The `show` of a change: what was done, and to which event."""
    return lambda done, language: f"{he if language == 'he' else en}: {describe_event(done.event, language)}"
