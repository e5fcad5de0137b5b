"""Tasks are stopped, also those that a cancellation does not reach at once."""

from __future__ import annotations

import asyncio

import pytest

from tizmoret import loop

pytestmark = pytest.mark.anyio


async def test_one_that_has_swallowed_a_cancellation_is_stopped_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "AGAIN", 0.01)
    swallowed = []

    async def deaf() -> None:
        while True:
            try:
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                if swallowed:
                    raise
                swallowed.append(True)

    async def broken() -> None:
        raise ValueError

    tasks = [asyncio.create_task(one) for one in (deaf(), broken(), asyncio.sleep(3600))]
    await asyncio.sleep(0)
    async with asyncio.timeout(10):
        await loop.stop(tasks)
    assert swallowed
    assert [task.cancelled() for task in tasks] == [True, False, True]


async def test_none_are_stopped_at_once() -> None:
    await loop.stop([])
