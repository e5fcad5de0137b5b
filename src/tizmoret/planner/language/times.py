"""What a clause says about time, once it is read: days, hours, a length, a repetition."""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Literal

Toward = Literal["past", "future"]
Role = Literal["", "from", "to"]


@dataclass(frozen=True, slots=True)
class Days:
    """Whole days, both ends included."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Hours:
    """A time of day; with `until`, the hours between. vague: a part of the day ("in the morning"), not an hour somebody set."""

    at: time
    until: time | None = None
    vague: bool = False


@dataclass(frozen=True, slots=True)
class Moment:
    at: datetime


@dataclass(frozen=True, slots=True)
class Length:
    minutes: int


@dataclass(frozen=True, slots=True)
class Repeat:
    """rule: RFC 5545 RRULE. weekday: the day it falls on (Monday is 0), where one was named."""

    rule: str
    weekday: int | None = None


Value = Days | Hours | Moment | Length | Repeat


@dataclass(frozen=True, slots=True)
class Mention:
    """Where in the text a time stands, from `start` up to `end`. role: "from" and "to" as in "move it from Monday to Thursday"."""

    start: int
    end: int
    value: Value
    role: Role = ""


@dataclass(frozen=True, slots=True)
class When:
    """All that a clause says about time. now: aware."""

    now: datetime
    days: Days | None = None
    hours: Hours | None = None
    moment: datetime | None = None
    minutes: int | None = None
    repeat: Repeat | None = None

    @classmethod
    def of(cls, mentions: Iterable[Mention], now: datetime) -> When:
        """The first mention of each sort counts; an hour somebody set outweighs a part of the day."""
        when = cls(now)
        for mention in mentions:
            value = mention.value
            if isinstance(value, Days) and when.days is None:
                when = replace(when, days=value)
            elif isinstance(value, Hours) and (when.hours is None or (when.hours.vague and not value.vague)):
                when = replace(when, hours=value)
            elif isinstance(value, Moment) and when.moment is None:
                when = replace(when, moment=value.at)
            elif isinstance(value, Length) and when.minutes is None:
                when = replace(when, minutes=value.minutes)
            elif isinstance(value, Repeat) and (when.repeat is None or (when.repeat.weekday is None and value.weekday is not None)):
                when = replace(when, repeat=value)
        return when

    @property
    def start(self) -> datetime | None:
        """The moment somebody set, where the clause says one: a day with an hour, or an hour alone (its next occurrence)."""
        if self.moment is not None:
            return self.moment
        if self.hours is None or self.hours.vague:
            return None
        day = self._day()
        if day is None:
            return None
        found = self.at(day, self.hours.at)
        return found + timedelta(days=1) if self.days is None and found <= self.now else found

    @property
    def end(self) -> datetime | None:
        """The end somebody set ("from 14:00 to 15:30")."""
        start = self.start
        if start is None or self.hours is None or self.hours.until is None:
            return None
        end = self.at(start.date(), self.hours.until)
        return end if end > start else end + timedelta(days=1)

    @property
    def span(self) -> tuple[datetime, datetime] | None:
        """From the first moment meant up to, and without, the last: whole days, or the hours of one day."""
        days = self.days
        if days is None and self.moment is not None:
            days = Days(self.moment.date(), self.moment.date())
        if days is None and self.hours is not None:
            days = Days(self.now.date(), self.now.date())
        if days is None:
            return None
        if self.hours is not None and self.hours.until is not None and days.first == days.last:
            return self.at(days.first, self.hours.at), self.at(days.first, self.hours.until)
        return self.at(days.first, time()), self.at(days.last + timedelta(days=1), time())

    def at(self, day: date, hour: time) -> datetime:
        return datetime.combine(day, hour, self.now.tzinfo)

    def _day(self) -> date | None:
        if self.days is not None:
            return self.days.first if self.days.first == self.days.last else None
        if self.repeat is not None and self.repeat.weekday is not None:
            ahead = (self.repeat.weekday - self.now.weekday()) % 7
            return self.now.date() + timedelta(days=ahead or 7)
        return self.now.date()


def month_days(year: int, month: int) -> Days:
    return Days(date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1]))


def add_months(day: date, months: int) -> date:
    """The same day `months` later, or the last one of a shorter month."""
    place = day.year * 12 + day.month - 1 + months
    year, month = divmod(place, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
