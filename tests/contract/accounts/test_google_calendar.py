"""What is Google's own in a calendar: ids, exceptions, guests, calendars of others, quotas, pages."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.contract.accounts.conftest import ONE, WEEKLY, Side, store
from tests.unit.tools.calendar_files import changed, deleted, free, ics, listed, local, made, starts, vevent
from tests.unit.tools.conftest import JERUSALEM
from tests.wire.google import Google
from tests.wire.google_calendar import OneCalendar
from tests.wire.imported import load
from tizmoret.errors import StepFailed, TryAgain
from tizmoret.tools.calendar import create

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("side", ["google"], indirect=True)]


async def test_another_machine_finds_the_event_by_its_id(fresh: Any, account: Google) -> None:
    event = await made(fresh())
    assert create.probe is not None
    assert (await create.probe(None, fresh(machine="two"))).event == event
    assert await made(fresh(machine="three")) == event
    await deleted(fresh("person"), event.id)
    await made(fresh(machine="four"))
    assert await listed(fresh()) == []


async def test_days_that_were_left_out_move_along_and_deleted_occurrences_stay_deleted(fresh: Any, side: Side, account: Google) -> None:
    side.load(WEEKLY)
    account.calendars.main.events["w"]["recurrence"].append("EXDATE;TZID=Asia/Jerusalem:20260208T100000")
    await deleted(fresh("d"), "w#20260201T080000Z")
    await changed(fresh("u"), "w", start="2026-01-19T09:00")
    assert await starts(fresh(), "2026-01-01", "2026-03-01") == ["01-19 09:00", "01-25 12:00"]
    assert account.calendars.main.events["w"]["recurrence"][1] == "EXDATE;TZID=Asia/Jerusalem:20260209T090000"


async def test_guests_hear_of_it_and_keep_their_answers(fresh: Any, account: Google) -> None:
    event = await made(fresh(), attendees=[{"name": "דנה", "email": "dana@x.example"}])
    main = account.calendars.main
    main.patch(event.id, {"attendees": [{"email": "dana@x.example", "displayName": "דנה", "responseStatus": "accepted"}]}, "")
    await changed(fresh("u"), event.id, invite=[{"name": "Noa", "email": "noa@x.example"}])
    assert [(one["email"], one["responseStatus"]) for one in main.events[event.id]["attendees"]] == [
        ("dana@x.example", "accepted"),
        ("noa@x.example", "needsAction"),
    ]
    main.patch(event.id, {"attendees": [{**one, "responseStatus": "accepted"} for one in main.events[event.id]["attendees"]]}, "")
    assert await store(fresh()).undo("u")  # an answer to the invitation is no change of the meeting
    assert [one.split()[0] for one in main.notified] == ["POST", "PATCH", "PATCH"]


async def test_a_deleted_occurrence_comes_back(fresh: Any, side: Side) -> None:
    side.load(WEEKLY)
    before = await listed(fresh(), "2026-01-01", "2026-03-01")
    await deleted(fresh("d"), "w#20260125T100000Z".replace("T10", "T08"))
    assert len(await listed(fresh(), "2026-01-01", "2026-03-01")) == 3
    assert await store(fresh()).undo("d")
    assert await listed(fresh(), "2026-01-01", "2026-03-01") == before


async def test_a_single_event_becomes_one_of_whole_days_and_hours_again(fresh: Any, account: Google) -> None:
    event = await made(fresh())
    day = account.calendars.main
    await changed(fresh("s"), event.id, recurrence="FREQ=DAILY;COUNT=2")
    assert await starts(fresh(), "2026-01-14", "2026-02-14") == ["01-18 14:00", "01-19 14:00"]
    await changed(fresh("e"), event.id, recurrence="")
    assert "recurrence" not in day.events[event.id] or not day.events[event.id]["recurrence"]
    whole = await made(fresh("w"), start="2026-01-20T00:00", all_day=True)
    assert day.events[whole.id]["start"] == {"date": "2026-01-20"}
    await changed(fresh("h"), whole.id, start="2026-01-20T09:00")
    assert (day.events[whole.id]["start"].keys(), await starts(fresh(), "2026-01-20", "2026-01-21")) == (
        {"dateTime", "timeZone"},
        ["01-20 09:00"],
    )


async def test_calendars_of_others_are_read_and_take_nobodys_time(fresh: Any, account: Google) -> None:
    others, hidden = OneCalendar("holidays", "חגים", role="reader"), OneCalendar("old", "Old", selected=False)
    account.calendars.calendars += [others, hidden]
    load(others, ONE)
    assert list(await store(fresh()).calendars()) == ["main", "חגים"]
    assert [(one.calendar, one.id) for one in await listed(fresh())] == [("חגים", "a")]
    day = dt.datetime(2026, 1, 1, tzinfo=JERUSALEM)
    assert await store(fresh()).busy(day, day + dt.timedelta(days=300)) == []  # over 90 days at once Google refuses
    with pytest.raises(StepFailed, match="writer access"):
        await changed(fresh(), "a", title="אחר")


async def test_a_time_is_found_for_several_people(fresh: Any, side: Side, account: Google) -> None:
    account.calendars.busy["dana@x.example"] = [("2026-01-14T08:00:00Z", "2026-01-14T10:00:00Z")]
    side.load(ics(vevent("a", local("20260114T123000"), end=local("20260114T140000"))))
    people = [{"name": "Dana", "email": "dana@x.example"}, {"name": "Noa", "email": "noa@x.example"}]
    found = await free(fresh(), people=people)
    assert (found.start.strftime("%m-%d %H:%M"), found.unknown) == ("01-14 14:00", ["Noa"])


async def test_a_list_that_has_changed_under_its_pages_is_asked_for_again(fresh: Any, account: Google) -> None:
    one = fresh()
    await listed(one)
    account.refuses = [(410, {"error": {"errors": [{"reason": "fullSyncRequired"}]}}, {})]
    with pytest.raises(TryAgain):
        await listed(one)


async def test_a_quota_that_is_used_up_is_waited_for(fresh: Any, account: Google) -> None:
    one = fresh()
    await listed(one)  # signed in, and its calendars known
    used_up = {"code": 403, "message": "Rate Limit Exceeded", "errors": [{"domain": "usageLimits", "reason": "rateLimitExceeded"}]}
    account.refuses = [(403, {"error": used_up}, {})]
    with pytest.raises(TryAgain):
        await made(one)
    event = await made(fresh())
    assert [found.id for found in await listed(fresh())] == [event.id]
