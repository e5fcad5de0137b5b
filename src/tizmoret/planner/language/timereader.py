"""Finds every time that a text mentions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime

from tizmoret.planner.language import clocks, dates
from tizmoret.planner.language.dates import Rule, Today
from tizmoret.planner.language.times import Days, Hours, Mention, Role, Toward

# What stands between two times that belong together ("from 1.12 to 15.12", "מאוקטובר עד דצמבר").
_JOIN = re.compile(r"\s*(?:to|until|till|through|and|עד|-|–)?\s*(?:the\s+)?", re.IGNORECASE)
_BEFORE = re.compile(r"(?:^|\W)(from|between|since|מאז|החל\s+מ|בין|מתאריך|מה?)\s*-?$", re.IGNORECASE)
_OPEN = re.compile(r"(?:^|\W)(since|מאז|החל\s+מ)\s*-?$", re.IGNORECASE)
_OUT, _IN = re.compile(r"from\s|מ(?!חר)", re.IGNORECASE), re.compile(r"to\s|ל", re.IGNORECASE)  # within the words of a time
_OUT_BEFORE = re.compile(r"(?:^|\W)(?:from|off)\s+(?:the\s+)?$", re.IGNORECASE)
_IN_BEFORE = re.compile(r"(?:^|\W)(?:to|until|till|for|on\s+to|onto|אל)\s+(?:the\s+)?$", re.IGNORECASE)


_NEAR = 16  # characters before a time that say how it is meant


def find_times(text: str, now: datetime, toward: Toward = "past", *, ranges: bool = True) -> list[Mention]:
    """The times of `text`, in order, none over another.

    now: aware. toward: which way a date without a year looks. ranges: whether "from X to Y" is one period (it is not when something is
    moved from X to Y)."""
    today = Today(now.date(), toward)
    found = _without_overlaps(_candidates(text, today, now))
    if toward == "past":  # "since October" begins a period that lasts until now
        found = [_opened(mention, text, now.date()) for mention in found]
    return _joined(found, text) if ranges else [replace(mention, role=_role(mention, text)) for mention in found]


def _candidates(text: str, today: Today, now: datetime) -> Iterator[tuple[int, int, int, Mention]]:
    rules: Sequence[Rule] = (*clocks.in_a_while(now), *dates.RULES, *clocks.RULES)
    for rank, (pattern, read) in enumerate(rules):
        for match in pattern.finditer(text):
            value = read(match, today)
            if value is not None and match.end() > match.start():
                yield match.start(), -match.end(), rank, Mention(match.start(), match.end(), value)


def _without_overlaps(candidates: Iterator[tuple[int, int, int, Mention]]) -> list[Mention]:
    """The longest at each place; what begins inside it is part of it."""
    found: list[Mention] = []
    for _, _, _, mention in sorted(candidates, key=lambda candidate: candidate[:3]):
        if not found or mention.start >= found[-1].end:
            found.append(mention)
        elif mention.end - mention.start > 2 * (found[-1].end - found[-1].start):
            found[-1] = mention
    return found


def _joined(found: list[Mention], text: str) -> list[Mention]:
    """Two days or hours with "from ... to ..." round them as one."""
    joined: list[Mention] = []
    for mention in found:
        last = joined[-1] if joined else None
        if last is not None and _belong(last, mention, text):
            one, two = last.value, mention.value
            if isinstance(one, Days) and isinstance(two, Days) and (days := _between(one, two)):
                joined[-1] = Mention(last.start, mention.end, days)
                continue
            if isinstance(one, Hours) and isinstance(two, Hours) and not (one.vague or two.vague) and one.at < two.at:
                joined[-1] = Mention(last.start, mention.end, Hours(one.at, two.at))
                continue
        joined.append(mention)
    return joined


def _belong(one: Mention, two: Mention, text: str) -> bool:
    between = text[one.end : two.start]
    if not _JOIN.fullmatch(between):
        return False
    begins = bool(_BEFORE.search(_before(text, one))) or text[one.start : one.start + 5].lower().startswith(("מ", "from"))
    joins = (
        bool(between.strip())
        or text[two.start : two.start + 1] in "לו"
        or text[two.start : two.start + 6].lower().startswith(("to ", "until "))
    )
    return joins and (begins or between.strip().lower() in ("-", "–", "עד", "until", "till", "to", "through"))


def _between(one: Days, two: Days) -> Days | None:
    """From the first to the last; where that goes backwards ("from October to January") the first is a year earlier."""
    first = one.first
    if first > two.last:
        try:
            first = date(first.year - 1, first.month, first.day)
        except ValueError:
            return None
    return Days(first, two.last) if first <= two.last else None


def _opened(mention: Mention, text: str, today: date) -> Mention:
    value = mention.value
    said = _OPEN.search(_before(text, mention)) or text[mention.start : mention.start + 5].lower() == "since"
    if isinstance(value, Days) and said and value.first <= today:
        return replace(mention, value=Days(value.first, today))
    return mention


def _role(mention: Mention, text: str) -> Role:
    before, own = _before(text, mention), text[mention.start : mention.end]
    if _OUT.match(own) or _OUT_BEFORE.search(before):
        return "from"
    return "to" if _IN.match(own) or _IN_BEFORE.search(before) else ""


def _before(text: str, mention: Mention) -> str:
    """The few words before it."""
    return text[max(0, mention.start - _NEAR) : mention.start]
