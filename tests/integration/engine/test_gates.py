"""Gates and signals: approve, edit, reject, answer, pause, resume, cancel; two at once, too late, too large."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.integration.engine.conftest import effects, from_, happened, let_go, plan, statuses, step
from tizmoret.catalog.catalog import Catalog
from tizmoret.errors import ArgumentMismatch, BadInput, Conflict, NotFound
from tizmoret.ids import uuid7
from tizmoret.orchestrator import Tizmoret
from tizmoret.settings import Settings
from tizmoret.views import Approval, Execution

pytestmark = pytest.mark.anyio


async def gated(tizmoret: Tizmoret, *more: Any) -> tuple[Execution, Approval]:
    """An execution that waits at the gate of its effect."""
    execution = await tizmoret.submit("", plan=plan(step("a", "add", n=1), step("w", "gated", n=from_("a.n")), *more))
    waiting = await tizmoret.wait(execution.id)
    assert waiting.status == "waiting"
    (approval,) = await tizmoret.executions.approvals(execution.id, status="pending")
    return waiting, approval


async def test_nothing_is_done_before_the_approval_and_exactly_what_was_shown_after_it(tizmoret: Tizmoret) -> None:
    execution, approval = await gated(tizmoret)
    assert effects(tizmoret) == []
    assert (approval.tool, approval.args, approval.effect, approval.reversible) == ("test.gated", {"n": 2}, "write", True)
    await tizmoret.approve(execution.id, approval.id, by="dana")
    done = await tizmoret.wait(execution.id)
    assert done.status == "completed"
    assert [line.split()[1] for line in effects(tizmoret)] == ["2"]


async def test_a_gate_holds_only_what_depends_on_it(tizmoret: Tizmoret) -> None:
    execution, _ = await gated(tizmoret, step("after", "add", n=from_("w.n")), step("side", "add"), step("side2", "add", n=from_("side.n")))
    assert await statuses(tizmoret, execution.id) == {
        "a": "completed", "w": "gate", "after": "pending", "side": "completed", "side2": "completed",
    }  # fmt: skip


async def test_a_rejection_writes_nothing_and_the_answer_says_so(tizmoret: Tizmoret) -> None:
    execution, approval = await gated(tizmoret, step("after", "add", n=from_("w.n")))
    await tizmoret.reject(execution.id, approval.id, by="dana", note="not now")
    done = await tizmoret.wait(execution.id)
    assert done.status == "completed"
    assert effects(tizmoret) == []
    assert "rejected, and nothing was written" in (done.answer or "")
    assert await statuses(tizmoret, execution.id) == {"a": "completed", "w": "skipped", "after": "skipped"}


async def test_edited_arguments_are_what_runs(tizmoret: Tizmoret) -> None:
    execution, approval = await gated(tizmoret)
    await tizmoret.approve(execution.id, approval.id, by="dana", args={"n": 99})
    await tizmoret.wait(execution.id)
    assert [line.split()[1] for line in effects(tizmoret)] == ["99"]


async def test_edited_arguments_that_do_not_fit_are_refused_and_the_gate_stays(tizmoret: Tizmoret) -> None:
    execution, approval = await gated(tizmoret)
    with pytest.raises(ArgumentMismatch):
        await tizmoret.approve(execution.id, approval.id, by="dana", args={"n": "many"})
    with pytest.raises(BadInput):
        await tizmoret.approve(execution.id, approval.id, by="dana", args={"n": 1, "x": "y" * 100_000})
    with pytest.raises(BadInput):
        await tizmoret.approve(execution.id, approval.id, by="dana", option=1)
    assert (await tizmoret.executions.approvals(execution.id))[0].status == "pending"


async def test_of_many_approvers_at_once_exactly_one_is_taken(tizmoret: Tizmoret) -> None:
    execution, approval = await gated(tizmoret)
    told = [tizmoret.approve(execution.id, approval.id, by=f"p{i}") for i in range(6)]
    told += [tizmoret.reject(execution.id, approval.id, by=f"q{i}") for i in range(6)]
    ends = await asyncio.gather(*told, return_exceptions=True)
    assert sum(isinstance(end, Approval) for end in ends) == 1
    assert sum(isinstance(end, Conflict) for end in ends) == 11
    await tizmoret.wait(execution.id)
    assert len(effects(tizmoret)) <= 1


async def test_approving_twice_or_after_the_end_is_a_conflict(tizmoret: Tizmoret) -> None:
    execution, approval = await gated(tizmoret, step("last", "add", held=True, n=from_("w.n")))
    await tizmoret.approve(execution.id, approval.id, by="dana")
    with pytest.raises(Conflict, match="dana"):
        await tizmoret.approve(execution.id, approval.id, by="dan")
    let_go(tizmoret)
    await tizmoret.wait(execution.id)
    with pytest.raises(Conflict, match="completed"):
        await tizmoret.approve(execution.id, approval.id, by="dan")
    assert len(effects(tizmoret)) == 1


async def test_nobody_can_approve_what_is_cancelled(tizmoret: Tizmoret) -> None:
    execution, approval = await gated(tizmoret)
    await tizmoret.cancel(execution.id, by="dana")
    with pytest.raises(Conflict):
        await tizmoret.approve(execution.id, approval.id, by="dan")
    done = await tizmoret.wait(execution.id)
    assert done.status == "cancelled"
    assert effects(tizmoret) == []
    with pytest.raises(Conflict):
        await tizmoret.cancel(execution.id, by="dana")


async def test_a_gate_of_another_execution_or_workspace_is_not_found(tizmoret: Tizmoret) -> None:
    execution, approval = await gated(tizmoret)
    for id, of, workspace in ((uuid7(), approval.id, None), (execution.id, uuid7(), None), (execution.id, approval.id, uuid7())):
        with pytest.raises(NotFound):
            await tizmoret.approve(id, of, by="dana", workspace=workspace)


async def test_a_question_of_a_tool_is_answered_with_one_of_its_options(tizmoret: Tizmoret) -> None:
    execution = await tizmoret.submit("", plan=plan(step("q", "ask"), step("b", "add", n=from_("q.n"))))
    await tizmoret.wait(execution.id)
    (question,) = await tizmoret.executions.approvals(execution.id)
    assert (question.purpose, question.title, [option.label for option in question.options]) == ("question", "Which one?", ["one", "two"])
    for wrong in ({"option": 2}, {"option": -1}, {"text": "two"}, {"args": {"n": 1}}, {}):
        with pytest.raises(BadInput):
            await tizmoret.approve(execution.id, question.id, by="dana", **wrong)
    await tizmoret.approve(execution.id, question.id, by="dana", option=1)
    assert (await tizmoret.wait(execution.id)).answer == "n=3"


async def test_a_call_that_asks_goes_on_with_the_answers_after_its_approval(tizmoret: Tizmoret) -> None:
    execution = await tizmoret.submit("", plan=plan(step("c", "converse", n=7), step("after", "add", n=from_("c.n"))))
    for answer in ({}, {"text": "first"}, {"option": 1}):
        assert (await tizmoret.wait(execution.id)).status == "waiting"
        assert effects(tizmoret) == []
        (gate,) = await tizmoret.executions.approvals(execution.id, status="pending")
        await tizmoret.approve(execution.id, gate.id, by="dana", **answer)
    assert (await tizmoret.wait(execution.id)).status == "completed"
    assert [line.split()[1:] for line in effects(tizmoret)] == [["7", "first+two"]]


async def test_what_a_call_goes_on_with_outlives_the_process(settings: Settings, catalog: Catalog) -> None:
    """Answered while nobody drives it: the next process makes the call with the state that the first one's left."""
    asked = plan(step("c", "converse", n=7))
    async with Tizmoret.open(settings, catalog=catalog) as first:
        execution = await first.submit("", plan=asked)
        for answer in ({}, {"text": "first"}):
            await first.wait(execution.id)
            (gate,) = await first.executions.approvals(execution.id, status="pending")
            await first.approve(execution.id, gate.id, by="dana", **answer)
        assert (await first.wait(execution.id)).status == "waiting"
    async with Tizmoret.open(settings, catalog=catalog, run_engine=False) as looking:
        (gate,) = await looking.executions.approvals(execution.id, status="pending")
        await looking.approve(execution.id, gate.id, by="dana", option=1)
    async with Tizmoret.open(settings, catalog=catalog) as second:
        assert (await second.wait(execution.id)).status == "completed"
        assert [line.split()[1:] for line in effects(second)] == [["7", "first+two"]]


