"""People are reminded of a task at its time: once, by what was connected for telling them, also when several processes look."""

from __future__ import annotations

import asyncio
import datetime as dt

import pytest

from tests.wire.ntfy import TOKEN, Ntfy
from tests.wire.serving import Answer
from tizmoret import reminder_notices
from tizmoret.connections.connection import Wanted
from tizmoret.orchestrator import Tizmoret
from tizmoret.plan.model import Plan, Step

pytestmark = pytest.mark.anyio
AT = dt.datetime(2026, 3, 11, 9, 0, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)


async def add(tizmoret: Tizmoret, title: str, *, done: bool = False, at: dt.datetime = AT) -> None:
    steps = [Step(id="task", tool="tasks.add", args={"title": title, "remind": at.isoformat()})]
    if done:
        steps.append(Step(id="done", tool="tasks.complete", args={"task": {"$from": "task.task.id"}}))
    execution = await tizmoret.wait((await tizmoret.submit("", plan=Plan(steps=tuple(steps)))).id)
    assert execution.status == "completed"


async def test_once_at_its_time_and_not_before(tizmoret: Tizmoret, phone: Ntfy) -> None:
    await add(tizmoret, "להתקשר לדנה")
    assert await tizmoret.reminder_notices.sweep(AT - MINUTE) == 0
    told = await asyncio.gather(*(tizmoret.reminder_notices.sweep(AT + MINUTE) for _ in range(4)))
    assert (sorted(told), await tizmoret.reminder_notices.sweep(AT + 2 * MINUTE)) == ([0, 0, 0, 1], 0)
    (made,) = phone.messages
    assert (made["title"], made["message"]) == ("תזכורת", "להתקשר לדנה")


async def test_not_of_what_is_done_nor_what_is_long_past_nor_by_who_was_not_asked_to(tizmoret: Tizmoret, phone: Ntfy) -> None:
    await add(tizmoret, "Call Dana", done=True)
    await add(tizmoret, "Call Yoav", at=AT - dt.timedelta(days=3))
    await add(tizmoret, "Call Noa", at=AT + dt.timedelta(days=3))
    assert await tizmoret.reminder_notices.sweep(AT + MINUTE) == 0
    await tizmoret.connections.add(Wanted("phone", "ntfy", f"{phone.address}/farm-7", {}, TOKEN))
    assert (await tizmoret.reminder_notices.sweep(AT + dt.timedelta(days=3)), phone.messages) == (0, [])


async def test_what_did_not_go_out_is_tried_again_and_the_connection_says_why(
    tizmoret: Tizmoret, phone: Ntfy, monkeypatch: pytest.MonkeyPatch
) -> None:
    await add(tizmoret, "Call Dana")
    monkeypatch.setattr(reminder_notices, "AGAIN", 0.0)
    phone.says = [Answer(413)]
    assert await tizmoret.reminder_notices.sweep(AT + MINUTE) == 0
    (known,) = await tizmoret.connections.list()
    assert known.trouble
    assert await tizmoret.reminder_notices.sweep(AT + MINUTE) == 1
