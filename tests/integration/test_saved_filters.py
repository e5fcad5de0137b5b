"""What a workspace keeps is its own, and bounded."""

from __future__ import annotations

from uuid import UUID

import pytest

from tizmoret import saved_filters
from tizmoret.errors import NotFound, TooLarge
from tizmoret.ids import uuid7
from tizmoret.saved_filters import SavedFilters
from tizmoret.store.database import Database
from tizmoret.views import Filter

pytestmark = pytest.mark.anyio


async def workspace(database: Database) -> UUID:
    id = uuid7()
    async with database.worker_tx() as connection:
        await connection.execute("reset role")
        await connection.execute("insert into workspaces (id, name) values (%s, 'other')", (id,))
    return id


async def test_the_filters_of_one_workspace_are_not_those_of_another(database: Database) -> None:
    filters = SavedFilters(database, database.default_workspace)
    mine = await filters.save("mine", Filter(user="dana"), by="dana")
    other = await workspace(database)
    assert list(await filters.list(workspace=other)) == []
    with pytest.raises(NotFound):
        await filters.remove(mine.id, workspace=other)
    assert [one.name for one in await filters.list()] == ["mine"]


async def test_no_more_are_kept_than_a_person_can_choose_from(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saved_filters, "MOST", 2)
    filters = SavedFilters(database, database.default_workspace)
    for name in ("a", "b", "b"):
        await filters.save(name, Filter(), by="dana")
    with pytest.raises(TooLarge):
        await filters.save("c", Filter(), by="dana")
