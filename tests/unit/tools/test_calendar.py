"""Looking at .ics files through the tools. NOW is Wednesday 14 January 2026, 10:00 in Jerusalem."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from tests.unit.tools.calendar_files import at, free, ics, listed, local, made, put, starts, vevent
from tests.unit.tools.conftest import MakeCall
from tizmoret.catalog.tool import Ask
from tizmoret.errors import StepFailed
from tizmoret.tools.calendar import TOOLS, create, find_free, list_events, pick
from tizmoret.tools.calendar.models import Created, Events, Picked, PickEvent
from tizmoret.tools.calendar.words import describe_event

pytestmark = pytest.mark.anyio


# -- list


async def test_an_event_has_everything_its_file_says(calendars: Path, call: MakeCall) -> None:
    people = ("ATTENDEE;CN=יואב כהן;PARTSTAT=ACCEPTED:MAILTO:yoav@x.il", "ATTENDEE:mailto:dana@x.il")
    put(
        calendars,
        vevent("a", local("20260118T100000"), *people, "LOCATION:משרד\\, קומה 2", "DESCRIPTION:שורה\\nשורה", end=local("20260118T113000")),
    )
    [event] = await listed(call())
    assert (event.id, event.calendar, event.title, event.location, event.description) == (
        "a",
        "main",
        "פגישה",
        "משרד, קומה 2",
        "שורה\nשורה",
    )
    assert (event.start, event.end) == (at("2026-01-18T10:00"), at("2026-01-18T11:30"))
    assert [(one.name, one.email) for one in event.attendees] == [("יואב כהן", "yoav@x.il"), ("", "dana@x.il")]


async def test_a_weekly_meeting_keeps_its_hour_when_the_clocks_change(calendars: Path, call: MakeCall) -> None:
    put(calendars, vevent("w", local("20260318T090000"), "RRULE:FREQ=WEEKLY", end=local("20260318T100000")))
    found = await listed(call(), "2026-03-17", "2026-04-09")  # summer time begins on Friday 27 March 2026
    assert [event.start.isoformat() for event in found] == [
        "2026-03-18T09:00:00+02:00", "2026-03-25T09:00:00+02:00", "2026-04-01T09:00:00+03:00", "2026-04-08T09:00:00+03:00",
    ]  # fmt: skip
    assert all(event.end - event.start == dt.timedelta(hours=1) for event in found)


async def test_a_weekly_meeting_keeps_its_hour_when_summer_time_ends(calendars: Path, call: MakeCall) -> None:
    put(calendars, vevent("w", local("20261021T090000"), "RRULE:FREQ=WEEKLY;COUNT=3"))
    found = await listed(call(), "2026-10-20", "2026-12-01")  # it ends on Sunday 25 October 2026
    assert [event.start.isoformat() for event in found] == [
        "2026-10-21T09:00:00+03:00", "2026-10-28T09:00:00+02:00", "2026-11-04T09:00:00+02:00",
    ]  # fmt: skip


async def test_a_meeting_of_another_zone_is_shown_in_ours_and_knows_its_own(calendars: Path, call: MakeCall) -> None:
    put(calendars, vevent("n", ";TZID=America/New_York:20260118T090000"))
    [event] = await listed(call())
    assert (event.start, event.timezone) == (at("2026-01-18T16:00"), "America/New_York")


async def test_a_time_without_a_zone_stands_in_ours(calendars: Path, call: MakeCall) -> None:
    put(calendars, vevent("f", ":20260118T090000"), vevent("z", ":20260118T090000Z"))
    assert await starts(call(), "2026-01-18", "2026-01-19") == ["01-18 09:00", "01-18 11:00"]


async def test_a_zone_that_the_file_defines_itself_is_used(calendars: Path, call: MakeCall) -> None:
    zone = (
        "BEGIN:VTIMEZONE\r\nTZID:Our Plant\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0500\r\nTZOFFSETTO:+0500\r\n"
        "END:STANDARD\r\nEND:VTIMEZONE"
    )
    put(calendars, zone, vevent("p", ";TZID=Our Plant:20260118T090000"))
    assert await starts(call(), "2026-01-18", "2026-01-19") == ["01-18 06:00"]


async def test_a_day_long_event_is_of_our_day(calendars: Path, call: MakeCall) -> None:
    put(calendars, vevent("d", ";VALUE=DATE:20260118", title="חופשה"))
    assert [event.all_day for event in await listed(call(), "2026-01-18T23:00", "2026-01-18T23:30")] == [True]
    assert await listed(call(), "2026-01-19T00:00", "2026-01-19T01:00") == []
    assert await listed(call(), "2026-01-17T23:00", "2026-01-18T00:00") == []


async def test_an_event_over_midnight_is_of_both_days(calendars: Path, call: MakeCall) -> None:
    put(calendars, vevent("m", local("20260118T230000"), end=local("20260119T020000")))
    assert await starts(call(), "2026-01-18", "2026-01-19") == await starts(call(), "2026-01-19", "2026-01-20") == ["01-18 23:00"]


async def test_exceptions_of_a_series_are_left_out_and_moved_ones_moved(calendars: Path, call: MakeCall) -> None:
    put(
        calendars,
        vevent("s", local("20260118T100000"), "RRULE:FREQ=DAILY;COUNT=4", f"EXDATE{local('20260119T100000')}"),
        vevent("s", local("20260120T153000"), f"RECURRENCE-ID{local('20260120T100000')}", title="נדחתה"),
        vevent("s", local("20260121T100000"), f"RECURRENCE-ID{local('20260121T100000')}", "STATUS:CANCELLED"),
    )
    assert await starts(call(), "2026-01-18", "2026-02-01") == ["01-18 10:00", "01-20 15:30"]


async def test_all_calendars_are_listed_together_in_order(calendars: Path, call: MakeCall) -> None:
    put(calendars, vevent("a", local("20260118T120000")))
    put(calendars, vevent("b", local("20260118T090000")), name="צוות")
    assert [(event.id, event.calendar) for event in await listed(call())] == [("b", "צוות"), ("a", "main")]


@pytest.mark.parametrize(
    ("query", "ids"),
    [("יואב", ["a"]), ("Yoav", ["a"]), ("הפגישה עם יואב", ["a"]), ("the meeting with Yoav", ["a"]), ("צוות", ["b"]), ("meeting", ["a", "b"]),
     ("budget", ["b"]), ("חיפה", ["b"]), ("דנה", [])],
)  # fmt: skip
async def test_words_find_titles_people_and_places_in_either_language(calendars: Path, call: MakeCall, query: str, ids: list[str]) -> None:
    put(
        calendars,
        vevent("a", local("20260118T100000"), "ATTENDEE;CN=יואב כהן:mailto:y@x.il", title="סנכרון שבועי"),
        vevent("b", local("20260119T100000"), "LOCATION:חיפה", title="תקציב צוות"),
    )
    assert [event.id for event in await listed(call(), query=query)] == ids


async def test_what_makes_no_sense_is_left_out_and_stays_in_the_file(calendars: Path, call: MakeCall) -> None:
    path = put(
        calendars,
        vevent("good", local("20260118T100000")),
        vevent("backwards", local("20260118T100000"), end=local("20260117T100000")),
        vevent("nonsense", ":yesterday"),
        "BEGIN:VEVENT\r\nUID:nostart\r\nEND:VEVENT",
        vevent("bad rule", local("20260118T100000"), "RRULE:FREQ=SOMETIMES"),
        vevent("bomb", ":19700101T000000Z", "RRULE:FREQ=SECONDLY"),
    )
    assert "good" in [event.id for event in await listed(call())]
    before = path.read_bytes()
    await made(call())
    assert all(line in path.read_bytes() for line in before.splitlines())


@pytest.mark.parametrize(
    "content",
    [b"hello", ics(vevent("a", local("20260118T100000")))[:150], b"BEGIN:VCALENDAR\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n", b"\xff\xfe\x00\x01",
     vevent("a", local("20260118T100000")).encode(), ics("SUMMARY:\u05d9\u05d5\u05d0\u05d1").decode().encode("cp1255")],
)  # fmt: skip
async def test_a_broken_file_is_named_and_never_written(calendars: Path, call: MakeCall, content: bytes) -> None:
    path = calendars / "main.ics"
    path.write_bytes(content)
    with pytest.raises(StepFailed, match=r"main\.ics is not a calendar"):
        await listed(call())
    with pytest.raises(StepFailed, match="not touched"):
        await made(call())
    assert path.read_bytes() == content


async def test_a_time_that_ends_before_it_starts_is_refused(call: MakeCall) -> None:
    with pytest.raises(StepFailed, match="ends before it starts"):
        await listed(call(), "2026-02-01", "2026-01-01")
    with pytest.raises(StepFailed, match="five years"):
        await listed(call(), "2020-01-01", "2030-01-01")
    with pytest.raises(StepFailed, match="out of reach"):
        await listed(call(), "0001-01-01", "0002-01-01")


# -- find_free


async def test_the_first_free_hour_is_after_now_on_a_quarter(call: MakeCall) -> None:
    found = await free(call())
    assert (found.start, found.end) == (at("2026-01-14T10:00"), at("2026-01-14T11:00"))


async def test_what_is_taken_is_passed_over_and_friday_and_saturday_too(calendars: Path, call: MakeCall) -> None:
    put(
        calendars,
        vevent("a", local("20260114T080000"), end=local("20260114T120500")),
        vevent("b", local("20260114T123000"), end=local("20260114T173000")),
        vevent("w", local("20260101T090000"), "RRULE:FREQ=WEEKLY", end=local("20260101T180000")),  # Thursdays
    )
    found = await free(call(), minutes=60)
    assert found.start == at("2026-01-18T09:00")  # Sunday
    assert (await free(call(), minutes=15)).start == at("2026-01-14T12:15")


async def test_alternatives_are_on_later_days(call: MakeCall) -> None:
    assert (await free(call())).alternatives == [at("2026-01-15T09:00"), at("2026-01-18T09:00"), at("2026-01-19T09:00")]


async def test_what_takes_no_time_does_not_stand_in_the_way(calendars: Path, call: MakeCall) -> None:
    put(
        calendars,
        vevent("birthday", ";VALUE=DATE:20260114"),
        vevent("reminder", local("20260114T100000"), "TRANSP:TRANSPARENT", end=local("20260114T180000")),
        vevent("off", local("20260114T100000"), "STATUS:CANCELLED", end=local("20260114T180000")),
    )
    assert (await free(call())).start == at("2026-01-14T10:00")


async def test_a_day_off_that_says_it_is_one_does(calendars: Path, call: MakeCall) -> None:
    put(calendars, vevent("vacation", ";VALUE=DATE:20260114", "TRANSP:OPAQUE", end=";VALUE=DATE:20260118"))
    assert (await free(call())).start == at("2026-01-18T09:00")


async def test_working_hours_can_be_others(call: MakeCall) -> None:
    assert (await free(call(), day_start="16:00", day_end="17:00")).start == at("2026-01-14T16:00")
    with pytest.raises(StepFailed, match="ends before it starts"):
        await free(call(), day_start="17:00", day_end="16:00")


async def test_no_free_time_is_said(call: MakeCall) -> None:
    with pytest.raises(StepFailed, match="no free time"):
        await free(call(), minutes=60 * 10)
    with pytest.raises(StepFailed, match="is over"):
        await free(call(), after="2026-01-01", before="2026-01-02")


async def test_hours_are_of_the_day_the_clocks_change(call: MakeCall) -> None:
    found = await free(call(), after="2026-03-29T00:00", before="2026-03-30T00:00")
    assert found.start.isoformat() == "2026-03-29T09:00:00+03:00"


# -- pick


async def test_the_next_time_of_a_recurring_meeting_is_meant(calendars: Path, call: MakeCall) -> None:
    put(
        calendars,
        vevent("t", local("20260106T100000"), "RRULE:FREQ=WEEKLY", title="ישיבת צוות"),
        vevent("o", local("20260118T100000"), title="ספק"),
    )
    found = Picked.model_validate(await pick(PickEvent(query="team meeting"), call()))
    assert (found.event.start, found.event.series) == (at("2026-01-20T10:00"), "t")


async def test_several_are_asked_about_with_their_days(calendars: Path, call: MakeCall) -> None:
    put(calendars, vevent("a", local("20260118T100000"), title="עם יואב"), vevent("b", local("20260119T100000"), title="עם יואב"))
    with pytest.raises(Ask) as asked:
        await pick(PickEvent(query="יואב"), call(language="he"))
    assert asked.value.question == "לאיזו פגישה הכוונה?"
    assert [option.value["event"]["id"] for option in asked.value.options] == ["a", "b"]
    assert "יום ראשון 18.1" in asked.value.options[0].label
    assert Picked.model_validate(asked.value.options[0].value).event.title == "עם יואב"


async def test_what_lies_ahead_is_meant_before_what_is_over(calendars: Path, call: MakeCall) -> None:
    put(calendars, vevent("past", local("20260114T080000")), vevent("next", local("20260120T080000")))
    assert Picked.model_validate(await pick(PickEvent(query="פגישה"), call())).event.id == "next"


async def test_no_such_meeting_is_said_in_the_persons_language(call: MakeCall) -> None:
    with pytest.raises(StepFailed, match="לא נמצאה פגישה"):
        await pick(PickEvent(query="יואב"), call(language="he"))


# -- declared, and told


def test_what_changes_the_calendar_asks_locks_and_can_be_taken_back() -> None:
    for tool in TOOLS:
        capability = tool.capability
        changes = tool.name in ("calendar.create", "calendar.update", "calendar.delete")
        assert (capability.effect != "none") is changes
        if changes:
            assert (capability.recovery, capability.approval, capability.locks) == ("keyed", "ask", ("calendar:{calendar}",))
            assert tool.undo is not None
            assert tool.probe is not None
        assert all(len(tool.examples[language]) >= 3 for language in ("he", "en"))
        assert tool.title.he
        assert tool.description.en


def test_what_others_write_into_a_calendar_is_not_our_own_word() -> None:
    labels = {tool.name: tool.capability.label.integrity for tool in TOOLS}
    assert labels["calendar.list"] == labels["calendar.pick"] == "untrusted"
    assert labels["calendar.find_free"] == "trusted"


@pytest.mark.parametrize(
    ("args", "he", "en"),
    [
        (
            {},
            "נקבעה פגישה: פגישה עם יואב · יום ראשון 18.1.2026, 14:00–15:00",
            "A meeting was scheduled: פגישה עם יואב · Sunday 18 Jan 2026, 14:00–",
        ),
        ({"start": "2026-01-18T23:30"}, "יום ראשון 18.1.2026, 23:30 – יום שני 19.1.2026, 00:30", "23:30 – Monday 19 Jan 2026, 00:30"),
        ({"all_day": True}, "יום ראשון 18.1.2026", "Sunday 18 Jan 2026"),
        ({"recurrence": "FREQ=WEEKLY;BYDAY=SU;COUNT=10"}, "כל שבוע ביום ראשון, 10 פעמים", "every week on Sunday, 10 times"),
        (
            {"recurrence": "FREQ=MONTHLY;INTERVAL=2;UNTIL=20261231"},
            "כל 2 חודשים, עד יום חמישי 31.12.2026",
            "every 2 months, until Thursday 31 ",
        ),
    ],
)
async def test_a_meeting_is_told_with_its_local_days(call: MakeCall, time_machine: Any, args: dict[str, Any], he: str, en: str) -> None:
    time_machine.move_to("2025-06-01", tick=False)
    created = Created(event=await made(call(), **args))
    assert he in create.show(created, "he")
    assert en in create.show(created, "en")


async def test_the_present_year_goes_without_saying(calendars: Path, call: MakeCall, time_machine: Any) -> None:
    time_machine.move_to("2026-01-14", tick=False)
    put(calendars, vevent("a", local("20260118T100000"), end=local("20260118T110000"), title="סנכרון"))
    found = Events(events=await listed(call()))
    assert list_events.show(found, "he") == "- סנכרון · יום ראשון 18.1, 10:00–11:00"
    assert list_events.show(found, "en") == "- סנכרון · Sunday 18 Jan, 10:00–11:00"
    assert find_free.show(await free(call()), "he").startswith("פנוי: יום רביעי 14.1, 10:00–11:00. אפשר גם: יום חמישי 15.1, 09:00; ")
    assert list_events.show(Events(events=[]), "he") == "אין פגישות בזמן הזה."


async def test_what_people_have_answered_is_told(calendars: Path, call: MakeCall) -> None:
    guests = [
        f"ATTENDEE;CN={name};PARTSTAT={said}:mailto:{name}@x.il"
        for name, said in (("א", "ACCEPTED"), ("ב", "DECLINED"), ("ג", "NEEDS-ACTION"))
    ]
    put(calendars, vevent("a", local("20260118T100000"), *guests, end=local("20260118T110000")))
    (event,) = await listed(call())
    assert "א (אישור), ב (סירוב), ג" in describe_event(event, "he")
    assert "א (accepted), ב (declined), ג" in describe_event(event, "en")
