"""What becomes of a call when Microsoft is away, refuses, breaks off or answers nonsense, and when somebody else is at the calendar too."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.microsoft.conftest import ONE, WEEKLY, load, store
from tests.unit.tools.calendar_files import changed, deleted, listed, made, starts
from tests.wire.microsoft import Microsoft
from tizmoret.errors import NotFound, StepFailed, TizmoretError, TooLarge, TryAgain
from tizmoret.tools.calendar import create
from tizmoret.tools.providers import rest_client
from tizmoret.tools.providers.graph_events import GraphEvents
from tizmoret.tools.providers.rest_client import Taken

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("cut", ["request", "answer"])
async def test_whatever_is_lost_an_event_is_made_once(fresh: Any, account: Microsoft, cut: str) -> None:
    account.cuts = cut
    with pytest.raises(ConnectionError):
        await made(fresh())
    assert create.probe is not None
    assert (await create.probe(None, fresh()) is not None) == (cut == "answer")
    event = await made(fresh())
    assert [one.id for one in await listed(fresh())] == [event.id]
    assert len(account.calendars.main.events) == 1


async def test_microsoft_knows_a_repeat_that_its_search_does_not_yet(
    fresh: Any, account: Microsoft, monkeypatch: pytest.MonkeyPatch
) -> None:
    account.cuts = "answer"
    with pytest.raises(ConnectionError):
        await made(fresh())

    async def nothing(self: GraphEvents, id: str) -> None:
        return None

    marked = GraphEvents.marked
    monkeypatch.setattr(GraphEvents, "marked", nothing)
    await made(fresh())
    assert len(account.calendars.main.events) == 1

    async def says_so(self: GraphEvents, *_: Any) -> Any:
        monkeypatch.setattr(GraphEvents, "marked", marked)
        raise Taken("There is one already.")

    monkeypatch.setattr(GraphEvents, "insert", says_so)
    monkeypatch.setattr(GraphEvents, "marked", nothing)
    event = await made(fresh(machine="two"))
    assert [one.id for one in await listed(fresh())] == [event.id]
    account.calendars.main.events.clear()
    with pytest.raises(TryAgain):
        await made(fresh(machine="three"))


@pytest.mark.parametrize("cut", ["request", "answer"])
async def test_a_change_of_which_the_answer_is_lost_is_made_once_and_can_be_taken_back(fresh: Any, account: Microsoft, cut: str) -> None:
    load(account, ONE)
    account.cuts = cut
    with pytest.raises(ConnectionError):
        await changed(fresh("u"), "a", title="אחר")
    done = await changed(fresh("u"), "a", title="אחר")
    assert (done.before.title, done.event.title, account.calendars.writes) == ("פגישה", "אחר", 2)
    account.cuts = cut
    with pytest.raises(ConnectionError):
        await store(fresh()).undo("u")
    assert await store(fresh()).undo("u")
    assert [one.title for one in await listed(fresh())] == ["פגישה"]


@pytest.mark.parametrize("lost", range(1, 4))
async def test_a_series_moves_whole_wherever_the_line_breaks(
    fresh: Any, account: Microsoft, lost: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(account, WEEKLY)
    before = await listed(fresh(), "2026-01-01", "2026-03-01")
    count, patch = 0, GraphEvents.patch

    async def breaking(self: Any, *args: Any, **rest: Any) -> Any:
        nonlocal count
        count += 1
        account.cuts = "answer" if count == lost else ""
        return await patch(self, *args, **rest)

    monkeypatch.setattr(GraphEvents, "patch", breaking)
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


async def test_what_somebody_changes_at_the_same_moment_is_not_overwritten(
    fresh: Any, account: Microsoft, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(account, ONE)
    patch = GraphEvents.patch

    async def late(self: Any, *args: Any, **rest: Any) -> Any:
        monkeypatch.undo()
        account.calendars.patch("a", {"subject": "של מישהו אחר"})
        return await patch(self, *args, **rest)

    monkeypatch.setattr(GraphEvents, "patch", late)
    with pytest.raises(TryAgain, match="somebody else"):
        await changed(fresh("u"), "a", start="2026-01-19T12:00")
    done = await changed(fresh("u"), "a", start="2026-01-19T12:00")
    assert (done.event.title, done.event.start.day) == ("של מישהו אחר", 19)


async def test_a_change_of_which_nobody_can_tell_is_not_guessed(fresh: Any, account: Microsoft) -> None:
    load(account, ONE)
    account.cuts = "answer"
    with pytest.raises(ConnectionError):
        await changed(fresh("u"), "a", title="אחר")
    account.calendars.patch("a", {"subject": "שלישי"})
    with pytest.raises(StepFailed, match="not known whether"):
        await changed(fresh("u"), "a", title="אחר")


@pytest.mark.parametrize(
    ("answer", "raised"),
    [
        ((429, {"error": {"code": "ApplicationThrottled"}}, {"Retry-After": "7"}), TryAgain),
        ((400, {"error": {"code": "ErrorInvalidRequest", "message": "Invalid"}}, {}), StepFailed),
        ((500, {}, {}), ConnectionError),
        ((503, b"<html>", {}), ConnectionError),
        ((201, b"{", {}), ConnectionError),
        ((201, b"[" * 100_000, {}), ConnectionError),
    ],
)
async def test_a_write_that_is_not_answered_well_says_whether_it_may_have_been_done(
    fresh: Any, account: Microsoft, monkeypatch: pytest.MonkeyPatch, answer: Any, raised: type[Exception]
) -> None:
    insert = GraphEvents.insert

    async def refused(self: Any, *args: Any) -> Any:
        account.refuses = [answer]
        return await insert(self, *args)

    monkeypatch.setattr(GraphEvents, "insert", refused)
    with pytest.raises(raised) as failed:
        await made(fresh())
    assert getattr(failed.value, "after", None) == (7.0 if answer[0] == 429 else None)
    monkeypatch.undo()
    event = await made(fresh())
    assert [found.id for found in await listed(fresh())] == [event.id]


@pytest.mark.parametrize("content", [b"", b"null", b"{", b"<html/>", b"[]"])
async def test_an_answer_that_is_none_ends_in_a_sentence(fresh: Any, account: Microsoft, content: bytes) -> None:
    one = fresh()
    await listed(one)
    account.refuses = [(200, content, {})]
    with pytest.raises(StepFailed, match="cannot be read") as failed:
        await listed(one)
    assert "connect test work" in failed.value.cure


TIME = {"dateTime": "2026-01-18T08:00:00.0000000", "timeZone": "UTC"}


@pytest.mark.parametrize(
    "items",
    [
        "none", None,
        [7, {}, {"id": "x"}, {"id": "y", "start": {"dateTime": "x"}, "end": {}}, {"id": "z", "start": TIME, "end": {"dateTime": 7}}],
        [{"id": "o", "type": "occurrence", "start": TIME, "end": TIME}],
        [{"id": "c", "isCancelled": True, "start": TIME, "end": TIME}],
    ],
)  # fmt: skip
async def test_what_makes_no_sense_among_events_is_left_out(fresh: Any, account: Microsoft, items: Any) -> None:
    one = fresh()
    await listed(one)
    account.refuses = [(200, {"value": items}, {})]
    assert await listed(one) == []


@pytest.mark.parametrize("told", [{"foo": 1}, {"id": 7}, {"id": "AAMkAG7=", "recurrence": 7, "start": {}, "end": 7}])
async def test_an_event_that_makes_no_sense_is_not_changed(fresh: Any, account: Microsoft, told: Any) -> None:
    load(account, WEEKLY)
    one = fresh()
    await listed(one)
    account.refuses = [(200, told, {})]
    with pytest.raises(TizmoretError):
        await deleted(one, "w")
    assert len(await listed(fresh(), "2026-01-01", "2026-03-01")) == 4


async def test_occurrences_that_make_no_sense_are_none(fresh: Any, account: Microsoft, monkeypatch: pytest.MonkeyPatch) -> None:
    load(account, WEEKLY)

    async def nonsense(*_: Any) -> Any:
        return [{"id": "x"}, {"id": "y", "originalStart": 7}, {"id": "z", "start": {"dateTime": "soon"}}]

    monkeypatch.setattr(GraphEvents, "instances", nonsense)
    with pytest.raises(NotFound, match="no event"):
        await changed(fresh(), "w#20260201T080000Z", title="אחר")


async def test_an_event_with_odd_fields_is_read_as_far_as_it_goes(fresh: Any, account: Microsoft) -> None:
    one = fresh()
    await listed(one)
    odd = {
        "attendees": [7, {"emailAddress": 7}],
        "body": 7,
        "location": [],
        "subject": None,
        "originalStartTimeZone": "Nowhere",
        "recurrence": 7,
    }
    account.refuses = [
        (200, {"value": [{"id": "odd", "start": TIME, "end": TIME, "singleValueExtendedProperties": [7, {"id": 7}], **odd}]}, {})
    ]
    (event,) = await listed(one)
    assert (event.id, event.title, event.attendees, event.recurrence, event.start.hour) == ("odd", "", [], None, 10)


async def test_an_answer_without_end_is_cut(fresh: Any, account: Microsoft, monkeypatch: pytest.MonkeyPatch) -> None:
    load(account, ONE)
    monkeypatch.setattr(rest_client, "MAX_BYTES", 100)
    with pytest.raises(TooLarge):
        await listed(fresh())


async def test_a_token_that_has_ended_is_renewed_in_the_middle(fresh: Any, account: Microsoft) -> None:
    one = fresh()
    await listed(one)
    account.expire()
    await made(one)
    assert account.asked.count("/common/oauth2/v2.0/token") == 2
    assert len(account.calendars.main.events) == 1


async def test_a_mailbox_that_is_at_work_itself_is_asked_again_later(fresh: Any, account: Microsoft) -> None:
    one = fresh()
    await listed(one)
    account.refuses = [(412, {"error": {"code": "ErrorIrresolvableConflict", "message": "The change key does not match."}}, {})]
    with pytest.raises(TryAgain, match="at work"):
        await listed(one)
