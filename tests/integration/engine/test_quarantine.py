"""What is put aside: executions over which the engine fails again and again, which bring processes down, or which cannot be read."""

from __future__ import annotations

import asyncio
import os
import signal
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.integration.engine import quarantine_victim
from tests.integration.engine.conftest import effects, happened, let_go, plan, step
from tests.warm import Process
from tizmoret.engine import quarantine
from tizmoret.engine.dispatch import letting_go
from tizmoret.engine.driver import Driver
from tizmoret.errors import Conflict
from tizmoret.orchestrator import Tizmoret
from tizmoret.settings import Dispatch, Settings
from tizmoret.views import Execution

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two attempts instead of ten, and no long pauses between them."""
    monkeypatch.setattr(quarantine, "MAX_ATTEMPTS", 2)
    monkeypatch.setattr(letting_go, "LONGEST_REST", 0.05)


class Bug:
    """A fault of the engine at the end of every execution, until it is mended."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        finish = Driver._finish
        self.mended = False

        async def fail(driver: Driver, course: Any, failed: bool) -> None:
            if not self.mended:
                raise ZeroDivisionError("a fault of the engine")
            await finish(driver, course, failed)

        monkeypatch.setattr(Driver, "_finish", fail)


async def put_aside(tizmoret: Tizmoret) -> Execution:
    execution = await tizmoret.submit("", plan=plan(step("a", "write", n=1)))
    return await tizmoret.wait(execution.id)


async def test_an_execution_over_which_the_engine_keeps_failing_is_put_aside_with_its_trace(
    tizmoret: Tizmoret, monkeypatch: pytest.MonkeyPatch
) -> None:
    Bug(monkeypatch)
    done = await put_aside(tizmoret)
    assert done.status == "quarantined"
    assert done.error is not None
    assert "a fault of the engine" in done.error.detail
    failures = [event.data async for event in tizmoret.events(done.id) if event.kind == "engine.failed"]
    assert len(failures) == 3
    assert all("in fail" in failure["trace"] and failure["error"] == "ZeroDivisionError: a fault of the engine" for failure in failures)
    assert (await tizmoret.executions.list(status="quarantined")).items[0].id == done.id
    assert tizmoret.driving == 0


async def test_a_failure_that_cannot_be_written_down_holds_nobody_up(tizmoret: Tizmoret, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database is gone when the engine fails: the process can be stopped all the same."""
    monkeypatch.setattr(quarantine, "PATIENCE", 0.1)
    execution = await tizmoret.submit("", plan=plan(step("a", "add", held=True)))
    await happened(tizmoret, execution.id, "step.started")
    back, write = asyncio.Event(), tizmoret._journal._write_until_it_answers

    async def no_answer(transitions: Any) -> Any:
        await back.wait()
        return await write(transitions)

    monkeypatch.setattr(tizmoret._journal, "_write_until_it_answers", no_answer)
    tizmoret._dispatcher._drivers._drivers[execution.id]._end(ZeroDivisionError("a fault of the engine"))  # type: ignore[attr-defined]
    let_go(tizmoret)
    ended = asyncio.create_task(tizmoret.ended(execution.id))
    hand_over = asyncio.create_task(tizmoret.hand_over())
    done, _ = await asyncio.wait([hand_over], timeout=30)
    back.set()
    await asyncio.gather(ended, hand_over)
    assert done


async def test_what_was_put_aside_is_resumed_and_repeats_nothing(tizmoret: Tizmoret, monkeypatch: pytest.MonkeyPatch) -> None:
    bug = Bug(monkeypatch)
    done = await put_aside(tizmoret)
    await tizmoret.resume(done.id, by="dana")
    again = await tizmoret.wait(done.id)
    assert again.status == "quarantined"  # it is not mended yet
    bug.mended = True
    await tizmoret.resume(done.id, by="dana")
    last = await tizmoret.wait(done.id)
    assert (last.status, last.error, last.answer) == ("completed", None, "n=1")
    assert len(effects(tizmoret)) == 1
    with pytest.raises(Conflict):
        await tizmoret.resume(done.id, by="dana")


async def test_undoing_that_was_put_aside_goes_on_as_undoing(tizmoret: Tizmoret, monkeypatch: pytest.MonkeyPatch) -> None:
    execution = await tizmoret.submit("", plan=plan(step("a", "write", n=1)))
    await tizmoret.wait(execution.id)
    take_back, broken = Driver._take_back, True

    async def fail(driver: Driver, undo: Any) -> None:
        if broken:
            raise ZeroDivisionError("a fault of the engine")
        await take_back(driver, undo)

    monkeypatch.setattr(Driver, "_take_back", fail)
    await tizmoret.undo(execution.id, by="dana")
    assert (await tizmoret.wait(execution.id)).status == "quarantined"
    broken = False
    await tizmoret.resume(execution.id, by="dana")
    done = await tizmoret.wait(execution.id)
    assert (done.status, done.answer) == ("undone", "Not undone: a — it cannot be taken back.")


@pytest.mark.parametrize("data", ['{"kind": "step.started", "step": "g"}', '{"kind": "from.tomorrow"}'])
async def test_a_log_that_cannot_be_read_keeps_nobody_else_waiting(tizmoret: Tizmoret, settings: Settings, data: str) -> None:
    """What is claimed with it, and whoever comes later, goes on."""
    first = await tizmoret.submit("", plan=plan(step("g", "gated", n=1)))
    await tizmoret.wait(first.id)
    await tizmoret.ended(first.id)
    async with tizmoret._database.worker_tx() as connection:
        await connection.execute(
            "insert into events (workspace_id, execution_id, seq, kind, data) select workspace_id, id, seq + 1, 'x', %s from executions "
            "where id = %s", (data, first.id),
        )  # fmt: skip
        await connection.execute("update executions set seq = seq + 1, status = 'running' where id = %s", (first.id,))
    later = [await tizmoret.submit("", plan=plan(step("a", "add", n=n))) for n in range(3)]
    assert {(await tizmoret.wait(one.id)).status for one in later} == {"completed"}
    while (await tizmoret.executions.get(first.id)).status == "running":  # noqa: ASYNC110 - it is found by the next look round
        await asyncio.sleep(0.05)
    aside = await tizmoret.executions.get(first.id)
    assert aside.status == "quarantined"
    assert aside.error is not None
    assert "cannot be read" in aside.error.detail
    await tizmoret.delete(first.id)


@pytest.mark.parametrize("dispatch", ["inline", pytest.param("dbos", marks=pytest.mark.long)])
async def test_an_execution_that_brings_processes_down_is_put_aside(
    home: Path, database_url: str, settings: Settings, dispatch: Dispatch
) -> None:
    env = {**os.environ, "DATABASE_URL": database_url, "TIZMORET_DISPATCH": dispatch}
    for _ in range(3):
        victim = Process("tests.integration.engine.quarantine_victim", str(home), env=env)
        assert await asyncio.to_thread(victim.wait, 60) == -signal.SIGKILL
    async with Tizmoret.open(replace(settings, dispatch=dispatch), catalog=quarantine_victim.CATALOG) as tizmoret:
        (execution,) = (await tizmoret.executions.list()).items
        done = await tizmoret.wait(execution.id)
        assert done.status == "quarantined"
        assert done.error is not None
        assert "running then: deadly" in done.error.detail
        taken = [event async for event in tizmoret.events(done.id) if event.kind == "execution.taken"]
        assert len(taken) == 2
