"""The one object a caller holds: submit a request, watch it, decide, pause, resume, cancel.

async with Tizmoret.open(Settings.from_env()) as tizmoret:
    execution = await tizmoret.submit("Read what we did in December on grain and schedule a meeting with Yoav")
    async for event in tizmoret.events(execution.id): ...
"""

from __future__ import annotations

import asyncio
import importlib.metadata
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from datetime import datetime
from typing import Any, Self
from uuid import UUID

import structlog

from tizmoret import projections
from tizmoret.agents.installed import Installed
from tizmoret.agents.own import AgentFault
from tizmoret.catalog.catalog import Catalog
from tizmoret.connections.book import Connections
from tizmoret.connections.catalog import Catalogs, Given, keep_fresh
from tizmoret.connections.sign_ins import SignIns, clients_of
from tizmoret.conversations import Conversations
from tizmoret.engine.decisions import Decision, begin_undo, check_edit, control, decide, find_gate, verdict
from tizmoret.engine.dispatch.choose import choose_dispatcher
from tizmoret.engine.environment import Query, Wanted
from tizmoret.engine.forking import Fork, fork
from tizmoret.engine.journal import Journal
from tizmoret.engine.locks import Locks
from tizmoret.engine.prepared import prepare
from tizmoret.engine.pulse import SILENT
from tizmoret.engine.records import Record
from tizmoret.engine.values import Values, clean
from tizmoret.engine.worker import Worker
from tizmoret.environments import Environments
from tizmoret.errors import Conflict, Fenced
from tizmoret.executions import Executions
from tizmoret.gate_notices import GateNotices
from tizmoret.loop import stop
from tizmoret.owner import owner_token
from tizmoret.plan.model import OnFailure, Plan
from tizmoret.plan.preview import preview as preview_plan
from tizmoret.planner.choose import choose_planner
from tizmoret.planner.language import detect_language
from tizmoret.push_configs import PushConfigs
from tizmoret.reminder_notices import ReminderNotices
from tizmoret.reminders import Reminders
from tizmoret.retention import Retention, remove
from tizmoret.saved_filters import SavedFilters
from tizmoret.schedules.schedules import Schedules
from tizmoret.settings import Settings
from tizmoret.store.database import Database
from tizmoret.store.sealing import Sealing
from tizmoret.stream import Stream
from tizmoret.submission import check_wishes, checked_args, checked_request, first_transition, fresh_view, new_record
from tizmoret.tools.providers.guarded import Way
from tizmoret.views import FINAL, Approval, EventView, Execution, Preview, Status, System
from tizmoret.workplaces import Workplaces

log = structlog.get_logger(__name__)


Choose = Callable[[Database], Awaitable[UUID]]


