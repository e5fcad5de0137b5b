"""Whether those in whose name an effect would happen may still act. Looked at before each effect, not only when it was asked for."""

from __future__ import annotations

from uuid import UUID

from tizmoret.owner import OWNER
from tizmoret.store.database import Database
from tizmoret.views import ACTING

_MAY = "select exists (select from workspace_members where workspace_id = %s and user_id = any(%s) and role = any(%s))"


async def may_act(database: Database, workspace: UUID, *people: str) -> bool:
    """Whether any of these members may. Raises Unavailable."""
    async with database.worker_tx() as connection:
        cursor = await connection.execute(_MAY, (workspace, list(people), list(ACTING)))
        row = await cursor.fetchone()
    return row is not None and bool(row[0])


async def in_right(database: Database, workspace: UUID, member: str | None, approved_by: str = "") -> bool:
    """Whether an effect may happen. member: in whose name; None: the installation's owner, whose rights nobody takes. approved_by: who has
    said yes to exactly this one. Raises Unavailable."""
    return member is None or approved_by == OWNER or await may_act(database, workspace, member, approved_by)
