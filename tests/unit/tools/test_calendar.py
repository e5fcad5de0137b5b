"""The calendar tools over .ics files. NOW is Wednesday 14 January 2026, 10:00 in Jerusalem."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from tests.unit.tools.conftest import JERUSALEM, MakeCall
from tizmoret.catalog.tool import Ask, Call
from tizmoret.errors import Conflict, NotFound, StepFailed
from tizmoret.tools.calendar import TOOLS, create, delete, find_free, list_events, pick, update
from tizmoret.tools.calendar.models import (
    Created,
    CreateEvent,
    Deleted,
    DeleteEvent,
    Events,
    FindFree,
    Free,
    ListEvents,
    Picked,
    PickEvent,
    Updated,
    UpdateEvent,
)
from tizmoret.tools.models import Event

pytestmark = pytest.mark.anyio


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "workspace" / "calendar"
    made.mkdir(parents=True)
    return made


def ics(*events: str) -> bytes:
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Somebody//EN", *events, "END:VCALENDAR", ""]).encode()


def vevent(uid: str, start: str, *lines: str, end: str = "", title: str = "פגישה") -> str:
    """start and end with their parameters: ";TZID=Asia/Jerusalem:20260118T100000"."""
    ends = [f"DTEND{end}"] if end else []
    head = ["BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20260101T000000Z", f"DTSTART{start}", *ends, f"SUMMARY:{title}"]
    return "\r\n".join([*head, *lines, "END:VEVENT"])


def local(stamp: str) -> str:
    return f";TZID=Asia/Jerusalem:{stamp}"


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=JERUSALEM)


def put(folder: Path, *events: str, name: str = "main") -> Path:
    path = folder / f"{name}.ics"
    path.write_bytes(ics(*events))
    return path


async def listed(call: Call, start: str | None = None, end: str | None = None, query: str = "") -> list[Event]:
    args = ListEvents.model_validate({"start": start, "end": end, "query": query})
    return Events.model_validate(await list_events(args, call)).events


async def starts(call: Call, start: str, end: str, query: str = "") -> list[str]:
    return [event.start.strftime("%m-%d %H:%M") for event in await listed(call, start, end, query)]


async def made(call: Call, **args: Any) -> Event:
    base = {"title": "פגישה עם יואב", "start": "2026-01-18T14:00"}
    return Created.model_validate(await create(CreateEvent.model_validate({**base, **args}), call)).event


async def changed(call: Call, event_id: str, **args: Any) -> Updated:
    return Updated.model_validate(await update(UpdateEvent.model_validate({"event_id": event_id, **args}), call))


async def deleted(call: Call, event_id: str, **args: Any) -> Event:
    return Deleted.model_validate(await delete(DeleteEvent.model_validate({"event_id": event_id, **args}), call)).event


async def free(call: Call, **args: Any) -> Free:
    return Free.model_validate(await find_free(FindFree.model_validate(args), call))


# -- list


async def test_an_event_has_everything_its_file_says(folder: Path, call: MakeCall) -> None:
    people = ("ATTENDEE;CN=יואב כהן;PARTSTAT=ACCEPTED:MAILTO:yoav@x.il", "ATTENDEE:mailto:dana@x.il")
    put(
        folder,
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


async def test_a_weekly_meeting_keeps_its_hour_when_the_clocks_change(folder: Path, call: MakeCall) -> None:
    put(folder, vevent("w", local("20260318T090000"), "RRULE:FREQ=WEEKLY", end=local("20260318T100000")))
    found = await listed(call(), "2026-03-17", "2026-04-09")  # summer time begins on Friday 27 March 2026
    assert [event.start.isoformat() for event in found] == [
        "2026-03-18T09:00:00+02:00", "2026-03-25T09:00:00+02:00", "2026-04-01T09:00:00+03:00", "2026-04-08T09:00:00+03:00",
    ]  # fmt: skip
    assert all(event.end - event.start == dt.timedelta(hours=1) for event in found)


async def test_a_weekly_meeting_keeps_its_hour_when_summer_time_ends(folder: Path, call: MakeCall) -> None:
    put(folder, vevent("w", local("20261021T090000"), "RRULE:FREQ=WEEKLY;COUNT=3"))
    found = await listed(call(), "2026-10-20", "2026-12-01")  # it ends on Sunday 25 October 2026
    assert [event.start.isoformat() for event in found] == [
        "2026-10-21T09:00:00+03:00", "2026-10-28T09:00:00+02:00", "2026-11-04T09:00:00+02:00",
    ]  # fmt: skip


async def test_a_meeting_of_another_zone_is_shown_in_ours_and_knows_its_own(folder: Path, call: MakeCall) -> None:
    put(folder, vevent("n", ";TZID=America/New_York:20260118T090000"))
    [event] = await listed(call())
    assert (event.start, event.timezone) == (at("2026-01-18T16:00"), "America/New_York")


async def test_a_time_without_a_zone_stands_in_ours(folder: Path, call: MakeCall) -> None:
    put(folder, vevent("f", ":20260118T090000"), vevent("z", ":20260118T090000Z"))
    assert await starts(call(), "2026-01-18", "2026-01-19") == ["01-18 09:00", "01-18 11:00"]


async def test_a_zone_that_the_file_defines_itself_is_used(folder: Path, call: MakeCall) -> None:
    zone = (
        "BEGIN:VTIMEZONE\r\nTZID:Our Plant\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0500\r\nTZOFFSETTO:+0500\r\n"
        "END:STANDARD\r\nEND:VTIMEZONE"
    )
    put(folder, zone, vevent("p", ";TZID=Our Plant:20260118T090000"))
    assert await starts(call(), "2026-01-18", "2026-01-19") == ["01-18 06:00"]


async def test_a_day_long_event_is_of_our_day(folder: Path, call: MakeCall) -> None:
    put(folder, vevent("d", ";VALUE=DATE:20260118", title="חופשה"))
    assert [event.all_day for event in await listed(call(), "2026-01-18T23:00", "2026-01-18T23:30")] == [True]
    assert await listed(call(), "2026-01-19T00:00", "2026-01-19T01:00") == []
    assert await listed(call(), "2026-01-17T23:00", "2026-01-18T00:00") == []


async def test_an_event_over_midnight_is_of_both_days(folder: Path, call: MakeCall) -> None:
    put(folder, vevent("m", local("20260118T230000"), end=local("20260119T020000")))
    assert await starts(call(), "2026-01-18", "2026-01-19") == await starts(call(), "2026-01-19", "2026-01-20") == ["01-18 23:00"]


async def test_exceptions_of_a_series_are_left_out_and_moved_ones_moved(folder: Path, call: MakeCall) -> None:
    put(
        folder,
        vevent("s", local("20260118T100000"), "RRULE:FREQ=DAILY;COUNT=4", f"EXDATE{local('20260119T100000')}"),
        vevent("s", local("20260120T153000"), f"RECURRENCE-ID{local('20260120T100000')}", title="נדחתה"),
        vevent("s", local("20260121T100000"), f"RECURRENCE-ID{local('20260121T100000')}", "STATUS:CANCELLED"),
    )
    assert await starts(call(), "2026-01-18", "2026-02-01") == ["01-18 10:00", "01-20 15:30"]


async def test_all_calendars_are_listed_together_in_order(folder: Path, call: MakeCall) -> None:
    put(folder, vevent("a", local("20260118T120000")))
    put(folder, vevent("b", local("20260118T090000")), name="צוות")
    assert [(event.id, event.calendar) for event in await listed(call())] == [("b", "צוות"), ("a", "main")]


@pytest.mark.parametrize(
    ("query", "ids"),
    [("יואב", ["a"]), ("Yoav", ["a"]), ("הפגישה עם יואב", ["a"]), ("the meeting with Yoav", ["a"]), ("צוות", ["b"]), ("meeting", ["a", "b"]),
     ("budget", ["b"]), ("חיפה", ["b"]), ("דנה", [])],
)  # fmt: skip
async def test_words_find_titles_people_and_places_in_either_language(folder: Path, call: MakeCall, query: str, ids: list[str]) -> None:
    put(
        folder,
        vevent("a", local("20260118T100000"), "ATTENDEE;CN=יואב כהן:mailto:y@x.il", title="סנכרון שבועי"),
        vevent("b", local("20260119T100000"), "LOCATION:חיפה", title="תקציב צוות"),
    )
    assert [event.id for event in await listed(call(), query=query)] == ids


async def test_what_makes_no_sense_is_left_out_and_stays_in_the_file(folder: Path, call: MakeCall) -> None:
    path = put(
        folder,
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
async def test_a_broken_file_is_named_and_never_written(folder: Path, call: MakeCall, content: bytes) -> None:
    path = folder / "main.ics"
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


async def test_what_is_taken_is_passed_over_and_friday_and_saturday_too(folder: Path, call: MakeCall) -> None:
    put(
        folder,
        vevent("a", local("20260114T080000"), end=local("20260114T120500")),
        vevent("b", local("20260114T123000"), end=local("20260114T173000")),
        vevent("w", local("20260101T090000"), "RRULE:FREQ=WEEKLY", end=local("20260101T180000")),  # Thursdays
    )
    found = await free(call(), minutes=60)
    assert found.start == at("2026-01-18T09:00")  # Sunday
    assert (await free(call(), minutes=15)).start == at("2026-01-14T12:15")


async def test_alternatives_are_on_later_days(call: MakeCall) -> None:
    assert (await free(call())).alternatives == [at("2026-01-15T09:00"), at("2026-01-18T09:00"), at("2026-01-19T09:00")]


async def test_what_takes_no_time_does_not_stand_in_the_way(folder: Path, call: MakeCall) -> None:
    put(
        folder,
        vevent("birthday", ";VALUE=DATE:20260114"),
        vevent("reminder", local("20260114T100000"), "TRANSP:TRANSPARENT", end=local("20260114T180000")),
        vevent("off", local("20260114T100000"), "STATUS:CANCELLED", end=local("20260114T180000")),
    )
    assert (await free(call())).start == at("2026-01-14T10:00")


async def test_a_day_off_that_says_it_is_one_does(folder: Path, call: MakeCall) -> None:
    put(folder, vevent("vacation", ";VALUE=DATE:20260114", "TRANSP:OPAQUE", end=";VALUE=DATE:20260118"))
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


async def test_the_next_time_of_a_recurring_meeting_is_meant(folder: Path, call: MakeCall) -> None:
    put(
        folder,
        vevent("t", local("20260106T100000"), "RRULE:FREQ=WEEKLY", title="ישיבת צוות"),
        vevent("o", local("20260118T100000"), title="ספק"),
    )
    found = Picked.model_validate(await pick(PickEvent(query="team meeting"), call()))
    assert (found.event.start, found.event.series) == (at("2026-01-20T10:00"), "t")


async def test_several_are_asked_about_with_their_days(folder: Path, call: MakeCall) -> None:
    put(folder, vevent("a", local("20260118T100000"), title="עם יואב"), vevent("b", local("20260119T100000"), title="עם יואב"))
    with pytest.raises(Ask) as asked:
        await pick(PickEvent(query="יואב"), call(language="he"))
    assert asked.value.question == "לאיזו פגישה הכוונה?"
    assert [option.value["event"]["id"] for option in asked.value.options] == ["a", "b"]
    assert "יום ראשון 18.1" in asked.value.options[0].label
    assert Picked.model_validate(asked.value.options[0].value).event.title == "עם יואב"


async def test_what_lies_ahead_is_meant_before_what_is_over(folder: Path, call: MakeCall) -> None:
    put(folder, vevent("past", local("20260114T080000")), vevent("next", local("20260120T080000")))
    assert Picked.model_validate(await pick(PickEvent(query="פגישה"), call())).event.id == "next"


async def test_no_such_meeting_is_said_in_the_persons_language(call: MakeCall) -> None:
    with pytest.raises(StepFailed, match="לא נמצאה פגישה"):
        await pick(PickEvent(query="יואב"), call(language="he"))


# -- create


async def test_a_meeting_is_made_in_the_workspaces_zone(folder: Path, call: MakeCall) -> None:
    event = await made(
        call(), minutes=45, location="משרד", description="**סדר יום**", attendees=[{"name": "יואב כהן", "email": "y@x.il", "id": "7"}]
    )
    assert (event.start, event.end) == (at("2026-01-18T14:00"), at("2026-01-18T14:45"))
    text = (folder / "main.ics").read_text()
    for line in ("DTSTART;TZID=Asia/Jerusalem:20260118T140000", "BEGIN:VTIMEZONE", "TZID:Asia/Jerusalem", "SUMMARY:פגישה עם יואב"):
        assert line in text
    assert await listed(call()) == [event]


async def test_a_time_of_another_zone_is_brought_to_ours(call: MakeCall) -> None:
    assert (await made(call(), start="2026-01-18T14:00:00Z")).start == at("2026-01-18T16:00")


async def test_an_hour_that_summer_time_skips_is_the_next_one(call: MakeCall) -> None:
    event = await made(call(), start="2026-03-27T02:30", minutes=60)
    assert (event.start.isoformat(), event.end.isoformat()) == ("2026-03-27T03:30:00+03:00", "2026-03-27T04:30:00+03:00")


async def test_an_hour_over_the_end_of_summer_time_lasts_an_hour(folder: Path, call: MakeCall) -> None:
    event = await made(call(), start="2026-10-25T01:30:00+03:00", minutes=60)
    assert event.end.astimezone(dt.UTC) - event.start.astimezone(dt.UTC) == dt.timedelta(hours=1)


async def test_the_same_key_makes_one_event_and_tells_the_same(folder: Path, call: MakeCall) -> None:
    first = await made(call(key="k"))
    content = (folder / "main.ics").read_bytes()
    assert await made(call(key="k")) == first
    assert (folder / "main.ics").read_bytes() == content
    assert (await made(call(key="other"))).id != first.id


async def test_an_event_that_a_person_deleted_is_not_made_again(folder: Path, call: MakeCall) -> None:
    event = await made(call(key="k"))
    await deleted(call(key="d"), event.id)
    await made(call(key="k"))
    assert await listed(call()) == []


async def test_whole_days_are_written_as_days(folder: Path, call: MakeCall) -> None:
    event = await made(call(), start="2026-01-18", end="2026-01-20", all_day=True)
    assert (event.all_day, event.start, event.end) == (True, at("2026-01-18"), at("2026-01-20"))
    assert "DTSTART;VALUE=DATE:20260118\nDTEND;VALUE=DATE:20260120" in (folder / "main.ics").read_text()
    one = await made(call(key="2"), start="2026-01-25T09:00", all_day=True)
    assert (one.start, one.end) == (at("2026-01-25"), at("2026-01-26"))


async def test_an_attendee_without_an_address_is_kept_by_name_and_none_twice(call: MakeCall) -> None:
    people = [{"name": "יואב"}, {"name": "דנה", "email": "dana@x.il"}, {"name": "Dana", "email": "DANA@x.il"}]
    await made(call(), attendees=people)
    [event] = await listed(call())
    assert [(one.name, one.email) for one in event.attendees] == [("יואב", ""), ("דנה", "dana@x.il")]


async def test_a_name_cannot_write_lines_of_its_own(folder: Path, call: MakeCall) -> None:
    evil = "x\r\nATTENDEE:mailto:evil@x.il\r\nX:"
    await made(call(), title=evil, location=evil, description=evil, attendees=[{"name": f'"{evil}"', "email": "y@x.il"}])
    [event] = await listed(call())
    assert [one.email for one in event.attendees] == ["y@x.il"]


@pytest.mark.parametrize(
    "args",
    [{"attendees": [{"email": "no at sign"}]}, {"attendees": [{"email": "a@b"}]}, {"attendees": [{"email": "a@b.il\nX:y"}]}, {"attendees": [{}]},
     {"attendees": [{"email": f"a{n}@x.il"} for n in range(501)]}, {"title": ""}, {"minutes": 0}, {"minutes": 10**6}, {"start": "soon"}],
)  # fmt: skip
async def test_arguments_that_cannot_be_are_refused(args: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        CreateEvent.model_validate({"title": "x", "start": "2026-01-18T14:00", **args})


@pytest.mark.parametrize(
    ("args", "says"),
    [({"end": "2026-01-18T13:00"}, "ends before"), ({"end": "2026-01-18T14:00"}, "ends before"), ({"end": "2028-01-18"}, "longer than a year"),
     ({"start": "9999-12-31T23:59"}, "out of reach"), ({"calendar": "../secret"}, "no name for a calendar"), ({"calendar": ""}, "no name")],
)  # fmt: skip
async def test_times_and_places_that_cannot_be_are_named(folder: Path, call: MakeCall, args: dict[str, Any], says: str) -> None:
    with pytest.raises(StepFailed, match=says):
        await made(call(), **args)
    assert list(folder.glob("**/*.ics")) == []


# -- recurrence


async def test_a_series_begins_on_the_first_day_that_fits_its_rule(call: MakeCall) -> None:
    event = await made(call(), start="2026-01-14T09:00", recurrence="RRULE:FREQ=WEEKLY;BYDAY=SU;COUNT=3")
    assert event.start == at("2026-01-18T09:00")
    assert await starts(call(), "2026-01-01", "2026-06-01") == ["01-18 09:00", "01-25 09:00", "02-01 09:00"]


async def test_the_last_day_of_a_series_is_part_of_it(folder: Path, call: MakeCall) -> None:
    await made(call(), start="2026-03-25T22:00", recurrence="FREQ=DAILY;UNTIL=20260327")
    assert "UNTIL=20260327T205959Z" in (folder / "main.ics").read_text()
    assert await starts(call(), "2026-03-20", "2026-04-20") == ["03-25 22:00", "03-26 22:00", "03-27 22:00"]


async def test_a_series_of_whole_days(call: MakeCall) -> None:
    await made(call(), start="2026-01-18", all_day=True, recurrence="FREQ=MONTHLY;COUNT=2")
    assert [(event.all_day, event.start) for event in await listed(call(), "2026-01-01", "2026-12-01")] == [
        (True, at("2026-01-18")), (True, at("2026-02-18")),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "rule",
    ["FREQ=SECONDLY", "FREQ=WEEKLY;COUNT=2;UNTIL=20270101", "weekly", "FREQ=WEEKLY;BYDAY=XX", "FREQ=WEEKLY;COUNT=0", "FREQ=WEEKLY;INTERVAL=-1",
     "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=DAILY;UNTIL=20250101", "FREQ=DAILY\nATTACH:x", "FREQ=DAILY;BYHOUR=1,2,3", "FREQ=DAILY;X=1",
     "FREQ=DAILY;FREQ=WEEKLY", ";", "FREQ=DAILY;UNTIL=soon"],
)  # fmt: skip
async def test_a_rule_that_is_none_is_refused_with_an_example(folder: Path, call: MakeCall, rule: str) -> None:
    with pytest.raises(StepFailed) as failed:
        await made(call(), recurrence=rule)
    assert failed.value.field == "recurrence"
    assert failed.value.cure
    assert not (folder / "main.ics").exists()


# -- update


async def test_moving_a_meeting_keeps_its_length_and_all_that_is_not_ours(folder: Path, call: MakeCall) -> None:
    foreign = ("CATEGORIES:חשוב", "X-APPLE-TRAVEL;VALUE=URI:geo:1,2", "ATTENDEE;CN=Dana;PARTSTAT=ACCEPTED:mailto:dana@x.il",
               "BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT15M\r\nEND:VALARM", "STATUS:CONFIRMED")  # fmt: skip
    path = put(folder, vevent("a", ";TZID=America/New_York:20260118T090000", *foreign, end=";TZID=America/New_York:20260118T103000"))
    done = await changed(call(), "a", start="2026-01-20T18:00")
    assert (done.event.start, done.event.end) == (at("2026-01-20T18:00"), at("2026-01-20T19:30"))
    assert (done.before.start, done.before.end) == (at("2026-01-18T16:00"), at("2026-01-18T17:30"))
    text = path.read_text()
    assert "DTSTART;TZID=America/New_York:20260120T110000" in text
    for line in (
        "CATEGORIES:חשוב",
        "X-APPLE-TRAVEL;VALUE=URI:geo:1,2",
        "PARTSTAT=ACCEPTED",
        "TRIGGER:-PT15M",
        "STATUS:CONFIRMED",
        "SEQUENCE:1",
    ):
        assert line in text


async def test_other_events_stay_byte_for_byte(folder: Path, call: MakeCall) -> None:
    odd = "BEGIN:VEVENT\r\nX-ODD ;;: kept\r\nUID:odd\r\nDTSTART:20260119T100000Z\r\nSUMMARY:long\r\n er than a line\r\nEND:VEVENT"
    path = put(
        folder, odd, vevent("a", ":20260118T080000Z"), "BEGIN:VTODO\r\nUID:t\r\nEND:VTODO", vevent("b", local("20260118T120000"))
    )
    before = path.read_bytes()
    await changed(call(), "a", title="אחר")
    head, tail = before.split(vevent("a", ":20260118T080000Z").encode())
    assert path.read_bytes().startswith(head)
    assert path.read_bytes().endswith(tail)


async def test_only_what_is_given_changes(folder: Path, call: MakeCall) -> None:
    event = await made(call(key="c"), location="משרד", attendees=[{"name": "יואב", "email": "y@x.il"}])
    done = await changed(call(key="u"), event.id, title="ישיבה")
    assert done.event == event.model_copy(update={"title": "ישיבה"})


async def test_people_are_added_without_uninviting_others(call: MakeCall) -> None:
    event = await made(call(key="c"), attendees=[{"name": "יואב", "email": "y@x.il"}])
    done = await changed(call(key="u"), event.id, invite=[{"name": "דנה", "email": "d@x.il"}, {"email": "Y@x.il"}])
    assert [one.email for one in done.event.attendees] == ["y@x.il", "d@x.il"]
    assert (await changed(call(key="v"), event.id, attendees=[])).event.attendees == []


async def test_one_occurrence_moves_and_the_others_stay(folder: Path, call: MakeCall) -> None:
    put(folder, vevent("s", local("20260118T100000"), "RRULE:FREQ=DAILY;COUNT=3", "X-KEPT:yes", end=local("20260118T110000")))
    second = (await listed(call()))[1]
    assert second.id == "s#20260119T080000Z"
    done = await changed(call(key="1"), second.id, start="2026-01-19T15:00")
    assert (done.event.id, done.event.start, done.event.end) == (second.id, at("2026-01-19T15:00"), at("2026-01-19T16:00"))
    assert await starts(call(), "2026-01-18", "2026-02-01") == ["01-18 10:00", "01-19 15:00", "01-20 10:00"]
    again = await changed(call(key="2"), second.id, title="נדחתה")
    assert (again.event.start, again.event.title) == (at("2026-01-19T15:00"), "נדחתה")
    text = (folder / "main.ics").read_text()
    assert text.count("BEGIN:VEVENT") == 2
    assert text.count("X-KEPT:yes") == 2


async def test_all_occurrences_move_as_the_one_that_was_named(folder: Path, call: MakeCall) -> None:
    put(
        folder,
        vevent(
            "s",
            local("20260118T100000"),
            "RRULE:FREQ=WEEKLY;BYDAY=SU;COUNT=4",
            f"EXDATE{local('20260125T100000')}",
            end=local("20260118T110000"),
        ),
        vevent("s", local("20260201T160000"), f"RECURRENCE-ID{local('20260201T100000')}", title="אחרת", end=local("20260201T170000")),
    )
    last = (await listed(call()))[-1]
    await changed(call(), last.id, start="2026-02-09T11:30", all_occurrences=True)  # from Sunday 8 February, 10:00, to Monday
    assert await starts(call(), "2026-01-01", "2026-03-01") == ["01-19 11:30", "02-01 16:00", "02-09 11:30"]
    assert "BYDAY=MO" in (folder / "main.ics").read_text()


async def test_a_new_recurrence_is_of_the_whole(folder: Path, call: MakeCall) -> None:
    event = await made(call(key="c"), start="2026-01-18T09:00", recurrence="FREQ=DAILY;COUNT=5")
    second = (await listed(call()))[1]
    await changed(call(key="0"), (await listed(call()))[2].id, title="שונה")
    done = await changed(call(key="u"), second.id, recurrence="FREQ=WEEKLY;COUNT=2")
    assert done.event.id == event.id
    assert len(await listed(call())) == 2
    await changed(call(key="v"), event.id, recurrence="")
    assert [found.recurrence for found in await listed(call(), "2026-01-01", "2026-12-01")] == [None]


async def test_days_of_a_month_do_not_follow_by_themselves(folder: Path, call: MakeCall) -> None:
    put(folder, vevent("m", local("20260118T100000"), "RRULE:FREQ=MONTHLY;BYDAY=3SU"))
    with pytest.raises(StepFailed) as failed:
        await changed(call(), "m", start="2026-01-19T10:00")
    assert failed.value.field == "recurrence"
    assert (await changed(call(), "m", start="2026-01-18T12:00")).event.start == at("2026-01-18T12:00")


async def test_whole_days_stay_whole_days_until_they_get_hours(call: MakeCall) -> None:
    event = await made(call(key="c"), start="2026-01-18", end="2026-01-20", all_day=True)
    moved = (await changed(call(key="1"), event.id, start="2026-01-25")).event
    assert (moved.all_day, moved.start, moved.end) == (True, at("2026-01-25"), at("2026-01-27"))
    timed = (await changed(call(key="2"), event.id, start="2026-01-25T10:00")).event
    assert (timed.all_day, timed.start, timed.end) == (False, at("2026-01-25T10:00"), at("2026-01-25T11:00"))


async def test_a_repeat_of_a_change_tells_what_was_before_the_first(call: MakeCall) -> None:
    event = await made(call(key="c"))
    first = await changed(call(key="u"), event.id, title="שני")
    assert await changed(call(key="u"), event.id, title="שני") == first
    assert first.before.title == "פגישה עם יואב"


@pytest.mark.parametrize("id", ["nothing", "nothing#20260118T100000Z", "#", "a#99999999T999999Z", "a#20260118T100000Z"])
async def test_an_unknown_event_is_named(folder: Path, call: MakeCall, id: str) -> None:
    put(folder, vevent("a", local("20260118T100000")))
    with pytest.raises(NotFound):
        await changed(call(), id, title="x")
    with pytest.raises(NotFound):
        await deleted(call(), id)


# -- delete


async def test_a_single_event_is_deleted_and_a_repeat_says_the_same(folder: Path, call: MakeCall) -> None:
    event = await made(call(key="c"))
    assert await deleted(call(key="d"), event.id) == event
    assert await listed(call()) == []
    assert await deleted(call(key="d"), event.id) == event
    with pytest.raises(NotFound):
        await deleted(call(key="e"), event.id)


async def test_one_occurrence_is_deleted_also_one_that_was_moved(folder: Path, call: MakeCall) -> None:
    put(
        folder,
        vevent("s", local("20260118T100000"), "RRULE:FREQ=DAILY;COUNT=3"),
        vevent("s", local("20260119T160000"), f"RECURRENCE-ID{local('20260119T100000')}"),
    )
    ids = [event.id for event in await listed(call())]
    await deleted(call(key="1"), ids[1])
    assert await starts(call(), "2026-01-18", "2026-02-01") == ["01-18 10:00", "01-20 10:00"]
    await deleted(call(key="2"), ids[0])
    assert await starts(call(), "2026-01-18", "2026-02-01") == ["01-20 10:00"]


async def test_an_occurrence_of_whole_days_is_deleted(folder: Path, call: MakeCall) -> None:
    put(folder, vevent("s", ";VALUE=DATE:20260118", "RRULE:FREQ=DAILY;COUNT=3"))
    second = (await listed(call()))[1]
    assert second.id == "s#20260119"
    await deleted(call(), second.id)
    assert await starts(call(), "2026-01-18", "2026-02-01") == ["01-18 00:00", "01-20 00:00"]


async def test_all_occurrences_are_deleted_together(folder: Path, call: MakeCall) -> None:
    put(folder, vevent("s", local("20260118T100000"), "RRULE:FREQ=DAILY"), vevent("o", local("20260118T120000")))
    first = (await listed(call()))[0]
    await deleted(call(), first.id, all_occurrences=True)
    assert [event.id for event in await listed(call())] == ["o"]


# -- taken back


async def undone(tool: Any, call: Call) -> None:
    await tool.undo(None, None, call)


async def test_each_change_can_be_taken_back_exactly(folder: Path, call: MakeCall) -> None:
    path = put(
        folder,
        vevent("s", local("20260118T100000"), "RRULE:FREQ=DAILY;COUNT=3", "X-FOREIGN:kept", end=local("20260118T110000")),
        vevent("s", local("20260119T160000"), f"RECURRENCE-ID{local('20260119T100000')}"),
    )
    before = path.read_bytes()
    await deleted(call(key="d"), "s")
    await undone(delete, call(key="d"))
    assert sorted(path.read_bytes().splitlines()) == sorted(before.splitlines())
    await changed(call(key="u"), "s", start="2026-01-18T12:00", title="אחר")
    await undone(update, call(key="u"))
    await deleted(call(key="o"), "s#20260120T080000Z")
    await undone(delete, call(key="o"))
    assert await starts(call(), "2026-01-18", "2026-02-01") == ["01-18 10:00", "01-19 16:00", "01-20 10:00"]
    assert vevent(
        "s", local("20260118T100000"), "RRULE:FREQ=DAILY;COUNT=3", "X-FOREIGN:kept", end=local("20260118T110000")
    ) in path.read_bytes().decode()


async def test_a_new_event_is_taken_back_and_twice_is_once(call: MakeCall) -> None:
    await made(call(key="k"))
    await undone(create, call(key="k"))
    await undone(create, call(key="k"))
    assert await listed(call()) == []


async def test_what_was_changed_again_since_is_left_alone(call: MakeCall) -> None:
    event = await made(call(key="k"))
    await changed(call(key="u"), event.id, title="חשוב")
    with pytest.raises(Conflict, match="changed again since"):
        await undone(create, call(key="k"))
    assert [found.title for found in await listed(call())] == ["חשוב"]


async def test_the_probe_knows_what_happened(call: MakeCall) -> None:
    assert create.probe is not None
    args = CreateEvent(title="פגישה עם יואב", start=at("2026-01-18T14:00"))
    assert await create.probe(args, call(key="k")) is None
    event = await made(call(key="k"))
    assert (await create.probe(args, call(key="k"))).event == event


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
        ({}, "נקבעה פגישה: פגישה עם יואב · יום ראשון 18.1.2026, 14:00–15:00", "A meeting was scheduled: פגישה עם יואב · Sunday 18 Jan 2026, 14:00–15:00"),
        ({"start": "2026-01-18T23:30"}, "יום ראשון 18.1.2026, 23:30 – יום שני 19.1.2026, 00:30", "Sunday 18 Jan 2026, 23:30 – Monday 19 Jan 2026, 00:30"),
        ({"all_day": True}, "יום ראשון 18.1.2026", "Sunday 18 Jan 2026"),
        ({"recurrence": "FREQ=WEEKLY;BYDAY=SU;COUNT=10"}, "כל שבוע ביום ראשון, 10 פעמים", "every week on Sunday, 10 times"),
        ({"recurrence": "FREQ=MONTHLY;INTERVAL=2;UNTIL=20261231"}, "כל 2 חודשים, עד יום חמישי 31.12.2026", "every 2 months, until Thursday 31 Dec 2026"),
    ],
)  # fmt: skip
async def test_a_meeting_is_told_with_its_local_days(call: MakeCall, time_machine: Any, args: dict[str, Any], he: str, en: str) -> None:
    time_machine.move_to("2025-06-01", tick=False)
    created = Created(event=await made(call(), **args))
    assert he in create.show(created, "he")
    assert en in create.show(created, "en")


async def test_the_present_year_goes_without_saying(folder: Path, call: MakeCall, time_machine: Any) -> None:
    time_machine.move_to("2026-01-14", tick=False)
    put(folder, vevent("a", local("20260118T100000"), end=local("20260118T110000"), title="סנכרון"))
    found = Events(events=await listed(call()))
    assert list_events.show(found, "he") == "- סנכרון · יום ראשון 18.1, 10:00–11:00"
    assert list_events.show(found, "en") == "- סנכרון · Sunday 18 Jan, 10:00–11:00"
    assert find_free.show(await free(call()), "he").startswith("פנוי: יום רביעי 14.1, 10:00–11:00. אפשר גם: יום חמישי 15.1, 09:00; ")
    assert list_events.show(Events(events=[]), "he") == "אין פגישות בזמן הזה."
