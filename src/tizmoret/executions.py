"""What can be seen of a workspace's executions: the list, and each one's plan, steps, approvals, log, context and figures. It changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from tizmoret import projections, telemetry
from tizmoret.activity import read_activity, read_past
from tizmoret.catalog.catalog import Catalog
from tizmoret.engine.values import Values
from tizmoret.errors import BadInput, NotFound
from tizmoret.plan.expectation import Past
from tizmoret.plan.model import Plan
from tizmoret.store.database import Database
from tizmoret.stream import read_events
from tizmoret.submission import checked_filter
from tizmoret.views import Activity, Approval, Context, EventView, Execution, LockView, Page, StepView


class Executions:
    """catalog, now: asked anew each time. `workspace` arguments default to the one given here."""

    def __init__(
        self, database: Database, values: Values, workspace: UUID, catalog: Callable[[UUID], Catalog], now: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._values = values
        self._workspace = workspace
        self._catalog = catalog
        self._now = now

    async def get(self, id: UUID, *, workspace: UUID | None = None) -> Execution:
        """Raises NotFound."""
        workspace = workspace or self._workspace
        async with self._database.tenant_tx(workspace) as connection:
            return await projections.read_execution(connection, workspace, id)

    async def list(
        self,
        *,
        status: str | None = None,
        query: str | None = None,
        user: str | None = None,
        uses: str | None = None,
        days: int | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int = 50,
        cursor: str | None = None,
        workspace: UUID | None = None,
    ) -> Page[Execution]:
        """Newest first. status: one, or "open". uses: a tool or an agent of the plan. Raises BadInput."""
        workspace = workspace or self._workspace
        wanted = checked_filter(
            status=status or None, query=query or None, user=user or None, uses=uses or None, days=days, since=since, until=until
        )
        async with self._database.tenant_tx(workspace) as connection:
            return await projections.list_executions(connection, workspace, wanted, limit, cursor)

    async def people(self, *, workspace: UUID | None = None) -> Sequence[str]:
        """On whose behalf there are executions, by name."""
        workspace = workspace or self._workspace
        async with self._database.tenant_tx(workspace) as connection:
            return await projections.read_people(connection, workspace)

    async def plan(self, id: UUID, *, workspace: UUID | None = None) -> Plan:
        """Raises NotFound, also while there is no plan yet."""
        workspace = workspace or self._workspace
        async with self._database.tenant_tx(workspace) as connection:
            plan = await projections.read_plan_of(connection, workspace, id)
        if plan is None:
            raise NotFound("This execution has no plan yet.", cure="Wait until it is planned, or answer its question.")
        return plan

    async def steps(self, id: UUID, *, workspace: UUID | None = None) -> Sequence[StepView]:
        """Every step in plan order; while the plan is being written, those that began already. Raises NotFound."""
        workspace = workspace or self._workspace
        async with self._database.tenant_tx(workspace) as connection:
            execution = await projections.read_execution(connection, workspace, id)
            plan = await projections.read_plan_of(connection, workspace, id) or await projections.read_begun(connection, workspace, id)
            if plan is None:
                return []
            steps = await projections.read_steps(connection, workspace, execution, plan, self._catalog(workspace).capabilities)
        lists = {step.id for step in plan.steps if step.for_each is not None}
        return [await self._whole(workspace, step, step.id in lists) for step in steps]

    async def _whole(self, workspace: UUID, step: StepView, each: bool) -> StepView:
        """Large values are read back from where they are stored."""
        args, output = await self._values.load(workspace, step.args), await self._values.load(workspace, step.output, each=each)
        return step.model_copy(update={"args": args, "output": output})

    async def context(self, id: UUID, *, workspace: UUID | None = None) -> Context:
        """What its calls share: values with their versions, and messages. Raises NotFound."""
        workspace = workspace or self._workspace
        async with self._database.tenant_tx(workspace) as connection:
            await projections.read_execution(connection, workspace, id)
            found = await projections.read_context(connection, workspace, id)
        load = self._values.load
        return Context(
            values=[one.model_copy(update={"value": await load(workspace, one.value)}) for one in found.values],
            messages=[one.model_copy(update={"body": await load(workspace, one.body)}) for one in found.messages],
        )

    async def approvals(self, id: UUID | None = None, *, status: str | None = None, workspace: UUID | None = None) -> Sequence[Approval]:
        """Of one execution, or of all. Raises NotFound."""
        workspace = workspace or self._workspace
        async with self._database.tenant_tx(workspace) as connection:
            if id is not None:
                await projections.read_execution(connection, workspace, id)
            return await projections.read_approvals(connection, workspace, execution=id, status=status)

    async def decided(self, *, limit: int = 50, cursor: str | None = None, workspace: UUID | None = None) -> Page[Approval]:
        """What was decided, by whom and when; the latest first. Raises BadInput."""
        workspace = workspace or self._workspace
        async with self._database.tenant_tx(workspace) as connection:
            return await projections.read_decided(connection, workspace, limit, cursor)

    async def logs(self, id: UUID, *, after: int = 0, limit: int = 200, workspace: UUID | None = None) -> Page[EventView]:
        """A page of the log. Raises NotFound, BadInput."""
        workspace = workspace or self._workspace
        if not 1 <= limit <= 1000 or not 0 <= after < 2**63:
            raise BadInput("`limit` is 1 to 1000, `after` is 0 or more.", field="limit" if not 1 <= limit <= 1000 else "after")
        await self.get(id, workspace=workspace)
        events = await read_events(self._database, workspace, id, after, limit)
        return Page(items=events, next=str(events[-1].seq) if len(events) == limit else None)

    async def trace(self, id: UUID, *, workspace: UUID | None = None) -> Sequence[dict[str, Any]]:
        """One span for the execution and one for each step that has begun, in OpenTelemetry's terms (times in ISO 8601). Raises NotFound."""
        return telemetry.trace(await self.get(id, workspace=workspace), await self.steps(id, workspace=workspace))

    async def metrics(self, id: UUID, *, workspace: UUID | None = None) -> dict[str, Any]:
        """Seconds of wall and of work, attempts, tokens, cost. Raises NotFound."""
        execution, steps = await self.get(id, workspace=workspace), await self.steps(id, workspace=workspace)
        return telemetry.metrics(execution, steps, self._now())

    async def activity(self, hours: int = 24, *, workspace: UUID | None = None) -> Activity:
        """What was done in the last `hours`, over all executions. Raises BadInput."""
        if not 1 <= hours <= 24 * 90:
            raise BadInput("`hours` is 1 to 2160.", cure="Give at most 90 days.", field="hours")
        workspace = workspace or self._workspace
        async with self._database.tenant_tx(workspace) as connection:
            return await read_activity(connection, workspace, until=self._now(), hours=hours, buckets=24)

    async def past(self, names: Collection[str], *, workspace: UUID | None = None) -> Mapping[str, Past]:
        """What the latest calls of these tools and agents took and cost; none of those that were never called."""
        workspace = workspace or self._workspace
        async with self._database.tenant_tx(workspace) as connection:
            return await read_past(connection, workspace, names)

    async def locks(self, *, workspace: UUID | None = None) -> Sequence[LockView]:
        """What running calls hold, and who waits for whom; by resource, in the order of the queue."""
        workspace = workspace or self._workspace
        async with self._database.tenant_tx(workspace) as connection:
            return await projections.read_locks(connection, workspace)

    async def parked(self, id: UUID, seq: int, *, workspace: UUID | None = None) -> Execution | None:
        """The execution, if nothing has happened since it was parked at `seq`, and nobody has told it anything either."""
        workspace = workspace or self._workspace
        async with self._database.tenant_tx(workspace) as connection:
            if await projections.has_signals(connection, workspace, id):
                return None
            execution = await projections.read_execution(connection, workspace, id)
        return execution if execution.status in ("waiting", "paused") and execution.seq == seq else None
