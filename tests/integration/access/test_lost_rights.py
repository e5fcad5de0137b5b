"""Whoever loses their rights while something runs or recurs in their name: no effect of it happens under the old right."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import psycopg
import pytest

from tests.integration.access.conftest import Person
from tests.integration.engine.conftest import TOOLS, effects, from_, plan, statuses, step
from tests.integration.server.conftest import Running
from tests.integration.server.test_routes import API, chain, submit, until
from tizmoret.access.access import Access
from tizmoret.catalog.catalog import Catalog
from tizmoret.orchestrator import Tizmoret
from tizmoret.plan.model import Plan
from tizmoret.settings import Settings
from tizmoret.store.database import Database
from tizmoret.views import Approval, Execution

WRITE = step("w", "write", n=from_("q.n"))


@pytest.fixture
async def tizmoret(settings: Settings) -> AsyncIterator[Tizmoret]:
    async with Tizmoret.open(settings, catalog=Catalog(TOOLS, [])) as opened:
        yield opened


@pytest.fixture
async def access(tizmoret: Tizmoret, database: Database) -> Access:
    """With Dana, a member."""
    access = Access(database)
    await access.members.add("Dana", "member", by=access.owner)
    await access.members.add("Yoav", "member", by=access.owner)
    return access


async def asked(tizmoret: Tizmoret, *more: Any, **rest: Any) -> tuple[Execution, Approval]:
    """An execution of Dana's that waits for an answer before it goes on."""
    made = await tizmoret.submit("", plan=plan(step("q", "ask"), *more, **rest), user="Dana", member="Dana")
    return await tizmoret.wait(made.id), await gate(tizmoret, made)


async def gate(tizmoret: Tizmoret, execution: Execution) -> Approval:
    (found,) = await tizmoret.executions.approvals(execution.id, status="pending")
    return found


async def lose(access: Access, how: str) -> None:
    if how == "lowered":
        await access.members.change("Dana", "viewer", by=access.owner)
    else:
        await access.members.remove("Dana", by=access.owner)


@pytest.mark.anyio
@pytest.mark.parametrize("how", ["lowered", "removed"])
async def test_an_effect_waits_for_somebody_who_may_and_what_only_reads_goes_on(tizmoret: Tizmoret, access: Access, how: str) -> None:
    execution, question = await asked(tizmoret, WRITE, step("r", "add", n=from_("q.n")))
    await lose(access, how)
    await tizmoret.approve(execution.id, question.id, by="Yoav", option=0)
    assert (await tizmoret.wait(execution.id)).status == "waiting"
    assert await statuses(tizmoret, execution.id) == {"q": "completed", "w": "gate", "r": "completed"}
    assert effects(tizmoret) == []
    waits = await gate(tizmoret, execution)
    assert (waits.purpose, waits.tool, waits.args) == ("approval", "test.write", {"n": 1})
    assert waits.known == ["Dana, in whose name this runs, may not act here any more. It happens only if somebody who may approves it."]
    await tizmoret.approve(execution.id, waits.id, by="Yoav")
    assert (await tizmoret.wait(execution.id)).status == "completed"
    assert len(effects(tizmoret)) == 1


@pytest.mark.anyio
async def test_a_rejection_leaves_it_undone(tizmoret: Tizmoret, access: Access) -> None:
    execution, question = await asked(tizmoret, WRITE)
    await lose(access, "removed")
    await tizmoret.approve(execution.id, question.id, by="Yoav", option=0)
    await tizmoret.wait(execution.id)
    await tizmoret.reject(execution.id, (await gate(tizmoret, execution)).id, by="Yoav")
    assert (await tizmoret.wait(execution.id)).status == "completed"
    assert effects(tizmoret) == []


@pytest.mark.anyio
async def test_what_somebody_who_may_has_approved_happens_and_what_the_removed_one_approved_does_not(
    tizmoret: Tizmoret, access: Access
) -> None:
    """Two gates of which both are open when she goes: one she has approved before, and its step still waits for an answer."""
    made = await tizmoret.submit(
        "", plan=plan(step("own", "gated", n=1), step("other", "gated", n=2), step("q", "ask")), user="Dana", member="Dana"
    )
    await tizmoret.wait(made.id)
    open_gates = {one.args["n"]: one for one in await tizmoret.executions.approvals(made.id, status="pending") if one.args}
    await tizmoret.pause(made.id, by="Yoav")
    await tizmoret.approve(made.id, open_gates[1].id, by="Dana")
    await tizmoret.approve(made.id, open_gates[2].id, by="Yoav")
    await lose(access, "removed")
    await tizmoret.resume(made.id, by="Yoav")
    await tizmoret.wait(made.id)
    states = await statuses(tizmoret, made.id)
    assert (states["own"], states["other"]) == ("failed", "completed")
    assert [line.split()[1] for line in effects(tizmoret)] == ["2"]
    failed = next(one for one in await tizmoret.executions.steps(made.id) if one.id == "own")
    assert failed.error is not None
    assert (failed.error.code, failed.error.cure) == ("forbidden", "Somebody who may can go on from this step in their own name.")


