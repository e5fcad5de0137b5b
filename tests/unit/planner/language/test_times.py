from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tizmoret.planner.language.timereader import find_times
from tizmoret.planner.language.times import Days, Hours, Length, Moment, Repeat, Toward, Value, When

NOW = datetime(2026, 3, 10, 10, 0, tzinfo=ZoneInfo("Asia/Jerusalem"))  # a Tuesday


def only(text: str, toward: Toward = "past") -> Value:
    (mention,) = find_times(text, NOW, toward)
    return mention.value


def days(first: str, last: str = "") -> Days:
    return Days(date.fromisoformat(first), date.fromisoformat(last or first))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("מה עשינו בדצמבר בתבואות", days("2025-12-01", "2025-12-31")),
        ("what we did in December on grain", days("2025-12-01", "2025-12-31")),
        ("בדצמבר 2024", days("2024-12-01", "2024-12-31")),
        ("דצמבר שעבר", days("2025-12-01", "2025-12-31")),
        ("the March report", days("2025-03-01", "2025-03-31")),
        ("last month", days("2026-02-01", "2026-02-28")),
        ("בחודש שעבר", days("2026-02-01", "2026-02-28")),
        ("אתמול", days("2026-03-09")),
        ("the day before yesterday", days("2026-03-08")),
        ("between 3 and 5 December", days("2025-12-03", "2025-12-05")),
        ("בין 3 ל-5 בדצמבר", days("2025-12-03", "2025-12-05")),
        ("3-5 December 2024", days("2024-12-03", "2024-12-05")),
        ("from October to December", days("2025-10-01", "2025-12-31")),
        ("מאוקטובר עד דצמבר", days("2025-10-01", "2025-12-31")),
        ("from October to January", days("2025-10-01", "2026-01-31")),
        ("from 1.12 to 15.12", days("2025-12-01", "2025-12-15")),
        ("since October", days("2025-10-01", "2026-03-10")),
        ("12.12", days("2025-12-12")),
        ("12/12/2025", days("2025-12-12")),
        ("3/25/2025", days("2025-03-25")),
        ("2025-12-12", days("2025-12-12")),
        ("December 12th, 2025", days("2025-12-12")),
        ("ב-12 לדצמבר", days("2025-12-12")),
        ("ב-5.3", days("2026-03-05")),
        ("ברבעון הראשון", days("2026-01-01", "2026-03-31")),
        ("last quarter", days("2025-10-01", "2025-12-31")),
        ("Q3 2025", days("2025-07-01", "2025-09-30")),
        ("first quarter of 2024", days("2024-01-01", "2024-03-31")),
        ("בשנת 2025", days("2025-01-01", "2025-12-31")),
        ("last year", days("2025-01-01", "2025-12-31")),
        ("in the past 7 days", days("2026-03-04", "2026-03-10")),
        ("ב-3 הימים האחרונים", days("2026-03-08", "2026-03-10")),
        ("לפני שבועיים", days("2026-02-24")),
        ("three weeks ago", days("2026-02-17")),
    ],
)
def test_days_look_back_where_somebody_reads(text: str, wanted: Days) -> None:
    assert only(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("in December", days("2026-12-01", "2026-12-31")),
        ("ב-22 במרץ", days("2026-03-22")),
        ("on 1 March", days("2027-03-01")),
        ("מחרתיים", days("2026-03-12")),
        ("next Tuesday", days("2026-03-17")),
        ("on Thursday", days("2026-03-12")),
        ("ביום שלישי הבא", days("2026-03-17")),
        ("ביום ה'", days("2026-03-12")),
        ("השבוע", days("2026-03-08", "2026-03-14")),
        ("בשבוע הבא", days("2026-03-15", "2026-03-21")),
        ("next month", days("2026-04-01", "2026-04-30")),
        ("this weekend", days("2026-03-13", "2026-03-14")),
        ("on the 15th", days("2026-03-15")),
        ("ב-15 לחודש הבא", days("2026-04-15")),
        ("in 3 days", days("2026-03-13")),
        ("בעוד שבוע", days("2026-03-17")),
    ],
)
def test_days_look_ahead_where_somebody_plans(text: str, wanted: Days) -> None:
    assert only(text, "future") == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("ב-14:00", Hours(time(14))),
        ("at 14:30", Hours(time(14, 30))),
        ("at 3", Hours(time(15))),
        ("at 9am", Hours(time(9))),
        ("at 12 am", Hours(time(0))),
        ("at half past two", Hours(time(14, 30))),
        ("quarter to five", Hours(time(16, 45))),
        ("בשעה שלוש וחצי אחר הצהריים", Hours(time(15, 30))),
        ("ב-8 בערב", Hours(time(20))),
        ("at noon", Hours(time(12))),
        ("בבוקר", Hours(time(8), time(12), vague=True)),
        ("from 2 to 4 pm", Hours(time(14), time(16))),
        ("בין 14:00 ל-15:30", Hours(time(14), time(15, 30))),
        ("לחצי שעה", Length(30)),
        ("for 45 minutes", Length(45)),
        ("a 30-minute", Length(30)),
        ("שעה וחצי", Length(90)),
        ("an hour and a half", Length(90)),
        ("1.5 hours", Length(90)),
        ("לשעתיים", Length(120)),
        ("in two hours", Moment(NOW + timedelta(hours=2))),
        ("בעוד חצי שעה", Moment(NOW + timedelta(minutes=30))),
        ("every Tuesday", Repeat("FREQ=WEEKLY;BYDAY=TU", 1)),
        ("כל יום ראשון", Repeat("FREQ=WEEKLY;BYDAY=SU", 6)),
        ("every second Monday", Repeat("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", 0)),
        ("כל שבועיים", Repeat("FREQ=WEEKLY;INTERVAL=2")),
        ("every weekday", Repeat("FREQ=WEEKLY;BYDAY=SU,MO,TU,WE,TH")),
        ("quarterly", Repeat("FREQ=MONTHLY;INTERVAL=3")),
    ],
)
def test_hours_lengths_and_repetitions(text: str, wanted: Value) -> None:
    assert only(text, "future") == wanted


