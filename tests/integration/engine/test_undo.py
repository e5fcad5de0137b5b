"""Taking effects back: the last first, once each, across crashes; what cannot be taken back is said, what fails is asked about."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.integration.engine.conftest import from_, happened, let_go, statuses
from tests.integration.engine.undo_victim import CATALOG, Outside, plan, step
from tests.warm import Process
from tizmoret.catalog.catalog import Catalog
from tizmoret.engine.decisions import begin_undo, send
from tizmoret.engine.transition import ExecutionRow, Transition
from tizmoret.errors import Conflict, Fenced, NotFound
from tizmoret.ids import uuid7
from tizmoret.orchestrator import Tizmoret
from tizmoret.plan.model import OnFailure, Plan
from tizmoret.settings import Settings
from tizmoret.views import Execution

pytestmark = pytest.mark.anyio
CHAIN = plan(step("a", "act"), step("b", "act", n=from_("a.n")), step("c", "act", n=from_("b.n")))


@pytest.fixture
def catalog() -> Catalog:
    return CATALOG


def outside(tizmoret: Tizmoret) -> Outside:
    return Outside(tizmoret.workplaces.folder(tizmoret.workspace))


async def run(tizmoret: Tizmoret, given: Plan, on_failure: OnFailure | None = None) -> Execution:
    execution = await tizmoret.submit("", plan=given, on_failure=on_failure)
    return await tizmoret.wait(execution.id)


async def undone(tizmoret: Tizmoret, given: Plan) -> Execution:
    done = await run(tizmoret, given)
    assert done.status == "completed", done.error
    await tizmoret.undo(done.id, by="dana")
    return await tizmoret.wait(done.id)


async def ledger(tizmoret: Tizmoret, execution: Execution) -> dict[str, str]:
    async with tizmoret._database.worker_tx() as connection:
        cursor = await connection.execute("select step_id, status from effects where execution_id = %s and item < 0", (execution.id,))
        return dict(await cursor.fetchall())


async def kinds(tizmoret: Tizmoret, execution: Execution, *wanted: str) -> list[tuple[str, str]]:
    return [(event.kind, event.data["step"]) async for event in tizmoret.events(execution.id) if event.kind in wanted]


async def test_what_was_done_is_taken_back_the_last_first_and_each_is_an_event(tizmoret: Tizmoret) -> None:
    done = await undone(tizmoret, CHAIN)
    assert (done.status, done.answer) == ("undone", "Undone: a.\nUndone: b.\nUndone: c.")
    assert outside(tizmoret).lines() == ["act a", "act b", "act c", "undo c", "undo b", "undo a"]
    assert await statuses(tizmoret, done.id) == {"a": "undone", "b": "undone", "c": "undone"}
    assert await ledger(tizmoret, done) == {"a": "undone", "b": "undone", "c": "undone"}
    told = await kinds(tizmoret, done, "undo.intended", "undo.done")
    assert told == [(kind, step) for step in "cba" for kind in ("undo.intended", "undo.done")]


async def test_whoever_follows_from_the_first_event_sees_the_undoing_too(tizmoret: Tizmoret) -> None:
    done = await undone(tizmoret, CHAIN)
    seqs = [event.seq async for event in tizmoret.events(done.id)]
    assert seqs == list(range(1, done.seq + 1))
    assert [(await tizmoret.executions.logs(done.id, after=done.seq - 1)).items[0].kind] == ["execution.undone"]


async def test_steps_that_only_read_are_not_undone_and_the_calls_of_a_list_are_one_by_one(tizmoret: Tizmoret) -> None:
    each = step("each", "act", for_each=from_("list.numbers"), n={"$item": ""})
    done = await undone(tizmoret, plan(step("list", "list", n=3), each))
    assert done.answer == "Undone: each (× 3)."
    lines = outside(tizmoret).lines()
    assert lines[3:] == [line.replace("act", "undo") for line in reversed(lines[:3])]
    assert await statuses(tizmoret, done.id) == {"list": "completed", "each": "undone"}


async def test_what_cannot_be_taken_back_is_said_and_the_rest_is(tizmoret: Tizmoret) -> None:
    done = await undone(tizmoret, plan(step("a", "act"), step("mail", "send", n=from_("a.n"))))
    assert (done.status, done.answer) == ("undone", "Undone: a.\nNot undone: mail — it cannot be taken back.")
    assert await ledger(tizmoret, done) == {"a": "undone", "mail": "happened"}


async def test_a_passing_fault_while_undoing_is_tried_again(tizmoret: Tizmoret) -> None:
    done = await undone(tizmoret, plan(step("a", "act", undo=["refuse", "act"])))
    assert done.status == "undone"
    assert outside(tizmoret).lines() == ["act a", "refused a", "undo a"]


@pytest.mark.parametrize(
    ("option", "says", "entry"),
    [(0, "Undone: b.", "undone"), (1, "Undone: b.", "undone"), (2, "Not undone: b — it was decided to leave it.", "undoing")],
)
async def test_a_failed_undo_is_a_gate_and_holds_up_what_came_before(tizmoret: Tizmoret, option: int, says: str, entry: str) -> None:
    waiting = await undone(tizmoret, plan(step("a", "act"), step("b", "act", n=from_("a.n"), undo=["never", "never", "act"])))
    assert waiting.status == "waiting"
    (gate,) = await tizmoret.executions.approvals(waiting.id, status="pending")
    assert (gate.purpose, gate.step_id, len(gate.options)) == ("undo", "b", 3)
    assert "somebody has changed it" in gate.known[0]
    assert "undo a" not in outside(tizmoret).lines()
    await tizmoret.ended(waiting.id)
    assert tizmoret.driving == 0  # parked
    if option == 0:  # it fails once more first
        await tizmoret.approve(waiting.id, gate.id, by="dana", option=0)
        await tizmoret.wait(waiting.id)
        gate = (await tizmoret.executions.approvals(waiting.id, status="pending"))[0]
    await tizmoret.approve(waiting.id, gate.id, by="dana", option=option)
    done = await tizmoret.wait(waiting.id)
    assert (done.status, done.answer) == ("undone", f"Undone: a.\n{says}")
    assert (await ledger(tizmoret, done))["b"] == entry


async def test_what_was_left_can_be_undone_later_and_what_is_undone_is_not_undone_again(tizmoret: Tizmoret) -> None:
    waiting = await undone(tizmoret, plan(step("a", "act"), step("b", "act", n=from_("a.n"), undo=["never", "act"])))
    (gate,) = await tizmoret.executions.approvals(waiting.id, status="pending")
    await tizmoret.reject(waiting.id, gate.id, by="dana")
    await tizmoret.wait(waiting.id)
    await tizmoret.undo(waiting.id, by="dana")
    done = await tizmoret.wait(waiting.id)
    assert done.answer == "Undone: a.\nUndone: b."
    assert outside(tizmoret).lines().count("undo a") == 1
    with pytest.raises(Conflict, match="no effect"):
        await tizmoret.undo(waiting.id, by="dana")


async def test_only_what_has_ended_and_had_effects_can_be_undone_and_only_once_at_a_time(tizmoret: Tizmoret) -> None:
    with pytest.raises(NotFound):
        await tizmoret.undo(uuid7(), by="dana")
    read = await run(tizmoret, plan(step("list", "list", n=1)))
    with pytest.raises(Conflict, match="no effect"):
        await tizmoret.undo(read.id, by="dana")
    done = await run(tizmoret, plan(step("a", "act", undo=["held"])))
    ends = await asyncio.gather(*(tizmoret.undo(done.id, by=f"p{i}") for i in range(5)), return_exceptions=True)
    assert sum(isinstance(end, Conflict) for end in ends) == 4
    let_go(tizmoret)
    assert (await tizmoret.wait(done.id)).status == "undone"
    assert outside(tizmoret).lines().count("undo a") == 1


async def test_an_execution_that_was_opened_again_for_nothing_is_closed_again(tizmoret: Tizmoret) -> None:
    done = await run(tizmoret, plan(step("a", "act")))
    await tizmoret.ended(done.id)
    async with tizmoret._database.worker_tx() as connection:
        await connection.execute("update executions set status = 'running', owner = null where id = %s", (done.id,))
    again = await tizmoret.wait(done.id)
    assert (again.status, again.seq, tizmoret.driving) == ("completed", done.seq, 0)


async def test_a_cancel_that_came_too_late_does_not_take_the_place_of_the_undo(tizmoret: Tizmoret) -> None:
    done = await run(tizmoret, plan(step("a", "act")))
    async with tizmoret._database.worker_tx() as connection:  # as `control` writes it just before the end is written
        await send(connection, tizmoret.workspace, done.id, "cancel", {"by": "dana"})
    await tizmoret.undo(done.id, by="dana")
    assert (await tizmoret.wait(done.id)).status == "undone"
    assert await kinds(tizmoret, done, "undo.done") == [("undo.done", "a")]


async def test_an_end_that_is_written_again_does_not_end_the_undoing(tizmoret: Tizmoret) -> None:
    """As a process does that heard no answer of the database: by the epoch in which it was the end."""
    done = await run(tizmoret, plan(step("a", "act")))
    async with tizmoret._database.worker_tx() as connection:
        (epoch,) = await (await connection.execute("select epoch from executions where id = %s", (done.id,))).fetchone()  # type: ignore[misc]
        await begin_undo(connection, tizmoret.workspace, done.id, "dana")
    with pytest.raises(Fenced):
        await tizmoret._journal.append(Transition(tizmoret.workspace, done.id, epoch, row=ExecutionRow(status="completed")))
    assert (await tizmoret.wait(done.id)).status == "undone"


FAILING = plan(step("a", "act"), step("bad", "broken", n=from_("a.n")))


async def test_by_default_what_was_done_before_a_failure_is_kept(tizmoret: Tizmoret) -> None:
    done = await run(tizmoret, FAILING)
    assert (done.status, outside(tizmoret).lines()) == ("failed", ["act a"])
    assert "Done before that, and kept: a. Undo takes back what can be." in (done.answer or "")


@pytest.mark.parametrize(
    ("given", "wish"), [(FAILING, "undo"), (FAILING.model_copy(update={"on_failure": "undo"}), None)], ids=["submitted", "planned"]
)
async def test_a_failure_takes_back_what_was_done_where_that_is_wished(tizmoret: Tizmoret, given: Plan, wish: OnFailure | None) -> None:
    done = await run(tizmoret, given, wish)
    assert done.status == "failed"
    assert done.error is not None
    assert "It cannot be." in done.error.detail
    assert "Undone: a." in (done.answer or "")
    assert outside(tizmoret).lines() == ["act a", "undo a"]


async def test_whoever_submits_decides_over_the_plan(tizmoret: Tizmoret) -> None:
    done = await run(tizmoret, FAILING.model_copy(update={"on_failure": "undo"}), "keep")
    assert (done.status, outside(tizmoret).lines()) == ("failed", ["act a"])


@pytest.mark.parametrize(("decision", "lines"), [(0, ["act a", "undo a"]), (1, ["act a"]), ("reject", ["act a"])])
async def test_a_person_is_asked_before_the_end_of_a_failure_where_that_is_wished(
    tizmoret: Tizmoret, decision: Any, lines: Sequence[str]
) -> None:
    waiting = await run(tizmoret, FAILING, "ask")
    (gate,) = await tizmoret.executions.approvals(waiting.id, status="pending")
    assert (waiting.status, gate.purpose, gate.step_id) == ("waiting", "undo", None)
    assert "It cannot be." in gate.known[0]
    await tizmoret.ended(waiting.id)
    if decision == "reject":
        await tizmoret.reject(waiting.id, gate.id, by="dana")
    else:
        await tizmoret.approve(waiting.id, gate.id, by="dana", option=decision)
    done = await tizmoret.wait(waiting.id)
    assert (done.status, outside(tizmoret).lines()) == ("failed", lines)


async def test_a_cancelled_call_is_looked_up_before_it_is_undone_and_the_unknown_is_left(tizmoret: Tizmoret) -> None:
    execution = await tizmoret.submit("", plan=plan(step("a", "act"), step("known", "hang_looked"), step("unknown", "hang")))
    while len(outside(tizmoret).lines()) < 3:  # noqa: ASYNC110 - it looks at a file that other tasks write
        await asyncio.sleep(0.01)
    await happened(tizmoret, execution.id, "step.completed", "a")
    await tizmoret.cancel(execution.id, by="dana")
    await tizmoret.wait(execution.id)
    await tizmoret.undo(execution.id, by="dana")
    done = await tizmoret.wait(execution.id)
    assert done.status == "undone"
    assert done.answer == "Undone: a.\nUndone: known.\nNot undone: unknown — it is not known whether it happened at all."
    assert sorted(line for line in outside(tizmoret).lines() if line.startswith("undo")) == ["undo a", "undo known"]


async def test_an_attempt_in_doubt_behind_a_persons_answer_is_not_taken_back_unseen(tizmoret: Tizmoret) -> None:
    waiting = await run(tizmoret, plan(step("d", "doubt")))
    (gate,) = await tizmoret.executions.approvals(waiting.id, status="pending")
    await tizmoret.approve(waiting.id, gate.id, by="dana", option=0)
    done = await tizmoret.wait(waiting.id, 10)
    assert (done.status, await ledger(tizmoret, done)) == ("completed", {"d": "unknown"})
    await tizmoret.undo(done.id, by="dana")
    assert (await tizmoret.wait(done.id, 10)).answer == "Not undone: d — it is not known whether it happened at all."
    assert outside(tizmoret).lines() == []


async def test_undoing_can_be_paused_and_goes_on(tizmoret: Tizmoret) -> None:
    done = await run(tizmoret, plan(step("a", "act"), step("b", "act", n=from_("a.n"), undo=["held"])))
    await tizmoret.undo(done.id, by="dana")
    while "undo b" not in outside(tizmoret).lines():  # noqa: ASYNC110 - it looks at a file that another task writes
        await asyncio.sleep(0.01)
    await tizmoret.pause(done.id, by="dana")
    await happened(tizmoret, done.id, "execution.paused")
    let_go(tizmoret)
    assert (await tizmoret.wait(done.id)).status == "paused"
    assert "undo a" not in outside(tizmoret).lines()
    await tizmoret.resume(done.id, by="dana")
    assert (await tizmoret.wait(done.id)).status == "undone"


async def test_a_process_that_is_told_to_stop_ends_the_undo_under_way_and_begins_no_other(tizmoret: Tizmoret) -> None:
    done = await run(tizmoret, plan(step("a", "act"), step("b", "act", n=from_("a.n"), undo=["held"])))
    await tizmoret.undo(done.id, by="dana")
    while "undo b" not in outside(tizmoret).lines():  # noqa: ASYNC110 - it looks at a file that another task writes
        await asyncio.sleep(0.01)
    asyncio.get_running_loop().call_later(0.3, let_go, tizmoret)
    await tizmoret.hand_over()
    assert await ledger(tizmoret, done) == {"a": "happened", "b": "undone"}


@pytest.mark.parametrize("point", ["before-intent", "after-intent", "before-acting", "after-acting", "before-result", "after-result"])
async def test_a_crash_while_undoing(point: str, home: Path, database_url: str, settings: Settings) -> None:
    """In the middle of three: it goes on where it was, and each effect is taken back once."""
    victim = Process("tests.integration.engine.undo_victim", str(home), point, env={**os.environ, "DATABASE_URL": database_url})
    assert await asyncio.to_thread(victim.wait, 60) == -signal.SIGKILL
    async with Tizmoret.open(settings, catalog=CATALOG) as tizmoret:
        (execution,) = (await tizmoret.executions.list()).items
        done = await tizmoret.wait(execution.id)
        assert done.status == "undone", json.dumps(done.model_dump(mode="json"))
        lines = outside(tizmoret).lines()
        assert list(dict.fromkeys(lines)) == ["act a", "act b", "act c", "undo c", "undo b", "undo a"]
        again = lines.count("undo b")  # called again where nobody knew: it is idempotent, so the world has one
        assert again == (2 if point in ("after-acting", "before-result") else 1)
        assert lines.count("undo c") == lines.count("undo a") == 1