@pytest.mark.anyio
async def test_calls_of_a_list_fail_with_the_cure_and_it_works(tizmoret: Tizmoret, access: Access) -> None:
    many = step("w", "write", for_each=from_("l.numbers"), n={"$item": ""}, after=("q",))
    execution, question = await asked(tizmoret, step("l", "list", n=3), many)
    await lose(access, "lowered")
    await tizmoret.approve(execution.id, question.id, by="Yoav", option=0)
    done = await tizmoret.wait(execution.id)
    assert done.status == "failed"
    assert effects(tizmoret) == []
    again = await tizmoret.fork(execution.id, "w", by="Yoav", member="Yoav")
    assert (await tizmoret.wait(again.id)).status == "completed"
    assert len(effects(tizmoret)) == 3


@pytest.mark.anyio
async def test_taking_effects_back_by_itself_becomes_a_question(tizmoret: Tizmoret, access: Access) -> None:
    """`on_failure: undo` is an effect too."""
    failing = Plan(
        steps=(step("a", "write", n=1), step("q", "ask"), step("b", "broken", after=("q", "a"))), request="a test", on_failure="undo"
    )
    made = await tizmoret.submit("", plan=failing, user="Dana", member="Dana")
    waiting = await tizmoret.wait(made.id)
    await lose(access, "removed")
    await tizmoret.approve(made.id, (await gate(tizmoret, waiting)).id, by="Yoav", option=0)
    await tizmoret.wait(made.id)
    assert (await gate(tizmoret, made)).purpose == "undo"


@pytest.mark.anyio
@pytest.mark.parametrize("how", ["lowered", "removed"])
async def test_a_schedule_stops_and_whoever_resumes_it_takes_it_over(
    tizmoret: Tizmoret, access: Access, settings: Settings, how: str
) -> None:
    made = await tizmoret.schedules.add("check the system", "* * * * *", user="Dana")
    await lose(access, how)
    (stopped,) = await tizmoret.schedules.list()
    assert stopped.paused
    resumed = await tizmoret.schedules.resume(made.id, by="Yoav")
    assert (resumed.paused, resumed.user_id) == (False, "Yoav")


@pytest.mark.anyio
async def test_what_a_schedule_began_needs_the_right_of_whose_it_is(tizmoret: Tizmoret, access: Access, settings: Settings) -> None:
    made = await tizmoret.schedules.add("check the system", "* * * * *", user="Dana")
    await tizmoret.schedules.add("check the system again", "* * * * *", user="a program")  # that is no member
    assert settings.database_url is not None
    with psycopg.connect(settings.database_url, autocommit=True) as connection:
        connection.execute("update schedules set next_at = now()")
        await tizmoret.schedules.ring()
        found = connection.execute("select data ->> 'user', data ->> 'member' from events where kind = 'execution.created'").fetchall()
    assert sorted(found) == [("Dana", "Dana"), ("a program", None)]
    assert made.user_id == "Dana"


def test_whoever_asks_with_a_key_asks_in_the_name_of_its_member(running: Running, person: Person, database_url: str) -> None:
    def member_of(id: str) -> str | None:
        with psycopg.connect(database_url) as connection:
            row = connection.execute(
                "select data ->> 'member' from events where kind = 'execution.created' and execution_id = %s", (id,)
            ).fetchone()
        assert row is not None
        name: str | None = row[0]
        return name

    dana, noa = person(running.client, "Dana"), person(running.client, "Noa", "admin")
    ended = submit(running, plan=chain(0))["id"]
    until(running, ended, "completed")

    def ids(client: httpx2.Client, **body: object) -> list[str]:
        return [
            client.post(API, json={"query": "check the system", **body}).json()["id"],
            client.post(f"{API}/{ended}/fork", json={"step": "s0"}).json()["id"],
        ]

    assert [member_of(id) for id in ids(dana)] == ["Dana", "Dana"]
    assert [member_of(id) for id in ids(noa, userId="Dana")] == ["Noa", "Noa"]  # who asks, not on whose behalf
    assert [member_of(id) for id in ids(running.client)] == [None, None]
