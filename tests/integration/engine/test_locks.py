"""Locks over executions: alone or together, first come first served, without deadlock, let go with whoever dies, seen by everybody."""

from __future__ import annotations

import asyncio
import itertools
import os
import random
import signal
import subprocess
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.integration.engine.conftest import happened, let_go
from tests.integration.engine.lock_victim import CATALOG, plan, step
from tests.warm import Process
from tizmoret.catalog.catalog import Catalog
from tizmoret.engine.locks import Locks, Wanted, wanted
from tizmoret.engine.records import Record
from tizmoret.engine.state import State
from tizmoret.errors import Fenced
from tizmoret.ids import uuid7
from tizmoret.orchestrator import Tizmoret
from tizmoret.settings import Settings
from tizmoret.store.database import Database
from tizmoret.views import Execution

pytestmark = pytest.mark.anyio


@pytest.fixture
def catalog() -> Catalog:
    return CATALOG


async def record(database: Database) -> Record:
    """An execution that somebody drives."""
    found = Record(database.default_workspace, uuid7(), 1, "x", "en", "me", datetime.now(UTC), State())
    async with database.worker_tx() as connection:
        await connection.execute(
            "insert into executions (workspace_id, id, request, language, user_id, status, epoch, owner) "
            "values (%s, %s, 'x', 'en', 'me', 'running', 1, %s)",
            (found.workspace, found.id, uuid7()),
        )
    return found


async def change(database: Database, of: Record, columns: str) -> None:
    async with database.worker_tx() as connection:
        await connection.execute(f"update executions set {columns} where id = %s", (of.id,))  # type: ignore[arg-type]


ALONE, TOGETHER = Wanted("r", True), Wanted("r", False)
CALL = ("a", None)


async def test_alone_is_alone_and_together_is_together(database: Database) -> None:
    locks, one, two, three = Locks(database), await record(database), await record(database), await record(database)
    assert await locks.take(one, CALL, [TOGETHER]) == []
    assert await locks.take(two, CALL, [TOGETHER]) == []
    (ahead, _) = await locks.take(three, CALL, [ALONE])
    assert (ahead.execution, ahead.step, ahead.holds) == (one.id, "a", True)
    await locks.release(one, CALL)
    assert await locks.held_up(three) == {CALL}
    await locks.release(two, CALL)
    assert await locks.held_up(three) == set()
    assert await locks.take(three, CALL, [ALONE]) == []


async def test_a_call_that_is_made_again_keeps_what_it_gets_though_the_attempt_before_is_slow_to_let_go(database: Database) -> None:
    locks, one, two = Locks(database), await record(database), await record(database)
    await locks.take(one, CALL, [ALONE])
    letting_go = asyncio.create_task(locks.release(one, CALL, after=0.05))
    await asyncio.sleep(0)
    assert await locks.take(one, CALL, [ALONE]) == []
    await letting_go
    assert [ahead.execution for ahead in await locks.take(two, CALL, [ALONE])] == [one.id]


async def test_nobody_is_overtaken(database: Database) -> None:
    """Those who share a lock do not keep out whoever wants it alone and came before them."""
    locks, holder, writer, reader = Locks(database), await record(database), await record(database), await record(database)
    await locks.take(holder, CALL, [TOGETHER])
    await locks.take(writer, CALL, [ALONE])
    assert [(one.execution, one.holds) for one in await locks.take(reader, CALL, [TOGETHER])] == [(writer.id, False)]
    await locks.release(holder, CALL)
    assert await locks.take(reader, CALL, [TOGETHER]) != []  # asking again is no way round the queue
    assert await locks.take(writer, CALL, [ALONE]) == []
    await locks.release(writer, CALL)
    assert await locks.take(reader, CALL, [TOGETHER]) == []


@pytest.mark.parametrize("columns", ["epoch = epoch + 1", "owner = null", "status = 'failed'"], ids=["taken over", "parked", "ended"])
async def test_whoever_is_gone_holds_nothing_and_stands_in_nobodys_way(database: Database, columns: str) -> None:
    locks, holder, waiter, last = Locks(database), await record(database), await record(database), await record(database)
    await locks.take(holder, CALL, [ALONE])
    await locks.take(waiter, CALL, [ALONE])
    assert len(await locks.take(last, CALL, [ALONE])) == 2
    await change(database, holder, columns)
    assert [one.execution for one in await locks.take(last, CALL, [ALONE])] == [waiter.id]
    await change(database, waiter, columns)
    assert await locks.take(last, CALL, [ALONE]) == []
    if columns.startswith("epoch"):
        with pytest.raises(Fenced):
            await locks.take(holder, CALL, [ALONE])


async def test_two_workspaces_share_no_locks(database: Database) -> None:
    locks, one, other = Locks(database), await record(database), await record(database)
    async with database.worker_tx() as connection:
        await connection.execute("insert into workspaces (id, name) values (%s, 'other')", (workspace := uuid7(),))
        await connection.execute("update executions set workspace_id = %s where id = %s", (workspace, other.id))
    other.workspace = workspace
    assert await locks.take(one, CALL, [ALONE]) == []
    assert await locks.take(other, CALL, [ALONE]) == []


