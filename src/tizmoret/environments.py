"""What the engine is given in each workspace: all of it is shared but the catalog, and who plans and runs agents with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any
from uuid import UUID

from tizmoret.agents.runner import run_agent
from tizmoret.catalog.agent import Agent
from tizmoret.catalog.catalog import Catalog
from tizmoret.catalog.tool import Call
from tizmoret.connections.catalog import Catalogs
from tizmoret.engine.budget import Budget
from tizmoret.engine.environment import Environment, Follow, Proposal, Query, Result, Wanted, Workplace
from tizmoret.engine.journal import Journal
from tizmoret.engine.locks import Locks
from tizmoret.engine.recovery import OFFLINE
from tizmoret.engine.values import Values
from tizmoret.planner.planner import Planner, PlanRequest, Question
from tizmoret.settings import Settings
from tizmoret.store.database import Database

REPLANS = 2  # times that a planner is asked for another way before an execution fails


@dataclass(slots=True)
class Environments:
    settings: Settings
    database: Database
    catalogs: Catalogs
    planner: Planner
    journal: Journal
    values: Values
    workplace: Workplace
    locks: Locks
    _made: dict[UUID, Environment] = field(default_factory=dict)

    def of(self, workspace: UUID) -> Environment:
        found = self._made.get(workspace)
        if found is None:
            found = self._made[workspace] = self._make(workspace)
        return found

    def catalog(self, workspace: UUID) -> Catalog:
        """To plan with, and to show."""
        return self.catalogs.of(workspace).now

    async def refresh(self, workspace: UUID | None = None) -> None:
        """Take in what was connected and which agents were put into folders, and leave out what is gone. None: of all. Raises Unavailable."""
        for changed in await self.catalogs.refresh(workspace):
            self.of(changed).catalog = self.catalogs.of(changed).ever

    def _make(self, workspace: UUID) -> Environment:
        settings = self.settings
        return Environment(
            catalog=self.catalogs.of(workspace).ever,
            run_agent=partial(self._run_agent, workspace),
            make_plan=partial(self._make_plan, workspace),
            workplace=self.workplace,
            journal=self.journal,
            database=self.database,
            locks=self.locks,
            values=self.values,
            timezone=settings.timezone,
            slots=settings.slots,
            replans=REPLANS if self.planner.replans else 0,
            budget=Budget(settings.budget_tokens, settings.budget_dollars),
            models=() if settings.model is None else (*settings.other_models, OFFLINE),
            workspaces=self.of,
        )

    async def _run_agent(self, workspace: UUID, agent: Agent, args: Mapping[str, Any], call: Call, model: str | None = None) -> Result:
        chosen = self.settings.model
        if model is not None:
            agent, chosen = replace(agent, model=None), None if model == OFFLINE else model
        done = await run_agent(agent, dict(args), call, self.catalog(workspace), chosen, self.settings.address_of(agent.model or chosen))
        return Result(done.output, done.label, done.tokens, done.cost, done.cached)

    async def _make_plan(self, workspace: UUID, wanted: Wanted, follow: Follow | None = None) -> Proposal | Query:
        await self.refresh(workspace)
        request = PlanRequest(
            wanted.request, wanted.language, wanted.now, self.catalog(workspace), wanted.answers, wanted.begun, wanted.earlier
        )
        outcome = await self.planner.plan(request, follow)
        if isinstance(outcome, Question):
            return Query(outcome.text, outcome.understood, outcome.tokens, outcome.cost)
        return Proposal(outcome.plan, outcome.planner or self.planner.name, outcome.tokens, outcome.cost, outcome.cached)
