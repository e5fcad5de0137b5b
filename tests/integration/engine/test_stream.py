"""Following an execution: every event once and in order, whoever else follows it, and for nobody of another workspace."""

from __future__ import annotations

import asyncio

import pytest

from tests.integration.engine.conftest import plan, step
from tizmoret.errors import NotFound
from tizmoret.ids import uuid7
from tizmoret.orchestrator import Tizmoret

pytestmark = pytest.mark.anyio


async def _seqs(tizmoret: Tizmoret, id: object, after: int = 0) -> list[int]:
    return [event.seq async for event in tizmoret.events(id, after)]  # type: ignore[arg-type]


async def test_all_who_follow_get_every_event_once_wherever_they_begin(tizmoret: Tizmoret) -> None:
    execution = await tizmoret.submit("", plan=plan(*(step(f"s{i}", "add", seconds=0.001) for i in range(700))))
    early = [asyncio.create_task(_seqs(tizmoret, execution.id, after)) for after in (0, 0, 1)]
    async for event in tizmoret.events(execution.id):
        if event.seq == 700:
            break
    late = [asyncio.create_task(_seqs(tizmoret, execution.id, after)) for after in (0, 7, 690, 690)]
    end = (await tizmoret.wait(execution.id)).seq
    assert end > 1000  # more than one page, and more than is kept in memory
    for task, after in zip([*early, *late], (0, 0, 1, 0, 7, 690, 690), strict=True):
        assert await task == list(range(after + 1, end + 1))


async def test_whoever_comes_after_the_end_gets_the_whole_log_or_nothing(tizmoret: Tizmoret) -> None:
    done = await tizmoret.wait((await tizmoret.submit("", plan=plan(step("a", "add")))).id)
    assert await _seqs(tizmoret, done.id) == list(range(1, done.seq + 1))
    assert await _seqs(tizmoret, done.id, done.seq) == []
    assert await _seqs(tizmoret, done.id, 10**9) == []


async def test_another_workspace_cannot_follow_though_somebody_of_its_own_does(tizmoret: Tizmoret) -> None:
    execution = await tizmoret.submit("", plan=plan(step("a", "gated")))
    following = tizmoret.batches(execution.id)
    assert await anext(following)
    with pytest.raises(NotFound):
        await anext(tizmoret.batches(execution.id, workspace=uuid7()))
    assert [event.seq for event in await anext(following)] != [1]
    await following.aclose()


async def test_nobody_follows_what_does_not_exist(tizmoret: Tizmoret) -> None:
    with pytest.raises(NotFound):
        await anext(tizmoret.events(uuid7()))


async def test_a_flow_ends_with_an_execution_that_is_cancelled(tizmoret: Tizmoret) -> None:
    execution = await tizmoret.submit("", plan=plan(step("a", "gated")))
    await tizmoret.wait(execution.id)
    told = asyncio.create_task(_seqs(tizmoret, execution.id))
    await tizmoret.cancel(execution.id, by="test")
    assert await told == list(range(1, (await tizmoret.executions.get(execution.id)).seq + 1))
