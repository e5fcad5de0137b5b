"""Hours, lengths and repetitions in Hebrew and English: "ב-14:00", "half past two", "לחצי שעה", "every second Tuesday"."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta

from tizmoret.planner.language.calendar_words import HEBREW_DAYS, NUMBER, NUMBERS, PARTS, RULE_DAYS, UNITS, WEEKDAYS, B, E, either
from tizmoret.planner.language.dates import Rule, Today, number, rule
from tizmoret.planner.language.times import Hours, Length, Moment, Repeat, Value

MAX_MINUTES = 31 * 24 * 60

_PART_EN = either(part for part in PARTS if part < "z")
_PART_HE = either(part for part in PARTS if part > "z")
_HOUR_WORD = either(word for word, value in NUMBERS.items() if 1 <= value <= 12 and word not in ("a", "an", "one"))
_HALF = r"(?:\s*(?P<more>and\s+a\s+half|וחצי|ורבע))?"


def clock(hour: int, minute: int = 0, half: str | None = None, part: str | None = None) -> time | None:
    """An hour of the day as people say it. half: am or pm. part: morning, ערב... Without either, 1-6 are after noon: nobody meets at four
    in the night."""
    half = (half or "").lower().replace(".", "")
    if part:
        first, _ = PARTS[re.sub(r"\s+", " ", part.lower())]
        half = "pm" if first >= 12 and hour != 12 else "am" if first < 12 else half
        if part.lower() in ("night", "לילה") and hour <= 5:
            half = "am"
    if half == "pm" and hour < 12:
        hour += 12
    elif half == "am" and hour == 12:
        hour = 0
    elif not half and not part and 1 <= hour <= 6:
        hour += 12
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _more(word: str | None) -> int:
    """Minutes that "וחצי", "ורבע" add to an hour."""
    return 0 if not word else 15 if "רבע" in word else 30


def _hours(at: time | None, until: time | None = None) -> Hours | None:
    return Hours(at, until) if at else None


def _digital(match: re.Match[str], _today: Today) -> Hours | None:
    hour, part, half = int(match["h"]), match["part"], match["half"]
    if not part and not half:
        return _hours(time(hour, int(match["m"])))  # 03:00 written out is meant
    return _hours(clock(hour, int(match["m"]), half, part))


def _spoken(match: re.Match[str], _today: Today) -> Hours | None:
    groups = match.groupdict()
    return _hours(clock(number(match["h"]), _more(groups.get("more")), groups.get("half"), groups.get("part")))


def _past(match: re.Match[str], _today: Today) -> Hours | None:
    """ "half past two", "quarter to five"."""
    hour = clock(number(match["h"]))
    if hour is None:
        return None
    minutes = {"half": 30, "quarter": 15}[match["some"].lower()]
    moment = datetime(2000, 1, 2, hour.hour) + timedelta(minutes=minutes if match["way"].lower() == "past" else -minutes)
    return Hours(moment.time())


def _range(match: re.Match[str], _today: Today) -> Hours | None:
    first, last = match["half"] or match["half2"], match["half2"]
    written = bool(match["m"] or match["m2"])
    if not (written or last or match["said"]):
        return None
    at = time(int(match["h"]), int(match["m"] or 0)) if written and not first else clock(int(match["h"]), int(match["m"] or 0), first)
    until = time(int(match["h2"]), int(match["m2"] or 0)) if written and not last else clock(int(match["h2"]), int(match["m2"] or 0), last)
    if at and until and first and not match["half"] and at > until:  # "from 11 to 1 pm"
        at = clock(int(match["h"]), int(match["m"] or 0), "am")
    return Hours(at, until) if at and until and at < until else None


def _part(match: re.Match[str], _today: Today) -> Hours:
    first, last = PARTS[re.sub(r"\s+", " ", match["part"].lower())]
    return Hours(time(first), time(last), vague=True)


def _fixed(hour: int) -> Hours:
    return Hours(time(hour))


def _length(match: re.Match[str], _today: Today) -> Length | None:
    groups = match.groupdict()
    unit, count = UNITS[match["u"].lower()]
    amount = float(groups["x"]) if groups.get("x") else number(groups.get("n"))
    minutes = amount * count * (60 if unit == "hour" else 1)
    if groups.get("more"):
        minutes += _more(groups["more"])
    return Length(round(minutes)) if unit in ("hour", "minute") and 0 < minutes <= MAX_MINUTES else None


def _part_of_hour(match: re.Match[str], _today: Today) -> Length:
    words = match[0].lower()
    return Length(45 if "three" in words or "שלוש" in words else 15 if "quarter" in words or "רבע" in words else 30)


def in_a_while(now: datetime) -> tuple[Rule, ...]:
    """Rules that need the hour of now: "in two hours", "בעוד חצי שעה"."""

    def read(match: re.Match[str], today: Today) -> Value | None:
        length = _part_of_hour(match, today) if match.groupdict().get("piece") else _length(match, today)
        return Moment((now + timedelta(minutes=length.minutes)).replace(second=0, microsecond=0)) if length else None

    amount = rf"(?:(?P<x>\d+\.5)|(?P<n>{NUMBER}))"
    return (
        rule(rf"{B}in\s+{amount}\s+(?P<u>hours?|minutes?|mins?|hrs?){_HALF}{E}", read),
        rule(rf"{B}{amount}\s+(?P<u>hours?|minutes?|mins?|hrs?)\s+from\s+now{E}", read),
        rule(rf"{B}in\s+(?:a\s+)?(?P<piece>half\s+an?\s+hour|quarter\s+of\s+an\s+hour){E}", read),
        rule(rf"{B}ו?בעוד\s+(?:כ-?)?(?:{amount}\s+)?(?P<u>שעתיים|שעות|שעה|דקות|דקה){_HALF}{E}", read),
        rule(rf"{B}ו?בעוד\s+(?P<piece>חצי\s+שעה|רבע\s+שעה|שלושת\s+רבעי\s+שעה){E}", read),
    )


def _every(match: re.Match[str], _today: Today) -> Repeat | None:
    groups = match.groupdict()
    interval = ";INTERVAL=2" if groups.get("second") else ""
    if groups.get("workday"):
        return Repeat("FREQ=WEEKLY;BYDAY=SU,MO,TU,WE,TH")
    if groups.get("w"):
        weekday = WEEKDAYS[match["w"].lower() if match["w"].lower() in WEEKDAYS else match["w"].lower().removesuffix("s").removeprefix("ה")]
        return Repeat(f"FREQ=WEEKLY{interval};BYDAY={RULE_DAYS[weekday]}", weekday)
    word = groups["u"].lower()
    unit, count = _ADVERBS.get(word) or UNITS[word]
    if groups.get("n"):
        count *= number(groups["n"])
    if groups.get("second"):
        count = 2
    months = unit == "quarter"
    frequency = {"day": "DAILY", "week": "WEEKLY", "month": "MONTHLY", "quarter": "MONTHLY", "year": "YEARLY"}.get(unit)
    count *= 3 if months else 1
    return Repeat(f"FREQ={frequency}" + (f";INTERVAL={count}" if count > 1 else "")) if frequency else None


_ADVERBS = {
    word: (unit, count)
    for unit, count, words in (
        ("day", 1, "daily יומי יומית"), ("week", 1, "weekly שבועי שבועית"), ("week", 2, "biweekly bi-weekly fortnightly דו-שבועי דו-שבועית"),
        ("month", 1, "monthly חודשי חודשית"), ("quarter", 1, "quarterly רבעוני רבעונית"), ("year", 1, "yearly annual annually שנתי שנתית"),
    )
    for word in words.split()
}  # fmt: skip
_WEEKDAY_EN = "monday|tuesday|wednesday|thursday|friday|saturday|sunday"
_HALF_DAY = r"(?:\s*(?P<half>[ap]\.?m\.?)(?!\w))"
_OF_DAY = rf"(?:\s+(?:in\s+the\s+|at\s+|ב)?(?P<part>{_PART_EN}|{_PART_HE}){E})"

RULES: tuple[Rule, ...] = (
    # repetitions
    rule(rf"{B}(?:every|each)\s+(?:(?P<second>second|other)\s+)?(?P<w>{_WEEKDAY_EN}){E}", _every),
    rule(rf"{B}(?:on\s+)?(?P<w>(?:{_WEEKDAY_EN})s){E}", _every),
    rule(rf"{B}ב?ו?כל\s+יום\s+(?P<w>ה?(?:{HEBREW_DAYS})|[א-ו]')(?!\w)(?P<second>\s+שני{E})?", _every),
    rule(rf"{B}(?:every|each)\s+(?P<workday>weekday|workday|working\s+day|work\s+day){E}|{B}ב?כל\s+(?P<w2>יום\s+עבודה|יום\s+חול){E}",
         lambda match, today: Repeat("FREQ=WEEKLY;BYDAY=SU,MO,TU,WE,TH")),
    rule(rf"{B}(?:every|each)\s+(?:(?P<second>second|other)\s+|(?P<n>{NUMBER})\s+)?(?P<u>days?|weeks?|months?|quarters?|years?){E}", _every),
    rule(rf"{B}ב?ו?(?:כל|מדי)\s+(?:(?P<n>{NUMBER})\s+)?(?P<u>יומיים|יום|ימים|שבועיים|שבוע|שבועות|חודשיים|חודש|חודשים|רבעון|שנה){E}", _every),
    rule(rf"{B}(?:a\s+)?ה?(?P<u>{either(_ADVERBS)}){E}", _every),
    # hours
    rule(rf"(?:{B}(?:between|from)\s+|{B}(?:בין\s+|מ-?)(?P<said>השעות\s+)?)?(?<![\d.:/])(?P<h>[01]?\d|2[0-3])(?::(?P<m>[0-5]\d))?"
         rf"\s*(?P<half>[ap]\.?m\.?(?!\w))?\s*(?:-|–|to|and|until|till|עד|ו|ל-?)\s*(?:ה?שעה\s+)?"
         r"(?P<h2>[01]?\d|2[0-4])(?::(?P<m2>[0-5]\d))?(?:\s*(?P<half2>[ap]\.?m\.?)(?!\w))?(?![\d:./])", _range),
    rule(rf"(?:{B}at\s+|{B}(?:ו?בשעה|לשעה|[בל]-?)\s*)?(?<![\d.:/])(?P<h>[01]?\d|2[0-3]):(?P<m>[0-5]\d)(?![\d:])"
         rf"(?:{_HALF_DAY}|{_OF_DAY})?", _digital),
    rule(rf"(?:{B}at\s+)?(?<![\d.:/])(?P<h>1[0-2]|0?[1-9])\s*(?P<half>[ap]\.?m\.?)(?!\w)", _spoken),
    rule(rf"{B}at\s+(?P<h>2[0-3]|1\d|0?\d|one|{_HOUR_WORD})(?![\d:./])(?:\s*o'?clock)?{E}{_OF_DAY}?", _spoken),
    rule(rf"{B}(?:ו?בשעה|לשעה)\s+(?P<h>2[0-3]|1\d|0?\d|אחת|{_HOUR_WORD})(?![\d:./]){_HALF}{E}{_OF_DAY}?", _spoken),
    rule(rf"{B}ו?[בל]-?(?P<h>2[0-3]|1\d|0?\d|אחת|{_HOUR_WORD})(?![\d:./]){_HALF}{E}{_OF_DAY}", _spoken),
    # a bare hour behind a day: "tomorrow at four" is said so in Hebrew
    rule(rf"(?:(?<=מחר )|(?<=היום )|(?<=מחרתיים )|(?<=ראשון )|(?<=שני )|(?<=שלישי )|(?<=רביעי )|(?<=חמישי )|(?<=שישי )|(?<=הבא )|(?<=הקרוב ))"
         rf"ב-?(?P<h>אחת|{_HOUR_WORD}|2[0-3]|1\d|[1-9])(?![\d:./]){_HALF}{E}{_OF_DAY}?", _spoken),
    rule(rf"{B}[בל]-(?P<h>2[0-3]|1\d|0?[7-9])(?![\d:./%])"
        r"(?=\s*(?:$|[,;?!]|\.\s|\.$|(?:עם|על|עד|בנושא|כדי|אצל|בזום|במשרד|למשך|לחצי|לשעה|לשעתיים)(?!\w)))", _spoken),
    rule(rf"{B}(?:at\s+)?(?P<some>half|quarter)\s+(?P<way>past|to)\s+(?P<h>\d\d?|one|{_HOUR_WORD}){E}", _past),
    rule(rf"{B}at\s+(?:noon|midday){E}|{B}at\s+12\s+noon{E}", lambda match, today: _fixed(12)),
    rule(rf"{B}(?:at\s+)?midnight{E}|{B}[בל]?חצות{E}", lambda match, today: _fixed(0)),
    rule(rf"{B}(?:in\s+the\s+|this\s+|at\s+|by\s+)?(?P<part>{_PART_EN}){E}", _part),
    rule(rf"{B}ו?ל?(?:לפנות\s+|לפני\s+ה)?[בלה]?ה?(?P<part>{_PART_HE}){E}", _part),
    # lengths
    rule(rf"{B}(?:for\s+|of\s+)?(?:an?\s+)?(?:(?P<x>\d+\.\d+)|(?P<n>{NUMBER}))[\s-]+(?P<u>hours?|minutes?|mins?|hrs?){_HALF}{E}", _length),
    rule(rf"{B}(?:for\s+)?(?:an?\s+)?(?:half[\s-]+an?[\s-]+hour|half[\s-]hour|three\s+quarters\s+of\s+an\s+hour|quarter\s+of\s+an\s+hour){E}",
         _part_of_hour),
    rule(rf"{B}(?:for\s+)?(?:an?|one)\s+(?P<u>hour){_HALF}{E}", _length),
    rule(rf"{B}(?:an?\s+)?hour(?:-|\s+)long{E}", lambda match, today: Length(60)),
    rule(rf"{B}ו?(?:ל|של\s+|למשך\s+|ב(?=ת))?(?:שלושת\s+רבעי\s+שעה|חצי\s+שעה|רבע\s+שעה){E}", _part_of_hour),
    rule(rf"{B}ו?(?:ל-?|של\s+|למשך\s+|בת\s+|בן\s+)?(?:(?P<x>\d+\.\d+)|(?P<n>{NUMBER}))\s+(?P<u>דקות|דק'|שעות){_HALF}(?!\w)", _length),
    rule(rf"{B}ו?(?:ל|של\s+|למשך\s+|בת\s+)?(?P<u>שעתיים|שעה){_HALF}{E}(?:\s+אחת{E})?", _length),
)  # fmt: skip
