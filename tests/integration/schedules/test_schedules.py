"""Schedules over the real database: what is due is submitted once, whoever rings and whatever dies in between."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import psycopg
import pytest

from tizmoret.errors import BadInput, NotFound, TooLarge
from tizmoret.orchestrator import Tizmoret
from tizmoret.settings import Settings
from tizmoret.views import Schedule

pytestmark = pytest.mark.anyio


@pytest.fixture
async def tizmoret(settings: Settings) -> AsyncIterator[Tizmoret]:
    """It looks on, so that a test rings by itself."""
    async with Tizmoret.open(settings, run_engine=False) as opened:
        yield opened


def turn_back(settings: Settings, id: UUID, interval: str) -> None:
    """As if the schedule had been due so long ago."""
    assert settings.database_url is not None
    with psycopg.connect(settings.database_url, autocommit=True) as connection:
        connection.execute("set role tizmoret_worker")
        connection.execute("update schedules set next_at = date_trunc('minute', now()) - %s::interval where id = %s", (interval, id))


async def only(tizmoret: Tizmoret) -> Schedule:
    (schedule,) = await tizmoret.schedules.list()
    return schedule


async def runs(tizmoret: Tizmoret) -> int:
    return len((await tizmoret.executions.list(limit=200)).items)


async def test_what_is_due_is_submitted_once_and_the_next_time_is_set(tizmoret: Tizmoret, settings: Settings) -> None:
    made = await tizmoret.schedules.add("  בדוק את המערכת ", "* * * * *", user="dana")
    assert made.request == "בדוק את המערכת"
    assert await tizmoret.schedules.ring() == 0, "it is not due yet"

    turn_back(settings, made.id, "0 minutes")
    assert await tizmoret.schedules.ring() == 1
    assert await tizmoret.schedules.ring() == 0

    after = await only(tizmoret)
    (execution,) = (await tizmoret.executions.list()).items
    assert (execution.request, execution.user_id) == ("בדוק את המערכת", "dana")
    assert after.last_execution == execution.id
    assert made.next_at is not None
    assert after.next_at is not None
    assert after.next_at >= made.next_at


async def test_many_bells_ring_one_run(tizmoret: Tizmoret, settings: Settings) -> None:
    made = await tizmoret.schedules.add("check the system", "* * * * *")
    turn_back(settings, made.id, "0 minutes")

    await asyncio.gather(*(tizmoret.schedules.ring() for _ in range(8)))

    assert await runs(tizmoret) == 1


async def test_a_crash_between_the_run_and_the_next_time_submits_nothing_twice(tizmoret: Tizmoret, settings: Settings) -> None:
    made = await tizmoret.schedules.add("check the system", "0 0 1 1 *", overlap="allow")
    turn_back(settings, made.id, "0 minutes")
    await tizmoret.schedules.ring()
    due_at = (await only(tizmoret)).last_at
    assert settings.database_url is not None
    with psycopg.connect(settings.database_url, autocommit=True) as connection:  # the row as it was before
        connection.execute("set role tizmoret_worker")
        connection.execute("update schedules set next_at = %s, last_execution = null where id = %s", (due_at, made.id))

    assert await tizmoret.schedules.ring() == 1

    assert await runs(tizmoret) == 1


@pytest.mark.parametrize(("missed", "expected"), [("once", 1), ("skip", 0), ("all", 4)])
async def test_runs_that_were_missed(tizmoret: Tizmoret, settings: Settings, missed: str, expected: int) -> None:
    made = await tizmoret.schedules.add("check the system", "*/30 * * * *", missed=missed, overlap="allow")  # type: ignore[arg-type]
    assert made.next_at is not None
    assert settings.database_url is not None
    with psycopg.connect(settings.database_url, autocommit=True) as connection:
        connection.execute("set role tizmoret_worker")
        # The last time lies more than a minute back in any case, so that the test does not depend on the minute it runs in.
        connection.execute("update schedules set cron = to_char(now() at time zone timezone - interval '5 minutes', 'MI') || ' * * * *'")
        connection.execute("update schedules set next_at = date_trunc('minute', now() - interval '5 minutes' - interval '3 hours')")

    await tizmoret.schedules.ring()

    assert await runs(tizmoret) == expected
    after = await only(tizmoret)
    assert after.next_at is not None
    assert (after.skipped_at is not None) == (missed == "skip")


async def test_a_run_is_left_out_while_the_one_before_is_open(tizmoret: Tizmoret, settings: Settings) -> None:
    made = await tizmoret.schedules.add("check the system", "* * * * *")
    for _ in range(2):
        turn_back(settings, made.id, "0 minutes")
        await tizmoret.schedules.ring()

    assert await runs(tizmoret) == 1  # nobody drives it: it is still open
    assert (await only(tizmoret)).skipped_at is not None


async def test_a_paused_one_is_not_due_and_goes_on_from_now(tizmoret: Tizmoret, settings: Settings) -> None:
    made = await tizmoret.schedules.add("check the system", "0 * * * *", missed="all")
    assert (await tizmoret.schedules.pause(made.id)).paused
    turn_back(settings, made.id, "5 hours")
    assert await tizmoret.schedules.ring() == 0

    resumed = await tizmoret.schedules.resume(made.id)

    assert await tizmoret.schedules.ring() == 0, "what fell into the pause was not wanted"
    assert not resumed.paused
    assert resumed.next_at == made.next_at


async def test_a_process_that_drives_rings_by_itself(settings: Settings) -> None:
    async with Tizmoret.open(settings) as tizmoret:
        await tizmoret.schedules.add("check the system", "* * * * * *")  # each second
        for _ in range(400):
            last = (await only(tizmoret)).last_execution
            if last is not None:
                break
            await asyncio.sleep(0.05)
        assert last is not None
        assert (await tizmoret.wait(last)).status == "completed"


async def test_another_workspace_sees_and_touches_nothing(tizmoret: Tizmoret, settings: Settings) -> None:
    other = uuid4()
    assert settings.database_url is not None
    with psycopg.connect(settings.database_url, autocommit=True) as connection:
        connection.execute("set role tizmoret_worker")
        connection.execute("insert into workspaces (id, name) values (%s, 'other')", (other,))
    made = await tizmoret.schedules.add("check the system", "* * * * *")

    assert await tizmoret.schedules.list(workspace=other) == []
    for act in (tizmoret.schedules.pause, tizmoret.schedules.resume, tizmoret.schedules.remove):
        with pytest.raises(NotFound):
            await act(made.id, workspace=other)
    assert not (await only(tizmoret)).paused


@pytest.mark.parametrize(
    ("request_", "cron", "zone", "field"),
    [
        ("", "* * * * *", None, "query"),
        ("x", "odd", None, "cron"),
        ("x", "* * * * *", "Mars/Base", "timezone"),
        ("x", "* * * * *", "../etc", "timezone"),
    ],
)
async def test_what_cannot_be_scheduled_is_refused(tizmoret: Tizmoret, request_: str, cron: str, zone: str | None, field: str) -> None:
    with pytest.raises(BadInput) as caught:
        await tizmoret.schedules.add(request_, cron, timezone=zone)
    assert caught.value.field == field
    with pytest.raises(TooLarge):
        await tizmoret.schedules.add("x" * 20_001, "* * * * *")
    assert await tizmoret.schedules.list() == []
