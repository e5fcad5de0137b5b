"""Filters of the list of executions that a workspace keeps under a name: all its members see the same ones, in every browser."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from tizmoret.errors import BadInput, NotFound, TooLarge
from tizmoret.ids import uuid7
from tizmoret.store.database import Database
from tizmoret.views import Filter, SavedFilter

MOST = 100  # of one workspace
LONGEST = 100  # characters of a name


class SavedFilters:
    def __init__(self, database: Database, workspace: UUID) -> None:
        self._database = database
        self._workspace = workspace

    async def list(self, *, workspace: UUID | None = None) -> Sequence[SavedFilter]:
        """By name."""
        workspace = workspace or self._workspace
        async with self._database.tenant_tx(workspace) as connection:
            cursor = connection.cursor(row_factory=dict_row)
            await cursor.execute(
                "select id, name, filter, created_by, created_at from saved_filters where workspace_id = %s order by name", (workspace,)
            )
            return [SavedFilter(**row) for row in await cursor.fetchall()]

    async def save(self, name: str, filter: Filter, *, by: str, workspace: UUID | None = None) -> SavedFilter:
        """One of the same name is replaced. Raises BadInput, TooLarge."""
        workspace, name = workspace or self._workspace, name.strip()
        if not name or len(name) > LONGEST or not name.isprintable():
            raise BadInput("`name` cannot be used.", cure=f"Give 1 to {LONGEST} printable characters.", field="name")
        async with self._database.tenant_tx(workspace) as connection:
            cursor = await connection.execute(
                "select count(*) from saved_filters where workspace_id = %s and name <> %s", (workspace, name)
            )
            row = await cursor.fetchone()
            if row is not None and row[0] >= MOST:
                raise TooLarge(f"There are {MOST} saved filters already.", cure="Remove some that are not needed.")
            rows = connection.cursor(row_factory=dict_row)
            await rows.execute(
                """insert into saved_filters (workspace_id, id, name, filter, created_by) values (%s, %s, %s, %s, %s)
                   on conflict (workspace_id, name) do update set filter = excluded.filter, created_by = excluded.created_by
                   returning id, name, filter, created_by, created_at""",
                (workspace, uuid7(), name, Jsonb(filter.model_dump(mode="json", exclude_none=True)), by),
            )
            saved = await rows.fetchone()
            assert saved is not None
            return SavedFilter(**saved)

    async def remove(self, id: UUID, *, workspace: UUID | None = None) -> None:
        """Raises NotFound."""
        workspace = workspace or self._workspace
        async with self._database.tenant_tx(workspace) as connection:
            cursor = await connection.execute("delete from saved_filters where workspace_id = %s and id = %s", (workspace, id))
            if cursor.rowcount == 0:
                raise NotFound(f"There is no saved filter {id}.", cure="List the saved filters to see which there are.", field="id")