async def test_many_calls_that_want_several_things_in_any_order_all_get_them_and_never_two_at_once(database: Database) -> None:
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")
    dice, locks = random.Random(seed), Locks(database)
    held: Counter[str] = Counter()
    alone: set[str] = set()

    async def call(number: int) -> None:
        mine = await record(database)
        names = dice.sample("abcde", dice.randint(1, 3))
        wants = [Wanted(name, dice.random() < 0.6) for name in names]
        for _ in range(2):
            while await locks.take(mine, ("s", number), wants):  # noqa: ASYNC110 - asking is what is tried here
                await asyncio.sleep(dice.uniform(0.001, 0.02))
            for want in wants:
                assert want.resource not in alone, "two at once"
                assert not (want.exclusive and held[want.resource]), "two at once"
                held[want.resource] += 1
                alone.update({want.resource} if want.exclusive else set())
            await asyncio.sleep(dice.uniform(0, 0.005))
            for want in wants:
                held[want.resource] -= 1
                alone.discard(want.resource)
            await locks.release(mine, ("s", number))

    async with asyncio.timeout(60):
        await asyncio.gather(*(call(number) for number in range(24)))


def test_what_a_call_locks_follows_from_its_arguments() -> None:
    tool = CATALOG.tool("lock.write").capability
    assert wanted(tool, {"calendar": "home"}) == [Wanted("calendar:home", True)]
    assert wanted(tool, {}) == [Wanted("calendar:main", True)]  # the argument's default
    long = wanted(tool, {"calendar": "x" * 5000})[0].resource
    assert len(long) < 300
    assert long != wanted(tool, {"calendar": "x" * 5001})[0].resource


# -- in executions


async def spans(tizmoret: Tizmoret, *executions: Execution) -> list[tuple[str, float, float]]:
    """(name, from, to) of every call, as the tools saw it."""
    folder = tizmoret.workplaces.folder(tizmoret.workspace)
    lines = [line.split() for line in (folder / "spans.txt").read_text().splitlines()]
    return [(name, float(begin), float(end)) for name, begin, end in lines]


def overlap(one: tuple[str, float, float], other: tuple[str, float, float]) -> bool:
    return max(one[1], other[1]) < min(one[2], other[2])


async def held(tizmoret: Tizmoret, name: str) -> Execution:
    """One that has the lock, and keeps it until `let_go`."""
    execution = await tizmoret.submit("", plan=plan(step(name, "write", held=True)))
    await happened(tizmoret, execution.id, "step.started")
    return execution


async def test_executions_that_change_one_thing_do_so_one_after_the_other_in_the_order_in_which_they_came(tizmoret: Tizmoret) -> None:
    executions = [await held(tizmoret, "w0")]
    for number in range(1, 4):
        executions.append(await tizmoret.submit("", plan=plan(step(f"w{number}", "write"))))
        await happened(tizmoret, executions[-1].id, "step.blocked")
    let_go(tizmoret)
    ended = [await tizmoret.wait(execution.id) for execution in executions]
    assert {execution.status for execution in ended} == {"completed"}
    found = await spans(tizmoret)
    assert [name for name, _, _ in found] == ["w0", "w1", "w2", "w3"]
    assert not any(overlap(one, other) for one in found for other in found if one is not other)
    assert await tizmoret.executions.locks() == []


async def test_with_the_other_dispatcher_too_nobody_changes_what_another_one_changes(settings: Settings, home: Path) -> None:
    async with Tizmoret.open(replace(settings, dispatch="dbos"), catalog=CATALOG) as tizmoret:
        executions = [await tizmoret.submit("", plan=plan(step(f"w{number}", "write", seconds=0.1))) for number in range(4)]
        assert {(await tizmoret.wait(execution.id)).status for execution in executions} == {"completed"}
        found = await spans(tizmoret)
        assert len(found) == 4
        assert not any(overlap(one, other) for one in found for other in found if one is not other)
        assert await tizmoret.executions.locks() == []


async def test_what_is_shared_or_another_thing_goes_side_by_side(tizmoret: Tizmoret) -> None:
    steps = [step("r1", "read", held=True), step("r2", "read", held=True), step("other", "write", calendar="home", held=True)]
    executions = [await tizmoret.submit("", plan=plan(one)) for one in steps]
    folder = tizmoret.workplaces.folder(tizmoret.workspace)
    while len(list(folder.glob("*.began"))) < len(steps):  # noqa: ASYNC110 - the tools say it outside
        await asyncio.sleep(0.01)
    let_go(tizmoret)
    for execution in executions:
        await tizmoret.wait(execution.id)
    found = await spans(tizmoret)
    assert all(overlap(one, other) for one in found for other in found)


