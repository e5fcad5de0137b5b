"""Days and periods in Hebrew and English, with respect to today.

A date without a year looks the way the request looks: back when somebody reads ("what did we do in December"), ahead when somebody plans
("schedule it in December"). The week begins on Sunday, the day comes before the month (12.3 is the twelfth of March)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from tizmoret.planner.language.calendar_words import (
    DAY,
    HEBREW_DAYS,
    MONTH,
    MONTHS,
    NUMBER,
    NUMBERS,
    ORDINALS,
    PRE,
    UNITS,
    WEEKDAYS,
    YEAR,
    B,
    E,
    either,
)
from tizmoret.planner.language.times import Days, Toward, Value, add_months, month_days

MIN_YEAR, MAX_YEAR = 1901, 2199


@dataclass(frozen=True, slots=True)
class Today:
    """The day from which the others are reckoned, and which way a date without a year looks."""

    day: date
    toward: Toward


Read = Callable[[re.Match[str], Today], Value | None]
Rule = tuple[re.Pattern[str], Read]


def rule(pattern: str, read: Read) -> Rule:
    return re.compile(pattern, re.IGNORECASE), read


def number(text: str | None, otherwise: int = 1) -> int:
    if not text:
        return otherwise
    return int(text) if text.isdigit() else NUMBERS.get(text.lower(), otherwise)


def shift(day: date, unit: str, count: int) -> date:
    """`day` moved by a number of days, weeks, months, quarters or years; stops at the ends of the calendar."""
    try:
        if unit in ("day", "week"):
            moved = day + timedelta(days=count * (7 if unit == "week" else 1))
        else:
            moved = add_months(day, count * {"month": 1, "quarter": 3, "year": 12}[unit])
    except (ValueError, OverflowError):
        return date(MAX_YEAR, 12, 31) if count > 0 else date(MIN_YEAR, 1, 1)
    return min(max(moved, date(MIN_YEAR, 1, 1)), date(MAX_YEAR, 12, 31))


def whole(day: date, unit: str) -> Days:
    """The week, month, quarter or year that holds `day`."""
    if unit == "week":
        first = day - timedelta(days=(day.weekday() + 1) % 7)
        return Days(first, first + timedelta(days=6))
    if unit == "month":
        return month_days(day.year, day.month)
    if unit == "quarter":
        first_month = 3 * ((day.month - 1) // 3) + 1
        return Days(date(day.year, first_month, 1), month_days(day.year, first_month + 2).last)
    if unit == "year":
        return Days(date(day.year, 1, 1), date(day.year, 12, 31))
    return Days(day, day)


_PAST_WORDS = {"last", "previous", "past", "שעבר", "שעברה", "הקודם", "הקודמת", "האחרון", "האחרונה", "אחרון", "קודם"}
_NEXT_WORDS = {"next", "coming", "upcoming", "following", "הבא", "הבאה", "הקרוב", "הקרובה", "בא", "קרוב"}
_THIS_WORDS = {"this", "current", "הזה", "הזאת", "הזו", "הנוכחי", "הנוכחית"}
_WHICH = either(_PAST_WORDS | _NEXT_WORDS | _THIS_WORDS)


def _turn(word: str | None) -> int | None:
    """-1 for "last", 1 for "next", 0 for "this"; None where nothing is said."""
    word = (word or "").lower()
    return -1 if word in _PAST_WORDS else 1 if word in _NEXT_WORDS else 0 if word in _THIS_WORDS else None


def _real(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if MIN_YEAR <= year <= MAX_YEAR else None
    except ValueError:
        return None


def _dated(day: int, month: int, year: str | None, today: Today) -> date | None:
    if year:
        return _real(int(year) if len(year) == 4 else 2000 + int(year), month, day)
    found = [one for offset in (-1, 0, 1) if (one := _real(today.day.year + offset, month, day))]
    if today.toward == "past":
        return max((one for one in found if one <= today.day), default=None)
    return min((one for one in found if one >= today.day), default=None)


def _one(day: date | None) -> Days | None:
    return Days(day, day) if day else None


def _iso(match: re.Match[str], _today: Today) -> Days | None:
    return _one(_real(int(match["y"]), int(match["m"]), int(match["d"])))


def _numeric(match: re.Match[str], today: Today) -> Days | None:
    day, month = int(match["d"]), int(match["m"])
    if month > 12 >= day:  # only the American order makes a date of it
        day, month = month, day
    return _one(_dated(day, month, match["y"], today)) if 1 <= month <= 12 and 1 <= day <= 31 else None


def _day_month(match: re.Match[str], today: Today) -> Days | None:
    return _one(_dated(int(match["d"]), MONTHS[match["m"].lower()], match["y"], today))


def _days_month(match: re.Match[str], today: Today) -> Days | None:
    if match.string[: match.start()].endswith(("ב-", "at ", "בשעה ")):
        return None  # "at 9 until 30 June": the first number is an hour
    month = MONTHS[match["m"].lower()]
    last = _dated(int(match["d2"]), month, match["y"], today)
    first = _real(last.year, month, int(match["d"])) if last else None
    return Days(first, last) if first and last and first <= last else None


def _day_of_month(match: re.Match[str], today: Today) -> Days | None:
    turn, day = _turn(match["which"]), int(match["d"])
    start = today.day.replace(day=1)
    months = [turn] if turn is not None else [0, 1] if today.toward == "future" else [0, -1]
    for offset in months:
        month = add_months(start, offset)
        found = _real(month.year, month.month, day)
        if found and (turn is not None or (found >= today.day if today.toward == "future" else found <= today.day)):
            return _one(found)
    return None


def _month(match: re.Match[str], today: Today) -> Days | None:
    groups = match.groupdict()
    month = MONTHS[match["m"].lower()]
    if groups.get("y"):
        return month_days(int(match["y"]), month)
    here = (today.day.year, today.day.month)
    turn = _turn(groups.get("before") or groups.get("after"))
    relative_year = groups.get("year")
    if relative_year:
        return month_days(today.day.year + (_turn(groups.get("yearly")) or 0), month)
    if turn == -1 or (turn is None and today.toward == "past"):
        # In its first half nobody says "in December" of the month itself: that is "this month".
        over = month > here[1] or (month == here[1] and (turn == -1 or today.day.day <= 15))
        return month_days(here[0] - over, month)
    if turn == 0:
        return month_days(here[0], month)
    return month_days(here[0] + ((month <= here[1]) if turn == 1 else (month < here[1])), month)


def _weekday(match: re.Match[str], today: Today) -> Days | None:
    groups = match.groupdict()
    wanted = WEEKDAYS[match["w"].lower().removeprefix("ה") if match["w"].startswith("ה") and len(match["w"]) > 2 else match["w"].lower()]
    turn = _turn(groups.get("before") or groups.get("after"))
    back = turn == -1 or (turn is None and today.toward == "past")
    if back:
        behind = (today.day.weekday() - wanted) % 7
        return _one(today.day - timedelta(days=behind or (7 if turn == -1 else 0)))
    return _one(today.day + timedelta(days=(wanted - today.day.weekday()) % 7 or 7))


def _near(offset: int) -> Read:
    return lambda _match, today: _one(today.day + timedelta(days=offset))


def _whole(match: re.Match[str], today: Today) -> Days | None:
    groups = match.groupdict()
    unit, count = UNITS[match["u"].lower().removeprefix("ה") if match["u"].lower() not in UNITS else match["u"].lower()]
    turn = _turn(groups.get("before") or groups.get("after")) or 0
    if unit in ("minute", "hour", "day") or count != 1:
        return None
    if (groups.get("after") or "") in ("הקרוב", "הקרובה") and unit == "week":
        return Days(today.day, today.day + timedelta(days=7))
    return whole(shift(whole(today.day, unit).first, unit, turn), unit)


def _span(match: re.Match[str], today: Today) -> Days | None:
    """So many units up to today, or from today on."""
    groups = match.groupdict()
    unit, count = UNITS[match["u"].lower()]
    count *= number(groups.get("n"))
    if unit in ("minute", "hour"):
        return None
    if groups.get("back"):
        return Days(shift(today.day, unit, -count) + timedelta(days=1), today.day)
    return Days(today.day, shift(today.day, unit, count) - timedelta(days=1))


def _ago(match: re.Match[str], today: Today) -> Days | None:
    unit, count = UNITS[match["u"].lower()]
    return _one(shift(today.day, unit, -count * number(match["n"]))) if unit not in ("minute", "hour") else None


def _ahead(match: re.Match[str], today: Today) -> Days | None:
    unit, count = UNITS[match["u"].lower()]
    return _one(shift(today.day, unit, count * number(match["n"]))) if unit not in ("minute", "hour") else None


def _quarter(match: re.Match[str], today: Today) -> Days | None:
    groups = match.groupdict()
    place = int(groups["q"]) if groups.get("q") else ORDINALS[match["o"].lower()]
    first = 3 * place - 2
    if groups.get("y"):
        year = int(groups["y"])
    elif (turn := _turn(groups.get("yearly"))) is not None:
        year = today.day.year + turn
    else:
        start = date(today.day.year, first, 1)
        ended = month_days(today.day.year, first + 2).last < today.day
        year = today.day.year - (today.toward == "past" and start > today.day) + (today.toward == "future" and ended)
    return Days(date(year, first, 1), month_days(year, first + 2).last)


def _year(match: re.Match[str], _today: Today) -> Days:
    return whole(date(int(match["y"]), 1, 1), "year")


def _weekend(match: re.Match[str], today: Today) -> Days:
    turn = _turn(match.groupdict().get("before") or match.groupdict().get("after"))
    friday = whole(shift(today.day, "week", turn or 0), "week").first + timedelta(days=5)
    return Days(friday, friday + timedelta(days=1))


def _to_end(match: re.Match[str], today: Today) -> Days | None:
    """ "By the end of the month": from today to its last day."""
    last = _end(match, today)
    return Days(today.day, last) if last is not None and last >= today.day else None


def _at_end(match: re.Match[str], today: Today) -> Days | None:
    """ "At the end of the month": its last days."""
    last = _end(match, today)
    return Days(last - timedelta(days=2), last) if last is not None else None


def _end(match: re.Match[str], today: Today) -> date | None:
    groups = match.groupdict()
    if groups.get("m"):
        ahead = Today(today.day, "future")
        month = MONTHS[groups["m"].lower()]
        here = today.day.month == month
        found = _dated(1, month, None, ahead)
        return month_days(today.day.year, month).last if here else month_days(found.year, month).last if found else None
    unit, _ = UNITS[groups["u"].lower().removeprefix("ה")]
    turn = _turn(groups.get("before") or groups.get("after")) or 0
    return whole(shift(whole(today.day, unit).first, unit, turn), unit).last


_UNIT = either(UNITS)
_MONTH_HE = either(month for month in MONTHS if month > "z")
_MONTH_EN = either(month for month in MONTHS if month < "z")
# Other words too are spelt "may", "mar", "march": those need a word before them, or their capital letter.
_MONTH_PLAIN = either(month for month in MONTHS if month < "z" and len(month) > 3 and month != "march") + "|(?-i:March)"
_ORDINAL_HE = either(word for word in ORDINALS if word > "z")
_ORDINAL_EN = either(word for word in ORDINALS if word < "z")
_DAY_EN = "monday|tuesday|wednesday|thursday|friday|saturday|sunday"
_LAST = "האחרונים|האחרונות|אחרונים|אחרונות|האחרון|האחרונה"
_NEXT = "הקרובים|הקרובות|הבאים|הבאות|הקרובה|הקרוב"
_YEAR_AFTER = rf"(?:,?\s+(?:of\s+|בשנת\s+|ב-?)?(?P<y>{YEAR}){E})?"
_ONE_UNIT = "week|month|quarter|year"
_ONE_UNIT_HE = "שבוע|חודש|רבעון|שנה"

# The longest match at a place wins, then the earlier rule.
RULES: tuple[Rule, ...] = (
    rule(rf"(?<![\d.\-/])(?P<y>{YEAR})-(?P<m>0?[1-9]|1[0-2])-(?P<d>{DAY})(?![\d\-/])", _iso),
    rule(r"(?<![\d.\-/:])(?P<d>\d\d?)[./](?P<m>\d\d?)[./](?P<y>(?:19|20)?\d\d)(?![\d/:]|\.\d)", _numeric),
    rule(r"(?<![\d.\-/:])(?P<d>\d\d?)[./](?P<m>1[0-2]|0[1-9])(?P<y>)(?![\d/:%]|\.\d|\s?%)", _numeric),
    # 2.5 may be a number: a date only behind a word that dates have
    rule(
        rf"(?:{B}(?:on|by|from|until|since|before|after)\s+(?:the\s+)?|{PRE}(?<=[בלמה]|-))"
        r"(?P<d>\d\d?)[./](?P<m>\d)(?P<y>)(?![\d/:%]|\.\d|\s?%)",
        _numeric,
    ),
    rule(
        rf"(?:(?:between|from)\s+(?:the\s+)?|{B}(?:בין\s+(?:ה-?)?|מ-?ה?-?))?(?<![\d.])(?P<d>{DAY})(?:st|nd|rd|th)?\s*"
        rf"(?:-|–|and|to|until|till|through|ל-?|ל-?ה-?|עד\s+(?:ה-?)?)\s*(?P<d2>{DAY})(?:st|nd|rd|th)?\s*(?:of\s+)?[בל]?(?P<m>{MONTH}){E}{_YEAR_AFTER}",
        _days_month,
    ),
    rule(
        rf"(?:{B}(?:on\s+)?(?:the\s+)?|{PRE}ה?-?)(?<![\d.:])(?P<d>{DAY})(?:st|nd|rd|th)?\s+(?:of\s+)?[בל]?(?P<m>{MONTH}){E}{_YEAR_AFTER}",
        _day_month,
    ),
    rule(rf"{B}(?P<m>{MONTH})\s+(?:the\s+)?(?P<d>{DAY})(?:st|nd|rd|th)?(?![\d:]){_YEAR_AFTER}", _day_month),
    rule(rf"{PRE}(?P<d>{DAY})\s+לחודש(?:\s+(?P<which>הבא|הקרוב|הזה|שעבר|הקודם))?{E}", _day_of_month),
    rule(rf"{B}(?:on\s+)?the\s+(?P<d>{DAY})(?:st|nd|rd|th)(?:\s+of\s+(?P<which>next|this|last)\s+month)?{E}", _day_of_month),
    # a month
    rule(rf"{PRE}(?:חודש\s+)?(?P<m>{_MONTH_HE}){E}{_YEAR_AFTER}(?:\s+(?P<after>{_WHICH}){E})?", _month),
    rule(rf"{PRE}(?P<m>{_MONTH_HE})\s+(?P<year>ב?שנה)\s+(?P<yearly>שעברה|הבאה|הקודמת|הזאת|הזו){E}", _month),
    rule(rf"{B}(?:(?P<before>last|next|this|previous)\s+)?(?P<m>{_MONTH_PLAIN}){E}{_YEAR_AFTER}", _month),
    rule(rf"{B}(?:in|of|since|from|until|for|by|during)\s+(?P<m>{_MONTH_EN}){E}{_YEAR_AFTER}", _month),
    rule(rf"{B}(?P<before>last|next|this|previous)\s+(?P<m>{_MONTH_EN}){E}", _month),
    rule(rf"{B}(?P<m>{_MONTH_EN})\s+(?P<y>{YEAR}){E}", _month),
    rule(rf"{B}(?:in\s+)?(?P<m>{_MONTH_EN})\s+(?:of\s+)?(?P<yearly>last|next|this)\s+(?P<year>year){E}", _month),
    # a weekday
    rule(rf"{B}(?:on\s+)?(?:(?P<before>last|next|this|coming|previous)\s+)?(?P<w>{_DAY_EN}){E}", _weekday),
    rule(rf"{B}(?:on|next|last|this)\s+(?P<w>mon|tues?|wed|thur?s?|fri|sat|sun){E}", _weekday),
    rule(rf"{PRE}יום\s+(?P<w>ה?(?:{HEBREW_DAYS})|[א-ו]')(?!\w)(?:\s+(?:ב?שבוע\s+)?(?P<after>{_WHICH}){E})?", _weekday),
    rule(rf"{B}ו?[בל]?(?P<w>{HEBREW_DAYS})\s+(?P<after>הבא|הבאה|הקרוב|הקרובה|שעבר|שעברה|האחרון){E}", _weekday),
    rule(rf"{B}ו?ב(?P<w>שלישי|רביעי|חמישי|שישי|שבת|ראשון){E}", _weekday),
    # near days
    rule(rf"{B}(?:ו|ש|ל|ב|מ|של\s+)?היום{E}|{B}today{E}", _near(0)),
    rule(rf"{B}(?:the\s+)?day\s+after\s+tomorrow{E}|{PRE}מחרתיים{E}", _near(2)),
    rule(rf"{B}(?:the\s+)?day\s+before\s+yesterday{E}|{PRE}שלשום{E}", _near(-2)),
    rule(rf"{B}tomorrow{E}|{PRE}מחר{E}", _near(1)),
    rule(rf"{B}yesterday{E}|{PRE}אתמול{E}|{PRE}אמש{E}", _near(-1)),
    # the end of one
    rule(rf"{B}(?:(?:from|between)\s+(?:now|today)\s+(?:and\s+)?)?(?:by|until|till|to|through|before|and|up\s+to)\s+(?:the\s+)?end\s+of\s+"
         rf"(?:(?:the\s+)?(?P<before>this|next|last|current|coming)\s+|the\s+)?(?:(?P<u>{_ONE_UNIT})|(?P<m>{_MONTH_EN})){E}", _to_end),
    rule(rf"{PRE}(?:(?:מעכשיו|מהיום)\s+)?ו?עד\s+ל?סוף\s+(?:(?P<u>ה?(?:{_ONE_UNIT_HE}))|(?P<m>{_MONTH_HE})){E}"
         rf"(?:\s+(?P<after>{_WHICH}){E})?", _to_end),
    rule(rf"{B}(?:at\s+|towards\s+)?(?:the\s+)?end\s+of\s+(?:(?:the\s+)?(?P<before>this|next|last|current|coming)\s+|the\s+)?"
         rf"(?:(?P<u>month|quarter|year)|(?P<m>{_MONTH_EN})){E}", _at_end),
    rule(rf"{PRE}סוף\s+(?:(?P<u>ה?(?:חודש|רבעון|שנה))|(?P<m>{_MONTH_HE})){E}(?:\s+(?P<after>{_WHICH}){E})?", _at_end),
    # whole units
    rule(rf"{B}(?:in\s+|of\s+)?(?:the\s+)?(?P<before>last|previous|this|current|next|coming|upcoming)\s+(?P<u>{_ONE_UNIT}){E}", _whole),
    rule(rf"{PRE}(?P<u>{_ONE_UNIT_HE})\s+(?P<after>שעבר|שעברה|ה?קודם|ה?קודמת|ה?בא|ה?באה|הזה|הזאת|הזו|הנוכחי|הנוכחית){E}", _whole),
    rule(rf"{B}ב?ו?ל?מ?ש?ה(?P<u>{_ONE_UNIT_HE}){E}(?!\s+(?:ה?אחרו|ה?קרוב))", _whole),
    rule(rf"{PRE}(?P<u>רבעון|שבוע)\s+(?P<after>האחרון|הקרוב){E}", _whole),
    rule(rf"{B}(?:(?P<before>last|this|next|coming)\s+|the\s+)?weekend{E}", _weekend),
    rule(rf"{PRE}סוף\s+ה?שבוע(?:\s+(?P<after>{_WHICH}))?{E}", _weekend),
    # so many units
    rule(rf"{B}(?:in\s+|over\s+|during\s+|for\s+)?(?:the\s+)?(?P<back>last|past|previous)\s+"
         rf"(?:(?P<n>{NUMBER}|couple\s+of|few)\s+)?(?P<u>{_UNIT}){E}", _span),
    rule(rf"{B}(?:in\s+|over\s+|during\s+|within\s+|for\s+)?(?:the\s+)?(?:next|coming)\s+(?P<n>{NUMBER})\s+(?P<u>{_UNIT}){E}", _span),
    rule(rf"{PRE}(?:(?P<n>{NUMBER})\s+)?ה?(?P<u>{_UNIT})\s+(?P<back>{_LAST}){E}", _span),
    rule(rf"{PRE}(?:(?P<n>{NUMBER})\s+)?ה?(?P<u>{_UNIT})\s+(?:{_NEXT}){E}", _span),
    rule(rf"{B}(?P<n>{NUMBER})\s+(?P<u>{_UNIT})\s+ago{E}", _ago),
    rule(rf"{B}ו?לפני\s+(?:(?P<n>{NUMBER})\s+)?(?P<u>{_UNIT})(?!\w|')", _ago),
    rule(rf"{B}in\s+(?P<n>{NUMBER})\s+(?P<u>{_UNIT}){E}(?!')", _ahead),
    rule(rf"{B}(?P<n>{NUMBER})\s+(?P<u>{_UNIT})\s+from\s+(?:now|today){E}", _ahead),
    rule(rf"{B}ו?בעוד\s+(?:כ-?)?(?:(?P<n>{NUMBER})\s+)?(?P<u>{_UNIT})(?!\w|')", _ahead),
    # quarters and years
    rule(rf"{PRE}\bQ(?P<q>[1-4])(?:[\s/-]*(?:of\s+)?(?P<y>{YEAR}))?{E}", _quarter),
    rule(
        rf"{B}(?:in\s+)?(?:the\s+)?(?P<o>{_ORDINAL_EN})\s+quarter(?:\s+of)?(?:\s+(?P<y>{YEAR})|\s+(?P<yearly>last|this|next)\s+year)?{E}",
        _quarter,
    ),
    rule(
        rf"{PRE}רבעון\s+(?:ה?-?(?P<q>[1-4])|(?P<o>{_ORDINAL_HE}))(?:\s+(?:של\s+|ב-?|בשנת\s+)?(?P<y>{YEAR})|\s+ב?שנה\s+(?P<yearly>שעברה|הבאה|הזאת))?{E}",
        _quarter,
    ),
    rule(rf"{B}(?:in|of|during|for|from|since|year)\s+(?P<y>{YEAR}){E}", _year),
    rule(rf"{B}(?:ו?ב-?|ו?מ-?|משנת\s+|ו?בשנת\s+|שנת\s+|של\s+)(?P<y>{YEAR})(?![\d.:/-])", _year),
)  # fmt: skip
