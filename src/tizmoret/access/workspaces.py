"""The workspaces of an installation: each with its own members, data and executions. One sees only itself; all of them sees whoever has the
installation's token."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from psycopg.rows import dict_row

from tizmoret.access.names import alike, checked_name
from tizmoret.access.rights import Actor
from tizmoret.errors import Conflict, NotFound, TooLarge
from tizmoret.ids import uuid7
from tizmoret.store.database import Database
from tizmoret.views import WorkspaceView

MOST = 1_000


class Workspaces:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, id: UUID) -> WorkspaceView:
        """Raises NotFound."""
        async with self._database.tenant_tx(id) as connection:
            cursor = connection.cursor(row_factory=dict_row)
            await cursor.execute("select id, name, created_at from workspaces where id = %s", (id,))
            row = await cursor.fetchone()
        if row is None:
            raise NotFound(f"There is no workspace {id}.", cure="See which there are: tizmoret workspace list", field="workspace")
        return WorkspaceView(**row)

    async def list(self, *, by: Actor) -> Sequence[WorkspaceView]:
        """The first one first."""
        by.need("manage-installation")
        async with self._database.worker_tx() as connection:
            cursor = connection.cursor(row_factory=dict_row)
            await cursor.execute("select id, name, created_at from workspaces order by created_at, id")
            return [WorkspaceView(**row) for row in await cursor.fetchall()]

    async def create(self, name: str, owner: str, *, by: Actor) -> WorkspaceView:
        """With its first owner. Raises BadInput, Conflict where one has that name, TooLarge."""
        by.need("manage-installation")
        name, owner, id = checked_name(name, "name"), checked_name(owner, "owner"), uuid7()
        async with self._database.worker_tx() as connection:
            await connection.execute("select pg_advisory_xact_lock(hashtext('workspaces'))")
            cursor = await connection.execute("select name from workspaces")
            known = [row[0] for row in await cursor.fetchall()]
            if any(alike(one, name) for one in known):
                raise Conflict(f"There is a workspace {name} already.", cure="Give another name.", field="name")
            if len(known) >= MOST:
                raise TooLarge(f"There are {MOST:,} workspaces already.", cure="Use one of them.")
            await connection.execute("insert into workspaces (id, name) values (%s, %s)", (id, name))
            await connection.execute("insert into workspace_members (workspace_id, user_id, role) values (%s, %s, 'owner')", (id, owner))
        return await self.get(id)

    async def rename(self, name: str, *, by: Actor) -> WorkspaceView:
        """One's own. Raises BadInput, Forbidden."""
        by.need("manage-workspace")
        name = checked_name(name, "name")
        async with self._database.tenant_tx(by.workspace) as connection:
            await connection.execute("update workspaces set name = %s where id = %s", (name, by.workspace))
        return await self.get(by.workspace)