@pytest.mark.parametrize(
    "text", ["version 2.5 costs 3.50", "you may go", "march on", "it is 12% of 7", "3 documents", "31.2.2026 is no date", ""]
)
def test_what_is_no_time_is_none(text: str) -> None:
    assert find_times(text, NOW) == []


def test_a_move_keeps_where_from_and_where_to_apart() -> None:
    mentions = find_times("move it from tomorrow to Thursday at 11:00", NOW, "future", ranges=False)

    assert [(mention.role, mention.value) for mention in mentions] == [
        ("from", days("2026-03-11")),
        ("to", days("2026-03-12")),
        ("", Hours(time(11))),
    ]


def test_an_hour_alone_is_its_next_occurrence() -> None:
    assert When.of(find_times("at 9:00", NOW, "future"), NOW).start == datetime(2026, 3, 11, 9, tzinfo=NOW.tzinfo)
    assert When.of(find_times("at 16:00", NOW, "future"), NOW).start == datetime(2026, 3, 10, 16, tzinfo=NOW.tzinfo)


def test_a_part_of_a_day_is_a_span_and_no_start() -> None:
    when = When.of(find_times("tomorrow morning", NOW, "future"), NOW)

    assert when.start is None
    assert when.span == (datetime(2026, 3, 11, 8, tzinfo=NOW.tzinfo), datetime(2026, 3, 11, 12, tzinfo=NOW.tzinfo))


def test_a_day_keeps_its_hours_over_the_change_to_summer_time() -> None:
    when = When.of(find_times("on 27.3.2026", NOW, "future"), NOW)  # clocks go forward that night in Israel

    assert when.span is not None
    assert [moment.strftime("%d %H:%M %z") for moment in when.span] == ["27 00:00 +0200", "28 00:00 +0300"]


@given(
    st.text(max_size=200), st.datetimes(min_value=datetime(1950, 1, 1), max_value=datetime(2150, 1, 1)), st.sampled_from(["past", "future"])
)
def test_any_text_on_any_day_is_read_in_order_without_overlaps(text: str, now: datetime, toward: Toward) -> None:
    mentions = find_times(text, now.replace(tzinfo=NOW.tzinfo), toward)

    assert all(one.end <= two.start for one, two in pairwise(mentions))
    assert all(mention.value.first <= mention.value.last for mention in mentions if isinstance(mention.value, Days))


@given(st.dates(min_value=date(1960, 1, 1), max_value=date(2090, 12, 31)))
def test_a_written_date_is_read_back_whatever_today_is(day: date) -> None:
    for text in (day.isoformat(), f"{day.day}.{day.month}.{day.year}", f"{day.day} {day:%B} {day.year}"):
        assert only(f"on {text}") == Days(day, day)
