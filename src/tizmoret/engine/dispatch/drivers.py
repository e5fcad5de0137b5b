"""The executions that this process drives: begun, signalled, ended, handed over."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Literal
from uuid import UUID

import structlog

from tizmoret.engine.driver import Driver, Ending
from tizmoret.engine.environment import Environment
from tizmoret.engine.records import Record

log = structlog.get_logger(__name__)

EFFECT_GRACE = 10.0  # seconds that a running effect gets to end when its process stops

How = Ending | Literal["failed"]  # failed: the engine itself
OnEnd = Callable[[Record, How], Awaitable[None]]


class Drivers:
    def __init__(self, env: Environment) -> None:
        self._env = env
        self._drivers: dict[UUID, Driver] = {}
        self._tasks: dict[UUID, asyncio.Task[None]] = {}
        self.resting: set[UUID] = set()  # held, but left alone for a while since the engine itself failed over them

    def __len__(self) -> int:
        return len(self._drivers)

    def __contains__(self, id: UUID) -> bool:
        return id in self._drivers

    @property
    def ids(self) -> list[UUID]:
        return list(self._drivers)

    def start(self, record: Record, on_end: OnEnd) -> None:
        """Drive an execution that this process owns; `on_end` is awaited when it no longer does."""
        driver = self._drivers[record.id] = Driver(self._env.of(record.workspace), record)
        self._tasks[record.id] = asyncio.create_task(self._carry(driver, record, on_end))

    async def _carry(self, driver: Driver, record: Record, on_end: OnEnd) -> None:
        how: How = "failed"
        try:
            how = await driver.run()
            if how == "fenced":
                log.warning("another process has taken this execution over", execution=str(record.id), epoch=record.epoch)
        except Exception:
            log.exception("the engine failed; the execution will be taken up again", execution=str(record.id))
        finally:
            if self._drivers.get(record.id) is driver:
                del self._drivers[record.id], self._tasks[record.id]
        await on_end(record, how)

    def signal(self, id: UUID) -> bool:
        """Whether there was a driver to tell."""
        driver = self._drivers.get(id)
        if driver is not None:
            driver.signal()
        return driver is not None

    async def ended(self, id: UUID) -> None:
        driver = self._drivers.get(id)
        if driver is not None:
            await driver.over()

    async def hand_over(self, meanwhile: Callable[[], Awaitable[object]]) -> None:
        """Stop driving everything: what only reads at once, running effects when they have ended or after their grace.

        meanwhile: called again and again until then, and once more, for those that have stopped."""
        stopping = asyncio.create_task(self._stop())
        while not stopping.done():
            await asyncio.wait([stopping], timeout=0.05)
            await meanwhile()

    async def _stop(self) -> None:
        carrying = list(self._tasks.values())
        await asyncio.gather(*(driver.hand_over(EFFECT_GRACE) for driver in self._drivers.values()))
        await asyncio.gather(*carrying)

    async def drop(self, ids: Iterable[UUID]) -> None:
        """Stop these at once, effects too: another process may be carrying them on already."""
        await asyncio.gather(*(self._drivers[id].hand_over(0.0) for id in ids if id in self._drivers))
