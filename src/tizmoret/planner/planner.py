"""The port that every planner fills: a request in a person's words becomes a plan, or a question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from tizmoret.catalog.catalog import Catalog
from tizmoret.plan.check import Finding
from tizmoret.plan.model import Language, Plan, Step
from tizmoret.plan.replan import Earlier


@dataclass(frozen=True, slots=True)
class PlanRequest:
    """What a planner is given. now: aware, in the workspace's time zone. answers: earlier questions with what the person said to them.
    begun: steps of an earlier attempt at this plan that already run; the plan should keep them as they are. earlier: a plan of which steps
    have failed; the new one reaches the goal in another way, and takes over from it."""

    request: str
    language: Language
    now: datetime
    catalog: Catalog
    answers: tuple[tuple[str, str], ...] = ()
    begun: tuple[Step, ...] = ()
    earlier: Earlier | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan that passes `check`. cost: dollars; None where the model's price is not known. planner: who planned, where that was not the
    one that was asked. cached: of the tokens, those that the provider read from its cache."""

    plan: Plan
    tokens: int = 0
    cost: float | None = 0.0
    planner: str = ""
    cached: int = 0


@dataclass(frozen=True, slots=True)
class Question:
    """The planner cannot plan this: what it asks, and what it did understand, both in the request's language."""

    text: str
    understood: tuple[str, ...] = ()
    tokens: int = 0
    cost: float | None = 0.0
    planner: str = ""


class Follow(Protocol):
    """Hears of a plan while it is being written."""

    def step(self, step: Step) -> None:
        """A step is whole. It is not checked yet, may be missing from the plan, and comes again if a repair changes it."""

    def refused(self, findings: Sequence[Finding]) -> None:
        """A whole plan did not pass `check`, and is being mended."""


class Planner(Protocol):
    @property
    def name(self) -> str:
        """What executions say planned them: "offline", or the model's name."""

    @property
    def replans(self) -> bool:
        """Whether it can find another way than its first."""

    async def plan(self, request: PlanRequest, follow: Follow | None = None) -> Planned | Question:
        """follow: told of the plan as it is written, by planners that take their time.

        Raises Unavailable where a model does not answer, PlanRefused where it cannot make a plan that passes `check`."""
