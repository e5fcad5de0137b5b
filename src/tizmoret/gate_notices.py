"""Telling people outside of the page that something waits for them: by each connection of the workspace that was connected for that.

What is told is the gate's own title and where to decide; never the arguments, which are for the page."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

import structlog
from psycopg.rows import class_row

from tizmoret.background import every
from tizmoret.connections.book import Connections
from tizmoret.connections.notice import Notice
from tizmoret.plan.model import Language
from tizmoret.store.database import Database

log = structlog.get_logger(__name__)

SWEEP_EVERY = 5.0  # seconds
PATIENCE = 20.0  # seconds that a gate waits before people are told: who sits at the page decides in that time
AGAIN = 60.0  # seconds after which one that may not have gone out is tried again
ATTEMPTS = 5
AT_ONCE = 20
_TITLE: Mapping[Language, str] = {"he": "ממתין להחלטה שלך", "en": "Waits for your decision"}

_WAITING = """
select a.workspace_id as workspace, a.id as approval, a.execution_id as execution, a.title, e.language, c.name as connection
from pending_approvals a
join executions e on e.workspace_id = a.workspace_id and e.id = a.execution_id
join connections c on c.workspace_id = a.workspace_id and c.options -> 'gates' = 'true'
left join gate_notices n on n.workspace_id = a.workspace_id and n.approval_id = a.id and n.connection = c.name
where a.status = 'pending' and a.created_at between greatest(now() - interval '1 day', c.created_at) and now() - make_interval(secs => %(patience)s)
  and (n.approval_id is null or (n.told_at is null and n.attempts < %(attempts)s and n.tried_at < now() - make_interval(secs => %(again)s)))
order by a.created_at limit %(at_once)s"""

# Of several processes one does it.
_TAKE = """
insert into gate_notices as n (workspace_id, approval_id, execution_id, connection)
values (%(workspace)s, %(approval)s, %(execution)s, %(connection)s)
on conflict (workspace_id, approval_id, connection) do update set attempts = n.attempts + 1, tried_at = now()
where n.told_at is null and n.tried_at < now() - make_interval(secs => %(again)s) returning 1"""


@dataclass(frozen=True, slots=True)
class _Waiting:
    workspace: UUID
    approval: UUID
    execution: UUID
    title: str
    language: Language
    connection: str


class GateNotices:
    def __init__(self, database: Database, connections: Connections) -> None:
        self._database = database
        self._connections = connections

    async def keep_telling(self) -> None:
        """Until cancelled."""
        await every(SWEEP_EVERY, self.sweep, "could not tell anybody what waits")

    async def sweep(self) -> int:
        """How many were told."""
        values = {"patience": PATIENCE, "again": AGAIN, "attempts": ATTEMPTS, "at_once": AT_ONCE}
        async with self._database.worker_tx() as connection:
            rows = connection.cursor(row_factory=class_row(_Waiting))
            await rows.execute(_WAITING, values)
            waiting = await rows.fetchall()
        return sum([await self._tell(one) for one in waiting])

    async def _tell(self, one: _Waiting) -> bool:
        key = {"workspace": one.workspace, "approval": one.approval, "execution": one.execution, "connection": one.connection}
        async with self._database.worker_tx() as connection:
            if await (await connection.execute(_TAKE, {**key, "again": AGAIN})).fetchone() is None:
                return False
        mark = hashlib.sha256(f"{one.workspace}/{one.approval}".encode()).hexdigest()[:32]  # a repeat is known by it, where the server can
        text = f"{one.title[:1_000]}\ntizmoret show {one.execution}"
        if not await self._connections.tell(one.connection, Notice(title=_TITLE[one.language], text=text), mark, workspace=one.workspace):
            return False
        async with self._database.worker_tx() as connection:
            await connection.execute(
                """update gate_notices set told_at = now() where workspace_id = %(workspace)s and approval_id = %(approval)s
                   and connection = %(connection)s""",
                key,
            )
        return True
