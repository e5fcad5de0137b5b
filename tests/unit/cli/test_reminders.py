"""Which reminder is meant by a number or by words, and which moment."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from zoneinfo import ZoneInfo

import pytest

from tizmoret.cli.reminders import find, moment
from tizmoret.errors import BadInput, NotFound
from tizmoret.views import Reminder

AT = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
HOME = ZoneInfo("Asia/Jerusalem")


def told(*titles: str) -> Sequence[Reminder]:
    return [Reminder(id=uuid.uuid4(), task=title, title=title, remind_at=AT, at=AT, due=True) for title in titles]


LIST = told("Call Dana", "Check the fences", "Call Dana about the fence", "לבדוק את הגדר", "Order 2 pumps")


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("2", "Check the fences"),
        ("check", "Check the fences"),
        ("call dana", "Call Dana"),
        ("fence dana", "Call Dana about the fence"),
        ("הגדר", "לבדוק את הגדר"),
        ("pumps", "Order 2 pumps"),
    ],
)
def test_one_is_meant_by_its_number_its_title_or_words_of_it(words: str, meant: str) -> None:
    assert find(LIST, words.split()).title == meant


def test_words_that_fit_several_name_them_with_their_numbers() -> None:
    with pytest.raises(BadInput) as refused:
        find(LIST, ["fence"])
    assert "2. Check the fences; 3. Call Dana about the fence" in refused.value.detail


@pytest.mark.parametrize("words", ["6", "0", "Noa", "—"])
def test_what_is_not_in_the_list_is_not_taken_for_another(words: str) -> None:
    with pytest.raises(NotFound):
        find(LIST, [words])


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("2026-12-01T17:30", "2026-12-01 17:30"),
        ("2026-12-01T17:30Z", "2026-12-01 19:30"),
        ("1.12.2030 בשעה 9:00", "2030-12-01 09:00"),
    ],
)
def test_a_moment_is_read_in_the_time_zone_of_whoever_says_it(text: str, hour: str) -> None:
    assert f"{moment(text, HOME).astimezone(HOME):%Y-%m-%d %H:%M}" == hour


@pytest.mark.parametrize("text", ["tomorrow", "2026-12-01", "soon", ""])
def test_a_day_without_an_hour_is_asked_about(text: str) -> None:
    with pytest.raises(BadInput):
        moment(text, HOME)
