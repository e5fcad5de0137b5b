"""Changing .ics files through the tools. NOW is Wednesday 14 January 2026, 10:00 in Jerusalem."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from tests.unit.tools.calendar_files import at, changed, deleted, listed, local, made, put, starts, vevent
from tests.unit.tools.conftest import MakeCall
from tizmoret.catalog.tool import Call
from tizmoret.errors import Conflict, NotFound, StepFailed
from tizmoret.tools.calendar import create, delete, update
from tizmoret.tools.calendar.models import CreateEvent

pytestmark = pytest.mark.anyio


# -- create


async def test_a_meeting_is_made_in_the_workspaces_zone(calendars: Path, call: MakeCall) -> None:
    event = await made(
        call(), minutes=45, location="משרד", description="**סדר יום**", attendees=[{"name": "יואב כהן", "email": "y@x.il", "id": "7"}]
    )
    assert (event.start, event.end) == (at("2026-01-18T14:00"), at("2026-01-18T14:45"))
    text = (calendars / "main.ics").read_text()
    for line in ("DTSTART;TZID=Asia/Jerusalem:20260118T140000", "BEGIN:VTIMEZONE", "TZID:Asia/Jerusalem", "SUMMARY:פגישה עם יואב"):
        assert line in text
    assert await listed(call()) == [event]


async def test_a_time_of_another_zone_is_brought_to_ours(call: MakeCall) -> None:
    assert (await made(call(), start="2026-01-18T14:00:00Z")).start == at("2026-01-18T16:00")


async def test_an_hour_that_summer_time_skips_is_the_next_one(call: MakeCall) -> None:
    event = await made(call(), start="2026-03-27T02:30", minutes=60)
    assert (event.start.isoformat(), event.end.isoformat()) == ("2026-03-27T03:30:00+03:00", "2026-03-27T04:30:00+03:00")


async def test_an_hour_over_the_end_of_summer_time_lasts_an_hour(calendars: Path, call: MakeCall) -> None:
    event = await made(call(), start="2026-10-25T01:30:00+03:00", minutes=60)
    assert event.end.astimezone(dt.UTC) - event.start.astimezone(dt.UTC) == dt.timedelta(hours=1)


async def test_the_same_key_makes_one_event_and_tells_the_same(calendars: Path, call: MakeCall) -> None:
    first = await made(call(key="k"))
    content = (calendars / "main.ics").read_bytes()
    assert await made(call(key="k")) == first
    assert (calendars / "main.ics").read_bytes() == content
    assert (await made(call(key="other"))).id != first.id


async def test_an_event_that_a_person_deleted_is_not_made_again(calendars: Path, call: MakeCall) -> None:
    event = await made(call(key="k"))
    await deleted(call(key="d"), event.id)
    await made(call(key="k"))
    assert await listed(call()) == []


async def test_whole_days_are_written_as_days(calendars: Path, call: MakeCall) -> None:
    event = await made(call(), start="2026-01-18", end="2026-01-20", all_day=True)
    assert (event.all_day, event.start, event.end) == (True, at("2026-01-18"), at("2026-01-20"))
    assert "DTSTART;VALUE=DATE:20260118\nDTEND;VALUE=DATE:20260120" in (calendars / "main.ics").read_text()
    one = await made(call(key="2"), start="2026-01-25T09:00", all_day=True)
    assert (one.start, one.end) == (at("2026-01-25"), at("2026-01-26"))


async def test_an_attendee_without_an_address_is_kept_by_name_and_none_twice(call: MakeCall) -> None:
    people = [{"name": "יואב"}, {"name": "דנה", "email": "dana@x.il"}, {"name": "Dana", "email": "DANA@x.il"}]
    await made(call(), attendees=people)
    [event] = await listed(call())
    assert [(one.name, one.email) for one in event.attendees] == [("יואב", ""), ("דנה", "dana@x.il")]


async def test_a_name_cannot_write_lines_of_its_own(calendars: Path, call: MakeCall) -> None:
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
async def test_times_and_places_that_cannot_be_are_named(calendars: Path, call: MakeCall, args: dict[str, Any], says: str) -> None:
    with pytest.raises(StepFailed, match=says):
        await made(call(), **args)
    assert [name for name in os.listdir(calendars) if name.endswith(".ics")] == []


# -- recurrence


async def test_a_series_begins_on_the_first_day_that_fits_its_rule(call: MakeCall) -> None:
    event = await made(call(), start="2026-01-14T09:00", recurrence="RRULE:FREQ=WEEKLY;BYDAY=SU;COUNT=3")
    assert event.start == at("2026-01-18T09:00")
    assert await starts(call(), "2026-01-01", "2026-06-01") == ["01-18 09:00", "01-25 09:00", "02-01 09:00"]


async def test_the_last_day_of_a_series_is_part_of_it(calendars: Path, call: MakeCall) -> None:
    await made(call(), start="2026-03-25T22:00", recurrence="FREQ=DAILY;UNTIL=20260327")
    assert "UNTIL=20260327T205959Z" in (calendars / "main.ics").read_text()
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
async def test_a_rule_that_is_none_is_refused_with_an_example(calendars: Path, call: MakeCall, rule: str) -> None:
    with pytest.raises(StepFailed) as failed:
        await made(call(), recurrence=rule)
    assert failed.value.field == "recurrence"
    assert failed.value.cure
    assert not (calendars / "main.ics").exists()


# -- update


async def test_moving_a_meeting_keeps_its_length_and_all_that_is_not_ours(calendars: Path, call: MakeCall) -> None:
    foreign = ("CATEGORIES:חשוב", "X-APPLE-TRAVEL;VALUE=URI:geo:1,2", "ATTENDEE;CN=Dana;PARTSTAT=ACCEPTED:mailto:dana@x.il",
               "BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT15M\r\nEND:VALARM", "STATUS:CONFIRMED")  # fmt: skip
    path = put(calendars, vevent("a", ";TZID=America/New_York:20260118T090000", *foreign, end=";TZID=America/New_York:20260118T103000"))
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


async def test_other_events_stay_byte_for_byte(calendars: Path, call: MakeCall) -> None:
    odd = "BEGIN:VEVENT\r\nX-ODD ;;: kept\r\nUID:odd\r\nDTSTART:20260119T100000Z\r\nSUMMARY:long\r\n er than a line\r\nEND:VEVENT"
    path = put(calendars, odd, vevent("a", ":20260118T080000Z"), "BEGIN:VTODO\r\nUID:t\r\nEND:VTODO", vevent("b", local("20260118T120000")))
    before = path.read_bytes()
    await changed(call(), "a", title="אחר")
    head, tail = before.split(vevent("a", ":20260118T080000Z").encode())
    assert path.read_bytes().startswith(head)
    assert path.read_bytes().endswith(tail)


async def test_only_what_is_given_changes(calendars: Path, call: MakeCall) -> None:
    event = await made(call(key="c"), location="משרד", attendees=[{"name": "יואב", "email": "y@x.il"}])
    done = await changed(call(key="u"), event.id, title="ישיבה")
    assert done.event == event.model_copy(update={"title": "ישיבה"})


async def test_people_are_added_without_uninviting_others(call: MakeCall) -> None:
    event = await made(call(key="c"), attendees=[{"name": "יואב", "email": "y@x.il"}])
    done = await changed(call(key="u"), event.id, invite=[{"name": "דנה", "email": "d@x.il"}, {"email": "Y@x.il"}])
    assert [one.email for one in done.event.attendees] == ["y@x.il", "d@x.il"]
    assert (await changed(call(key="v"), event.id, attendees=[])).event.attendees == []


async def test_one_occurrence_moves_and_the_others_stay(calendars: Path, call: MakeCall) -> None:
    put(calendars, vevent("s", local("20260118T100000"), "RRULE:FREQ=DAILY;COUNT=3", "X-KEPT:yes", end=local("20260118T110000")))
    second = (await listed(call()))[1]
    assert second.id == "s#20260119T080000Z"
    done = await changed(call(key="1"), second.id, start="2026-01-19T15:00")
    assert (done.event.id, done.event.start, done.event.end) == (second.id, at("2026-01-19T15:00"), at("2026-01-19T16:00"))
    assert await starts(call(), "2026-01-18", "2026-02-01") == ["01-18 10:00", "01-19 15:00", "01-20 10:00"]
    again = await changed(call(key="2"), second.id, title="נדחתה")
    assert (again.event.start, again.event.title) == (at("2026-01-19T15:00"), "נדחתה")
    text = (calendars / "main.ics").read_text()
    assert text.count("BEGIN:VEVENT") == 2
    assert text.count("X-KEPT:yes") == 2


async def test_all_occurrences_move_as_the_one_that_was_named(calendars: Path, call: MakeCall) -> None:
    put(
        calendars,
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
    assert "BYDAY=MO" in (calendars / "main.ics").read_text()


async def test_a_new_recurrence_is_of_the_whole(calendars: Path, call: MakeCall) -> None:
    event = await made(call(key="c"), start="2026-01-18T09:00", recurrence="FREQ=DAILY;COUNT=5")
    second = (await listed(call()))[1]
    await changed(call(key="0"), (await listed(call()))[2].id, title="שונה")
    done = await changed(call(key="u"), second.id, recurrence="FREQ=WEEKLY;COUNT=2")
    assert done.event.id == event.id
    assert len(await listed(call())) == 2
    await changed(call(key="v"), event.id, recurrence="")
    assert [found.recurrence for found in await listed(call(), "2026-01-01", "2026-12-01")] == [None]


async def test_days_of_a_month_do_not_follow_by_themselves(calendars: Path, call: MakeCall) -> None:
    put(calendars, vevent("m", local("20260118T100000"), "RRULE:FREQ=MONTHLY;BYDAY=3SU"))
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
async def test_an_unknown_event_is_named(calendars: Path, call: MakeCall, id: str) -> None:
    put(calendars, vevent("a", local("20260118T100000")))
    with pytest.raises(NotFound):
        await changed(call(), id, title="x")
    with pytest.raises(NotFound):
        await deleted(call(), id)


# -- delete


async def test_a_single_event_is_deleted_and_a_repeat_says_the_same(calendars: Path, call: MakeCall) -> None:
    event = await made(call(key="c"))
    assert await deleted(call(key="d"), event.id) == event
    assert await listed(call()) == []
    assert await deleted(call(key="d"), event.id) == event
    with pytest.raises(NotFound):
        await deleted(call(key="e"), event.id)


async def test_one_occurrence_is_deleted_also_one_that_was_moved(calendars: Path, call: MakeCall) -> None:
    put(
        calendars,
        vevent("s", local("20260118T100000"), "RRULE:FREQ=DAILY;COUNT=3"),
        vevent("s", local("20260119T160000"), f"RECURRENCE-ID{local('20260119T100000')}"),
    )
    ids = [event.id for event in await listed(call())]
    await deleted(call(key="1"), ids[1])
    assert await starts(call(), "2026-01-18", "2026-02-01") == ["01-18 10:00", "01-20 10:00"]
    await deleted(call(key="2"), ids[0])
    assert await starts(call(), "2026-01-18", "2026-02-01") == ["01-20 10:00"]


async def test_an_occurrence_of_whole_days_is_deleted(calendars: Path, call: MakeCall) -> None:
    put(calendars, vevent("s", ";VALUE=DATE:20260118", "RRULE:FREQ=DAILY;COUNT=3"))
    second = (await listed(call()))[1]
    assert second.id == "s#20260119"
    await deleted(call(), second.id)
    assert await starts(call(), "2026-01-18", "2026-02-01") == ["01-18 00:00", "01-20 00:00"]


async def test_all_occurrences_are_deleted_together(calendars: Path, call: MakeCall) -> None:
    put(calendars, vevent("s", local("20260118T100000"), "RRULE:FREQ=DAILY"), vevent("o", local("20260118T120000")))
    first = (await listed(call()))[0]
    await deleted(call(), first.id, all_occurrences=True)
    assert [event.id for event in await listed(call())] == ["o"]


# -- taken back


async def undone(tool: Any, call: Call) -> None:
    await tool.undo(None, None, call)


async def test_each_change_can_be_taken_back_exactly(calendars: Path, call: MakeCall) -> None:
    path = put(
        calendars,
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
    assert (
        vevent("s", local("20260118T100000"), "RRULE:FREQ=DAILY;COUNT=3", "X-FOREIGN:kept", end=local("20260118T110000"))
        in path.read_bytes().decode()
    )


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