class Tizmoret:
    """Made by `open`. `workspace` arguments default to `workspace`: the first one, where `open` was not told otherwise."""

    def __init__(self, settings: Settings, database: Database, base: Installed | Given, workspace: UUID) -> None:
        self.settings = settings
        self.workspace, first = workspace, database.default_workspace
        self._database = self.database = database
        self._stream = Stream(database)
        self._worker = Worker(database)
        self._values = Values(database)
        sealing = Sealing(settings.home, settings.keys)
        way = Way(settings.networks)
        self.connections = Connections(database, sealing, way, self.workspace, self.refresh_catalog)
        self.push_configs = PushConfigs(database, sealing, way, self.workspace)
        self.sign_ins = SignIns(database, sealing, self.connections, clients_of(settings))
        catalogs = Catalogs(base, self.connections, first)
        self._planner = choose_planner(settings, catalogs.of(workspace).now)
        self.workplaces = Workplaces(settings, database, self.catalog_of, self._planner.name, self.connections)
        self._journal = Journal(database.dedicated, self._stream.committed)
        self._environments = Environments(
            settings, database, catalogs, self._planner, self._journal, self._values, self.workplaces, Locks(database)
        )
        self._dispatcher = choose_dispatcher(settings, self._environments.of(first), self._worker, self._stream)
        self.executions = Executions(database, self._values, self.workspace, self.catalog_of, self._now)
        self.filters = SavedFilters(database, self.workspace)
        self.conversations = Conversations(database, self.workspace)
        self.schedules = Schedules(database, self.workspace, settings.timezone, checked_request, self.submit)
        self._retention = Retention(database, settings.retention_days)
        self.gate_notices = GateNotices(database, self.connections)
        self.reminder_notices = ReminderNotices(database, self.connections, self.workplaces)
        self.reminders = Reminders(database, self.workspace, self.workplaces, self._stream.ring)
        self._chores: list[asyncio.Task[None]] = []

    @classmethod
    @asynccontextmanager
    async def open(
        cls, settings: Settings, *, catalog: Catalog | None = None, run_engine: bool = True, choose: Choose | None = None
    ) -> AsyncIterator[Self]:
        """Bring everything up, take over what a dead process left, and take all down again at the end.

        catalog: other tools and agents than the built-in ones. run_engine: False only looks; it takes nothing over, and what it
        submits or decides waits for a process that does. choose: the workspace that is meant where none is named; None: the first.

        Raises Unavailable when there is no database, and as `choose`."""
        database = await Database.open(settings)
        try:
            base = Given(catalog) if catalog is not None else await asyncio.to_thread(Installed, settings, database.default_workspace)
            tizmoret = cls(settings, database, base, database.default_workspace if choose is None else await choose(database))
            await tizmoret._start(run_engine)
            try:
                yield tizmoret
            finally:
                await tizmoret._stop()
        finally:
            await database.close()

    async def _start(self, run_engine: bool) -> None:
        await self._journal.open()
        await self.refresh_catalog()
        if run_engine:
            await self._dispatcher.run_worker()
            chores = (
                self.schedules.keep_ringing(),
                self._retention.keep_sweeping(),
                self.gate_notices.keep_telling(),
                self.reminder_notices.keep_telling(),
                keep_fresh(self.refresh_catalog, self.connections),
            )
            self._chores = [asyncio.create_task(chore) for chore in chores]

    async def refresh_catalog(self) -> None:
        """Take in what was connected and which agents were put into the workspaces' folders, and leave out what is gone. Raises Unavailable."""
        await self._environments.refresh()

    @property
    def catalog(self) -> Catalog:
        """Of the workspace, with what it is connected to, once `refresh_catalog` has looked."""
        return self.catalog_of(self.workspace)

    def catalog_of(self, workspace: UUID) -> Catalog:
        return self._environments.catalog(workspace)

    @property
    def agent_faults(self) -> Sequence[AgentFault]:
        """What is wrong with those of the workspace's own agents that are therefore not in the catalog."""
        return self._environments.catalogs.of(self.workspace).faults

    def _now(self) -> datetime:
        return datetime.now(self.settings.timezone)

    async def look_on(self) -> None:
        """For a process that was opened without the engine and stays: hear at once what the others do, and let them know that it listens."""
        await self._dispatcher.look_on()
        self._chores.append(asyncio.create_task(keep_fresh(self.refresh_catalog, self.connections)))

    async def hand_over(self) -> None:
        """Drive nothing any more, so that other processes go on at once; what is submitted from now on is theirs too."""
        await stop(self._chores)
        await self._dispatcher.hand_over()

    async def _stop(self) -> None:
        self._stream.close()
        await self.hand_over()
        await self._journal.close()
        await self._dispatcher.close()
        await self.workplaces.close()

    # -- requests

    async def submit(
        self,
        request: str,
        *,
        user: str = "owner",
        plan: Plan | None = None,
        idempotency_key: str | None = None,
        priority: int = 0,
        on_failure: OnFailure | None = None,
        workspace: UUID | None = None,
        member: str | None = None,
    ) -> Execution:
        """Begin a new execution and return at once. plan: skip the planner. idempotency_key: the same key gives the same execution.
        priority: where more wait than may run, the higher goes first within its workspace.
        on_failure: whether the effects that happened are undone when it fails; None: as the plan says, which without a word keeps them.
        member: whose rights each of its effects needs when it is about to happen; None: nobody's who could lose them.

        Raises BadInput, TooLarge, PlanRefused, or Conflict where the key was used for another request."""
        request = checked_request(request) if plan is None else clean(request.strip() or plan.request or plan.goal)
        check_wishes(user, idempotency_key, priority)
        record = new_record(workspace or self.workspace, request, user, plan, on_failure, self._now(), member)
        return await self._make(record, idempotency_key, priority)

    async def fork(
        self, id: UUID, step: str, args: Mapping[str, Any] | None = None, *, by: str, idempotency_key: str | None = None,
        workspace: UUID | None = None, member: str | None = None,
    ) -> Execution:  # fmt: skip
        """A new execution of the same plan that goes on from `step` of one that has ended: what ended before that step, or beside it, keeps its
        output and label and does not run again; the step and all that follow it run anew, each with its own gate. args: those arguments of
        the step that change, None for one that goes.

        Raises NotFound, BadInput, PlanRefused, or Conflict where it has not ended or had no plan."""
        workspace = workspace or self.workspace
        check_wishes(by, idempotency_key, 0)
        async with self._database.tenant_tx(workspace) as connection:
            source, execution = await projections.read_source(connection, workspace, id)
        made = fork(source, step, None if args is None else checked_args(args), self.catalog_of(workspace).capabilities)
        record = new_record(workspace, execution.request, by, made.plan, source.state.on_failure, self._now(), member)
        return await self._make(record, idempotency_key, 0, made)

    async def _make(self, record: Record, key: str | None, priority: int, fork: Fork | None = None) -> Execution:
        workspace, wanted = record.workspace, (record.request, fork and fork.source, fork and fork.step)
        if record.plan is not None and any(step.uses not in self.catalog_of(workspace).capabilities for step in record.plan.steps):
            await self._environments.refresh(workspace)  # another process may just have connected it
        known = await self._by_key(workspace, key, wanted)
        if known is not None:
            return known

        async def write(owner: UUID | None) -> Record:
            await self._journal.append(first_transition(record, self.catalog_of(workspace), owner, key, priority, fork))
            return record

        try:
            await self._dispatcher.submit(workspace, write)
        except Fenced:  # the row was not made: another submit with the same key came first
            known = await self._by_key(workspace, key, wanted)
            if known is None:  # or its connection broke after it was: it is there, and will be found without a driver
                return await self.executions.get(record.id, workspace=workspace)
            return known
        return fresh_view(record, fork)

    async def _by_key(self, workspace: UUID, key: str | None, wanted: tuple[Any, ...]) -> Execution | None:
        if key is None:
            return None
        async with self._database.tenant_tx(workspace) as connection:
            known = await projections.find_by_key(connection, workspace, key)
        if known is not None and (known.request, known.forked_from, known.forked_step) != wanted:
            cure = "Use a new key for a new request."
            raise Conflict("This Idempotency-Key was used for another request.", cure=cure, field="Idempotency-Key")
        return known

    async def preview(self, request: str, *, workspace: UUID | None = None) -> Preview:
        """The plan of a request with its effects and gates, without calling any tool. Raises as `submit`, and Unavailable, PlanRefused."""
        request, workspace = checked_request(request), workspace or self.workspace
        outcome = await self._environments.of(workspace).make_plan(Wanted(request, detect_language(request), self._now()))
        if isinstance(outcome, Query):
            return Preview(planner=self._planner.name, question=outcome.text, understood=list(outcome.understood))
        catalog = self.catalog_of(workspace)
        prepare(outcome.plan, catalog)
        past = await self.executions.past({step.uses for step in outcome.plan.steps}, workspace=workspace)
        return preview_plan(outcome.plan, catalog.capabilities, past, planner=outcome.planner)

    # -- looking

    async def events(self, id: UUID, after: int = 0, *, workspace: UUID | None = None) -> AsyncGenerator[EventView]:
        """Every event after `after`, in order, once; ends after the last one of a finished execution. Raises NotFound."""
        async with aclosing(self.batches(id, after, workspace=workspace)) as batches:
            async for events in batches:
                for event in events:
                    yield event

    def batches(self, id: UUID, after: int = 0, *, workspace: UUID | None = None) -> AsyncGenerator[Sequence[EventView]]:
        """As `events`, but as many together as there are, and an empty list every few seconds while there are none."""
        return self._stream.follow(workspace or self.workspace, id, after)

    def changes(self, *, workspace: UUID | None = None) -> AsyncIterator[None]:
        """Once, and then at most every second, whenever anything has happened in the workspace: a word to look again."""
        return self._stream.changes(workspace or self.workspace)

    async def wait(self, id: UUID, timeout: float | None = None, *, workspace: UUID | None = None) -> Execution:  # noqa: ASYNC109
        """Until it has ended, or only people can move it on. timeout in seconds. Raises TimeoutError."""
        async with asyncio.timeout(timeout):
            async for event in self.events(id, workspace=workspace):
                if event.kind == "execution.waiting":
                    execution = await self.executions.parked(id, event.seq, workspace=workspace)
                    if execution is not None:
                        return execution
        return await self.executions.get(id, workspace=workspace)

    @property
    def worker(self) -> UUID:
        """This process among those that share the database."""
        return self._worker.id

    @property
    def driving(self) -> int:
        """How many executions this process holds a task for."""
        return self._dispatcher.driving

    async def ended(self, id: UUID) -> None:
        """Until this process no longer drives the execution: it has ended, is parked, or was driven elsewhere all along. Reads nothing."""
        await self._dispatcher.ended(id)

    # -- deciding

    async def approve(
        self, id: UUID, approval: UUID, *, by: str, args: dict[str, Any] | None = None, option: int | None = None, text: str | None = None,
        note: str = "", workspace: UUID | None = None,
    ) -> Approval:  # fmt: skip
        """Approve a gate, with edited `args` if wished; or answer a question by `option` or `text`.

        Raises NotFound, BadInput, ArgumentMismatch, or Conflict where it was decided before or the execution has ended."""
        workspace = workspace or self.workspace
        decision = Decision(by, args, option, text, note)
        async with self._database.tenant_tx(workspace) as connection:
            gate = await find_gate(connection, workspace, id, approval)
            status, data = verdict(gate, decision)
            if decision.args is not None and gate.step is not None:
                check_edit(self.catalog_of(workspace), gate.step, gate.details, decision.args)
            await decide(connection, workspace, id, approval, status, decision, data)
        return await self._decided(workspace, id, approval)

    async def reject(self, id: UUID, approval: UUID, *, by: str, note: str = "", workspace: UUID | None = None) -> Approval:
        """Nothing will be done at this gate, nor by the steps that depend on it. Raises as `approve`."""
        workspace = workspace or self.workspace
        decision = Decision(by, note=note)
        async with self._database.tenant_tx(workspace) as connection:
            await find_gate(connection, workspace, id, approval)
            await decide(connection, workspace, id, approval, "rejected", decision, {})
        return await self._decided(workspace, id, approval)

    async def _decided(self, workspace: UUID, id: UUID, approval: UUID) -> Approval:
        await self._dispatcher.wake(workspace, id)
        async with self._database.tenant_tx(workspace) as connection:
            return (await projections.read_approvals(connection, workspace, execution=id, id=approval))[0]

    async def pause(self, id: UUID, *, by: str, workspace: UUID | None = None) -> Execution:
        """Nothing new begins until `resume`; what runs is finished. Raises NotFound, Conflict."""
        return await self._control(id, "pause", by, workspace)

    async def resume(self, id: UUID, *, by: str, workspace: UUID | None = None) -> Execution:
        return await self._control(id, "resume", by, workspace)

    async def cancel(self, id: UUID, *, by: str, workspace: UUID | None = None) -> Execution:
        """Running calls are stopped, what waits is withdrawn. Raises NotFound, Conflict."""
        return await self._control(id, "cancel", by, workspace)

    async def undo(self, id: UUID, *, by: str, workspace: UUID | None = None) -> Execution:
        """Take back the effects of an execution that has ended, the last first; its answer says of each what became of it.

        Raises NotFound, or Conflict where it has not ended or has no effect that is still there."""
        workspace = workspace or self.workspace
        async with self._database.tenant_tx(workspace) as connection:
            await begin_undo(connection, workspace, id, by)
        await self._dispatcher.wake(workspace, id)
        return await self.executions.get(id, workspace=workspace)

    async def _control(self, id: UUID, kind: Any, by: str, workspace: UUID | None) -> Execution:
        workspace = workspace or self.workspace
        async with self._database.tenant_tx(workspace) as connection:
            await control(connection, workspace, id, kind, by)
        await self._dispatcher.wake(workspace, id)
        return await self.executions.get(id, workspace=workspace)

    async def delete(self, id: UUID, *, workspace: UUID | None = None) -> None:
        """Remove an execution that has ended, with all that belongs to it. Raises NotFound, Conflict."""
        workspace = workspace or self.workspace
        async with self._database.tenant_tx(workspace) as connection:
            execution = await projections.read_execution(connection, workspace, id)
            if execution.status not in FINAL:
                raise Conflict(f"The execution is still {execution.status}.", cure="Cancel it first.")
            await remove(connection, workspace, [id])

    # -- the system

    def close_streams(self) -> None:
        """End every flow of events, so that a server can stop while pages are open."""
        self._stream.close()

    @property
    def streams_closed(self) -> bool:
        """Whether a flow that stops now stops because of this process, and not since its execution has ended."""
        return self._stream.closed

    async def owner_token(self) -> str:
        """What signs the owner in; made at the first start."""
        return owner_token(self.settings.home)

    def health(self) -> dict[str, Any]:
        """Of this process alone, without asking the database."""
        ok = self._journal.trouble is None and self._worker.pulse.silence < SILENT
        return {"status": "ok" if ok else "degraded", "worker": str(self._worker.id), "driving": self.driving}

    async def status(self) -> Status:
        """Whether it works, and how much there is."""
        async with self._database.worker_tx() as connection:
            active = await projections.count_active(connection)
        system = System(initialized=True, active_executions=active, tools=len(self.catalog.tools), agents=len(self.catalog.agents))
        ok = self._journal.trouble is None
        version = importlib.metadata.version("tizmoret")
        return Status(status="ok" if ok else "degraded", system=system, planner=self._planner.name, version=version)
