"""The planner of the simulation: it writes a plan step by step, over seconds, and asks, gives up, hangs or thinks better of it."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING
from uuid import UUID

from tizmoret.engine.environment import Follow, Proposal, Query, Wanted
from tizmoret.errors import Unavailable
from tizmoret.plan.graph import Graph
from tizmoret.plan.model import Plan, Step
from tizmoret.plan.replan import Earlier

from .plans import PART, random_plan
from .rules import Violation

if TYPE_CHECKING:
    from .worker import Worker


class Planner:
    """As `MakePlan`, in one process."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._world = worker.world
        self._busy: set[str] = set()  # with the plans of these executions

    async def __call__(self, wanted: Wanted, follow: Follow | None = None) -> Proposal | Query:
        if wanted.request == PART:
            return await self._write(wanted, None)
        self._check(wanted)
        self._busy.add(wanted.request)
        try:
            return await self._write(wanted, follow)
        finally:
            self._busy.discard(wanted.request)

    def _check(self, wanted: Wanted) -> None:
        row = self._world.store.rows[UUID(wanted.request)]
        rules = row.rules
        if row.owner != self._worker.id:
            return  # woken from a stop: what comes of this is refused
        try:
            rules.parts.planner_hears(wanted)
            rules.require(wanted.request not in self._busy, "two plans of it are written at once")
        except Violation as violation:
            self._world.broken = violation  # the engine would take it for an error of its planner
            raise

    async def _write(self, wanted: Wanted, follow: Follow | None) -> Proposal | Query:
        chance = self._world.chance
        await self._thinks()
        if not wanted.answers and chance.random() < (0.1 if wanted.earlier is None else 0.5):
            return Query("Which?", tokens=3)
        kept = list(wanted.begun) if wanted.earlier is None else stands(wanted.earlier)
        taken = frozenset() if wanted.earlier is None else frozenset(step.id for step in wanted.earlier.plan.steps)
        plan = random_plan(chance, kept, taken, most=2 if wanted.request == PART else 8)
        if plan is None:
            raise Unavailable("There is no such plan.")
        for step in plan.steps[len(kept) :]:
            await self._thinks()
            if follow is not None:
                follow.step(step)
        if follow is not None and chance.random() < 0.3:
            plan = better(plan, chance)
        return Proposal(plan, "sim", tokens=5)

    async def _thinks(self) -> None:
        await self._worker.ask("outside", lambda: self._world.count("thoughts"))


def stands(earlier: Earlier) -> list[Step]:
    """What was done, and what it waited for."""
    plan = earlier.plan.as_written
    before = Graph(plan).predecessors
    wanted, left = set[str](), [step.id for step in plan.steps if step.id in earlier.done]
    while left:
        id = left.pop()
        if id not in wanted:
            wanted.add(id)
            left += before[id]
    return [step for step in plan.steps if step.id in wanted]


def better(plan: Plan, chance: random.Random) -> Plan:
    """One step is another one now."""
    number = chance.randrange(len(plan.steps))
    other = plan.steps[number].model_copy(update={"timeout": 5.0})
    return plan.model_copy(update={"steps": (*plan.steps[:number], other, *plan.steps[number + 1 :])})
