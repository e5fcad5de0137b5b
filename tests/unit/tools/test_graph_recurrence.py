"""A rule of RFC 5545 and a recurrence of Microsoft's: the same days, or a refusal that names the part."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.unit.tools.conftest import JERUSALEM
from tests.wire.graph_recurrence import NAMES, days, fault
from tizmoret.errors import StepFailed
from tizmoret.tools.calendar.recurrence import checked
from tizmoret.tools.providers.graph_recurrence import recurrence_of, rule_of

LOOKED_AT = 40  # occurrences
NO_END = {"type": "noEnd"}
CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")

dates = st.dates(dt.date(2024, 1, 1), dt.date(2029, 12, 31))
starts = dates.map(lambda day: dt.datetime.combine(day, dt.time(10, 30), JERUSALEM))
intervals = st.integers(1, 4)
weekdays = st.lists(st.sampled_from(CODES), min_size=1, max_size=7, unique=True).map(",".join)


def joined(**parts: Any) -> str:
    return ";".join(f"{name}={value}" for name, value in parts.items() if value != "")


@st.composite
def rules(draw: st.DrawFn) -> str:
    """Of every kind that somebody may write, whether Microsoft can say it or not."""
    freq = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    parts: dict[str, Any] = {"FREQ": freq, "INTERVAL": draw(intervals)}
    if draw(st.booleans()):
        parts["BYMONTH"] = draw(st.sampled_from(["2", "4", "12", "1,7"])) if freq == "YEARLY" else ""
    kind = draw(st.sampled_from(["", "day", "days", "place", "month day", "last days"]))
    match kind:
        case "day" | "days":
            parts["BYDAY"] = draw(weekdays)
            if kind == "days" and freq in ("MONTHLY", "YEARLY"):
                parts["BYSETPOS"] = draw(st.sampled_from(["1", "2", "4", "-1", "-2"]))
        case "place" if freq in ("MONTHLY", "YEARLY"):
            parts["BYDAY"] = f"{draw(st.sampled_from(['1', '+2', '4', '5', '-1', '-2']))}{draw(st.sampled_from(CODES))}"
        case "month day" if freq in ("MONTHLY", "YEARLY"):
            parts["BYMONTHDAY"] = draw(st.sampled_from(["1", "28", "29", "30", "31", "-1", "-2", "1,15"]))
        case "last days" if freq in ("MONTHLY", "YEARLY"):
            parts |= {"BYMONTHDAY": draw(st.sampled_from(["28,29", "28,29,30", "28,29,30,31"])), "BYSETPOS": "-1"}
    if freq == "WEEKLY":
        parts["WKST"] = draw(st.sampled_from(["", "SU", "MO"]))
    ending = draw(st.sampled_from(["", "COUNT", "UNTIL"]))
    if ending:
        parts[ending] = draw(st.integers(1, 50)) if ending == "COUNT" else f"{draw(dates):%Y%m%d}"
    return joined(**parts)


def first(found: Iterable[dt.date]) -> list[dt.date]:
    return list(itertools.islice(found, LOOKED_AT))


def by_rfc(rule: str, start: dt.datetime) -> list[dt.date]:
    naive = rule.partition("UNTIL=")
    if naive[1]:
        until = dt.datetime.strptime(naive[2], "%Y%m%dT%H%M%SZ").replace(tzinfo=dt.UTC).astimezone(start.tzinfo)
        rule = f"{naive[0]}UNTIL={until:%Y%m%dT%H%M%S}"
    limit = dt.datetime(2100, 1, 2)
    found = itertools.takewhile(lambda at: at < limit, rrulestr(rule, dtstart=start.replace(tzinfo=None)))
    return first(at.date() for at in found)


@given(rules(), starts)
def test_a_rule_that_is_not_refused_has_the_same_days_at_microsoft_and_comes_back(rule: str, start: dt.datetime) -> None:
    try:
        rule, start = checked(rule, start)
    except StepFailed:
        assume(False)
    try:
        said = recurrence_of(rule, start, all_day=False)
    except StepFailed as error:
        refused = error
    else:
        refused = None
    if refused is not None:
        part = next(part for part in ("BYDAY", "BYMONTHDAY", "BYSETPOS", "BYMONTH", "FREQ") if part in refused.detail)
        assert (part in rule, refused.field, bool(refused.cure)) == (True, "recurrence", True)
        return
    assert fault(said) == ""
    assert first(days(said)) == by_rfc(rule, start)
    back = rule_of(said, start, all_day=False)
    assert back is not None
    assert by_rfc(back, start) == by_rfc(rule, start)
    assert recurrence_of(back, start, all_day=False)["range"] == said["range"]


@st.composite
def recurrences(draw: st.DrawFn) -> dict[str, Any]:
    """As Microsoft's own programs make them."""
    kind = draw(st.sampled_from(["daily", "weekly", "absoluteMonthly", "relativeMonthly", "absoluteYearly", "relativeYearly"]))
    pattern: dict[str, Any] = {"type": kind, "interval": draw(intervals)}
    if kind in ("weekly", "relativeMonthly", "relativeYearly"):
        pattern["daysOfWeek"] = draw(st.lists(st.sampled_from(NAMES), min_size=1, unique=True))
    if kind == "weekly":
        pattern["firstDayOfWeek"] = draw(st.sampled_from(["sunday", "monday", "saturday"]))
    elif kind.startswith("relative"):
        pattern["index"] = draw(st.sampled_from(["first", "second", "third", "fourth", "last"]))
    elif kind.startswith("absolute"):
        pattern["dayOfMonth"] = draw(st.integers(1, 31))
    if kind.endswith("Yearly"):
        pattern["month"] = draw(st.integers(1, 12))
    ends: dict[str, Any] = draw(
        st.sampled_from([{"type": "noEnd"}, {"type": "numbered", "numberOfOccurrences": 7}, {"type": "endDate", "endDate": "2031-03-31"}])
    )
    begin = draw(dates).isoformat()
    known = next(days({"pattern": pattern, "range": {"type": "noEnd", "startDate": begin}}))
    return {"pattern": pattern, "range": {**ends, "startDate": known.isoformat(), "recurrenceTimeZone": "Israel Standard Time"}}


