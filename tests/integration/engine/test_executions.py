"""Plans through the real engine and database: data flow, parallel steps, conditions, lists, failures, limits."""

from __future__ import annotations

import asyncio
import itertools

import pytest

from tests.integration.engine.conftest import from_, happened, kinds, let_go, plan, statuses, step
from tizmoret.engine.pulse import Pulse
from tizmoret.errors import BadInput, Conflict, NotFound, PlanRefused, TooLarge
from tizmoret.ids import uuid7
from tizmoret.orchestrator import Tizmoret
from tizmoret.plan.model import Plan, Retry

pytestmark = pytest.mark.anyio
SOON = Retry(attempts=3, wait=0.01)


async def run(tizmoret: Tizmoret, given: Plan, seconds: float = 20):  # type: ignore[no-untyped-def]
    execution = await tizmoret.submit("", plan=given)
    return await tizmoret.wait(execution.id, seconds)


async def test_outputs_flow_along_references(tizmoret: Tizmoret) -> None:
    done = await run(tizmoret, plan(step("a", "add", n=1), step("b", "add", n=from_("a.n")), step("c", "add", n=from_("b.n"))))
    assert (done.status, done.answer, done.steps_done) == ("completed", "n=4", 3)


async def test_a_process_that_others_may_think_dead_takes_nothing_until_they_hear_of_it(
    tizmoret: Tizmoret, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Woken from a stop, say: they would take over at once what it took, with its calls under way."""
    with monkeypatch.context() as unheard:
        unheard.setattr(Pulse, "silence", 10.0)
        execution = await tizmoret.submit("", plan=plan(step("a", "add", n=1)))
        assert tizmoret.driving == 0
        await tizmoret._dispatcher.wake(tizmoret.workspace, execution.id)
        assert tizmoret.driving == 0
    assert (await tizmoret.wait(execution.id, 20)).status == "completed"


async def test_independent_steps_run_side_by_side(tizmoret: Tizmoret) -> None:
    execution = await tizmoret.submit("", plan=plan(*(step(f"s{i}", "add", held=True) for i in range(5))))
    for i in range(5):
        await happened(tizmoret, execution.id, "step.started", f"s{i}")
    let_go(tizmoret)
    done = await tizmoret.wait(execution.id)
    spans = [(s.started_at, s.finished_at) for s in await tizmoret.executions.steps(done.id)]
    assert max(start for start, _ in spans) < min(end for _, end in spans)  # type: ignore[type-var]


async def test_no_more_steps_run_at_once_than_there_are_slots(tizmoret: Tizmoret) -> None:
    done = await run(tizmoret, plan(*(step(f"s{i}", "add", seconds=0.02) for i in range(20))))
    running = most = 0
    async for event in tizmoret.events(done.id):
        running += {"step.started": 1, "step.completed": -1}.get(event.kind, 0)
        most = max(most, running)
    assert most == tizmoret.settings.slots


async def test_the_log_is_gap_free_and_in_order(tizmoret: Tizmoret) -> None:
    done = await run(tizmoret, plan(*(step(f"s{i}", "add") for i in range(30))))
    seqs = [event.seq async for event in tizmoret.events(done.id)]
    assert seqs == list(range(1, done.seq + 1))
    assert [event.seq async for event in tizmoret.events(done.id, after=10)] == seqs[10:]


async def test_a_false_condition_skips_the_step_and_those_that_need_its_output(tizmoret: Tizmoret) -> None:
    done = await run(
        tizmoret,
        plan(
            step("a", "add", n=1),
            step("no", "add", when="a.n > 5"),
            step("uses", "add", n=from_("no.n")),
            step("yes", "add", when="a.n == 2"),
        ),
    )
    assert await statuses(tizmoret, done.id) == {"a": "completed", "no": "skipped", "uses": "skipped", "yes": "completed"}


async def test_for_each_maps_over_a_list_that_exists_only_at_run_time(tizmoret: Tizmoret) -> None:
    each = step("each", "add", for_each=from_("list.numbers"), n={"$item": ""})
    done = await run(tizmoret, plan(step("list", "list", n=4), each, step("last", "add", n=from_("each[3].n"))))
    assert done.answer == "n=5"
    view = (await tizmoret.executions.steps(done.id))[1]
    assert [output["n"] for output in view.output] == [1, 2, 3, 4]
    assert (view.items, view.items_done, view.status) == (4, 4, "completed")


async def test_an_empty_list_gives_an_empty_output(tizmoret: Tizmoret) -> None:
    each = step("each", "add", for_each=from_("list.numbers"), n={"$item": ""})
    done = await run(tizmoret, plan(step("list", "list", n=0), each))
    assert done.status == "completed"
    assert (await tizmoret.executions.steps(done.id))[1].output == []


async def test_a_passing_fault_is_tried_again(tizmoret: Tizmoret) -> None:
    done = await run(tizmoret, plan(step("a", "add", n=1, fail=2, retry=SOON)))
    assert done.status == "completed"
    assert (await tizmoret.executions.steps(done.id))[0].attempt == 3
    assert (await kinds(tizmoret, done.id)).count("step.failed") == 2


async def test_a_step_that_fails_thrice_fails_the_execution_and_its_siblings_go_on(tizmoret: Tizmoret) -> None:
    done = await run(tizmoret, plan(step("a", "add", fail=9, retry=SOON), step("b", "add", n=from_("a.n")), step("c", "add", n=7)))
    assert await statuses(tizmoret, done.id) == {"a": "failed", "b": "skipped", "c": "completed"}
    assert done.status == "failed"
    assert done.error is not None
    assert "Not yet." in done.error.detail
    assert "n=8" in (done.answer or "")


async def test_a_lasting_fault_is_not_tried_again(tizmoret: Tizmoret) -> None:
    done = await run(tizmoret, plan(step("a", "broken", retry=SOON)))
    assert (await tizmoret.executions.steps(done.id))[0].attempt == 1
    assert done.error is not None
    assert "It cannot be." in done.error.detail
    assert done.error.cure == "Do something else."


async def test_the_cure_of_a_list_is_that_of_its_first_call_that_failed(tizmoret: Tizmoret) -> None:
    done = await run(tizmoret, plan(step("l", "list", n=2), step("each", "broken", for_each=from_("l.numbers"))))
    assert done.error is not None
    assert done.error.cure == "Do something else."


async def test_a_bug_in_a_tool_fails_its_step_with_a_sentence(tizmoret: Tizmoret) -> None:
    done = await run(tizmoret, plan(step("a", "bug", retry=Retry(attempts=1))))
    error = (await tizmoret.executions.steps(done.id))[0].error
    assert error is not None
    assert (error.code, error.detail) == ("tool-error", "test.bug failed: ZeroDivisionError: a bug")


async def test_a_tool_that_hangs_is_stopped(tizmoret: Tizmoret) -> None:
    done = await run(tizmoret, plan(step("a", "hang", retry=Retry(attempts=2, wait=0.01))))
    error = (await tizmoret.executions.steps(done.id))[0].error
    assert done.status == "failed"
    assert error is not None
    assert error.code == "timeout"


async def test_an_argument_that_leads_nowhere_fails_its_step(tizmoret: Tizmoret) -> None:
    each = step("each", "add", for_each=from_("list.numbers"), n={"$item": ""})
    done = await run(tizmoret, plan(step("list", "list", n=2), each, step("far", "add", n=from_("each[7].n"))))
    assert await statuses(tizmoret, done.id) == {"list": "completed", "each": "completed", "far": "failed"}


async def test_values_over_8_kib_are_stored_once_and_read_back(tizmoret: Tizmoret) -> None:
    done = await run(tizmoret, plan(step("a", "add", size=100_000), step("b", "add", n=from_("a.n"), size=100_000)))
    first, second = await tizmoret.executions.steps(done.id)
    assert len(first.output["text"]) == 100_000
    assert second.output["n"] == 2
    async for event in tizmoret.events(done.id):
        assert len(str(event.data)) < 8 * 1024


@pytest.mark.parametrize("name", ["broken", "ask"])
async def test_large_arguments_of_a_call_that_failed_or_asks_are_read_back(tizmoret: Tizmoret, name: str) -> None:
    done = await run(tizmoret, plan(step("a", name, text="x" * 100_000)))
    (view,) = await tizmoret.executions.steps(done.id)
    assert len(view.args["text"]) == 100_000


async def test_what_the_database_cannot_hold_is_replaced_and_harms_nobody(tizmoret: Tizmoret) -> None:
    done = await run(tizmoret, plan(step("a", "hostile"), step("b", "add")))
    assert done.status == "completed"
    assert (await tizmoret.executions.steps(done.id))[0].output["text"] == "nul � surrogate � end"


async def test_labels_are_joined_along_the_edges(tizmoret: Tizmoret) -> None:
    done = await run(tizmoret, plan(step("web", "web", n=1), step("mixed", "add", n=from_("web.n")), step("own", "add", n=1)))
    labels = {s.id: s.label for s in await tizmoret.executions.steps(done.id)}
    assert labels["mixed"] is not None
    assert labels["own"] is not None
    assert labels["mixed"]["integrity"] == "untrusted"
    assert set(labels["mixed"]["sources"]) == {"person", "web", "test.add"}
    assert labels["own"]["integrity"] == "trusted"


async def test_progress_from_a_thread_is_in_the_log(tizmoret: Tizmoret) -> None:
    done = await run(tizmoret, plan(step("a", "progress")))
    told = [event.data async for event in tizmoret.events(done.id) if event.kind == "step.progress"]
    assert [(one["message"], one["fraction"]) for one in told] == [("half way", 0.5)]


async def test_a_plan_that_does_not_pass_the_check_makes_no_execution(tizmoret: Tizmoret) -> None:
    before = await tizmoret.executions.list()
    with pytest.raises(PlanRefused):
        await tizmoret.submit("", plan=plan(step("a", "nothing")))
    assert len((await tizmoret.executions.list()).items) == len(before.items)


@pytest.mark.parametrize(("request_", "error"), [("", BadInput), ("  \n ", BadInput), ("x" * 100_000, TooLarge)])
async def test_a_request_that_cannot_be_is_refused_by_name(tizmoret: Tizmoret, request_: str, error: type[Exception]) -> None:
    with pytest.raises(error) as raised:
        await tizmoret.submit(request_)
    assert raised.value.field == "query"  # type: ignore[attr-defined]


async def test_the_same_idempotency_key_gives_the_same_execution(tizmoret: Tizmoret) -> None:
    given = plan(step("a", "add"))
    both = await asyncio.gather(*(tizmoret.submit("same", plan=given, idempotency_key="k1") for _ in range(4)))
    assert len({execution.id for execution in both}) == 1
    with pytest.raises(Conflict):
        await tizmoret.submit("other", plan=given, idempotency_key="k1")


async def test_an_unknown_id_is_not_found(tizmoret: Tizmoret) -> None:
    for ask in (
        tizmoret.executions.get,
        tizmoret.executions.steps,
        tizmoret.executions.logs,
        tizmoret.executions.approvals,
        tizmoret.executions.trace,
        tizmoret.executions.metrics,
        tizmoret.executions.plan,
        tizmoret.delete,
    ):
        with pytest.raises(NotFound):
            await ask(uuid7())
    for tell in (tizmoret.pause, tizmoret.resume, tizmoret.cancel):
        with pytest.raises(NotFound):
            await tell(uuid7(), by="me")


async def test_the_list_pages_newest_first_without_gap_or_repeat(tizmoret: Tizmoret) -> None:
    made = [(await tizmoret.submit(f"number {n}", plan=plan(step("a", "add")))).id for n in range(7)]
    found, cursor = [], None
    for _ in itertools.count():
        page = await tizmoret.executions.list(limit=3, cursor=cursor)
        found += [execution.id for execution in page.items]
        cursor = page.next
        if cursor is None:
            break
    assert found == made[::-1]
    assert [e.request for e in (await tizmoret.executions.list(query="NUMBER 3")).items] == ["number 3"]
    with pytest.raises(BadInput):
        await tizmoret.executions.list(cursor="nonsense")


@pytest.mark.long
async def test_a_plan_of_ten_thousand_steps_runs(tizmoret: Tizmoret) -> None:
    steps = [step(f"s{i}", "add", after=(f"s{i - 100}",) if i >= 100 else ()) for i in range(10_000)]
    done = await run(tizmoret, plan(*steps), seconds=110)
    assert (done.status, done.steps_done) == ("completed", 10_000)


async def test_metrics_and_trace_tell_of_every_step(tizmoret: Tizmoret) -> None:
    done = await run(tizmoret, plan(step("a", "add", seconds=0.5), step("b", "add", seconds=0.5)))
    metrics = await tizmoret.executions.metrics(done.id)
    assert metrics["steps"] == {"completed": 2}
    assert metrics["workSeconds"] > metrics["seconds"]  # two at once
    assert len(await tizmoret.executions.trace(done.id)) == 3


async def test_a_finished_execution_can_be_deleted_with_all_that_belongs_to_it(tizmoret: Tizmoret) -> None:
    done = await run(tizmoret, plan(step("a", "add")))
    await tizmoret.delete(done.id)
    with pytest.raises(NotFound):
        await tizmoret.executions.get(done.id)


async def test_a_step_s_time_is_its_own_and_not_the_journal_s(tizmoret: Tizmoret) -> None:
    done = await run(tizmoret, plan(step("a", "add", seconds=0.3), *(step(f"b{n}", "add", after=("a",)) for n in range(20))))
    steps = await tizmoret.executions.steps(done.id)
    spent = {s.id: (s.finished_at - s.started_at).total_seconds() for s in steps if s.started_at and s.finished_at}
    assert spent["a"] >= 0.29
    assert min(spent.values()) > 0
