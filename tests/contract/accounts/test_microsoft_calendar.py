"""What is Microsoft's own in a calendar: marks, exceptions, recurrences, invitations, whole days, zones, calendars of others."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import Any

import pytest

from tests.contract.accounts.conftest import ONE, WEEKLY, Side, store
from tests.unit.tools.calendar_files import changed, deleted, free, ics, listed, local, made, starts, vevent
from tests.unit.tools.conftest import JERUSALEM
from tests.wire.graph_calendar import OneCalendar
from tests.wire.imported import load_graph
from tests.wire.microsoft import AT_ONCE, Microsoft
from tizmoret.errors import StepFailed
from tizmoret.tools.calendar import create
from tizmoret.tools.providers.graph_events import GraphEvents

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("side", ["microsoft"], indirect=True)]


async def test_another_machine_finds_the_event_by_its_mark(fresh: Any, account: Microsoft) -> None:
    event = await made(fresh())
    assert create.probe is not None
    assert (await create.probe(None, fresh(machine="two"))).event == event
    assert await made(fresh(machine="three")) == event
    assert len(account.calendars.main.events) == 1


@pytest.mark.parametrize("cut", ["request", "answer"])
async def test_what_was_deleted_is_made_anew_once_under_the_id_that_it_had(fresh: Any, side: Side, account: Microsoft, cut: str) -> None:
    side.load(WEEKLY)
    account.calendars.patch("w", {"body": {"contentType": "html", "content": "<b>חשוב</b>"}, "showAs": "tentative", "categories": ["קציר"]})
    before = await listed(fresh(), "2026-01-01", "2026-03-01")
    await deleted(fresh("d"), "w")
    assert await listed(fresh(), "2026-01-01", "2026-03-01") == []
    account.cuts = cut
    with pytest.raises(ConnectionError):
        await store(fresh()).undo("d")
    assert await store(fresh()).undo("d")
    assert await store(fresh()).undo("d")
    assert await listed(fresh(), "2026-01-01", "2026-03-01") == before
    (series,) = (one for one in account.calendars.main.events.values() if one["type"] == "seriesMaster")
    assert (series["body"]["content"], series["showAs"], series["categories"]) == ("<b>חשוב</b>", "tentative", ["קציר"])
    await deleted(fresh("again"), "w")
    assert await store(fresh()).undo("again")
    assert await listed(fresh(), "2026-01-01", "2026-03-01") == before


async def test_deleted_occurrences_stay_deleted_when_their_series_moves(fresh: Any, side: Side) -> None:
    side.load(WEEKLY)
    await deleted(fresh("d"), "w#20260201T080000Z")
    await changed(fresh("u"), "w", start="2026-01-19T09:00")
    assert await starts(fresh(), "2026-01-01", "2026-03-01") == ["01-19 09:00", "01-25 12:00", "02-09 09:00"]
    assert await store(fresh()).undo("u")
    assert await starts(fresh(), "2026-01-01", "2026-03-01") == ["01-18 10:00", "01-25 12:00", "02-08 10:00"]


async def test_a_deleted_occurrence_comes_back_as_a_meeting_of_its_own(fresh: Any, side: Side) -> None:
    side.load(WEEKLY)
    times = await starts(fresh(), "2026-01-01", "2026-03-01")
    await deleted(fresh("d"), "w#20260201T080000Z")
    assert await store(fresh()).undo("d")
    assert await store(fresh()).undo("d")
    assert await starts(fresh(), "2026-01-01", "2026-03-01") == times
    (back,) = [one for one in await listed(fresh(), "2026-01-01", "2026-03-01") if one.id == "w#20260201T080000Z"]
    assert (back.title, back.series, back.recurrence) == ("צוות", "", None)
    await changed(fresh("u"), back.id, title="אחר")
    await changed(fresh("all"), "w", start="2026-01-18T09:00")
    assert await starts(fresh(), "2026-01-01", "2026-03-01") == ["01-18 09:00", "01-25 12:00", "02-01 10:00", "02-08 09:00"]


async def test_an_occurrence_passes_no_other(fresh: Any, side: Side, account: Microsoft) -> None:
    side.load(WEEKLY)
    with pytest.raises(StepFailed, match="cannot pass") as failed:
        await changed(fresh("m"), "w#20260201T080000Z", start="2026-02-08T07:00")
    assert (failed.value.field, bool(failed.value.cure)) == ("start", True)
    writes = account.calendars.writes
    with pytest.raises(StepFailed, match="cannot pass"):
        await changed(fresh("s"), "w", start="2026-01-25T10:00")  # of which the one of 25 January would be on the day of the first
    assert account.calendars.writes == writes
    assert await starts(fresh(), "2026-01-01", "2026-03-01") == ["01-18 10:00", "01-25 12:00", "02-01 10:00", "02-08 10:00"]


async def test_a_recurrence_that_microsoft_cannot_say_is_refused_before_anything_is_written(fresh: Any, account: Microsoft) -> None:
    with pytest.raises(StepFailed, match="BYMONTHDAY=31") as failed:
        await made(fresh(), recurrence="FREQ=MONTHLY;BYMONTHDAY=31", start="2026-01-31T10:00")
    assert (failed.value.field, account.calendars.writes) == ("recurrence", 0)
    event = await made(fresh("m"), recurrence="FREQ=MONTHLY;BYDAY=-1TH;COUNT=3", start="2026-01-29T10:00")
    assert event.recurrence == "FREQ=MONTHLY;BYDAY=-1TH;COUNT=3"
    assert await starts(fresh(), "2026-01-14", "2026-06-01") == ["01-29 10:00", "02-26 10:00", "03-26 10:00"]


async def test_guests_hear_of_it_and_keep_their_answers(fresh: Any, account: Microsoft) -> None:
    event = await made(fresh(), attendees=[{"name": "דנה", "email": "dana@x.example"}])
    (told,) = account.calendars.main.events.values()
    told["attendees"][0]["status"]["response"] = "accepted"
    await changed(fresh("u"), event.id, invite=[{"name": "Noa", "email": "noa@x.example"}])
    (told,) = account.calendars.main.events.values()
    assert [(one["emailAddress"]["address"], one["status"]["response"]) for one in told["attendees"]] == [
        ("dana@x.example", "accepted"),
        ("noa@x.example", "none"),
    ]
    told["attendees"][1]["status"]["response"] = "declined"
    assert await store(fresh()).undo("u")  # an answer to the invitation is no change of the meeting
    assert account.calendars.notified == [
        "dana@x.example invited",
        "dana@x.example changed",
        "noa@x.example changed",
        "dana@x.example changed",
    ]


@pytest.mark.parametrize("cut", ["", "request", "answer"])
async def test_who_called_a_meeting_calls_it_off_with_a_word(fresh: Any, account: Microsoft, cut: str) -> None:
    event = await made(fresh(), attendees=[{"name": "דנה", "email": "dana@x.example"}])
    account.cuts = cut
    for _ in range(2):
        try:
            await deleted(fresh("d"), event.id, message="אני חולה")
        except ConnectionError:
            continue
    assert account.calendars.notified == ["dana@x.example invited", "dana@x.example cancelled אני חולה"]
    assert await store(fresh()).undo("d")
    assert await listed(fresh()) == [event]


async def test_who_did_not_call_a_meeting_cannot_call_it_off_with_a_word(fresh: Any, side: Side, account: Microsoft) -> None:
    side.load(ics(vevent("a", local("20260118T100000"), "ATTENDEE:mailto:dana@x.example", end=local("20260118T110000"))))
    account.calendars.main.events["a"]["isOrganizer"] = False
    with pytest.raises(StepFailed, match="need to be an organizer"):
        await deleted(fresh("d"), "a", message="אני חולה")
    assert len(await listed(fresh())) == 1
    await deleted(fresh("d"), "a")
    told = list(account.calendars.notified)
    for _ in range(2):
        with pytest.raises(StepFailed, match="Somebody else called"):  # it is not ours to invite everybody to
            await store(fresh()).undo("d")
    assert (await listed(fresh()), account.calendars.notified) == ([], told)


async def test_a_single_event_becomes_one_of_whole_days_and_hours_again(fresh: Any, account: Microsoft) -> None:
    event = await made(fresh())
    await changed(fresh("s"), event.id, recurrence="FREQ=DAILY;COUNT=2")
    assert await starts(fresh(), "2026-01-14", "2026-02-14") == ["01-18 14:00", "01-19 14:00"]
    await changed(fresh("e"), event.id, recurrence="")
    assert await starts(fresh(), "2026-01-14", "2026-02-14") == ["01-18 14:00"]
    whole = await made(fresh("w"), start="2026-01-20T00:00", all_day=True)
    assert (whole.all_day, whole.end - whole.start) == (True, dt.timedelta(days=1))
    assert await listed(fresh(), "2026-01-20", "2026-01-21") == [whole]
    assert await listed(fresh(), "2026-01-20T00:00", "2026-01-20T01:00") == [whole]  # in UTC the day has not begun
    assert await listed(fresh(), "2026-01-21", "2026-01-22") == await listed(fresh(), "2026-01-19T09:00", "2026-01-20") == []
    await changed(fresh("h"), whole.id, start="2026-01-20T09:00")
    assert await starts(fresh(), "2026-01-20", "2026-01-21") == ["01-20 09:00"]


async def test_whole_days_recur(fresh: Any, account: Microsoft) -> None:
    event = await made(fresh(), start="2026-01-18", all_day=True, recurrence="FREQ=WEEKLY;UNTIL=20260201")
    assert event.recurrence == "FREQ=WEEKLY;BYDAY=SU;UNTIL=20260201"
    days = await listed(fresh(), "2026-01-14", "2026-03-01")
    assert [one.id for one in days] == [f"{event.id}#{day}" for day in ("20260118", "20260125", "20260201")]
    await changed(fresh("m"), f"{event.id}#20260125", start="2026-01-26")
    await deleted(fresh("d"), f"{event.id}#20260201")
    assert await starts(fresh(), "2026-01-14", "2026-03-01") == ["01-18 00:00", "01-26 00:00"]
    await deleted(fresh("all"), event.id)
    assert await store(fresh()).undo("all")
    assert await starts(fresh(), "2026-01-14", "2026-03-01") == ["01-18 00:00", "01-26 00:00"]


async def test_an_hour_that_the_clocks_repeat_and_a_zone_of_another_kind_are_kept(fresh: Any, side: Side, account: Microsoft) -> None:
    event = await made(fresh(), start="2026-10-24T23:30:00+00:00", minutes=30)  # 01:30 in Jerusalem, for the second time
    assert (event.start.utcoffset(), event.start.astimezone(dt.UTC).hour) == (dt.timedelta(hours=2), 23)
    side.load(ONE)
    account.calendars.main.events["a"]["originalStartTimeZone"] = "W. Europe Standard Time"
    (found,) = await listed(fresh(), "2026-01-14", "2026-02-14")
    assert (found.timezone, found.start.strftime("%H:%M")) == ("Europe/Berlin", "10:00")
    await changed(fresh("u"), "a", start="2026-01-19T12:00")
    assert account.calendars.main.events["a"]["originalStartTimeZone"] == "W. Europe Standard Time"


async def test_calendars_of_others_are_read_and_take_nobodys_time(fresh: Any, account: Microsoft) -> None:
    others = OneCalendar("AQMk-holidays=", "חגים", owner="team@farm.example", edit=False)
    account.calendars.calendars.append(others)
    load_graph(account.calendars, others, ONE)
    assert list(await store(fresh()).calendars()) == ["main", "חגים"]
    assert [(one.calendar, one.id) for one in await listed(fresh())] == [("חגים", "a")]
    assert (await store(fresh()).get("a")).calendar == "חגים"  # type: ignore[union-attr]
    account.calendars.calendars.append(OneCalendar("AQMk-secret=", "Secret", owner="boss@farm.example", hidden=True))
    assert len(await listed(fresh())) == 1
    day = dt.datetime(2026, 1, 1, tzinfo=JERUSALEM)
    assert await store(fresh()).busy(day, day + dt.timedelta(days=300)) == []
    with pytest.raises(StepFailed, match="does not open"):
        await changed(fresh(), "a", title="אחר")


async def test_a_time_is_found_for_several_people(fresh: Any, side: Side, account: Microsoft) -> None:
    account.calendars.schedules["dana@x.example"] = [
        ("2026-01-14T08:00:00", "2026-01-14T10:00:00", "tentative"),
        ("2026-01-14T12:00:00", "2026-01-14T15:00:00", "free"),
    ]
    side.load(ics(vevent("a", local("20260114T123000"), end=local("20260114T140000"))))
    people = [{"name": "Dana", "email": "Dana@x.example"}, {"name": "Noa", "email": "noa@x.example"}]
    account.calendars.schedules["Dana@x.example"] = account.calendars.schedules["dana@x.example"]
    found = await free(fresh(), people=people)
    assert (found.start.strftime("%m-%d %H:%M"), found.unknown) == ("01-14 14:00", ["Noa"])
    start = dt.datetime(2026, 1, 14, tzinfo=JERUSALEM)
    many = [f"p{number}@x.example" for number in range(45)]
    account.calendars.schedules |= {one: [("2026-05-01T08:00:00", "2026-05-01T09:00:00", "oof")] for one in many}
    taken = await store(fresh()).busy_of(many, start, start + dt.timedelta(days=200))  # more people and days than Microsoft tells at once
    assert {len(spans) for spans in taken.values()} == {1}
    assert len(taken) == 45
    account.calendars.private = True
    assert await store(fresh()).busy_of(["dana@x.example"], start, start + dt.timedelta(days=1)) == {}


async def test_many_series_are_read_without_crowding_the_mailbox(fresh: Any, side: Side, monkeypatch: pytest.MonkeyPatch) -> None:
    every = [
        vevent(f"s{number}", local(f"20260118T{number:02d}0000"), "RRULE:FREQ=DAILY;COUNT=2", end=local(f"20260118T{number:02d}3000"))
        for number in range(24)
    ]
    side.load(ics(*every))
    assert len(await listed(fresh(), "2026-01-18", "2026-01-20")) == 48
    under_way, most = 0, 0

    async def counted(self: GraphEvents, id: str) -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0)
        under_way -= 1

    monkeypatch.setattr(GraphEvents, "get", counted)
    await listed(fresh(), "2026-01-18", "2026-01-20")
    assert most == AT_ONCE


async def test_pages_are_followed_and_nowhere_else(fresh: Any, side: Side, account: Microsoft) -> None:
    side.load(
        ics(*(vevent(f"e{number}", local(f"202601{20 + number}T100000"), end=local(f"202601{20 + number}T110000")) for number in range(5))),
    )
    assert len(await listed(fresh(), "2026-01-01", "2026-03-01")) == 5
    one = fresh()
    await listed(one)
    account.refuses = [(200, {"value": [], "@odata.nextLink": "https://elsewhere.example/next"}, {})]
    with pytest.raises(StepFailed, match=r"sends us to elsewhere\.example"):
        await listed(one)
