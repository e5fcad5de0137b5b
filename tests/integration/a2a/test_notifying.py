"""Telling places how tasks go on when something goes wrong: receivers that are away, say no or say nothing, processes that die, rights that end."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import UUID

import psycopg
import pytest
from structlog.testing import capture_logs

from tests.wire.receiver import Receiver
from tests.wire.serving import Answer
from tizmoret import push_configs
from tizmoret.a2a import notifying
from tizmoret.a2a.notifying import Notifier
from tizmoret.access.access import Access
from tizmoret.errors import NotFound
from tizmoret.orchestrator import Tizmoret
from tizmoret.plan.model import Plan, Step
from tizmoret.push_configs import Wanted
from tizmoret.settings import Settings
from tizmoret.tools.providers.guarded import Way

pytestmark = pytest.mark.anyio
LOOK = Plan(goal="look", steps=(Step(id="one", tool="time.now"),))
ASK = Plan(goal="write", steps=(Step(id="one", tool="calendar.create", args={"title": "Budget", "start": "2030-01-06T10:00:00"}),))


@pytest.fixture
async def tizmoret(open_settings: Settings) -> AsyncIterator[Tizmoret]:
    async with Tizmoret.open(open_settings) as opened:
        yield opened


async def begun(tizmoret: Tizmoret, place: Receiver, plan: Plan = LOOK, *, key: UUID | None = None, **secrets: str) -> UUID:
    """A task that has come as far as it can, of which nobody has been told yet."""
    id = (await tizmoret.submit("", plan=plan)).id
    await tizmoret.conversations.begin(id, "farm-7", "", {"messageId": "1"})
    await tizmoret.wait(id)
    await tizmoret.push_configs.set(id, Wanted("here", place.address, **secrets), key=key)
    return id


async def sweeps(tizmoret: Tizmoret, times: int) -> Sequence[int]:
    return [await Notifier(tizmoret).sweep() for _ in range(times)]


def due_now(settings: Settings) -> None:
    """As if the waiting were over."""
    with psycopg.connect(settings.database_url or "", autocommit=True) as connection:
        connection.execute("update push_configs set due_at = now() where due_at is not null")


def states(place: Receiver) -> list[str]:
    found = [one.get("task") or one["statusUpdate"] for one in place.told]
    return [one["status"]["state"].removeprefix("TASK_STATE_") for one in found]


async def test_each_state_is_told_once_whatever_else_happens(tizmoret: Tizmoret, place: Receiver) -> None:
    id = await begun(tizmoret, place, ASK)
    assert await sweeps(tizmoret, 2) == [1, 0]
    await tizmoret.pause(id, by="dana")
    await tizmoret.resume(id, by="dana")
    await tizmoret.wait(id)
    await sweeps(tizmoret, 1)
    (gate,) = await tizmoret.executions.approvals(id, status="pending")
    await tizmoret.reject(id, gate.id, by="dana")
    await tizmoret.wait(id)
    assert await sweeps(tizmoret, 2) == [1, 0]
    assert (states(place)[0], len(set(states(place))), states(place)[-1]) == ("INPUT_REQUIRED", len(states(place)), "COMPLETED")


async def test_of_several_processes_one_tells(tizmoret: Tizmoret, open_settings: Settings, place: Receiver) -> None:
    for _ in range(5):
        await begun(tizmoret, place)
    async with Tizmoret.open(open_settings, run_engine=False) as other:
        told = await asyncio.gather(*(Notifier(one).sweep() for one in (tizmoret, other, tizmoret, other)))
    assert (sum(told), len({one["task"]["id"] for one in place.told}), len(place.asked)) == (5, 5, 5)


async def test_a_receiver_that_is_away_is_told_when_it_is_back_and_no_redirect_is_followed(
    tizmoret: Tizmoret, place: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    await begun(tizmoret, place)
    place.says = [Answer(503), None, Answer(404), Answer(302, {"Location": f"{place.address}/elsewhere"})]
    assert (await sweeps(tizmoret, 2), len(place.asked)) == ([0, 0], 1)  # not at once
    monkeypatch.setattr(notifying, "FIRST_WAIT", 0.0)
    due_now(tizmoret.settings)
    assert await sweeps(tizmoret, 5) == [0, 0, 0, 1, 0]
    assert (set(states(place)), {one.path for one in place.asked}) == ({"COMPLETED"}, {"/"})


async def test_one_that_never_says_yes_is_given_up_and_asked_again_only_when_it_is_set_anew(tizmoret: Tizmoret, place: Receiver) -> None:
    id = await begun(tizmoret, place)
    place.says = [Answer(500), Answer(429, {"Retry-After": "60"}), *[Answer(400)] * 20]
    with capture_logs() as said:
        for _ in range(notifying.ATTEMPTS + 2):
            due_now(tizmoret.settings)
            await sweeps(tizmoret, 1)
    assert len(place.asked) == notifying.ATTEMPTS
    assert [one["again_in"] for one in said if "again_in" in one] == [5, 60, 20, 40, 80, 160, 320, 640, 1280]
    (given_up,) = [one for one in said if one["log_level"] == "warning"]
    assert (given_up["task"], given_up["trouble"], given_up["attempts"]) == (str(id), "answered 400", notifying.ATTEMPTS)
    place.says = []
    await tizmoret.push_configs.set(id, Wanted("here", place.address), key=None)
    assert await sweeps(tizmoret, 2) == [1, 0]


async def test_one_that_is_gone_for_good_is_given_up_at_once(tizmoret: Tizmoret, place: Receiver) -> None:
    await begun(tizmoret, place)
    place.says = [Answer(410)]
    await sweeps(tizmoret, 1)
    due_now(tizmoret.settings)
    assert (await sweeps(tizmoret, 1), len(place.asked)) == ([0], 1)


async def test_one_that_says_nothing_is_not_waited_for_and_tried_again(
    tizmoret: Tizmoret, place: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    await begun(tizmoret, place)
    place.waits = threading.Event()
    monkeypatch.setattr(notifying, "TIMEOUT", 0.05)
    with capture_logs() as said:
        assert (await sweeps(tizmoret, 1), len(place.asked)) == ([0], 1)
    assert said[0]["trouble"] == "no answer within 0.05 seconds"
    place.waits.set()
    monkeypatch.undo()
    due_now(tizmoret.settings)
    assert await sweeps(tizmoret, 2) == [1, 0]


async def test_what_a_process_was_at_when_it_died_is_told_by_the_next(open_settings: Settings, place: Receiver) -> None:
    """It dies once before it has told anything, and once after the receiver has it and before that is noted: then it comes twice, alike."""
    async with Tizmoret.open(open_settings) as first:
        await begun(first, place)
        assert len(await first.push_configs.take()) == 1
    async with Tizmoret.open(open_settings) as second:
        assert await sweeps(second, 1) == [0]  # somebody may still be at it
        due_now(open_settings)
        place.waits = threading.Event()
        telling = asyncio.create_task(Notifier(second).sweep())
        await asyncio.to_thread(place.next)
        telling.cancel()
        await asyncio.gather(telling, return_exceptions=True)
        place.waits.set()
    async with Tizmoret.open(open_settings) as third:
        due_now(open_settings)
        assert await sweeps(third, 2) == [1, 0]
    assert place.told[0] == place.told[1]
    assert len(place.told) == 2


async def test_a_name_that_leads_inside_by_now_is_not_followed(tizmoret: Tizmoret, place: Receiver) -> None:
    leads: list[str] = ["93.184.216.34", "127.0.0.1"]  # DNS rebinding

    async def resolve(host: str, port: int) -> Sequence[str]:
        return [leads.pop(0)]

    id = await begun(tizmoret, place)
    tizmoret.push_configs.way = Way(resolve=resolve)
    port = place.address.rpartition(":")[2]
    await tizmoret.push_configs.set(id, Wanted("here", f"http://receiver.example:{port}/"), key=None)
    with capture_logs() as said:
        assert await sweeps(tizmoret, 1) == [0]
    assert (leads, place.asked) == ([], [])
    assert "not on the public internet" in said[0]["trouble"]


async def test_who_may_no_longer_follow_a_task_is_told_nothing_more(tizmoret: Tizmoret, place: Receiver) -> None:
    access = Access(tizmoret.database)
    await access.members.add("Dana", "member", by=access.owner)
    key = (await access.keys.create("Dana", by=access.owner)).id
    id = await begun(tizmoret, place, key=key)
    await access.members.change("Dana", "viewer", by=access.owner)
    assert await sweeps(tizmoret, 1) == [0]
    await access.members.change("Dana", "member", by=access.owner)
    assert await sweeps(tizmoret, 1) == [1]
    await access.keys.revoke(key, by=access.owner)
    with pytest.raises(NotFound):
        await tizmoret.push_configs.get(id, "here")


async def test_secrets_are_sealed_and_go_with_their_task(tizmoret: Tizmoret, place: Receiver) -> None:
    id = await begun(tizmoret, place, scheme="Bearer", credentials="canary-one", token="canary-two")

    def rows() -> list[tuple[Any, ...]]:
        with psycopg.connect(tizmoret.settings.database_url or "", autocommit=True) as connection:
            return connection.execute("select p::text, encode(sealed, 'escape') from push_configs p").fetchall()

    assert (len(rows()), "canary" in str(rows())) == (1, False)
    await tizmoret.delete(id)
    assert (rows(), await sweeps(tizmoret, 1), place.asked) == ([], [0], [])


async def test_a_workspace_with_many_does_not_hold_up_another(tizmoret: Tizmoret, place: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(push_configs, "OF_ONE", 2)
    for _ in range(3):
        await begun(tizmoret, place)
    assert await sweeps(tizmoret, 3) == [2, 1, 0]
