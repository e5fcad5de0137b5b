"""A plan that is being followed: what decides what is due, what does it, and what takes it back."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from typing import Any

from tizmoret.engine.chronicle import Chronicle
from tizmoret.engine.environment import Environment
from tizmoret.engine.prepared import Prepared
from tizmoret.engine.records import Record
from tizmoret.engine.scheduler import Call, Scheduler
from tizmoret.engine.shared import Board
from tizmoret.engine.stepwork import RetryLater, StepWork
from tizmoret.engine.tasks import STOP_GRACE
from tizmoret.engine.undo import Undo


class Course:
    def __init__(
        self, env: Environment, record: Record, chronicle: Chronicle, prepared: Prepared,
        board: Board, retry_later: RetryLater, wait_for_lock: Callable[[Call], None],
    ) -> None:  # fmt: skip
        self._env = env
        self._record = record
        self._chronicle = chronicle
        self.prepared = prepared
        self.scheduler = chronicle.scheduler = Scheduler(prepared.nodes, env.slots, chronicle.state)
        self.work = StepWork(env, record, chronicle, prepared, self.scheduler, board, retry_later, wait_for_lock)
        self.undo = Undo(env, record, chronicle, prepared)

    def extend(self, prepared: Prepared) -> None:
        """More of the plan is known than before; what runs goes on."""
        self.prepared = self.work.prepared = prepared
        self.undo = Undo(self._env, self._record, self._chronicle, prepared)
        self.scheduler.extend(prepared.nodes)

    def recovering(self) -> list[Coroutine[Any, Any, None]]:
        """Taking up the calls that were running when the process before died, side by side: a look-up that hangs holds nobody else up."""
        return [self.work.recover(step, item) for step, item, unit in self._chronicle.units() if unit.status == "running"]

    async def look_at_stopped(self) -> None:
        """What the tools know of the calls that were stopped in the middle, within the time that a call gets to stop."""
        units = self._chronicle.units()
        stopped = [self.work.look_before_end(id, item) for id, item, unit in units if unit.intended and unit.status == "running"]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(STOP_GRACE):
                await asyncio.gather(*stopped)
