"""The schedules of a workspace, and the bell that submits what is due.

Any number of processes ring: a due row is locked by one. The execution is made before the row moves on, under a key made of the schedule
and the time, so that a crash between the two submits nothing twice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import structlog
from psycopg import AsyncConnection
from psycopg.rows import dict_row

from tizmoret.background import every
from tizmoret.engine.rights import may_act
from tizmoret.errors import BadInput, NotFound, TizmoretError, TooLarge
from tizmoret.ids import uuid7
from tizmoret.owner import OWNER
from tizmoret.schedules.occurrences import due, next_after
from tizmoret.store.database import Database
from tizmoret.views import FINAL, Execution, Missed, Overlap, Schedule

log = structlog.get_logger(__name__)

RING_EVERY = 1.0  # seconds
AT_ONCE = 50  # schedules rung by one look
MOST = 1_000  # of one workspace

_COLUMNS = """id, request, cron, timezone, missed, overlap, priority, user_id, paused, next_at, last_at, last_execution, skipped_at,
    created_at"""

_DUE = f"""
select workspace_id, {_COLUMNS}, clock_timestamp() as now from schedules
where not paused and next_at <= clock_timestamp() order by next_at limit {AT_ONCE} for update skip locked"""  # noqa: S608 - no value


class Submit(Protocol):
    async def __call__(
        self, request: str, *, user: str, idempotency_key: str, priority: int, workspace: UUID, member: str | None
    ) -> Execution: ...


class Check(Protocol):
    def __call__(self, request: str) -> str:
        """The request as it is submitted. Raises BadInput, TooLarge."""


class Schedules:
    def __init__(self, database: Database, workspace: UUID, timezone: ZoneInfo, check: Check, submit: Submit) -> None:
        self._database = database
        self._workspace = workspace
        self._timezone = timezone
        self._check = check
        self._submit = submit

    # -- a workspace's own

    async def add(
        self,
        request: str,
        cron: str,
        *,
        timezone: str | None = None,
        missed: Missed = "once",
        overlap: Overlap = "skip",
        priority: int = 0,
        user: str = "owner",
        workspace: UUID | None = None,
    ) -> Schedule:
        """timezone: of the cron expression; the workspace's own where none is given. missed: see `Missed`. overlap: whether a run begins
        while the one before is still open. Raises BadInput, TooLarge."""
        workspace = workspace or self._workspace
        request = self._check(request)
        zone = _zone(timezone) if timezone else self._timezone
        async with self._database.tenant_tx(workspace) as connection:
            cursor = await connection.execute("select count(*), clock_timestamp() from schedules where workspace_id = %s", (workspace,))
            row = await cursor.fetchone()
            assert row is not None
            if row[0] >= MOST:
                raise TooLarge(f"There are {MOST:,} schedules already.", cure="Remove some that are not needed.")
            next_at = next_after(cron, zone, row[1])
            if next_at is None:
                raise BadInput("`cron` is never due.", cure="Give a day that exists.", field="cron")
            id = uuid7()
            await connection.execute(
                """insert into schedules (workspace_id, id, request, cron, timezone, missed, overlap, priority, user_id, next_at)
                   values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)""",
                (workspace, id, request, cron.strip(), zone.key, missed, overlap, priority, user, next_at),
            )
            return await _read(connection, workspace, id)

    async def list(self, *, workspace: UUID | None = None) -> Sequence[Schedule]:
        """By the time at which they are due."""
        workspace = workspace or self._workspace
        async with self._database.tenant_tx(workspace) as connection:
            cursor = connection.cursor(row_factory=dict_row)
            await cursor.execute(
                f"select {_COLUMNS} from schedules where workspace_id = %s order by paused, next_at, id",  # noqa: S608
                (workspace,),
            )
            return [Schedule(**row) for row in await cursor.fetchall()]

    async def pause(self, id: UUID, *, workspace: UUID | None = None) -> Schedule:
        """Raises NotFound."""
        return await self._change(id, workspace, "paused = true, next_at = next_at", {})

    async def resume(self, id: UUID, *, by: str | None = None, workspace: UUID | None = None) -> Schedule:
        """Goes on with the next time from now: what fell into the pause was not wanted. by: who takes it over where whose it was may not act
        any more. Raises NotFound."""
        workspace = workspace or self._workspace
        async with self._database.tenant_tx(workspace) as connection:
            known = await _read(connection, workspace, id)
            cursor = await connection.execute("select clock_timestamp()")
            row = await cursor.fetchone()
            assert row is not None
        next_at = next_after(known.cron, ZoneInfo(known.timezone), row[0])
        taken = by is not None and known.user_id != OWNER and not await may_act(self._database, workspace, known.user_id)
        return await self._change(
            id, workspace, "paused = false, next_at = %(next_at)s, user_id = %(user)s",
            {"next_at": next_at, "user": by if taken else known.user_id},
        )  # fmt: skip

    async def _change(self, id: UUID, workspace: UUID | None, what: str, values: dict[str, Any]) -> Schedule:
        workspace = workspace or self._workspace
        async with self._database.tenant_tx(workspace) as connection:
            await connection.execute(
                f"update schedules set {what} where workspace_id = %(workspace)s and id = %(id)s",  # noqa: S608
                {"workspace": workspace, "id": id, **values},
            )
            return await _read(connection, workspace, id)

    async def remove(self, id: UUID, *, workspace: UUID | None = None) -> None:
        """Executions that it has made stay. Raises NotFound."""
        workspace = workspace or self._workspace
        async with self._database.tenant_tx(workspace) as connection:
            await _read(connection, workspace, id)
            await connection.execute("delete from schedules where workspace_id = %s and id = %s", (workspace, id))

    # -- the bell

    async def keep_ringing(self) -> None:
        """Until cancelled."""
        await every(RING_EVERY, self._ring_all, "could not look for what is due")

    async def _ring_all(self) -> None:
        while await self.ring() == AT_ONCE:
            pass

    async def ring(self) -> int:
        """Submit whatever is due, of every workspace; how many schedules were."""
        async with self._database.worker_tx() as connection:
            cursor = connection.cursor(row_factory=dict_row)
            await cursor.execute(_DUE)
            rows = await cursor.fetchall()
            for row in rows:
                workspace, now = row.pop("workspace_id"), row.pop("now")
                await self._run(connection, workspace, Schedule(**row), now)
        return len(rows)

    async def _run(self, connection: AsyncConnection[Any], workspace: UUID, schedule: Schedule, now: datetime) -> None:
        zone = ZoneInfo(schedule.timezone)
        assert schedule.next_at is not None
        last, skipped = schedule.last_execution, schedule.skipped_at
        ran_at = schedule.last_at
        wanted = due(schedule.cron, zone, schedule.next_at, now, schedule.missed)
        if not wanted:
            skipped = schedule.next_at
        # Whoever is removed, or may not act any more, has their schedules paused in the same transaction.
        member = schedule.user_id if wanted and await _is_member(connection, workspace, schedule.user_id) else None
        for time in wanted:
            if schedule.overlap == "skip" and last is not None and await _is_open(connection, workspace, last):
                skipped = time
                continue
            try:
                execution = await self._submit(
                    schedule.request,
                    user=schedule.user_id,
                    idempotency_key=f"schedule/{schedule.id}/{time.timestamp():.0f}",
                    priority=schedule.priority,
                    workspace=workspace,
                    member=member,
                )
            except TizmoretError as error:
                log.warning("a scheduled request could not be submitted", schedule=str(schedule.id), error=str(error))
                skipped = time
                continue
            last, ran_at = execution.id, time
        await connection.execute(
            """update schedules set next_at = %s, last_at = %s, last_execution = %s, skipped_at = %s
               where workspace_id = %s and id = %s""",
            (next_after(schedule.cron, zone, now), ran_at, last, skipped, workspace, schedule.id),
        )


async def _read(connection: AsyncConnection[Any], workspace: UUID, id: UUID) -> Schedule:
    cursor = connection.cursor(row_factory=dict_row)
    await cursor.execute(f"select {_COLUMNS} from schedules where workspace_id = %s and id = %s", (workspace, id))  # noqa: S608
    row = await cursor.fetchone()
    if row is None:
        raise NotFound(f"There is no schedule {id}.", cure="List the schedules to see which there are.", field="id")
    return Schedule(**row)


async def _is_member(connection: AsyncConnection[Any], workspace: UUID, user: str) -> bool:
    order = "select from workspace_members where workspace_id = %s and user_id = %s"
    return (await connection.execute(order, (workspace, user))).rowcount > 0


async def _is_open(connection: AsyncConnection[Any], workspace: UUID, id: UUID) -> bool:
    cursor = await connection.execute("select status from executions where workspace_id = %s and id = %s", (workspace, id))
    row = await cursor.fetchone()
    return row is not None and row[0] not in FINAL


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise BadInput(f"There is no time zone {name[:60]}.", cure="Give one such as Asia/Jerusalem.", field="timezone") from error
