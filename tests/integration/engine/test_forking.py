"""Going on from a step of an execution that has ended, over the real database: nothing kept runs again, and nothing is done twice."""

from __future__ import annotations

import asyncio

import pytest

from tests.integration.engine.conftest import effects, from_, kinds, plan, statuses, step
from tizmoret.errors import BadInput, Conflict, NotFound, PlanRefused
from tizmoret.ids import uuid7
from tizmoret.orchestrator import Tizmoret
from tizmoret.plan.model import Plan
from tizmoret.views import Execution

pytestmark = pytest.mark.anyio

MIDDLE_FAILS = plan(
    step("read", "web", n=1),
    step("write", "write", n=from_("read.n")),
    step("middle", "add", n=from_("read.n"), fail=9, after=("write",), retry={"attempts": 1}),
    step("last", "add", n=from_("middle.n")),
)


async def ended(tizmoret: Tizmoret, given: Plan) -> Execution:
    execution = await tizmoret.submit("", plan=given)
    return await tizmoret.wait(execution.id)


async def test_a_failed_execution_goes_on_from_its_failed_step_with_mended_arguments(tizmoret: Tizmoret) -> None:
    failed = await ended(tizmoret, MIDDLE_FAILS)
    assert failed.status == "failed"
    made = await tizmoret.fork(failed.id, "middle", {"fail": 0}, by="dana")
    assert (made.forked_from, made.forked_step, made.user_id, made.request) == (failed.id, "middle", "dana", failed.request)
    done = await tizmoret.wait(made.id)
    assert (done.status, done.answer, done.steps_done) == ("completed", "n=3", 4)
    assert len(effects(tizmoret)) == 1, "the write was kept, not repeated"
    told = await kinds(tizmoret, made.id)
    assert (told.count("step.kept"), told.count("step.started")) == (2, 2)
    steps = {step.id: step for step in await tizmoret.executions.steps(made.id)}
    assert (steps["read"].reason, steps["middle"].reason) == ("kept", None)
    assert steps["read"].args == {"n": 1}
    assert steps["last"].label is not None
    assert steps["last"].label["integrity"] == "untrusted", "what a kept output brings in is still not trusted"
    assert (await tizmoret.executions.get(failed.id)).status == "failed", "the source stays as it was"


async def test_undoing_a_fork_leaves_the_effects_of_its_source_alone(tizmoret: Tizmoret) -> None:
    failed = await ended(tizmoret, MIDDLE_FAILS)
    made = await tizmoret.fork(failed.id, "middle", {"fail": 0}, by="dana")
    await tizmoret.wait(made.id)
    with pytest.raises(Conflict):
        await tizmoret.undo(made.id, by="dana")


async def test_an_effect_that_runs_again_passes_a_gate_first(tizmoret: Tizmoret) -> None:
    done = await ended(tizmoret, plan(step("read", "add", n=1), step("write", "write", n=from_("read.n")), step("also", "write", n=7)))
    made = await tizmoret.fork(done.id, "write", by="dana")
    waiting = await tizmoret.wait(made.id)
    assert (waiting.status, await statuses(tizmoret, made.id)) == ("waiting", {"read": "completed", "write": "gate", "also": "completed"})
    assert len(effects(tizmoret)) == 2
    (gate,) = await tizmoret.executions.approvals(made.id, status="pending")
    assert gate.args == {"n": 2}
    await tizmoret.approve(made.id, gate.id, by="dana")
    assert (await tizmoret.wait(made.id)).status == "completed"
    assert [line.split()[1] for line in effects(tizmoret)].count("2") == 2, "once in each, each approved of"


async def test_the_calls_of_a_list_and_values_too_large_for_the_log_are_kept_whole(tizmoret: Tizmoret) -> None:
    given = plan(
        step("list", "list", n=3),
        step("each", "add", for_each=from_("list.numbers"), n={"$item": ""}, size=20_000),
        step("big", "add", n=1, size=20_000, after=("each",)),
        step("sum", "add", n=from_("each[2].n"), after=("big",)),
    )
    done = await ended(tizmoret, given)
    assert done.status == "completed", done.error
    made = await tizmoret.fork(done.id, "sum", by="dana")
    again = await tizmoret.wait(made.id)
    assert (again.status, again.answer) == ("completed", done.answer)
    for id in (done.id, made.id):
        outputs = {step.id: step.output for step in await tizmoret.executions.steps(id)}
        assert [len(one["text"]) for one in outputs["each"]] == [20_000] * 3
        assert len(outputs["big"]["text"]) == 20_000


async def test_the_same_key_gives_the_same_fork_and_another_step_under_it_is_refused(tizmoret: Tizmoret) -> None:
    done = await ended(tizmoret, plan(step("a", "add"), step("b", "add", n=from_("a.n"))))
    made = await tizmoret.fork(done.id, "b", by="dana", idempotency_key="k")
    assert (await tizmoret.fork(done.id, "b", by="dana", idempotency_key="k")).id == made.id
    with pytest.raises(Conflict):
        await tizmoret.fork(done.id, "a", by="dana", idempotency_key="k")


async def test_what_cannot_be_gone_on_from_is_refused_by_name(tizmoret: Tizmoret) -> None:
    done = await ended(tizmoret, plan(step("a", "add"), step("b", "add", n=from_("a.n"))))
    with pytest.raises(BadInput, match="no step 'c'"):
        await tizmoret.fork(done.id, "c", by="dana")
    with pytest.raises(PlanRefused, match="n"):
        await tizmoret.fork(done.id, "b", {"n": "many"}, by="dana")
    with pytest.raises(PlanRefused):
        await tizmoret.fork(done.id, "b", {"unheard": 1}, by="dana")
    with pytest.raises(NotFound):
        await tizmoret.fork(uuid7(), "b", by="dana")
    running = await tizmoret.submit("", plan=plan(step("a", "hang", timeout=60)))
    with pytest.raises(Conflict, match="still running"):
        await tizmoret.fork(running.id, "a", by="dana")
    await tizmoret.cancel(running.id, by="dana")


async def test_an_execution_that_ended_without_a_plan_has_no_step_to_go_on_from(tizmoret: Tizmoret) -> None:
    asked = await tizmoret.submit("xyzzy")
    await tizmoret.wait(asked.id)
    await tizmoret.cancel(asked.id, by="dana")
    async with asyncio.timeout(10):
        async for _ in tizmoret.events(asked.id):
            pass
    with pytest.raises(Conflict, match="before it had a plan"):
        await tizmoret.fork(asked.id, "a", by="dana")


async def test_another_workspace_sees_nothing_to_go_on_from(tizmoret: Tizmoret) -> None:
    done = await ended(tizmoret, plan(step("a", "add")))
    with pytest.raises(NotFound):
        await tizmoret.fork(done.id, "a", by="dana", workspace=uuid7())
