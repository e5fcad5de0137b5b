"""Reminding people of tasks at the time that was chosen, by each connection of the workspace that tells people what waits for them."""

from __future__ import annotations

import datetime as dt
import hashlib
from uuid import UUID

import structlog

from tizmoret.background import every
from tizmoret.connections.book import Connections
from tizmoret.connections.notice import Notice
from tizmoret.engine.environment import Workplace
from tizmoret.planner.language import detect_language
from tizmoret.store.database import Database
from tizmoret.tools.models import Task
from tizmoret.tools.providers.ports import TaskList

log = structlog.get_logger(__name__)

SWEEP_EVERY = 10.0  # seconds
LATEST = dt.timedelta(days=1)  # after which one that nobody could be told of is let be
AGAIN = 60.0  # seconds after which one that may not have gone out is tried again
ATTEMPTS = 5
_TITLE = {"he": "תזכורת", "en": "Reminder"}

_BY = "select workspace_id, array_agg(name order by name) from connections where options -> 'gates' = 'true' group by workspace_id"

# Of several processes one does it.
_TAKE = """
insert into reminder_notices as n (workspace_id, task, remind_at, connection)
values (%(workspace)s, %(task)s, %(remind_at)s, %(connection)s)
on conflict (workspace_id, task, remind_at, connection) do update set attempts = n.attempts + 1, tried_at = now()
where n.told_at is null and n.attempts < %(attempts)s and n.tried_at < now() - make_interval(secs => %(again)s) returning 1"""

_TOLD = """
update reminder_notices set told_at = now()
where workspace_id = %(workspace)s and task = %(task)s and remind_at = %(remind_at)s and connection = %(connection)s"""


class ReminderNotices:
    def __init__(self, database: Database, connections: Connections, workplace: Workplace) -> None:
        self._database = database
        self._connections = connections
        self._workplace = workplace

    async def keep_telling(self) -> None:
        """Until cancelled."""
        await every(SWEEP_EVERY, lambda: self.sweep(dt.datetime.now(dt.UTC)), "could not remind anybody")

    async def sweep(self, now: dt.datetime) -> int:
        """How many were told. now: aware."""
        async with self._database.worker_tx() as connection:
            found = await (await connection.execute(_BY)).fetchall()
            await connection.execute("delete from reminder_notices where remind_at < %s", (now - 2 * LATEST,))
        told = 0
        for workspace, names in found:
            tasks: TaskList = self._workplace.providers(workspace)[TaskList]
            for task in await tasks.tasks():
                if task.remind is not None and not task.done and now - LATEST <= task.remind <= now:
                    told += sum([await self._tell(workspace, name, task) for name in names])
        return told

    async def _tell(self, workspace: UUID, name: str, task: Task) -> bool:
        key = {"workspace": workspace, "task": task.id, "remind_at": task.remind, "connection": name}
        async with self._database.worker_tx() as connection:
            if await (await connection.execute(_TAKE, {**key, "again": AGAIN, "attempts": ATTEMPTS})).fetchone() is None:
                return False
        mark = hashlib.sha256(f"{workspace}/{task.id}/{task.remind}".encode()).hexdigest()[:32]
        notice = Notice(title=_TITLE[detect_language(task.title)], text=task.title[:1_000])
        if not await self._connections.tell(name, notice, mark, workspace=workspace):
            return False
        async with self._database.worker_tx() as connection:
            await connection.execute(_TOLD, key)
        return True
