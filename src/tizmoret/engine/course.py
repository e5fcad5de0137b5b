"""A plan that is being followed: what decides what is due, what does it, and what takes it back."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from typing import Any

from tizmoret.catalog.growing import MoreSteps
from tizmoret.engine import events as e
from tizmoret.engine.chronicle import Chronicle, step_row
from tizmoret.engine.environment import Environment
from tizmoret.engine.events import Item
from tizmoret.engine.inputs import Inputs
from tizmoret.engine.prepared import Prepared, prepare
from tizmoret.engine.records import Record
from tizmoret.engine.scheduler import Call, Scheduler
from tizmoret.engine.shared import Board
from tizmoret.engine.stepwork import Grow, RetryLater, StepWork
from tizmoret.engine.tasks import STOP_GRACE
from tizmoret.engine.undo import Held, Undo
from tizmoret.engine.values import clean, pack
from tizmoret.plan.growth import grown
from tizmoret.plan.labels import Label
from tizmoret.plan.model import AskedBy


class Course:
    def __init__(
        self, env: Environment, record: Record, chronicle: Chronicle, prepared: Prepared,
        board: Board, retry_later: RetryLater, wait_for_lock: Callable[[Call], None], grow: Grow, held: Held,
    ) -> None:  # fmt: skip
        self._env = env
        self._record = record
        self._chronicle = chronicle
        self.prepared = prepared
        self.scheduler = chronicle.scheduler = Scheduler(prepared.nodes, env.slots, chronicle.state)
        self.inputs = Inputs(env, record, prepared, self.scheduler)
        self.work = StepWork(env, record, chronicle, self.inputs, self.scheduler, board, retry_later, wait_for_lock, grow)
        self._held = held
        self.undo = Undo(env, record, chronicle, prepared, held)
        self._growing = asyncio.Lock()

    def extend(self, prepared: Prepared) -> None:
        """More of the plan is known than before; what runs goes on."""
        self.prepared = self.inputs.prepared = prepared
        self.undo = Undo(self._env, self._record, self._chronicle, prepared, self._held)
        self.scheduler.extend(prepared.nodes)

    async def grow(self, id: str, item: Item, more: MoreSteps, label: Label) -> None:
        """Take up the steps that a call asks for. label: of all that it has read.

        Raises PlanRefused for those that it may not have, StepFailed for a state that is too large.

        One at a time: each version of the plan is made from the one before."""
        async with self._growing:
            state = self._chronicle.state
            by = AskedBy(step=id, item=item, round=state.look(id, item).rounds + 1)
            prepared = prepare(grown(self.prepared.plan, by, more.steps, self._env.catalog.capabilities), self._env.catalog)
            asked = [id for id in prepared.steps if id not in self.prepared.steps]
            plan, (left, blobs) = prepared.plan, pack(clean(more.state))
            event = e.PlanGrew(
                id, plan.version, prepared.hash, len(plan.steps), prepared.levels, asked, label.to_json(), item, left,
                more.tokens, more.cost, more.cached,
            )  # fmt: skip
            row = self._chronicle.row(
                plan_version=plan.version, plan_hash=prepared.hash, levels=prepared.levels, steps_total=len(plan.steps)
            )
            rows = {"row": row, "plan": prepared.row(state.planner), "steps": [step_row(id, item, "ready")], "blobs": blobs}
            await self._chronicle.settle(event, **rows)
            self._record.plan, self._record.plan_hash = plan, prepared.hash
            self.extend(prepared)

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
