"""The work under way for one execution: its tasks, and what waits for its time."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

STOP_GRACE = 5.0  # seconds that running calls get to stop


Ended = Callable[[BaseException | None], None]


class Tasks:
    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self._acting: set[asyncio.Task[None]] = set()  # of them, calls with an effect
        self._timers: dict[int, asyncio.TimerHandle] = {}
        self._numbers = itertools.count()

    @property
    def idle(self) -> bool:
        return not self._tasks and not self._timers

    def spawn(self, work: Coroutine[Any, Any, None], ended: Ended, *, acts: bool = False) -> None:
        """ended: called when it has ended by itself, with the error it raised, if it did. acts: it has an effect outside, and gets time to
        end when the execution is handed over."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        if acts:
            self._acting.add(task)
        task.add_done_callback(partial(self._one_ended, ended))

    def later(self, seconds: float, act: Callable[[], None]) -> None:
        number = next(self._numbers)
        self._timers[number] = asyncio.get_running_loop().call_later(seconds, self._fire, number, act)

    def _fire(self, number: int, act: Callable[[], None]) -> None:
        del self._timers[number]
        act()

    async def stop(self) -> int:
        """Cancel everything but whoever calls this. Returns how many tasks did not stop."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        tasks = self._tasks - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        if not tasks:
            return 0
        _, stubborn = await asyncio.wait(tasks, timeout=STOP_GRACE)
        return len(stubborn)

    async def stop_reading(self, grace: float) -> None:
        """Cancel what has no effect outside; wait `grace` seconds at the most for what has."""
        acting = set(self._acting)
        for task in self._tasks - acting:
            task.cancel()
        if acting and grace:
            await asyncio.wait(acting, timeout=grace)

    def _one_ended(self, ended: Ended, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._acting.discard(task)
        if not task.cancelled():
            ended(task.exception())
