from __future__ import annotations

import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from tizmoret.errors import BadInput
from tizmoret.schedules.occurrences import MOST, due, next_after

JERUSALEM = ZoneInfo("Asia/Jerusalem")


def at(text: str, zone: ZoneInfo = JERUSALEM) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("cron", "after", "expected"),
    [
        ("0 8 * * 0-4", "2026-11-20T09:00", "2026-11-22T08:00"),  # Friday: the next is Sunday
        ("*/15 * * * *", "2026-11-20T09:01", "2026-11-20T09:15"),
        ("@daily", "2026-11-20T09:00", "2026-11-21T00:00"),
        ("@WEEKLY", "2026-11-20T09:00", "2026-11-22T00:00"),
        ("0 9 L * *", "2026-11-20T09:00", "2026-11-30T09:00"),  # the last day of the month
        ("0 10 * * 1#1", "2026-11-20T09:00", "2026-12-07T10:00"),  # the first Monday
        ("30 2 * * *", "2026-03-26T12:00", "2026-03-27T03:00"),  # the clocks skip 02:30: made up for when they have
        ("30 1 * * *", "2026-10-24T12:00", "2026-10-25T01:30"),  # it comes twice, and counts once
    ],
)
def test_the_next_time_is_that_of_the_zone(cron: str, after: str, expected: str) -> None:
    assert next_after(cron, JERUSALEM, at(after)) == at(expected)


def test_a_time_that_comes_twice_counts_once() -> None:
    first = next_after("30 1 * * *", JERUSALEM, at("2026-10-24T12:00"))
    assert first is not None

    assert next_after("30 1 * * *", JERUSALEM, first) == at("2026-10-26T01:30")


def test_the_moment_may_be_of_another_zone() -> None:
    assert next_after("0 8 * * *", JERUSALEM, datetime(2026, 11, 20, 5, 59, tzinfo=UTC)) == at("2026-11-20T08:00")


@pytest.mark.parametrize("cron", ["", "* * * *", "60 * * * *", "* * * * * * *", "every day", "0 8 * * 0-4; rm", "0 0 31 2 *x", "*" * 300])
def test_what_is_no_cron_is_refused_with_an_example(cron: str) -> None:
    with pytest.raises(BadInput) as caught:
        next_after(cron, JERUSALEM, at("2026-11-20T09:00"))
    assert caught.value.field == "cron"
    assert "0 8 * * 0-4" in caught.value.cure


def test_a_day_that_does_not_exist_is_never_due() -> None:
    try:
        found = next_after("0 0 31 2 *", JERUSALEM, at("2026-11-20T09:00"))
    except BadInput:
        return
    assert found is None


HOURLY = "0 * * * *"


def test_one_run_on_time_is_due_under_every_policy() -> None:
    first, now = at("2026-11-20T09:00"), at("2026-11-20T09:00:00.4")

    assert due(HOURLY, JERUSALEM, first, now, "once") == [first]
    assert due(HOURLY, JERUSALEM, first, now, "skip") == [first]
    assert due(HOURLY, JERUSALEM, first, now, "all") == [first]


def test_missed_runs_are_made_up_for_as_the_policy_says() -> None:
    first, now = at("2026-11-20T09:00"), at("2026-11-20T12:30")

    assert due(HOURLY, JERUSALEM, first, now, "once") == [at("2026-11-20T12:00")]
    assert due(HOURLY, JERUSALEM, first, now, "skip") == []
    assert due(HOURLY, JERUSALEM, first, now, "all") == [at(f"2026-11-20T{hour:02}:00") for hour in (9, 10, 11, 12)]


def test_after_missed_ones_the_one_that_is_on_time_is_run() -> None:
    assert due(HOURLY, JERUSALEM, at("2026-11-20T09:00"), at("2026-11-20T12:00:05"), "skip") == [at("2026-11-20T12:00")]


def test_a_long_absence_costs_neither_time_nor_a_flood() -> None:
    began = time.process_time()

    times = due("* * * * *", JERUSALEM, at("2016-11-20T09:00"), at("2026-11-20T12:00"), "all")

    assert len(times) == MOST
    assert times[-1] == at("2026-11-20T12:00")
    assert time.process_time() - began < 5
