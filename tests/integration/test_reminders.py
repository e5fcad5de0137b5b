"""A reminder is its member's until they have dismissed it: over restarts, in every process, and nobody else's."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Sequence
from uuid import UUID

import pytest

from tests.integration.test_saved_filters import workspace
from tizmoret.errors import NotFound
from tizmoret.orchestrator import Tizmoret
from tizmoret.plan.model import Plan, Step
from tizmoret.settings import Settings

pytestmark = pytest.mark.anyio
AT = dt.datetime.now(dt.UTC).replace(microsecond=0) - dt.timedelta(hours=1)
MINUTE = dt.timedelta(minutes=1)


async def add(tizmoret: Tizmoret, title: str, *, user: str = "dana", at: dt.datetime = AT, workspace: UUID | None = None) -> None:
    step = Step(id="task", tool="tasks.add", args={"title": title, "remind": at.isoformat()})
    made = await tizmoret.submit("", plan=Plan(steps=(step,)), user=user, workspace=workspace)
    assert (await tizmoret.wait(made.id, 30, workspace=workspace)).status == "completed"


async def due(tizmoret: Tizmoret, member: str = "dana", now: dt.datetime | None = None) -> Sequence[str]:
    return [one.title for one in await tizmoret.reminders.list(member, now=now) if one.due]


async def test_it_is_due_at_its_time_and_until_it_is_dismissed_also_over_a_restart(settings: Settings) -> None:
    async with Tizmoret.open(settings) as tizmoret:
        await add(tizmoret, "להתקשר לדנה")
        (known,) = await tizmoret.reminders.list("dana", now=AT - MINUTE)
        assert (known.due, known.at) == (False, AT)
        assert await due(tizmoret, now=AT) == ["להתקשר לדנה"]
    async with Tizmoret.open(settings) as tizmoret, Tizmoret.open(settings) as peer:
        assert await due(tizmoret) == await due(peer) == ["להתקשר לדנה"]
        await asyncio.gather(*(one.reminders.dismiss(known.id, "dana") for one in (tizmoret, tizmoret)))
        assert await due(tizmoret) == await due(peer) == []
        with pytest.raises(NotFound):
            await peer.reminders.dismiss(known.id, "dana")
    async with Tizmoret.open(settings) as tizmoret:
        assert await tizmoret.reminders.list("dana") == []


async def test_one_that_is_put_off_comes_back_and_one_whose_task_is_done_does_not(settings: Settings) -> None:
    async with Tizmoret.open(settings) as tizmoret:
        await add(tizmoret, "Call Dana")
        (known,) = await tizmoret.reminders.list("dana")
        await tizmoret.reminders.snooze(known.id, "dana", 10)
        (later,) = await tizmoret.reminders.list("dana")
        assert (later.id, later.due, later.remind_at) == (known.id, False, AT)
        assert await due(tizmoret, now=later.at) == ["Call Dana"]
        done = Plan(steps=(Step(id="done", tool="tasks.complete", args={"task": known.task}),))
        await tizmoret.wait((await tizmoret.submit("", plan=done)).id)
        assert await due(tizmoret, now=later.at) == []


async def test_nobody_elses_is_seen_or_dismissed_and_one_that_no_member_asked_for_is_everybodys(settings: Settings) -> None:
    async with Tizmoret.open(settings) as tizmoret:
        other = await workspace(tizmoret.database)
        await add(tizmoret, "Call Dana")
        await add(tizmoret, "elsewhere", workspace=other)
        (known,) = await tizmoret.reminders.list("dana")
        assert await due(tizmoret, "yoav") == []
        for member, place in (("yoav", None), ("dana", other)):
            with pytest.raises(NotFound):
                await tizmoret.reminders.dismiss(known.id, member, workspace=place)
        file = next(tizmoret.workplaces.folder(tizmoret.workspace).glob("tasks/*.ics"))
        file.with_name("shared.ics").write_bytes(
            b"".join(line for line in file.read_bytes().splitlines(keepends=True) if b"WHOSE" not in line).replace(b"Call Dana", b"Call Noa")
            .replace(known.task.encode(), b"from-elsewhere")
        )  # fmt: skip
        (shared,) = await tizmoret.reminders.list("yoav")
        await tizmoret.reminders.dismiss(shared.id, "yoav")
        assert (await due(tizmoret, "yoav"), await due(tizmoret)) == ([], ["Call Dana", "Call Noa"])


async def test_another_process_hears_that_one_was_dismissed(settings: Settings) -> None:
    async with Tizmoret.open(settings) as tizmoret, Tizmoret.open(settings) as peer:
        await add(tizmoret, "Call Dana")
        (known,) = await tizmoret.reminders.list("dana")
        changes = peer.changes()
        heard = asyncio.ensure_future(anext(changes))
        await asyncio.sleep(0)
        await tizmoret.reminders.dismiss(known.id, "dana")
        async with asyncio.timeout(30):
            await heard
        assert await due(peer) == []
