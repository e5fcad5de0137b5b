"""What a sentence says, by its words, in Hebrew and in English: who is to do something, what was decided, what went wrong, which day."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from functools import lru_cache
from zoneinfo import ZoneInfo

from tizmoret.planner.language.timereader import find_times
from tizmoret.planner.language.times import Days

# Verbs of the Hebrew future begin with י or ת; after a person's name hardly anything else does.
_DUTY = r"\s+(?:[תי][א-ת]{2,}|אחראית?\s|צריכה?\s|חייבת?\s|מתחייבת?\s|will\b|shall\b|must\b|should\b|is\s+to\b|is\s+responsible\b|takes\s+care\b)"
_DECIDED = re.compile(
    r"(?<!\w)(?:הוחלט|החלטנו|החליט[הו]?|החלטה|סוכם|סיכמנו|נקבע[הו]?|אוש[רר][הו]?|אישר[הו]?|התקבלה|נחתם"
    r"|decided|decision|agreed|approved|resolved|signed|concluded|recommendation|recommends)(?!\w)",
    re.IGNORECASE,
)
_TROUBLE = re.compile(
    r"(?<!\w)[והבלשמכ]{0,2}(?:תקלה|תקלות|ליקוי\w*|פגומה?|פגום|דליפה|עיכוב\w*|איחור\w*|קנס\w*|חריג\w*|נזק\w*|סיכון|סיכונים|בעיה|בעיות|גבולית?|ממתינה?|נעצרה?|חסרה?|פחות"
    r"|fault\w*|broken|leak\w*|delay\w*|behind\s+plan|late|penalt\w+|risk\w*|damage\w*|problem\w*|defect\w*|weak|rising|missing|overdue|pressure|error\w*)(?!\w)",
    re.IGNORECASE,
)
_DEAD = re.compile(
    r"(?<!\w)(?:אינ(?:ו|ה|ם|ן)\s+(?:מדווח|פועל|עובד|תקין)\w*|(?:not|never)\s+(?:work|report|respond|start)\w*)(?!\w)", re.IGNORECASE
)
_NO_TROUBLE = re.compile(r"(?<!\w)(?:לא\s+נמצאו?|לא\s+נראו?|אין|no|not|without|never)(?!\w)", re.IGNORECASE)
_UNTIL = re.compile(r"(?<!\w)(?:עד|לפני|until|till|by|before|due|no\s+later\s+than)(?:\s+ה?(?:יום)?)?\s*-?$", re.IGNORECASE)
_WRITTEN = re.compile(r"(?<!\d)(?P<day>\d{1,2})[./](?P<month>\d{1,2})[./](?P<year>\d{4})(?!\d)")
_DIGIT = re.compile(r"\d")


def decides(sentence: str) -> bool:
    return _DECIDED.search(sentence) is not None


def troubles(sentence: str) -> bool:
    """Whether it tells of something that is wrong; not where it says that nothing is."""
    if _DEAD.search(sentence):
        return True
    return _TROUBLE.search(sentence) is not None and _NO_TROUBLE.search(sentence) is None


def who_must(sentence: str, names: Iterable[str]) -> str:
    """Which of these people is to do something by this sentence; empty for none."""
    return next((name for name in names if name in sentence and _duty_of(name).search(sentence)), "")


@lru_cache(maxsize=4096)
def _duty_of(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(name)}{_DUTY}", re.IGNORECASE)


def days_in(sentence: str, written: dt.date, zone: ZoneInfo) -> list[tuple[dt.date, bool]]:
    """The days that a sentence names by number, each with whether it says "until". A day without a year is the nearest to `written`."""
    found = [(match.start(), match.end(), day) for match in _WRITTEN.finditer(sentence) if (day := _written(match)) is not None]
    now = dt.datetime.combine(written, dt.time(9), zone)
    nearest: dict[tuple[int, int], dt.date] = {}
    for toward in ("past", "future"):
        for mention in find_times(sentence, now, toward, ranges=False):
            place = (mention.start, mention.end)
            if not isinstance(mention.value, Days) or not _DIGIT.search(sentence[slice(*place)]):
                continue
            if any(start < mention.end and mention.start < end for start, end, _ in found):
                continue
            day = mention.value.first
            if place not in nearest or abs(day - written) < abs(nearest[place] - written):
                nearest[place] = day
    found += [(start, end, day) for (start, end), day in nearest.items()]
    return [(day, _UNTIL.search(sentence[:start]) is not None) for start, _, day in sorted(found)]


def deadline_in(sentence: str, written: dt.date, zone: ZoneInfo) -> dt.date | None:
    """The day until which something must be done."""
    return next((day for day, until in days_in(sentence, written, zone) if until), None)


def _written(match: re.Match[str]) -> dt.date | None:
    try:
        return dt.date(int(match["year"]), int(match["month"]), int(match["day"]))
    except ValueError:
        return None
