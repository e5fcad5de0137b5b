"""What becomes of a call when Google is away, refuses, breaks off or answers nonsense, and when somebody else is at the calendar too."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from tests.contract.conftest import google_calendar
from tests.unit.tools.calendar_files import changed, deleted, free, ics, listed, local, made, starts, vevent
from tests.unit.tools.conftest import JERUSALEM, MakeCall
from tests.wire.google import Google
from tests.wire.google_calendar import OneCalendar
from tests.wire.imported import load
from tizmoret.catalog.tool import Call
from tizmoret.errors import StepFailed, TooLarge, TryAgain
from tizmoret.tools.calendar import create
from tizmoret.tools.providers import rest_client
from tizmoret.tools.providers.google_events import GoogleEvents
from tizmoret.tools.providers.ports import CalendarStore

pytestmark = pytest.mark.anyio

ONE = ics(vevent("a", local("20260118T100000"), end=local("20260118T110000")))
WEEKLY = ics(
    vevent("w", local("20260118T100000"), "RRULE:FREQ=WEEKLY;COUNT=4", end=local("20260118T110000"), title="צוות"),
    vevent("w", local("20260125T120000"), f"RECURRENCE-ID{local('20260125T100000')}", end=local("20260125T130000"), title="צוות"),
)


@pytest.fixture
def fresh(account: Google, tmp_path: Path, call: MakeCall) -> Any:
    """A call of a new process; `machine`: one that has not the notes of the others."""

    def make(key: str = "k", machine: str = "one") -> Call:
        return call(key=key, providers={CalendarStore: google_calendar(account, tmp_path / machine)})

    return make


def store(call: Call) -> CalendarStore:
    return call.provider(CalendarStore)


@pytest.mark.parametrize("cut", ["request", "answer"])
async def test_whatever_is_lost_an_event_is_made_once(fresh: Any, account: Google, cut: str) -> None:
    account.cuts = cut
    with pytest.raises(ConnectionError):
        await made(fresh())
    assert create.probe is not None
    assert (await create.probe(None, fresh()) is not None) == (cut == "answer")
    event = await made(fresh())
    assert [one.id for one in await listed(fresh())] == [event.id]
    assert len(account.calendars.main.events) == 1


async def test_another_machine_finds_the_event_by_its_id(fresh: Any, account: Google) -> None:
    event = await made(fresh())
    assert create.probe is not None
    assert (await create.probe(None, fresh(machine="two"))).event == event
    assert await made(fresh(machine="three")) == event
    await deleted(fresh("person"), event.id)
    await made(fresh(machine="four"))
    assert await listed(fresh()) == []


@pytest.mark.parametrize("cut", ["request", "answer"])
async def test_a_change_of_which_the_answer_is_lost_is_made_once_and_can_be_taken_back(fresh: Any, account: Google, cut: str) -> None:
    load(account.calendars.main, ONE)
    account.cuts = cut
    with pytest.raises(ConnectionError):
        await changed(fresh("u"), "a", title="אחר")
    done = await changed(fresh("u"), "a", title="אחר")
    assert (done.before.title, done.event.title, account.calendars.main.writes) == ("פגישה", "אחר", 2)
    account.cuts = cut
    with pytest.raises(ConnectionError):
        await store(fresh()).undo("u")
    assert await store(fresh()).undo("u")
    assert [one.title for one in await listed(fresh())] == ["פגישה"]


@pytest.mark.parametrize("lost", range(1, 4))
async def test_a_series_moves_whole_wherever_the_line_breaks(
    fresh: Any, account: Google, lost: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(account.calendars.main, WEEKLY)
    before = await listed(fresh(), "2026-01-01", "2026-03-01")
    count, patch = 0, GoogleEvents.patch

    async def breaking(self: Any, *args: Any, **rest: Any) -> Any:
        nonlocal count
        count += 1
        account.cuts = "answer" if count == lost else ""
        return await patch(self, *args, **rest)

    monkeypatch.setattr(GoogleEvents, "patch", breaking)
    for _ in range(2):
        try:
            await changed(fresh("u"), "w", start="2026-01-19T11:00")
        except ConnectionError:
            continue
    assert await starts(fresh(), "2026-01-01", "2026-03-01") == ["01-19 11:00", "01-25 12:00", "02-02 11:00", "02-09 11:00"]
    try:
        assert await store(fresh()).undo("u")
    except ConnectionError:
        assert await store(fresh()).undo("u")
    assert await listed(fresh(), "2026-01-01", "2026-03-01") == before


async def test_days_that_were_left_out_move_along_and_deleted_occurrences_stay_deleted(fresh: Any, account: Google) -> None:
    load(account.calendars.main, WEEKLY)
    account.calendars.main.events["w"]["recurrence"].append("EXDATE;TZID=Asia/Jerusalem:20260208T100000")
    await deleted(fresh("d"), "w#20260201T080000Z")
    await changed(fresh("u"), "w", start="2026-01-19T09:00")
    assert await starts(fresh(), "2026-01-01", "2026-03-01") == ["01-19 09:00", "01-25 12:00"]
    assert account.calendars.main.events["w"]["recurrence"][1] == "EXDATE;TZID=Asia/Jerusalem:20260209T090000"


async def test_what_somebody_changes_at_the_same_moment_is_not_overwritten(
    fresh: Any, account: Google, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(account.calendars.main, ONE)
    patch = GoogleEvents.patch

    async def late(self: Any, *args: Any, **rest: Any) -> Any:
        monkeypatch.undo()
        account.calendars.main.patch("a", {"summary": "של מישהו אחר"}, "")
        return await patch(self, *args, **rest)

    monkeypatch.setattr(GoogleEvents, "patch", late)
    with pytest.raises(TryAgain, match="somebody else"):
        await changed(fresh("u"), "a", start="2026-01-19T12:00")
    done = await changed(fresh("u"), "a", start="2026-01-19T12:00")
    assert (done.event.title, done.event.start.day) == ("של מישהו אחר", 19)


async def test_a_change_of_which_nobody_can_tell_is_not_guessed(fresh: Any, account: Google) -> None:
    load(account.calendars.main, ONE)
    account.cuts = "answer"
    with pytest.raises(ConnectionError):
        await changed(fresh("u"), "a", title="אחר")
    account.calendars.main.patch("a", {"summary": "שלישי"}, "")
    with pytest.raises(StepFailed, match="not known whether"):
        await changed(fresh("u"), "a", title="אחר")


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


async def test_a_deleted_occurrence_comes_back(fresh: Any, account: Google) -> None:
    load(account.calendars.main, WEEKLY)
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


async def test_a_time_is_found_for_several_people(fresh: Any, account: Google) -> None:
    account.calendars.busy["dana@x.example"] = [("2026-01-14T08:00:00Z", "2026-01-14T10:00:00Z")]
    load(account.calendars.main, ics(vevent("a", local("20260114T123000"), end=local("20260114T140000"))))
    people = [{"name": "Dana", "email": "dana@x.example"}, {"name": "Noa", "email": "noa@x.example"}]
    found = await free(fresh(), people=people)
    assert (found.start.strftime("%m-%d %H:%M"), found.unknown) == ("01-14 14:00", ["Noa"])


QUOTA = {"error": {"code": 403, "message": "Rate Limit Exceeded", "errors": [{"domain": "usageLimits", "reason": "rateLimitExceeded"}]}}


@pytest.mark.parametrize(
    ("answer", "raised"),
    [
        ((403, QUOTA, {}), TryAgain),
        ((429, {}, {"Retry-After": "7"}), TryAgain),
        ((400, {"error": {"message": "Invalid"}}, {}), StepFailed),
        ((500, {}, {}), ConnectionError),
        ((503, b"<html>", {}), ConnectionError),
        ((200, b"{", {}), ConnectionError),
        ((200, b"[" * 100_000, {}), ConnectionError),
    ],
)
async def test_a_write_that_is_not_answered_well_says_whether_it_may_have_been_done(
    fresh: Any, account: Google, answer: Any, raised: type[Exception]
) -> None:
    one = fresh()
    await listed(one)  # signed in, and its calendars known
    account.refuses = [answer]
    with pytest.raises(raised) as failed:
        await made(one)
    assert getattr(failed.value, "after", None) == (7.0 if answer[0] == 429 else None)
    event = await made(fresh())
    assert [found.id for found in await listed(fresh())] == [event.id]


@pytest.mark.parametrize("content", [b"", b"null", b"{", b"<html/>", b"[]"])
async def test_an_answer_that_is_none_ends_in_a_sentence(fresh: Any, account: Google, content: bytes) -> None:
    one = fresh()
    await listed(one)
    account.refuses = [(200, content, {})]
    with pytest.raises(StepFailed, match="cannot be read") as failed:
        await listed(one)
    assert "connect test work" in failed.value.cure


@pytest.mark.parametrize("items", ["none", None, [7, {}, {"id": "x"}, {"id": "y", "start": {"date": "x"}, "end": {}}]])
async def test_what_makes_no_sense_among_events_is_left_out(fresh: Any, account: Google, items: Any) -> None:
    one = fresh()
    await listed(one)
    account.refuses = [(200, {"items": items}, {})]
    assert await listed(one) == []


async def test_an_answer_without_end_is_cut(fresh: Any, account: Google, monkeypatch: pytest.MonkeyPatch) -> None:
    load(account.calendars.main, ONE)
    monkeypatch.setattr(rest_client, "MAX_BYTES", 100)
    with pytest.raises(TooLarge):
        await listed(fresh())


async def test_a_list_that_has_changed_under_its_pages_is_asked_for_again(fresh: Any, account: Google) -> None:
    one = fresh()
    await listed(one)
    account.refuses = [(410, {"error": {"errors": [{"reason": "fullSyncRequired"}]}}, {})]
    with pytest.raises(TryAgain):
        await listed(one)
