"""What the engine is given from outside: the tools, the agents, the planner, the workspace's files, and the journal to write to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from tizmoret.catalog.agent import Agent
from tizmoret.catalog.catalog import Catalog
from tizmoret.catalog.tool import Call
from tizmoret.engine.budget import NO_LIMIT, Budget
from tizmoret.engine.journal import Journal
from tizmoret.engine.locks import Locks
from tizmoret.engine.values import Values
from tizmoret.plan.check import Finding
from tizmoret.plan.labels import Label
from tizmoret.plan.model import Language, Plan, Step
from tizmoret.plan.replan import Earlier
from tizmoret.store.database import Database


@dataclass(frozen=True, slots=True)
class Result:
    """What a tool or an agent gave back. cost in dollars; None: the price is not known. cached: of the tokens, those that the provider read
    from its cache."""

    output: Any
    label: Label
    tokens: int = 0
    cost: float | None = 0.0
    cached: int = 0


@dataclass(frozen=True, slots=True)
class Proposal:
    """tokens, cost, cached: see `Result`."""

    plan: Plan
    planner: str
    tokens: int = 0
    cost: float | None = 0.0
    cached: int = 0


@dataclass(frozen=True, slots=True)
class Query:
    """The planner does not know enough: what it asks, and what it did understand."""

    text: str
    understood: tuple[str, ...] = ()
    tokens: int = 0
    cost: float | None = 0.0


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a plan is to be made for. answers: the planner's earlier questions with what people said to them.
    begun: steps of an earlier attempt that already run. earlier: the plan of which steps have failed, where this is to take over from it."""

    request: str
    language: Language
    now: datetime
    answers: tuple[tuple[str, str], ...] = ()
    begun: tuple[Step, ...] = ()
    earlier: Earlier | None = None


class Follow(Protocol):
    """Hears of the plan while it is being written."""

    def step(self, step: Step) -> None: ...
    def refused(self, findings: Sequence[Finding]) -> None: ...


class RunAgent(Protocol):
    async def __call__(self, agent: Agent, args: Mapping[str, Any], call: Call, model: str | None) -> Result:
        """model: one of `Environment.models`, instead of its own."""


class MakePlan(Protocol):
    async def __call__(self, wanted: Wanted, follow: Follow | None = None) -> Proposal | Query:
        """Raises PlanRefused or Unavailable when there will be no plan."""


class Workplace(Protocol):
    """Where a workspace's own data lives."""

    def folder(self, workspace: UUID) -> Path: ...
    def providers(self, workspace: UUID) -> Mapping[type[Any], Any]: ...


@dataclass(slots=True)
class Environment:
    """catalog: replaced as a whole when a connection brings tools or takes them away. workspaces: the environment of each of them, where they
    are not all the same."""

    catalog: Catalog
    run_agent: RunAgent
    make_plan: MakePlan
    workplace: Workplace
    journal: Journal
    database: Database
    locks: Locks
    values: Values
    timezone: ZoneInfo
    slots: int
    models: tuple[str, ...] = ()  # that an agent goes over to when its own fails, in order
    planning_timeout: float = 300.0  # seconds
    replans: int = 0  # how often the planner is asked for another plan when steps have failed
    workspaces: Callable[[UUID], Environment] | None = None
    budget: Budget = NO_LIMIT
    gate_expiry: float = 7 * 86_400.0  # seconds until an undecided gate counts as rejected

    def of(self, workspace: UUID) -> Environment:
        return self if self.workspaces is None else self.workspaces(workspace)