@given(recurrences())
def test_every_recurrence_of_microsofts_has_a_rule_with_the_same_days(told: dict[str, Any]) -> None:
    start = dt.datetime.combine(dt.date.fromisoformat(told["range"]["startDate"]), dt.time(23, 15), JERUSALEM)
    rule = rule_of(told, start, all_day=False)
    assert rule is not None
    assert by_rfc(rule, start) == first(days(told))
    assert first(days(recurrence_of(rule, start, all_day=False))) == first(days(told))


@pytest.mark.parametrize(
    ("rule", "part"),
    [
        ("FREQ=MONTHLY;BYMONTHDAY=31", "BYMONTHDAY=31"),
        ("FREQ=MONTHLY;BYDAY=5MO", "BYDAY=5MO"),
        ("FREQ=MONTHLY;BYDAY=1MO,3MO", "BYDAY=1MO,3MO"),
        ("FREQ=YEARLY;BYWEEKNO=20", "BYWEEKNO=20"),
        ("FREQ=YEARLY;BYYEARDAY=100", "BYYEARDAY=100"),
        ("FREQ=YEARLY;BYMONTH=3,9", "BYMONTH=3,9"),
        ("FREQ=DAILY;INTERVAL=2;BYDAY=SU", "BYDAY=SU"),
        ("FREQ=DAILY;BYMONTH=1", "BYMONTH=1"),
        ("FREQ=WEEKLY;BYDAY=SU,MO;BYSETPOS=1", "BYSETPOS=1"),
    ],
)
def test_what_microsoft_cannot_say_is_refused_by_its_part(rule: str, part: str) -> None:
    with pytest.raises(StepFailed) as failed:
        recurrence_of(rule, dt.datetime(2026, 1, 31, 10, tzinfo=JERUSALEM), all_day=False)
    assert (part in failed.value.detail, failed.value.field, bool(failed.value.cure)) == (True, "recurrence", True)


def test_an_end_before_the_hour_of_the_meeting_leaves_that_day_out() -> None:
    start = dt.datetime(2026, 1, 18, 10, tzinfo=JERUSALEM)
    for until, day in (("20260120T075959Z", "2026-01-19"), ("20260120T080000Z", "2026-01-20"), ("20260120", "2026-01-20")):
        assert recurrence_of(f"FREQ=DAILY;UNTIL={until}", start, all_day=until == "20260120")["range"]["endDate"] == day


def test_nothing_recurs_by_clocks_that_microsoft_does_not_know() -> None:
    with pytest.raises(StepFailed, match="Antarctica/Troll"):
        recurrence_of("FREQ=DAILY", dt.datetime(2026, 1, 18, 10, tzinfo=ZoneInfo("Antarctica/Troll")), all_day=False)


@pytest.mark.parametrize(
    "told",
    [
        None, [], {}, {"pattern": {"type": "hourly"}, "range": NO_END}, {"pattern": {"type": "weekly", "daysOfWeek": []}, "range": NO_END},
        {"pattern": {"type": "daily"}, "range": {"type": "never"}}, {"pattern": {"type": "absoluteMonthly", "dayOfMonth": 0}, "range": NO_END},
    ],
)  # fmt: skip
def test_a_recurrence_that_makes_no_sense_is_none(told: Any) -> None:
    assert rule_of(told, dt.datetime(2026, 1, 18, 10, tzinfo=JERUSALEM), all_day=False) is None
