"""The port that every planner fills: a request in a person's words becomes a plan, or a question."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from tizmoret.catalog.catalog import Catalog
from tizmoret.plan.model import Language, Plan


@dataclass(frozen=True, slots=True)
class PlanRequest:
    """What a planner is given. now: aware, in the workspace's time zone. answers: earlier questions with what the person said to them."""

    request: str
    language: Language
    now: datetime
    catalog: Catalog
    answers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan that passes `check`. cost: dollars; None where the model's price is not known."""

    plan: Plan
    tokens: int = 0
    cost: float | None = 0.0


@dataclass(frozen=True, slots=True)
class Question:
    """The planner cannot plan this: what it asks, and what it did understand, both in the request's language."""

    text: str
    understood: tuple[str, ...] = ()


class Planner(Protocol):
    @property
    def name(self) -> str:
        """What executions say planned them: "offline", or the model's name."""

    async def plan(self, request: PlanRequest) -> Planned | Question:
        """Raises Unavailable where a model does not answer, PlanRefused where it cannot make a plan that passes `check`."""
