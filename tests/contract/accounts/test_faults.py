"""What becomes of a call when the server is away, refuses, breaks off or answers nonsense, and when somebody else is at the calendar too."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.contract.accounts.conftest import ONE, WEEKLY, Side, store
from tests.unit.tools.calendar_files import changed, listed, made, starts
from tizmoret.errors import StepFailed, TooLarge, TryAgain
from tizmoret.tools.calendar import create
from tizmoret.tools.providers import rest_client

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("cut", ["request", "answer"])
async def test_whatever_is_lost_an_event_is_made_once(fresh: Any, side: Side, cut: str) -> None:
    side.account.cuts = cut
    with pytest.raises(ConnectionError):
        await made(fresh())
    assert create.probe is not None
    assert (await create.probe(None, fresh()) is not None) == (cut == "answer")
    event = await made(fresh())
    assert [one.id for one in await listed(fresh())] == [event.id]
    assert side.stored == 1


@pytest.mark.parametrize("cut", ["request", "answer"])
async def test_a_change_of_which_the_answer_is_lost_is_made_once_and_can_be_taken_back(fresh: Any, side: Side, cut: str) -> None:
    side.load(ONE)
    side.account.cuts = cut
    with pytest.raises(ConnectionError):
        await changed(fresh("u"), "a", title="אחר")
    done = await changed(fresh("u"), "a", title="אחר")
    assert (done.before.title, done.event.title, side.writes) == ("פגישה", "אחר", 2)
    side.account.cuts = cut
    with pytest.raises(ConnectionError):
        await store(fresh()).undo("u")
    assert await store(fresh()).undo("u")
    assert [one.title for one in await listed(fresh())] == ["פגישה"]


def breaking(side: Side, monkeypatch: pytest.MonkeyPatch, lost: int) -> None:
    """The line breaks before the answer to the `lost`-th change."""
    count, patch = 0, side.events.patch

    async def patched(self: Any, *args: Any, **rest: Any) -> Any:
        nonlocal count
        count += 1
        side.account.cuts = "answer" if count == lost else ""
        return await patch(self, *args, **rest)

    monkeypatch.setattr(side.events, "patch", patched)


@pytest.mark.parametrize("lost", range(1, 4))
async def test_a_series_moves_whole_wherever_the_line_breaks(fresh: Any, side: Side, lost: int, monkeypatch: pytest.MonkeyPatch) -> None:
    side.load(WEEKLY)
    before = await listed(fresh(), "2026-01-01", "2026-03-01")
    breaking(side, monkeypatch, lost)
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


async def test_what_somebody_changes_at_the_same_moment_is_not_overwritten(fresh: Any, side: Side, monkeypatch: pytest.MonkeyPatch) -> None:
    side.load(ONE)
    patch = side.events.patch

    async def late(self: Any, *args: Any, **rest: Any) -> Any:
        monkeypatch.undo()
        side.retitle("a", "של מישהו אחר")
        return await patch(self, *args, **rest)

    monkeypatch.setattr(side.events, "patch", late)
    with pytest.raises(TryAgain, match="somebody else"):
        await changed(fresh("u"), "a", start="2026-01-19T12:00")
    done = await changed(fresh("u"), "a", start="2026-01-19T12:00")
    assert (done.event.title, done.event.start.day) == ("של מישהו אחר", 19)


async def test_a_change_of_which_nobody_can_tell_is_not_guessed(fresh: Any, side: Side) -> None:
    side.load(ONE)
    side.account.cuts = "answer"
    with pytest.raises(ConnectionError):
        await changed(fresh("u"), "a", title="אחר")
    side.retitle("a", "שלישי")
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
    fresh: Any, side: Side, monkeypatch: pytest.MonkeyPatch, answer: Any, raised: type[Exception]
) -> None:
    insert = side.events.insert

    async def refused(self: Any, *args: Any) -> Any:
        side.account.refuses = [answer]
        return await insert(self, *args)

    monkeypatch.setattr(side.events, "insert", refused)
    with pytest.raises(raised) as failed:
        await made(fresh())
    assert getattr(failed.value, "after", None) == (7.0 if answer[0] == 429 else None)
    monkeypatch.undo()
    event = await made(fresh())
    assert [found.id for found in await listed(fresh())] == [event.id]


@pytest.mark.parametrize("content", [b"", b"null", b"{", b"<html/>", b"[]"])
async def test_an_answer_that_is_none_ends_in_a_sentence(fresh: Any, side: Side, content: bytes) -> None:
    one = fresh()
    await listed(one)
    side.account.refuses = [(200, content, {})]
    with pytest.raises(StepFailed, match="cannot be read") as failed:
        await listed(one)
    assert "connect test work" in failed.value.cure


TIME = {"dateTime": "2026-01-18T08:00:00.0000000", "timeZone": "UTC"}


@pytest.mark.parametrize(
    "items",
    [
        "none", None,
        [7, {}, {"id": "x"}, {"id": "y", "start": {"dateTime": "x"}, "end": {}}, {"id": "z", "start": TIME, "end": {"dateTime": 7}}],
    ],
)  # fmt: skip
async def test_what_makes_no_sense_among_events_is_left_out(fresh: Any, side: Side, items: Any) -> None:
    one = fresh()
    await listed(one)
    side.account.refuses = [(200, {side.listing: items}, {})]
    assert await listed(one) == []


async def test_an_answer_without_end_is_cut(fresh: Any, side: Side, monkeypatch: pytest.MonkeyPatch) -> None:
    side.load(ONE)
    monkeypatch.setattr(rest_client, "MAX_BYTES", 100)
    with pytest.raises(TooLarge):
        await listed(fresh())


async def test_several_calls_at_once_sign_in_once(fresh: Any, side: Side) -> None:
    one = fresh()
    await asyncio.gather(*(listed(one) for _ in range(4)))
    assert len(side.account.access) == 1


async def test_a_token_that_has_ended_is_renewed_in_the_middle(fresh: Any, side: Side) -> None:
    one = fresh()
    await listed(one)
    side.account.expire()
    await made(one)
    assert side.stored == 1
