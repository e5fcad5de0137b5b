from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from pydantic import ValidationError

from tests.unit.tools.conftest import MakeCall
from tizmoret.errors import StepFailed
from tizmoret.tools.hebrew_dates import BothDates, HebrewDate, Holidays, HolidaysIn, hebrew_date, holidays
from tizmoret.tools.models import Period
from tizmoret.tools.units import Convert, Converted, convert

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("asked", "civil", "hebrew", "holiday"),
    [
        ({"date": "2026-09-12"}, "2026-09-12", (5787, 7, 1), "ראש השנה"),
        ({"year": 5787, "month": 7, "day": 10}, "2026-09-21", (5787, 7, 10), "יום כיפור"),
        ({"date": "2024-03-24"}, "2024-03-24", (5784, 13, 14), "פורים"),  # Adar II of a leap year
        ({}, "2026-01-14", (5786, 10, 25), ""),  # today
    ],
)
async def test_a_day_in_both_calendars(
    call: MakeCall, asked: dict[str, Any], civil: str, hebrew: tuple[int, int, int], holiday: str
) -> None:
    found = BothDates.model_validate(await hebrew_date(HebrewDate(**asked), call(language="he")))
    assert (found.date.isoformat(), (found.year, found.month, found.day), found.holiday) == (civil, hebrew, holiday)
    assert found.hebrew


async def test_the_holidays_of_a_month(call: MakeCall) -> None:
    period = Period(start=dt.date(2026, 9, 1), end=dt.date(2026, 9, 30))
    found = Holidays.model_validate(await holidays(HolidaysIn(period=period), call()))
    assert [(one.date.day, one.name) for one in found.holidays][:2] == [(12, "Rosh Hashana"), (13, "Rosh Hashana")]
    assert "Yom Kippur" in {one.name for one in found.holidays}


async def test_a_day_that_is_none_is_refused(call: MakeCall) -> None:
    with pytest.raises(StepFailed, match="no such Hebrew day"):
        await hebrew_date(HebrewDate(year=5786, month=13, day=1), call())
    with pytest.raises(ValidationError, match="together"):
        HebrewDate(year=5786)
    with pytest.raises(StepFailed, match="at most"):
        await holidays(HolidaysIn(period=Period(start=dt.date(2000, 1, 1), end=dt.date(2020, 1, 1))), call())


@pytest.mark.parametrize(
    ("value", "unit", "to", "result"),
    [
        (5, "mile", "km", 8.04672), (30, "degC", "degF", 86), (4, "דונם", "meter**2", 4000), (2, "טון", 'ק"ג', 2000),
        (3, "קילומטרים", "מטרים", 3000), (100, "km/hour", "m/s", 27.7778), (1.5, "שעות", "דקות", 90),
    ],
)  # fmt: skip
async def test_units_in_both_languages(call: MakeCall, value: float, unit: str, to: str, result: float) -> None:
    found = Converted.model_validate(await convert(Convert(value=value, unit=unit, to=to), call()))
    assert found.value == pytest.approx(result, rel=1e-4)


@pytest.mark.parametrize(
    ("unit", "to"), [("kg", "km"), ("foo", "km"), ("km", "9**9**9**9"), ("meter**999999999", "km"), ("__import__('os')", "m"), ("", "")]
)
async def test_what_cannot_be_converted_says_so(call: MakeCall, unit: str, to: str) -> None:
    with pytest.raises((StepFailed, ValidationError)):
        await convert(Convert(value=1, unit=unit, to=to), call())
