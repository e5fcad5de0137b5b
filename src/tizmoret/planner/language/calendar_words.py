"""The words of time in both languages, and the pattern pieces made of them. Tables only; `dates` and `clocks` read with them."""

from __future__ import annotations

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan ינואר", "february feb פברואר", "march mar מרץ מרס", "april apr אפריל", "may מאי", "june jun יוני",
            "july jul יולי", "august aug אוגוסט", "september sept sep ספטמבר", "october oct אוקטובר", "november nov נובמבר",
            "december dec דצמבר",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip

# Monday is 0, as in `datetime.date.weekday`.
WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            "monday mon שני ב'", "tuesday tues tue שלישי ג'", "wednesday wed רביעי ד'", "thursday thurs thur thu חמישי ה'",
            "friday fri שישי ו'", "saturday sat שבת", "sunday sun ראשון א'",
        )
    )
    for name in names.split()
}  # fmt: skip
RULE_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")  # RFC 5545

NUMBERS = {
    word: number
    for number, words in {
        1: "a an one אחד אחת", 2: "two שני שתי שניים שתיים", 3: "three שלוש שלושה", 4: "four ארבע ארבעה", 5: "five חמש חמישה",
        6: "six שש שישה", 7: "seven שבע שבעה", 8: "eight שמונה", 9: "nine תשע תשעה", 10: "ten עשר עשרה", 11: "eleven", 12: "twelve",
        15: "fifteen", 20: "twenty עשרים", 30: "thirty שלושים", 40: "forty ארבעים", 45: "forty-five", 50: "fifty חמישים", 60: "sixty שישים",
        90: "ninety תשעים",
    }.items()
    for word in words.split()
}  # fmt: skip

ORDINALS = {
    word: number
    for number, words in {
        1: "first 1st ראשון הראשון", 2: "second 2nd שני השני", 3: "third 3rd שלישי השלישי", 4: "fourth 4th רביעי הרביעי",
    }.items()
    for word in words.split()
}  # fmt: skip

# unit: word -> (unit, how many of it the word itself means)
UNITS = {
    word: (unit, count)
    for unit, count, words in (
        ("minute", 1, "minute minutes min mins דקה דקות דק'"),
        ("hour", 1, "hour hours hr hrs שעה שעות"),
        ("hour", 2, "שעתיים"),
        ("day", 1, "day days יום ימים"),
        ("day", 2, "יומיים"),
        ("week", 1, "week weeks שבוע שבועות"),
        ("week", 2, "שבועיים fortnight"),
        ("month", 1, "month months חודש חודשים"),
        ("month", 2, "חודשיים"),
        ("quarter", 1, "quarter quarters רבעון רבעונים"),
        ("year", 1, "year years שנה שנים"),
        ("year", 2, "שנתיים"),
    )
    for word in words.split()
}

# part of the day -> hours from, to
PARTS = {
    "morning": (8, 12), "בוקר": (8, 12), "noon": (12, 14), "midday": (12, 14), "צהריים": (12, 14), "צהרים": (12, 14),
    "afternoon": (12, 17), "אחר הצהריים": (12, 17), "אחרי הצהריים": (12, 17), 'אחה"צ': (12, 17), 'אחר הצהרים': (12, 17),
    "evening": (17, 21), "ערב": (17, 21), "night": (20, 23), "לילה": (20, 23),
}  # fmt: skip


def either(words: object) -> str:
    """A pattern that matches any of `words`, the longest first."""
    return "|".join(str(word).replace(" ", r"\s+") for word in sorted(words, key=lambda word: -len(str(word))))  # type: ignore[call-overload]


B = r"(?<![\w'])"  # a word begins
E = r"(?!\w)"  # and ends
PRE = B + r"[ושכ]{0,2}[בלמה]{0,2}-?"  # with Hebrew letters joined to its front
MONTH = either(MONTHS)
NUMBER = r"\d{1,3}|" + either(NUMBERS)
YEAR = r"(?:19|20)\d\d"
DAY = r"3[01]|[12]\d|0?[1-9]"
HEBREW_DAYS = "ראשון|שני|שלישי|רביעי|חמישי|שישי|שבת"
