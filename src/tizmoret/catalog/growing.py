"""How a call asks for more steps, and what it hears of them.

A tool or an agent that cannot do the rest of its work itself (an agent acts only through steps, a part of a request has to be planned first)
raises `MoreSteps`. The engine takes the steps up into the plan, asks people what there is to ask, and makes the call again when they have
ended, with what became of them in `Call.asked`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from tizmoret.plan.model import Step


class MoreSteps(Exception):
    """Raised by a call before it has done anything. steps: they refer to each other by their ids. state: JSON that the call gets back.
    tokens, cost (dollars; None: the price is not known), cached: what it has spent."""

    def __init__(
        self, steps: Sequence[Step], state: Mapping[str, Any] | None = None, *, tokens: int = 0, cost: float | None = 0.0, cached: int = 0
    ) -> None:
        super().__init__(", ".join(step.id for step in steps))
        self.steps = tuple(steps)
        self.state = state
        self.tokens = tokens
        self.cost = cost
        self.cached = cached


@dataclass(frozen=True, slots=True)
class StepEnd:
    """What became of a step that was asked for. status: completed, failed, skipped or cancelled. output: a list of outputs where it ran over
    a list. reason: why it has none. shown: the output as people read it. round: of asking, from 1."""

    id: str
    title: str
    uses: str
    args: Mapping[str, Any]
    status: str
    output: Any
    reason: str
    shown: str
    round: int


@dataclass(frozen=True, slots=True)
class Asked:
    """Every step that earlier attempts of this call asked for, and what the last of them left for this one."""

    steps: tuple[StepEnd, ...] = ()
    state: Mapping[str, Any] | None = None


NOTHING_ASKED = Asked()


@dataclass(frozen=True, slots=True)
class Part:
    """The planned steps of a part of a request. answer: the ids of those that answer it. tokens, cost, cached: see `MoreSteps`."""

    steps: tuple[Step, ...]
    answer: tuple[str, ...]
    tokens: int = 0
    cost: float | None = 0.0
    cached: int = 0


class PlanPart(Protocol):
    async def __call__(self, request: str, answers: Sequence[tuple[str, str]] = ()) -> Part | str:
        """Ask the workspace's planner. answers: its earlier questions with what people said. A text is a question of the planner.

        Raises PlanRefused or Unavailable."""
        ...