async def test_who_waits_for_whom_is_seen(tizmoret: Tizmoret) -> None:
    holder = await held(tizmoret, "holds")
    waiter = await tizmoret.submit("", plan=plan(step("waits", "write")))
    event = await happened(tizmoret, waiter.id, "step.blocked")
    assert event.data["resources"] == ["calendar:main"]
    assert event.data["ahead"] == [{"execution": str(holder.id), "step": "holds", "resource": "calendar:main", "holds": True}]
    (view,) = await tizmoret.executions.steps(waiter.id)
    assert (view.status, view.reason) == ("blocked", "calendar:main")
    has, waits = await tizmoret.executions.locks()
    assert (has.execution_id, has.held, has.exclusive, has.waits_for) == (holder.id, True, True, [])
    assert (waits.execution_id, waits.held, [one.execution_id for one in waits.waits_for]) == (waiter.id, False, [holder.id])
    let_go(tizmoret)
    done = await tizmoret.wait(waiter.id)
    (view,) = await tizmoret.executions.steps(waiter.id)
    assert (done.status, view.status, view.reason, view.attempt) == ("completed", "completed", None, 1)


async def test_whoever_waits_holds_no_slot(tizmoret: Tizmoret) -> None:
    await held(tizmoret, "holds")
    waiting = [step(f"w{n}", "write") for n in range(tizmoret.settings.slots)]
    chained = [one.model_copy(update={"after": (waiting[n - 1].id,)}) if n else one for n, one in enumerate(waiting)]
    readers = [step(f"free{n}", "plain") for n in range(tizmoret.settings.slots)]
    execution = await tizmoret.submit("", plan=plan(*chained, *readers))
    for one in readers:
        await happened(tizmoret, execution.id, "step.completed", one.id)
    let_go(tizmoret)
    assert (await tizmoret.wait(execution.id)).status == "completed"


async def test_a_list_of_calls_that_lock_one_thing_goes_through_one_by_one(tizmoret: Tizmoret) -> None:
    each = step("each", "write", for_each={"$from": "list.numbers"}, n={"$item": ""})
    done = await tizmoret.wait((await tizmoret.submit("", plan=plan(step("list", "list", n=40), each))).id)
    assert done.status == "completed"
    found = await spans(tizmoret)
    assert len(found) == 40
    assert not any(overlap(one, other) for one, other in itertools.pairwise(found))


async def test_a_paused_execution_stands_in_nobodys_way(tizmoret: Tizmoret) -> None:
    await held(tizmoret, "holds")
    paused = await tizmoret.submit("", plan=plan(step("paused", "write")))
    await happened(tizmoret, paused.id, "step.blocked")
    await tizmoret.pause(paused.id, by="dana")
    assert (await tizmoret.wait(paused.id)).status == "paused"
    last = await tizmoret.submit("", plan=plan(step("last", "write")))
    await happened(tizmoret, last.id, "step.blocked")
    let_go(tizmoret)
    assert (await tizmoret.wait(last.id)).status == "completed"
    await tizmoret.resume(paused.id, by="dana")
    assert (await tizmoret.wait(paused.id)).status == "completed"
    assert [name for name, _, _ in await spans(tizmoret)] == ["holds", "last", "paused"]


async def test_what_is_cancelled_lets_go_whether_it_held_or_waited(tizmoret: Tizmoret) -> None:
    holder = await held(tizmoret, "holds")
    waiter, last = [await tizmoret.submit("", plan=plan(step(name, "write"))) for name in ("waits", "last")]
    for one in (waiter, last):
        await happened(tizmoret, one.id, "step.blocked")
    await tizmoret.cancel(waiter.id, by="dana")
    await tizmoret.cancel(holder.id, by="dana")
    assert (await tizmoret.wait(last.id)).status == "completed"
    assert await tizmoret.executions.locks() == []


async def test_undoing_takes_the_same_locks(tizmoret: Tizmoret) -> None:
    done = await tizmoret.wait((await tizmoret.submit("", plan=plan(step("a", "write")))).id)
    await held(tizmoret, "holds")
    await tizmoret.undo(done.id, by="dana")
    while len(await tizmoret.executions.locks()) < 2:  # noqa: ASYNC110 - it looks into the database
        await asyncio.sleep(0.01)
    let_go(tizmoret)
    assert (await tizmoret.wait(done.id)).status == "undone"
    found = {name: (begin, end) for name, begin, end in await spans(tizmoret)}
    assert found["undo-a"][0] >= found["holds"][1]


async def test_a_killed_process_lets_go(home: Path, database_url: str, settings: Settings) -> None:
    env = {**os.environ, "DATABASE_URL": database_url}
    victim = Process("tests.integration.engine.lock_victim", str(home), env=env, stdout=subprocess.PIPE)
    try:
        assert victim.stdout is not None
        await asyncio.to_thread(victim.stdout.readline)  # it holds the lock
        async with Tizmoret.open(settings, catalog=CATALOG) as tizmoret:
            waiter = await tizmoret.submit("", plan=plan(step("waits", "write")))
            async for event in tizmoret.events(waiter.id):
                if event.kind == "step.blocked":
                    break
            victim.send_signal(signal.SIGKILL)
            assert (await tizmoret.wait(waiter.id)).status == "completed"
            assert "waits" in [name for name, _, _ in await spans(tizmoret)]
            for execution in (await tizmoret.executions.list(status="open")).items:
                await tizmoret.cancel(execution.id, by="dana")  # the one of the dead process, which goes on here
    finally:
        victim.kill()
        victim.wait()
