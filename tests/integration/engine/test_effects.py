"""Effects: a crash at every point around a call, held against an outside that counts; what a tool can look up needs no person."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from tests.integration.engine.conftest import T, plan, show, statuses, step
from tests.integration.engine.crash_victim import CATALOG, POINTS, Outside
from tests.warm import Process
from tizmoret.catalog.catalog import Catalog
from tizmoret.catalog.tool import Call, Tool, tool
from tizmoret.errors import TryAgain
from tizmoret.orchestrator import Tizmoret
from tizmoret.plan.model import Plan, Retry
from tizmoret.settings import Settings
from tizmoret.views import Approval, Execution

pytestmark = pytest.mark.anyio
IN_DOUBT = ("after-intent", "before-acting", "after-acting", "before-result")  # the intent is durable, the outcome is not


@pytest.mark.parametrize("point", POINTS)
async def test_a_crash_around_a_call(point: str, home: Path, database_url: str, settings: Settings) -> None:
    victim = Process("tests.integration.engine.crash_victim", str(home), point, env={**os.environ, "DATABASE_URL": database_url})
    assert await asyncio.to_thread(victim.wait, 60) == -signal.SIGKILL
    async with Tizmoret.open(settings, catalog=CATALOG) as tizmoret:
        outside = Outside(tizmoret.workplaces.folder(tizmoret.workspace))
        for execution in (await tizmoret.executions.list()).items:
            await _holds(tizmoret, outside, execution, point)


async def _holds(tizmoret: Tizmoret, outside: Outside, execution: Execution, point: str) -> None:
    name, key = execution.request, f"{execution.id}/act"
    settled = await tizmoret.wait(execution.id)
    gates = await tizmoret.executions.approvals(execution.id)
    kinds = [event.kind async for event in tizmoret.events(execution.id)] if settled.status == "completed" else []
    if point == "result-in-flight":  # either is right, as long as the log and the world agree
        assert name == "crash.once" or not gates
    else:
        assert bool(gates) == (name == "crash.once" and point in IN_DOUBT)
    for gate in gates:
        assert gate.purpose == "unknown"
        assert key in " ".join(gate.known)
        assert outside.count("asked", key) <= 1, "a once effect was repeated blindly"
        happened = outside.count("acted", key) > 0
        await tizmoret.approve(execution.id, gate.id, by="dana", option=0 if happened else 1)
        settled = await tizmoret.wait(execution.id)
    assert settled.status == "completed", settled.error
    if name != "crash.pure":
        assert outside.count("acted", key) == 1
    if name == "crash.once" or point in ("before-intent", "after-result"):
        assert outside.count("asked", key) <= 1 or point in ("after-intent", "before-acting")
    assert outside.count("asked", key) <= 2
    if kinds:
        assert kinds.count("step.completed") == 1


# -- without a crash: a call that gives no clear answer


class Script(BaseModel):
    """What the outside does in each attempt: "act" and answer, "mute" (act, and an error that says nothing), "fail" (nothing, an error that
    says nothing), "refuse" (nothing, and says so), "hang" (act and hang). The last one is repeated."""

    attempts: list[str]


class Out(BaseModel):
    n: int


async def _scripted(args: Script, call: Call) -> Out:
    outside, does = Outside(call.folder), args.attempts[min(call.attempt, len(args.attempts)) - 1]
    outside.note("asked", call.key)
    if does in ("act", "mute", "hang"):
        outside.note("acted", call.key)
    if does == "refuse":
        raise TryAgain("The calendar is closed.")
    if does == "hang":
        await asyncio.sleep(60)
    if does != "act":
        raise RuntimeError("connection reset by peer")
    return Out(n=call.attempt)


async def _look(args: Script, call: Call) -> Out | None:
    return Out(n=7) if Outside(call.folder).count("acted", call.key) else None


async def _blind(args: Script, call: Call) -> Out | None:
    raise ConnectionError("no way there")


def _tool(name: str, recovery: Any, **rest: Any) -> Tool:
    @tool(name, title=T, description=T, show=show, effect="send", recovery=recovery, timeout=5, retry=Retry(attempts=2, wait=0.01), **rest)
    async def run(args: Script, call: Call) -> Out:
        return await _scripted(args, call)

    return run


@pytest.fixture
def catalog() -> Catalog:
    return Catalog(
        [
            _tool("test.keyed", "keyed"), _tool("test.keyed_looked", "keyed", probe=_look), _tool("test.once", "once"),
            _tool("test.once_looked", "once", probe=_look), _tool("test.once_blind", "once", probe=_blind),
            _tool("test.asks", "once", approval="ask"),
        ],
        [],
    )  # fmt: skip


def script(name: str, *attempts: str) -> Plan:
    return plan(step("act", name, attempts=list(attempts)))


async def run(tizmoret: Tizmoret, given: Plan) -> tuple[Execution, list[Approval]]:
    execution = await tizmoret.submit("", plan=given)
    return await tizmoret.wait(execution.id), list(await tizmoret.executions.approvals(execution.id))


def count(tizmoret: Tizmoret, what: str, execution: Execution) -> int:
    return Outside(tizmoret.workplaces.folder(tizmoret.workspace)).count(what, f"{execution.id}/act")


async def ledger(tizmoret: Tizmoret, execution: Execution) -> str:
    async with tizmoret._database.worker_tx() as connection:
        cursor = await connection.execute("select status from effects where execution_id = %s", (execution.id,))
        ((status,),) = await cursor.fetchall()
        return str(status)


@pytest.mark.parametrize("name", ["keyed", "keyed_looked", "once", "once_looked"])
async def test_what_clearly_failed_is_tried_again_and_needs_no_person(tizmoret: Tizmoret, name: str) -> None:
    done, gates = await run(tizmoret, script(name, "refuse", "act"))
    assert (done.status, gates, count(tizmoret, "acted", done)) == ("completed", [], 1)


async def test_an_unclear_once_effect_is_asked_about_after_one_call(tizmoret: Tizmoret) -> None:
    waiting, (gate,) = await run(tizmoret, script("once", "mute", "act"))
    assert (waiting.status, gate.purpose, count(tizmoret, "asked", waiting)) == ("waiting", "unknown", 1)
    assert "connection reset by peer" in gate.known[0]
    assert await ledger(tizmoret, waiting) == "unknown"
    await tizmoret.approve(waiting.id, gate.id, by="dana", option=0)
    assert (await tizmoret.wait(waiting.id)).status == "completed"
    assert (count(tizmoret, "asked", waiting), await ledger(tizmoret, waiting)) == (1, "happened")


async def test_an_unclear_effect_is_looked_up(tizmoret: Tizmoret) -> None:
    found, no_gates = await run(tizmoret, script("once_looked", "mute"))
    assert (found.status, found.answer, no_gates, count(tizmoret, "asked", found)) == ("completed", "n=7", [], 1)
    again, no_gates = await run(tizmoret, script("once_looked", "fail", "act"))
    assert (again.status, no_gates, count(tizmoret, "acted", again), count(tizmoret, "asked", again)) == ("completed", [], 1, 2)


async def test_what_the_look_up_never_finds_has_failed_and_is_not_unknown(tizmoret: Tizmoret) -> None:
    done, gates = await run(tizmoret, script("keyed_looked", "fail"))
    assert (done.status, gates, await ledger(tizmoret, done)) == ("failed", [], "failed")


async def test_a_look_up_that_fails_leaves_the_question_to_a_person(tizmoret: Tizmoret) -> None:
    waiting, (gate,) = await run(tizmoret, script("once_blind", "mute"))
    assert (waiting.status, gate.purpose) == ("waiting", "unknown")
    assert "look-up failed" in " ".join(gate.known)


async def test_a_keyed_effect_that_is_given_up_without_an_answer_is_unknown_and_not_failed(tizmoret: Tizmoret) -> None:
    waiting, (gate,) = await run(tizmoret, script("keyed", "mute", "fail"))
    assert (waiting.status, gate.purpose, count(tizmoret, "asked", waiting)) == ("waiting", "unknown", 2)


async def test_a_clear_refusal_does_not_clear_the_doubt_of_the_attempt_before(tizmoret: Tizmoret) -> None:
    waiting, (gate,) = await run(tizmoret, script("keyed", "mute", "refuse"))
    assert (waiting.status, gate.purpose) == ("waiting", "unknown")
    found, none = await run(tizmoret, script("keyed_looked", "mute", "refuse"))
    assert (found.status, none, await ledger(tizmoret, found)) == ("completed", [], "happened")


async def test_nobody_says_that_nothing_was_written_when_an_unknown_effect_is_left_open(tizmoret: Tizmoret) -> None:
    waiting, (gate,) = await run(tizmoret, script("once", "mute"))
    await tizmoret.reject(waiting.id, gate.id, by="dana")
    done = await tizmoret.wait(waiting.id)
    assert (done.answer, await ledger(tizmoret, done)) == ("Not known whether it was done: act.", "unknown")


async def test_doing_it_again_runs_the_arguments_that_were_approved_and_shown(tizmoret: Tizmoret) -> None:
    waiting, (gate,) = await run(tizmoret, script("asks", "act"))
    await tizmoret.approve(waiting.id, gate.id, by="dana", args={"attempts": ["fail", "act"]})
    await tizmoret.wait(waiting.id)
    unknown = (await tizmoret.executions.approvals(waiting.id))[1]
    assert (unknown.purpose, unknown.args) == ("unknown", {"attempts": ["fail", "act"]})
    await tizmoret.approve(waiting.id, unknown.id, by="dana", option=1)
    done = await tizmoret.wait(waiting.id)
    assert (done.status, count(tizmoret, "asked", done), count(tizmoret, "acted", done)) == ("completed", 2, 1)


@pytest.mark.parametrize(("name", "status", "entry"), [("once", "unknown", "unknown"), ("once_looked", "completed", "happened")])
async def test_of_a_call_that_is_cancelled_in_the_middle_as_much_is_said_as_is_known(
    tizmoret: Tizmoret, name: str, status: str, entry: str
) -> None:
    execution = await tizmoret.submit("", plan=script(name, "hang"))
    while not count(tizmoret, "acted", execution):  # noqa: ASYNC110 - it looks at a file that another task writes
        await asyncio.sleep(0.01)
    await tizmoret.cancel(execution.id, by="dana")
    done = await tizmoret.wait(execution.id)
    assert done.status == "cancelled"
    assert await statuses(tizmoret, done.id) == {"act": status}
    assert await ledger(tizmoret, done) == entry
