"""The work under way for one execution: its tasks, and what waits for its time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

STOP_GRACE = 5.0  # seconds that running calls get to stop


class Tasks:
    """ended: called when a task has ended by itself, with the error it raised, if it did."""

    def __init__(self, ended: Callable[[BaseException | None], None]) -> None:
        self._ended = ended
        self._tasks: set[asyncio.Task[None]] = set()
        self._acting: set[asyncio.Task[None]] = set()  # of them, calls with an effect
        self._timers: set[asyncio.TimerHandle] = set()

    @property
    def idle(self) -> bool:
        return not self._tasks and not self._timers

    def spawn(self, work: Coroutine[Any, Any, None], *, acts: bool = False) -> None:
        """acts: it has an effect outside, and gets time to end when the execution is handed over."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        if acts:
            self._acting.add(task)
        task.add_done_callback(self._one_ended)

    def later(self, seconds: float, act: Callable[[], None]) -> None:
        def fire() -> None:
            self._timers.discard(timer)
            act()

        timer = asyncio.get_running_loop().call_later(seconds, fire)
        self._timers.add(timer)

    async def stop(self) -> int:
        """Cancel everything but whoever calls this. Returns how many tasks did not stop."""
        for timer in self._timers:
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

    def _one_ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._acting.discard(task)
        if not task.cancelled():
            self._ended(task.exception())
