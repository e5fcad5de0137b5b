"""Several real processes over one database: how they die, how they are replaced, and how one is stopped without a trace.

What every dispatcher promises: each test runs with each of them."""

from __future__ import annotations

import asyncio
import signal

import psycopg
import pytest

from tizmoret.orchestrator import Tizmoret
from tizmoret.settings import Settings
from tizmoret.verify.tools import CATALOG, ledger, plan

from .workers import Crew, finish, finish_all, front

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("workers")]


async def test_one_process_submits_another_drives_and_the_first_follows_and_decides(crew: Crew) -> None:
    async with front(crew) as tizmoret:
        execution = await tizmoret.submit("", plan=plan())
        await asyncio.sleep(0.3)
        assert (await tizmoret.executions.get(execution.id)).steps_done == 0, "a process that drives nothing drove"
        worker = crew.start()
        kinds = await asyncio.wait_for(finish(tizmoret, execution.id), 60)
        assert kinds[-1] == "execution.completed"
        second = await tizmoret.submit("", plan=plan())
        await asyncio.wait_for(finish(tizmoret, second.id), 60)
        assert crew.ask("select owner from executions where id = %s", second.id) == [(worker,)]
        assert tizmoret.driving == 0


async def test_what_a_killed_process_had_is_taken_over(crew: Crew) -> None:
    async with front(crew) as tizmoret:
        first = crew.start()
        ids = [(await tizmoret.submit("", plan=plan(held=True))).id for _ in range(5)]
        await crew.until(lambda: crew.owners() == [first] * 5)
        second = crew.start()
        crew.signal(first, signal.SIGKILL)
        await crew.until(lambda: crew.owners() == [second] * 5)
        for kinds in await finish_all(tizmoret, ids):
            assert "execution.taken" in kinds
            assert kinds[-1] == "execution.completed"


async def test_a_stopped_process_is_replaced_and_writes_nothing_when_it_comes_back(crew: Crew) -> None:
    async with front(crew) as tizmoret:
        zombie = crew.start()
        ids = [(await tizmoret.submit("", plan=plan(held=True))).id for _ in range(5)]
        await crew.until(lambda: crew.owners() == [zombie] * 5)
        other = crew.start()
        crew.signal(zombie, signal.SIGSTOP)
        await crew.until(lambda: crew.owners() == [other] * 5)
        crew.signal(zombie, signal.SIGCONT)
        assert {kinds[-1] for kinds in await finish_all(tizmoret, ids)} == {"execution.completed"}
        for id in ids:
            events = [event async for event in tizmoret.events(id)]
            assert [event.seq for event in events] == list(range(1, len(events) + 1))
            ended = [event.data["step"] for event in events if event.kind == "step.completed"]
            assert len(ended) == len(set(ended))
        calls = ledger(tizmoret.workplaces.folder(tizmoret.workspace)).read_text().split()
        assert len([line for line in calls if line == "once"]) <= len(ids)
        assert crew.processes[zombie].poll() is None, "it lives on and may work again"
        again = await tizmoret.submit("", plan=plan())
        assert (await asyncio.wait_for(finish(tizmoret, again.id), 60))[-1] == "execution.completed"


async def test_a_lost_session_does_not_make_a_process_dead(crew: Crew) -> None:
    async with front(crew) as tizmoret:
        first = crew.start()
        execution = await tizmoret.submit("", plan=plan(held=True))
        await crew.until(lambda: crew.owners() == [first])
        crew.start()
        epoch = crew.ask("select epoch from executions")
        with psycopg.connect(crew.url, autocommit=True) as connection:
            connection.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
            )
        await asyncio.sleep(1.5)
        assert crew.ask("select owner, epoch from executions") == [(first, epoch[0][0])]
        assert (await finish_all(tizmoret, [execution.id]))[0][-1] == "execution.completed"


async def test_on_sigterm_executions_are_handed_over(crew: Crew) -> None:
    async with front(crew) as tizmoret:
        first = crew.start()
        ids = [(await tizmoret.submit("", plan=plan(held=True))).id for _ in range(50)]
        await crew.until(lambda: crew.owners() == [first] * 50)
        second = crew.start()
        crew.signal(first, signal.SIGTERM)
        await crew.until(lambda: crew.owners() == [second] * 50)
        assert crew.processes[first].wait(10) == 0
        assert crew.ask("select max(attempts) from executions") == [(0,)], "a hand-over counted as a crash"
        for kinds in await finish_all(tizmoret, ids):
            assert kinds[-1] == "execution.completed"
            assert "execution.taken" not in kinds


async def test_a_running_effect_is_let_finish_when_its_process_stops(crew: Crew) -> None:
    async with front(crew) as tizmoret:
        first = crew.start()
        id = (await tizmoret.submit("", plan=plan(0.8))).id
        await crew.until(lambda: crew.ask("select from effects where status = 'intended'"))
        crew.start()
        crew.signal(first, signal.SIGTERM)
        kinds = await asyncio.wait_for(finish(tizmoret, id), 60)
        assert kinds[-1] == "execution.completed"
        lost = [event.data for event in [event async for event in tizmoret.events(id)] if event.kind == "step.lost"]
        assert all(one["outcome"] == "repeat" for one in lost), "an effect was cut off"


async def test_what_there_is_no_place_for_waits_without_a_task_and_goes_by_priority(crew: Crew) -> None:
    settings = Settings.from_env({**crew.env, "TIZMORET_EXECUTIONS": "2"})
    async with Tizmoret.open(settings, catalog=CATALOG) as tizmoret:
        running = [(await tizmoret.submit("", plan=plan(held=True))).id for _ in range(2)]
        await crew.until(lambda: tizmoret.driving == 2)
        low = [(await tizmoret.submit("", plan=plan(0.05))).id for _ in range(3)]
        high = (await tizmoret.submit("", plan=plan(0.05), priority=5)).id
        assert tizmoret.driving == 2
        assert crew.ask("select count(*) from executions where owner is null") == [(4,)]
        for kinds in await finish_all(tizmoret, [*running, *low, high]):
            assert kinds[-1] == "execution.completed"
        began = dict(crew.ask("select execution_id, min(started_at) from execution_steps group by 1"))
        assert sum(began[other] < began[high] for other in low) <= 1  # two places became free at the same time


async def test_a_claim_whose_answer_was_lost_is_given_back(crew: Crew) -> None:
    """As when the connection breaks at the commit of a claim: the table says that a living process drives it, and it does not know."""
    async with front(crew) as tizmoret:
        worker = crew.start()
        execution = await tizmoret.submit("", plan=plan(20.0))
        await crew.until(lambda: crew.owners() == [worker])
        await tizmoret.cancel(execution.id, by="test")
        await crew.until(lambda: crew.owners() == [])
        with psycopg.connect(crew.url, autocommit=True) as connection:
            connection.execute("set role tizmoret_worker")
            crew.signal(worker, signal.SIGSTOP)
            stuck = await tizmoret.submit("", plan=plan())
            connection.execute("update executions set owner = %s, epoch = 7 where id = %s", (worker, stuck.id))
            crew.signal(worker, signal.SIGCONT)
        kinds = await asyncio.wait_for(finish(tizmoret, stuck.id), 60)
        assert kinds[-1] == "execution.completed"
