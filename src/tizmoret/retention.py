"""What is removed: an execution that a person removes, those that have ended long ago, and large values that nobody refers to any more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import structlog
from psycopg import AsyncConnection

from tizmoret.background import every
from tizmoret.store.database import Database

log = structlog.get_logger(__name__)

SWEEP_EVERY = 60.0  # seconds
AT_ONCE = 200  # executions removed by one transaction, so that none of them is long

_BELONGS = (
    "resource_locks",
    "events",
    "execution_steps",
    "execution_checkpoints",
    "pending_approvals",
    "signals",
    "effects",
    "conversations",
    "gate_notices",
    "push_configs",
    "plan_versions",
)

_ENDED = """
select workspace_id, id from executions where finished_at < now() - make_interval(days => %s)
order by finished_at limit %s for update skip locked"""

# Whoever refers to a value existed when it was last used. So where every execution is younger than that use, nobody does. The condition on the
# value's own row is looked at again once the row is locked: one that is used again in this moment stays.
_UNUSED = """
delete from blobs b using (
    select w.id, least(coalesce((select min(e.created_at) from executions e where e.workspace_id = w.id), now()), now() - interval '1 hour')
        as before from workspaces w) oldest
where b.workspace_id = oldest.id and b.used_at < oldest.before"""


async def remove(connection: AsyncConnection[Any], workspace: UUID, ids: Sequence[UUID]) -> None:
    """Executions with all that belongs to them, but for large values: others may hold the same content."""
    for table in _BELONGS:
        await connection.execute(
            f"delete from {table} where workspace_id = %s and execution_id = any(%s)",  # noqa: S608 - a name of this file
            (workspace, list(ids)),
        )
    await connection.execute("delete from executions where workspace_id = %s and id = any(%s)", (workspace, list(ids)))


class Retention:
    """days: after which what has ended is removed; 0 keeps everything."""

    def __init__(self, database: Database, days: int) -> None:
        self._database = database
        self._days = days

    async def keep_sweeping(self) -> None:
        """Until cancelled."""
        if self._days:
            await every(SWEEP_EVERY, self.sweep, "could not remove what has ended long ago")

    async def sweep(self) -> int:
        """How many executions were removed. Several processes may sweep at once: each takes others."""
        removed = 0
        while taken := await self._some():
            removed += taken
        async with self._database.worker_tx() as connection:
            await connection.execute(_UNUSED)
        if removed:
            log.info("removed what has ended long ago", executions=removed, days=self._days)
        return removed

    async def _some(self) -> int:
        async with self._database.worker_tx() as connection:
            rows = await (await connection.execute(_ENDED, (self._days, AT_ONCE))).fetchall()
            by_workspace: dict[UUID, list[UUID]] = {}
            for workspace, id in rows:
                by_workspace.setdefault(workspace, []).append(id)
            for workspace, ids in by_workspace.items():
                await remove(connection, workspace, ids)
        return len(rows)
