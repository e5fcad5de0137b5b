"""The calls of one execution that wait for locks: looked at together, when somebody lets go, and now and then."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from typing import Any

import psycopg

from tizmoret.engine.locks import Call, Locks
from tizmoret.engine.records import Record
from tizmoret.errors import Unavailable

FIRST_LOOK, LAST_LOOK = 0.5, 10.0  # seconds between two looks though nobody called: a holder that died calls nobody


class LockQueue:
    def __init__(self, locks: Locks, record: Record) -> None:
        self._locks = locks
        self._record = record
        self._changed = asyncio.Event()
        self.waiting: set[Call] = set()
        self.watched = False

    def wait(self, call: Call) -> None:
        self.waiting.add(call)
        self._changed.set()

    def look(self) -> None:
        """Somebody may have let go."""
        self._changed.set()

    def watch(self, paused: Callable[[], bool], free: Callable[[Call], None]) -> Coroutine[Any, Any, None]:
        """Until some may go on, with each of which `free` is called: it takes its locks with its next start. While paused, they leave the
        queues, and join them again when they start. One at a time (`watched`)."""
        self.watched = True
        return self._watch(paused, free)

    async def _watch(self, paused: Callable[[], bool], free: Callable[[Call], None]) -> None:
        try:
            pause = FIRST_LOOK
            while not paused():
                self._changed.clear()
                waiting = set(self.waiting)
                with contextlib.suppress(Unavailable, psycopg.OperationalError):
                    if ready := waiting - await self._locks.held_up(self._record):
                        self._go_on(ready, free)
                        return
                try:
                    async with asyncio.timeout(pause):
                        await self._changed.wait()
                except TimeoutError:
                    pause = min(pause * 2, LAST_LOOK)
            await self._locks.withdraw(self._record)
            self._go_on(set(self.waiting), free)
        finally:
            self.watched = False

    def _go_on(self, calls: set[Call], free: Callable[[Call], None]) -> None:
        for call in sorted(calls, key=str):
            self.waiting.discard(call)
            free(call)
