"""What has ended long ago goes, with all that belongs to it; what is open, young, or referred to stays."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import UUID

import psycopg
import pytest

from tizmoret.errors import NotFound
from tizmoret.orchestrator import Tizmoret
from tizmoret.retention import Retention
from tizmoret.settings import Settings

from .conftest import plan, step

pytestmark = pytest.mark.anyio
Ask = Callable[..., list[Any]]
TABLES = ("events", "execution_steps", "execution_checkpoints", "effects", "plan_versions", "pending_approvals", "signals")


@pytest.fixture
def ask(settings: Settings) -> Ask:
    def run(query: str, *values: Any) -> list[Any]:
        assert settings.database_url is not None
        with psycopg.connect(settings.database_url, autocommit=True) as connection:
            connection.execute("set role tizmoret_worker")
            cursor = connection.execute(query, values)
            return cursor.fetchall() if cursor.description else []

    return run


def age(ask: Ask, id: UUID, days: int) -> None:
    for column in ("created_at", "finished_at"):
        ask(f"update executions set {column} = {column} - make_interval(days => %s) where id = %s", days, id)


async def done(tizmoret: Tizmoret, *steps: Any) -> UUID:
    id = (await tizmoret.submit("", plan=plan(*steps))).id
    assert (await tizmoret.wait(id)).status == "completed"
    return id


async def test_what_ended_long_ago_goes_with_all_that_belongs_to_it(tizmoret: Tizmoret, ask: Ask) -> None:
    old = await done(tizmoret, step("a", "write", n=1))
    young = await done(tizmoret, step("a", "write", n=1))
    waiting = (await tizmoret.submit("", plan=plan(step("a", "gated", n=1)))).id
    await tizmoret.wait(waiting)
    age(ask, old, 91)
    age(ask, young, 89)
    age(ask, waiting, 400)

    assert await Retention(tizmoret._database, 90).sweep() == 1

    with pytest.raises(NotFound):
        await tizmoret.executions.get(old)
    for table in TABLES:
        assert ask(f"select 1 from {table} where execution_id = %s", old) == []
    assert (await tizmoret.executions.get(young)).status == "completed"
    assert len((await tizmoret.executions.logs(young)).items) > 3
    assert (await tizmoret.executions.get(waiting)).status == "waiting"


async def test_large_values_stay_while_somebody_may_refer_to_them(tizmoret: Tizmoret, ask: Ask) -> None:
    big = {"size": 20_000}
    first = await done(tizmoret, step("a", "add", **big))
    second = await done(tizmoret, step("a", "add", **big))
    assert len(ask("select 1 from blobs")) == 1
    for id in (first, second):
        age(ask, id, 100)
    ask("update blobs set used_at = used_at - interval '100 days'")
    third = await done(tizmoret, step("a", "add", **big))

    assert await Retention(tizmoret._database, 90).sweep() == 2
    (after,) = await tizmoret.executions.steps(third)
    assert len(after.output["text"]) == 20_000

    age(ask, third, 100)
    ask("update blobs set used_at = used_at - interval '100 days'")
    assert await Retention(tizmoret._database, 90).sweep() == 1
    assert ask("select 1 from blobs") == []


async def test_several_sweep_at_once(tizmoret: Tizmoret, ask: Ask) -> None:
    for _ in range(12):
        age(ask, await done(tizmoret, step("a", "add")), 100)

    removed = await asyncio.gather(*(Retention(tizmoret._database, 90).sweep() for _ in range(4)))

    assert sum(removed) == 12
    assert ask("select 1 from executions") == []


async def test_one_that_is_removed_by_hand_leaves_nothing(tizmoret: Tizmoret, ask: Ask) -> None:
    id = await done(tizmoret, step("a", "write", n=1))

    await tizmoret.delete(id)

    for table in TABLES:
        assert ask(f"select 1 from {table}") == []
