"""A server that keeps failing is left alone for a while."""

from __future__ import annotations

import pytest

from tizmoret.connections.breaker import FAILURES, PAUSE, Breaker
from tizmoret.errors import StepFailed, TryAgain

pytestmark = pytest.mark.anyio


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


async def fail(breaker: Breaker, error: Exception, server: str = "a") -> None:
    with pytest.raises(type(error)):
        async with breaker.call(server, server):
            raise error


async def test_after_several_failures_nobody_calls_until_the_pause_is_over() -> None:
    clock = Clock()
    breaker = Breaker(clock)
    for _ in range(FAILURES):
        await fail(breaker, ConnectionError())
    with pytest.raises(TryAgain, match="left alone") as refused:
        async with breaker.call("a", "a"):
            pytest.fail("it was called")
    assert refused.value.after == PAUSE
    async with breaker.call("b", "b"):
        pass

    clock.now += PAUSE
    await fail(breaker, TryAgain("still away"))
    with pytest.raises(TryAgain, match="left alone"):
        async with breaker.call("a", "a"):
            pytest.fail("it was called")

    clock.now += PAUSE
    async with breaker.call("a", "a"):
        pass
    await fail(breaker, TryAgain("once"))
    async with breaker.call("a", "a"):
        pass


async def test_a_refusal_is_an_answer() -> None:
    breaker = Breaker(Clock())
    for _ in range(FAILURES - 1):
        await fail(breaker, TryAgain("away"))
    await fail(breaker, StepFailed("no"))
    for _ in range(FAILURES - 1):
        await fail(breaker, TryAgain("away"))
    async with breaker.call("a", "a"):
        pass
