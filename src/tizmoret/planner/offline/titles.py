"""What steps, meetings and documents are called, in the request's language."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from tizmoret.catalog.search import concepts
from tizmoret.plan.model import Language
from tizmoret.plan.references import FROM
from tizmoret.planner.language import english, hebrew
from tizmoret.planner.language.times import month_days
from tizmoret.planner.offline.cards import writes_card
from tizmoret.planner.offline.draft import DraftStep
from tizmoret.planner.offline.reading import Reading, tidy
from tizmoret.words import tokens

_LENGTH = 120


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_MONTHS: dict[Language, tuple[str, ...]] = {
    "he": _names("ינואר פברואר מרץ אפריל מאי יוני יולי אוגוסט ספטמבר אוקטובר נובמבר דצמבר"),
    "en": _names("January February March April May June July August September October November December"),
}
_BACK = re.compile(
    rf"(?<!\w)(?:based\s+on\s+(?:{english.IT}|what\s+you\s+\w+)|(?:on|of|about|for|from|with)\s+(?:{english.IT}|{english.HIM})|{hebrew.IT}|(?:{hebrew.HIM}))(?!\w)",
    re.IGNORECASE,
)
_TO_MEETING = re.compile(r"\sto\s+(?:a\s+|the\s+)?(?:meeting|call|talk)|\sל(?:פגישה|שיחה|ישיבה)", re.IGNORECASE)
_IT = re.compile(rf"^(?:{english.IT})(?!\w)", re.IGNORECASE)
_CALENDAR = re.compile(
    r"(?<!\w)(?:(?:to|in|into|on)\s+(?:the|my|our)\s+(?:calendar|diary|schedule)|[לב]יומן(?:\s+שלי)?|(?:a\s+)?(?:recurring|regular))(?!\w)",
    re.IGNORECASE,
)
_AS = re.compile(
    r"(?<!\w)(?:as|to|into|in)\s+(?:a\s+|an\s+)?(?:new\s+)?(?:word\s+|markdown\s+|docx\s+)?(?:document|file|note|markdown|word)(?!\w)|(?<!\w)(?:כ|ל|ב)(?:מסמך|קובץ)(?:\s+חדש)?(?!\w)",
    re.IGNORECASE,
)
_CALLED = re.compile(r"(?<!\w)(?:called|titled|named|entitled|בשם|שנקרא|שנקראת|בכותרת)(?!\w)\s*", re.IGNORECASE)


def event_title(reading: Reading, spoken_of: Sequence[str]) -> str:
    """What is to be put into the calendar: as it was said, without times and places of speech."""
    quoted, names = reading.named("quote"), list(spoken_of)
    if quoted:
        return quoted[0][:_LENGTH]
    phrase = tidy(_CALLED.sub("", _CALENDAR.sub(" ", _BACK.sub(" ", reading.phrase()))))
    he = reading.language == "he"
    invited = [person.name for person in reading.people if person.relation == "with"]
    if invited and phrase.startswith(invited[0]):  # "invite Yoav to a meeting about the budget"
        names, phrase = invited, _TO_MEETING.split(phrase, 1)[-1] if _TO_MEETING.search(phrase) else ""
        phrase = tidy(f"{'פגישה' if he else 'Meeting'} {phrase}")
    if not phrase or phrase.lower().startswith(("with ", "עם ")):
        phrase = tidy(f"{'פגישה' if he else 'Meeting'} {phrase}")
    if names:  # "with her"
        phrase = f"{phrase} {'עם' if he else 'with'} {(' ו' if he else ' and ').join(names)}"
    return _capital(phrase)[:_LENGTH]


def document_title(reading: Reading, topic: str) -> str:
    """What is to be written, and about what."""
    quoted = reading.named("quote")
    if quoted:
        return quoted[0][:_LENGTH]
    phrase = _capital(tidy(_IT.sub("", tidy(_AS.sub("", _CALLED.sub("", _BACK.sub(" ", reading.phrase())))))))
    if not phrase:
        phrase = "סיכום" if reading.language == "he" else "Summary"
    if topic and not set(tokens(topic)) & set(tokens(phrase)) and _only_form(phrase):
        phrase = f"{phrase}: {topic}"
    return phrase[:_LENGTH]


def _only_form(phrase: str) -> bool:
    """Whether the phrase says only what sort of text it is ("a short report")."""
    return sum(concepts(word).isdisjoint({"=document", "=summary", "=memo", "=agenda"}) for word in tokens(phrase)) <= 1


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def step_title(step: DraftStep, language: Language) -> str:
    detail = _detail(step.args, language) or _whose(step)
    return f"{step.skill.title[language]}: {detail}" if detail else step.skill.title[language]


def _whose(step: DraftStep) -> str:
    """Whose card is changed, which no argument says in words."""
    return next((person.name for person in step.reading.people if person.relation == "of"), "") if writes_card(step.skill) else ""


def _detail(args: Mapping[str, Any], language: Language) -> str:
    """The arguments by which a person knows the step."""
    said = [
        str(args[name]) for name in ("title", "name", "query", "url", "question", "by", "timezone")
        if isinstance(args.get(name), str) and args[name]
    ][:1]  # fmt: skip
    period = args.get("period")
    if isinstance(period, Mapping) and FROM not in period:
        said.append(show_period(date.fromisoformat(period["start"]), date.fromisoformat(period["end"]), language))
    start = args.get("start")
    if isinstance(start, str):
        said.append(show_moment(start))
    return ", ".join(said)


def show_period(first: date, last: date, language: Language) -> str:
    """ "December 2025", "2025", "1.12.2025", "1.12.2025–15.12.2025"."""
    if (first, last) == (date(first.year, 1, 1), date(first.year, 12, 31)):
        return str(first.year)
    whole = month_days(first.year, first.month)
    if (first, last) == (whole.first, whole.last):
        return f"{_MONTHS[language][first.month - 1]} {first.year}"
    one, two = (f"{day.day}.{day.month}.{day.year}" for day in (first, last))
    return one if one == two else f"{one}–{two}"


def show_moment(text: str) -> str:
    moment = datetime.fromisoformat(text)
    return f"{moment.day}.{moment.month}.{moment.year} {moment:%H:%M}"