async def test_each_call_of_a_list_goes_on_with_its_own_answer(tizmoret: Tizmoret) -> None:
    each = step("c", "converse", n={"$item": ""}, for_each=from_("l.numbers"))
    execution = await tizmoret.submit("", plan=plan(step("l", "list", n=2), each))
    while (await tizmoret.wait(execution.id)).status == "waiting":
        for gate in await tizmoret.executions.approvals(execution.id, status="pending"):
            number = gate.title.rpartition(" ")[2][0]
            answer = {} if gate.purpose == "approval" else {"option": int(number)} if gate.options else {"text": f"of-{number}"}
            await tizmoret.approve(execution.id, gate.id, by="dana", **answer)
    assert sorted(line.split()[1:] for line in effects(tizmoret)) == [["0", "of-0+one"], ["1", "of-1+two"]]


async def test_a_gate_over_a_list_shows_every_call_and_is_given_once(tizmoret: Tizmoret) -> None:
    each = step("w", "gated", for_each=from_("list.numbers"), n={"$item": ""})
    execution = await tizmoret.submit("", plan=plan(step("list", "list", n=3), each))
    await tizmoret.wait(execution.id)
    (approval,) = await tizmoret.executions.approvals(execution.id)
    assert approval.args == [{"n": 0}, {"n": 1}, {"n": 2}]
    await tizmoret.approve(execution.id, approval.id, by="dana")
    assert (await tizmoret.wait(execution.id)).status == "completed"
    assert sorted(line.split()[1] for line in effects(tizmoret)) == ["0", "1", "2"]


