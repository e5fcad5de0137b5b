"""Reminders, as their member sees them: of each task whose time has come, until they dismiss it, put it off, or the task is done.

They are worked out from the tasks whenever somebody looks, so none is lost with a process or told by two; only what a member said is kept."""

from __future__ import annotations

import builtins
import datetime as dt
import uuid
from collections.abc import Callable, Sequence
from uuid import UUID

from tizmoret.engine.environment import Workplace
from tizmoret.errors import BadInput, NotFound
from tizmoret.store.database import Database
from tizmoret.tools.models import Task
from tizmoret.tools.providers.ports import TaskList
from tizmoret.views import Reminder

KEPT = dt.timedelta(days=30)  # after which one that nobody has looked at is let be
LATEST = 7 * 24 * 60  # minutes by which one can be put off
MOST = 200
LONGEST = 2_000  # characters of a title or note
_NAMESPACE = uuid.UUID("6a1d2f43-7d0e-4c1c-9a3f-0c6c1b2a9e57")

_MARKS = "select reminder, later from reminder_marks where workspace_id = %s and member = %s"

_MARK = """
insert into reminder_marks (workspace_id, member, reminder, remind_at, later) values (%s, %s, %s, %s, %s)
on conflict (workspace_id, member, reminder) do update set later = excluded.later"""

_FORGET = "delete from reminder_marks where workspace_id = %s and remind_at < %s"


class Reminders:
    def __init__(self, database: Database, workspace: UUID, workplace: Workplace, ring: Callable[[UUID], None]) -> None:
        """ring: lets whoever watches this workspace know that something has changed."""
        self._database = database
        self._workspace = workspace
        self._workplace = workplace
        self._ring = ring

    async def list(self, member: str, *, now: dt.datetime | None = None, workspace: UUID | None = None) -> Sequence[Reminder]:
        """Theirs, and those that are everybody's: what is due and what is to come, by their times. now: aware."""
        workspace, now = workspace or self._workspace, now or dt.datetime.now(dt.UTC)
        tasks: TaskList = self._workplace.providers(workspace)[TaskList]
        open_ = [task for task in await tasks.tasks() if task.remind is not None and not task.done and task.whose in ("", member)]
        if not open_:
            return []
        async with self._database.tenant_tx(workspace) as connection:
            marks: dict[UUID, dt.datetime | None] = dict(await (await connection.execute(_MARKS, (workspace, member))).fetchall())
        return _told(open_, marks, now)

    async def dismiss(self, id: UUID, member: str, *, workspace: UUID | None = None) -> None:
        """It is told them no more. Raises NotFound."""
        await self._mark(id, member, None, workspace or self._workspace)

    async def snooze(self, id: UUID, member: str, minutes: int, *, workspace: UUID | None = None) -> None:
        """It is told them again after `minutes`. Raises NotFound, BadInput."""
        if not 1 <= minutes <= LATEST:
            raise BadInput("`minutes` cannot be used.", cure=f"Give a number from 1 to {LATEST:,}.", field="minutes")
        await self._mark(id, member, dt.datetime.now(dt.UTC) + dt.timedelta(minutes=minutes), workspace or self._workspace)

    async def put_off(self, id: UUID, member: str, until: dt.datetime, *, workspace: UUID | None = None) -> None:
        """It is told them again at that moment. until: aware. Raises NotFound, BadInput."""
        now = dt.datetime.now(dt.UTC)
        if not now < until <= now + dt.timedelta(minutes=LATEST):
            raise BadInput(
                "`until` cannot be used.", cure=f"Give a moment to come, at most {LATEST // (24 * 60)} days from now.", field="until"
            )
        await self._mark(id, member, until.astimezone(dt.UTC), workspace or self._workspace)

    async def _mark(self, id: UUID, member: str, later: dt.datetime | None, workspace: UUID) -> None:
        found = next((one for one in await self.list(member, workspace=workspace) if one.id == id), None)
        if found is None:
            raise NotFound(f"There is no reminder {id}.", cure="List the reminders to see which there are.", field="id")
        async with self._database.tenant_tx(workspace) as connection:
            await connection.execute(_FORGET, (workspace, dt.datetime.now(dt.UTC) - 2 * KEPT))
            await connection.execute(_MARK, (workspace, member, id, found.remind_at, later))
        self._ring(workspace)


def _told(tasks: Sequence[Task], marks: dict[UUID, dt.datetime | None], now: dt.datetime) -> builtins.list[Reminder]:
    found: list[Reminder] = []
    for task in tasks:
        assert task.remind is not None
        remind_at = task.remind.astimezone(dt.UTC)
        id = uuid.uuid5(_NAMESPACE, f"{task.id} {remind_at.isoformat()}")
        at = marks.get(id, remind_at)
        if at is None or at < now - KEPT:
            continue
        text = {"title": task.title[:LONGEST], "note": task.note[:LONGEST]}
        found.append(Reminder(id=id, task=task.id, **text, deadline=task.due, remind_at=remind_at, at=at, due=at <= now))
    return sorted(found, key=lambda one: (one.at, one.title))[:MOST]
