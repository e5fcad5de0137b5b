"""A process of the simulation: an event loop that runs one callback at a time, when the world says so, by a clock of its own.

asyncio's own loop does the rest, so that what runs on it is the engine as it is. A loop that is no longer stepped is a process that was
killed; one that is stepped again much later is a process that was stopped (SIGSTOP)."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import Callable
from typing import Any

_numbers = itertools.count()


class _Task(asyncio.Task[Any]):
    """Hashed by a number instead of an address, so that sets of tasks have the same order in every run."""

    def __new__(cls, *args: Any, **named: Any) -> _Task:
        task = super().__new__(cls)
        task.number = next(_numbers)
        return task

    def __hash__(self) -> int:
        return self.number


def _task(loop: Any, work: Any, **named: Any) -> _Task:
    return _Task(work, loop=loop, **named)


class VirtualLoop(asyncio.BaseEventLoop):
    """drift: how fast its clock goes; 1.01 gains a hundredth of a second in each."""

    def __init__(self, world_time: Callable[[], float], drift: float) -> None:
        super().__init__()
        self._world_time = world_time
        self._drift = drift
        self.set_task_factory(_task)
        self.set_exception_handler(lambda loop, context: None)

    def time(self) -> float:
        return self._world_time() * self._drift

    def due(self) -> float | None:
        """World time of its next callback, or None when it has none."""
        if self._ready:
            return self._world_time()
        while self._scheduled and self._scheduled[0]._cancelled:
            heapq.heappop(self._scheduled)._scheduled = False
        return self._scheduled[0]._when / self._drift if self._scheduled else None

    def step(self) -> None:
        """Run one callback."""
        now = self.time() + 1e-9
        while self._scheduled and self._scheduled[0]._when <= now:
            handle = heapq.heappop(self._scheduled)
            handle._scheduled = False
            self._ready.append(handle)
        if not self._ready:
            return
        handle = self._ready.popleft()
        if handle._cancelled:
            return
        asyncio._set_running_loop(self)
        try:
            handle._run()
        finally:
            asyncio._set_running_loop(None)

    def call_soon_threadsafe(self, callback: Any, *args: Any, context: Any = None) -> Any:
        return self.call_soon(callback, *args, context=context)