async def test_a_parked_execution_is_driven_by_nobody(tizmoret: Tizmoret) -> None:
    execution, _ = await gated(tizmoret)
    await tizmoret.ended(execution.id)
    assert (await tizmoret.executions.get(execution.id)).status == "waiting"
    assert tizmoret.driving == 0


async def test_pause_lets_what_runs_finish_and_begins_nothing_until_resume(tizmoret: Tizmoret) -> None:
    execution = await tizmoret.submit("", plan=plan(step("a", "add", held=True), step("b", "add", n=from_("a.n"))))
    await happened(tizmoret, execution.id, "step.started")
    await tizmoret.pause(execution.id, by="dana")
    await happened(tizmoret, execution.id, "execution.paused")
    let_go(tizmoret)
    paused = await tizmoret.wait(execution.id)
    assert paused.status == "paused"
    assert await statuses(tizmoret, execution.id) == {"a": "completed", "b": "pending"}
    await tizmoret.resume(execution.id, by="dana")
    assert (await tizmoret.wait(execution.id)).status == "completed"


async def test_cancel_reaches_a_running_tool(tizmoret: Tizmoret) -> None:
    execution = await tizmoret.submit("", plan=plan(step("a", "add", seconds=60), step("b", "add", n=from_("a.n"))))
    await happened(tizmoret, execution.id, "step.started")
    await tizmoret.cancel(execution.id, by="dana")
    done = await tizmoret.wait(execution.id)
    assert done.status == "cancelled"
    assert await statuses(tizmoret, execution.id) == {"a": "cancelled", "b": "cancelled"}


async def test_an_effect_that_a_cancel_interrupts_is_reported_as_unknown(tizmoret: Tizmoret) -> None:
    execution = await tizmoret.submit("", plan=plan(step("w", "once", n=1, seconds=60)))
    while not effects(tizmoret):  # noqa: ASYNC110 - it looks at a file that another task writes
        await asyncio.sleep(0.02)
    await tizmoret.cancel(execution.id, by="dana")
    done = await tizmoret.wait(execution.id)
    assert done.status == "cancelled"
    assert await statuses(tizmoret, execution.id) == {"w": "unknown"}


async def test_an_execution_can_be_cancelled_while_paused(tizmoret: Tizmoret) -> None:
    execution, _ = await gated(tizmoret)
    await tizmoret.pause(execution.id, by="dana")
    await tizmoret.wait(execution.id)
    await tizmoret.cancel(execution.id, by="dana")
    assert (await tizmoret.wait(execution.id)).status == "cancelled"


async def test_an_answer_that_comes_after_parking_carries_the_labels_of_what_was_asked_about(tizmoret: Tizmoret) -> None:
    execution = await tizmoret.submit("", plan=plan(step("web", "web"), step("q", "ask", n=from_("web.n"))))
    await tizmoret.wait(execution.id)
    await tizmoret.ended(execution.id)
    (question,) = await tizmoret.executions.approvals(execution.id)
    await tizmoret.approve(execution.id, question.id, by="dana", option=1)
    await tizmoret.wait(execution.id)
    label = (await tizmoret.executions.steps(execution.id))[1].label
    assert label is not None
    assert (label["integrity"], "web" in label["sources"]) == ("untrusted", True)
