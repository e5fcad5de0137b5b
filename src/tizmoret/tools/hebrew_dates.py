"""The Hebrew calendar: a day in both calendars, and the holidays of a period."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from tizmoret.catalog.tool import Call, Kind, Text, Tool, tool
from tizmoret.errors import StepFailed
from tizmoret.plan.labels import Label
from tizmoret.plan.model import Language
from tizmoret.tools.models import Period
from tizmoret.tools.when import day

if TYPE_CHECKING:
    from pyluach.dates import HebrewDate as HebrewDay

LABEL = Label(sources=frozenset({"hebrew calendar"}))
MOST_DAYS = 800  # of a period that is gone through


class _Arguments(BaseModel):
    model_config = ConfigDict(extra="forbid")


class HebrewDate(_Arguments):
    """A day of either calendar; none is today."""

    date: dt.date | None = Field(None, description="a day of the civil calendar; empty is today")
    year: int | None = Field(None, ge=1, le=9999, description="a Hebrew year such as 5787, for a Hebrew day")
    month: int | None = Field(None, ge=1, le=13, description="a Hebrew month counted from Nisan = 1; Tishri is 7")
    day: int | None = Field(None, ge=1, le=30)

    @model_validator(mode="after")
    def _one_of_them(self) -> HebrewDate:
        hebrew = (self.year, self.month, self.day)
        if any(part is not None for part in hebrew) and (self.date is not None or None in hebrew):
            raise ValueError("give `date`, or `year`, `month` and `day` together")
        return self


class BothDates(BaseModel):
    date: dt.date
    hebrew: Annotated[str, Kind("text")]
    year: int
    month: int
    day: int
    holiday: str = ""


class HolidaysIn(_Arguments):
    period: Annotated[Period, Kind("period")]


class Holiday(BaseModel):
    date: dt.date
    name: str
    hebrew: str


class Holidays(BaseModel):
    holidays: list[Holiday]


def _holiday(hebrew: HebrewDay, language: Language) -> str:
    from pyluach import hebrewcal

    named = hebrewcal.holiday(hebrew, israel=True, hebrew=language == "he", prefix_day=False)
    fast = hebrewcal.fast_day(hebrew, hebrew=language == "he")
    return str(named or fast or "")


def _both(civil: dt.date, language: Language) -> BothDates:
    from pyluach import dates

    hebrew = dates.HebrewDate.from_pydate(civil)
    return BothDates(
        date=civil, hebrew=hebrew.hebrew_date_string(), year=hebrew.year, month=hebrew.month, day=hebrew.day,
        holiday=_holiday(hebrew, language),
    )  # fmt: skip


def _show_both(both: BothDates, language: Language) -> str:
    said = f"{day(both.date, language, year=True)} · {both.hebrew}"
    return f"{said} · {both.holiday}" if both.holiday else said


def _show_holidays(found: Holidays, language: Language) -> str:
    if not found.holidays:
        return "אין חגים בתקופה הזאת." if language == "he" else "There are no holidays in this period."
    return "\n".join(f"- {day(one.date, language, year=True)} · {one.name} ({one.hebrew})" for one in found.holidays)


@tool(
    "dates.hebrew",
    title=Text(he="תאריך עברי", en="Hebrew date"),
    description=Text(
        he="ממיר תאריך לועזי לעברי ותאריך עברי ללועזי, ואומר אם הוא חג",
        en="Convert a civil date to the Hebrew calendar and back, and say whether it is a holiday",
    ),
    examples={
        "he": ["מה התאריך העברי היום", "המר תאריך לועזי לעברי", "איזה תאריך עברי יוצא ב-15.3", "איזה יום זה בלוח העברי"],
        "en": ["what is the Hebrew date today", "convert to the Hebrew calendar", "Hebrew date of 15 March", "what day is it in the Jewish calendar"],
    },
    show=_show_both, label=LABEL, seconds=0.05,
)  # fmt: skip
async def hebrew_date(args: HebrewDate, call: Call) -> BothDates:
    if args.year is None or args.month is None or args.day is None:
        return _both(args.date or call.now.date(), call.language)
    from pyluach import dates

    try:
        civil = dates.HebrewDate(args.year, args.month, args.day).to_pydate()
    except ValueError as error:
        raise StepFailed(f"There is no such Hebrew day: {error}.", cure="Months have 29 or 30 days; only a leap year has 13.") from error
    return _both(civil, call.language)


@tool(
    "dates.holidays",
    title=Text(he="חגים", en="Holidays"),
    description=Text(he="אומר אילו חגים וצומות יש בתקופה, לפי הלוח העברי", en="Say which Jewish holidays and fasts fall within a period"),
    examples={
        "he": ["אילו חגים יש בחודש הבא", "מתי ראש השנה", "באילו ימים יש חג השנה", "אילו חגים יש עד סוף השנה"],
        "en": [
            "which holidays are next month", "when is Rosh Hashana", "Jewish holidays of this year",
            "list the holidays until the end of the year",
        ],
    },
    show=_show_holidays, label=LABEL, seconds=0.1,
)  # fmt: skip
async def holidays(args: HolidaysIn, call: Call) -> Holidays:
    days = (args.period.end - args.period.start).days + 1
    if days > MOST_DAYS:
        raise StepFailed(f"The period has {days:,} days.", cure=f"Ask about at most {MOST_DAYS}.", field="period")
    found = (_both(args.period.start + dt.timedelta(days=number), call.language) for number in range(days))
    return Holidays(holidays=[Holiday(date=one.date, name=one.holiday, hebrew=one.hebrew) for one in found if one.holiday])


TOOLS: tuple[Tool, ...] = (hebrew_date, holidays)
