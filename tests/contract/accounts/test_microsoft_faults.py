"""What only Microsoft answers, or leaves out, and what becomes of the call then."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.accounts.conftest import WEEKLY, Side
from tests.unit.tools.calendar_files import changed, deleted, listed, made
from tests.wire.microsoft import Microsoft
from tizmoret.errors import NotFound, TizmoretError, TryAgain
from tizmoret.tools.providers.graph_events import GraphEvents
from tizmoret.tools.providers.rest_client import Taken

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("side", ["microsoft"], indirect=True)]


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


TIME = {"dateTime": "2026-01-18T08:00:00.0000000", "timeZone": "UTC"}


@pytest.mark.parametrize("told", [{"foo": 1}, {"id": 7}, {"id": "AAMkAG7=", "recurrence": 7, "start": {}, "end": 7}])
async def test_an_event_that_makes_no_sense_is_not_changed(fresh: Any, side: Side, account: Microsoft, told: Any) -> None:
    side.load(WEEKLY)
    one = fresh()
    await listed(one)
    account.refuses = [(200, told, {})]
    with pytest.raises(TizmoretError):
        await deleted(one, "w")
    assert len(await listed(fresh(), "2026-01-01", "2026-03-01")) == 4


async def test_occurrences_that_make_no_sense_are_none(fresh: Any, side: Side, monkeypatch: pytest.MonkeyPatch) -> None:
    side.load(WEEKLY)

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


async def test_a_mailbox_that_is_at_work_itself_is_asked_again_later(fresh: Any, account: Microsoft) -> None:
    one = fresh()
    await listed(one)
    account.refuses = [(412, {"error": {"code": "ErrorIrresolvableConflict", "message": "The change key does not match."}}, {})]
    with pytest.raises(TryAgain, match="at work"):
        await listed(one)


@pytest.mark.parametrize(
    "odd", [{"id": "o", "type": "occurrence", "start": TIME, "end": TIME}, {"id": "c", "isCancelled": True, "start": TIME, "end": TIME}]
)
async def test_what_is_no_event_of_its_own_is_left_out(fresh: Any, account: Microsoft, odd: Any) -> None:
    one = fresh()
    await listed(one)
    account.refuses = [(200, {"value": [odd]}, {})]
    assert await listed(one) == []
