"""Going over to another model when one cannot plan, and at the end to planning without one."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import structlog

from tizmoret.errors import BadInput, PlanRefused, TizmoretError, TooLarge, Unavailable
from tizmoret.plan.check import Finding
from tizmoret.plan.model import Step
from tizmoret.planner.planner import Follow, Planned, Planner, PlanRequest, Question

_log = structlog.get_logger(__name__)


class Others:
    """Asks its planners in turn. It goes on where one cannot be reached, refuses us, takes too long, or writes no plan that can run, and
    says so: to `follow`, in the log, and by the name of the one that planned. What a person must mend ends it: a request that is too long."""

    def __init__(self, planners: Sequence[Planner]) -> None:
        self._planners = planners
        self.name = planners[0].name

    @property
    def replans(self) -> bool:
        return any(planner.replans for planner in self._planners)

    async def plan(self, request: PlanRequest, follow: Follow | None = None) -> Planned | Question:
        """Raises what the first one raised where none of them plans."""
        failures: list[TizmoretError] = []
        heard = _Heard(follow)
        for place, planner in enumerate(self._planners):
            if request.earlier is not None and not planner.replans:
                continue
            try:
                outcome = await planner.plan(heard.passed_on(request), None if follow is None else heard)
            except (Unavailable, PlanRefused, TooLarge, BadInput) as error:
                if isinstance(error, TooLarge) and error.field == "request":
                    raise
                failures.append(error)
                self._say(planner, error, self._planners[place + 1 :], follow)
                await asyncio.sleep(0)  # what was said is written before another one begins
                continue
            return replace(outcome, planner=planner.name)
        raise failures[0]

    def _say(self, planner: Planner, error: TizmoretError, left: Sequence[Planner], follow: Follow | None) -> None:
        _log.warning("planner.failed", planner=planner.name, error=type(error).__name__, detail=error.detail)
        if follow is not None and left:
            follow.refused([Finding("other-planner", None, f"{planner.name}: {error.detail}", f"{left[0].name} plans instead.")])


class _Heard:
    """Keeps what one planner has written before it failed: steps that only read run by then, and the next one is to go on from them."""

    def __init__(self, follow: Follow | None) -> None:
        self._follow = follow
        self._steps: dict[str, Step] = {}

    def passed_on(self, request: PlanRequest) -> PlanRequest:
        begun = {step.id: step for step in request.begun}
        reads = {
            id: step for id, step in self._steps.items() if (one := request.catalog.capabilities.get(step.uses)) and one.effect == "none"
        }
        return replace(request, begun=tuple({**reads, **begun}.values()))

    def step(self, step: Step) -> None:
        self._steps[step.id] = step
        if self._follow is not None:
            self._follow.step(step)

    def refused(self, findings: Sequence[Finding]) -> None:
        if self._follow is not None:
            self._follow.refused(findings)
