"""Another plan when steps have failed, over Gemini's wire protocol: what stands, what is asked about, when there is none."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from wire import GeminiServer
from wire.server import KEY, Fail, Say

from tizmoret.catalog.catalog import Catalog
from tizmoret.orchestrator import Tizmoret
from tizmoret.plan.model import OnFailure
from tizmoret.settings import Settings
from tizmoret.views import Execution

from .conftest import TOOLS, effects, plan, step

pytestmark = pytest.mark.anyio

Written = dict[str, Any]
A: Written = {"id": "a", "tool": "test.add", "args": {"n": 1}}
BAD: Written = {"id": "bad", "tool": "test.broken", "args": {"n": {"$from": "a.n"}}}
GOOD: Written = {"id": "good", "tool": "test.add", "args": {"n": {"$from": "a.n"}}}
LAST: Written = {"id": "last", "tool": "test.add", "args": {"n": {"$from": "bad.n"}}}
WRITE: Written = {"id": "w", "tool": "test.write", "args": {"n": 7}}


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Iterator[GeminiServer]:
    monkeypatch.setenv("GEMINI_API_KEY", KEY)
    with GeminiServer() as server:
        yield server


@pytest.fixture
def with_model(settings: Settings, model: GeminiServer) -> Settings:
    return replace(settings, model="google:gemini-2.5-flash", model_url=model.url)


@pytest.fixture
async def tizmoret(with_model: Settings, home: Path) -> AsyncIterator[Tizmoret]:
    async with Tizmoret.open(with_model, catalog=Catalog(TOOLS, [])) as opened:
        yield opened


def writes(model: GeminiServer, *plans: list[Written]) -> None:
    for steps in plans:
        model.answer({"goal": "g", "steps": steps})


async def run(tizmoret: Tizmoret, on_failure: OnFailure | None = None) -> tuple[Execution, list[str]]:
    """The execution, and the kinds of its events that tell of plans and starts."""
    execution = await tizmoret.submit("add", on_failure=on_failure)
    done = await tizmoret.wait(execution.id)
    return done, await story(tizmoret, done)


async def story(tizmoret: Tizmoret, done: Execution) -> list[str]:
    events = (await tizmoret.executions.logs(done.id, limit=1000)).items
    shown = [(event.kind, event.data.get("step", "")) for event in events]
    return [f"{kind} {step}".strip() for kind, step in shown if kind in ("plan.accepted", "replan.began", "replan.failed", "step.started")]


def told(model: GeminiServer, request: int) -> Any:
    """What the model was told of the plan that failed."""
    text: str = model.requests[request].body["contents"][0]["parts"][-1]["text"]
    return json.JSONDecoder().raw_decode(text)[0]["earlier"]


async def test_another_way_is_found_and_what_was_done_is_not_done_again(tizmoret: Tizmoret, model: GeminiServer) -> None:
    writes(model, [A, BAD, LAST], [A, GOOD])
    done, seen = await run(tizmoret)
    assert (done.status, done.steps_total, done.steps_done) == ("completed", 2, 2)
    assert seen[seen.index("replan.began") :] == ["replan.began", "plan.accepted", "step.started good"]
    assert seen.count("step.started a") == 1
    assert {one.id: one.output["n"] for one in await tizmoret.executions.steps(done.id)} == {"a": 2, "good": 3}
    assert (await tizmoret.executions.plan(done.id)).version == 2
    assert done.tokens > 0
    earlier = told(model, 1)
    assert [one["id"] for one in earlier["done"]] == ["a"]
    assert [(one["step"]["id"], one["error"]) for one in earlier["failed"]] == [("bad", "It cannot be.")]
    assert earlier["notRun"] == ["last"]


async def test_a_step_may_ask_for_another_plan_itself(tizmoret: Tizmoret, model: GeminiServer) -> None:
    writes(model, [A, {**BAD, "tool": "test.astray"}], [A, GOOD])
    done, seen = await run(tizmoret)
    assert done.status == "completed"
    assert seen.count("step.started bad") == 1
    assert [one["error"] for one in told(model, 1)["failed"]] == ["It is a list, not a table."]


async def test_an_effect_that_happened_stays_in_the_plan_and_happens_once(tizmoret: Tizmoret, model: GeminiServer) -> None:
    first = [WRITE, {**BAD, "args": {"n": {"$from": "w.n"}}}]
    changed, dropped = [{**WRITE, "args": {"n": 8}}, A], [A]
    writes(model, first, changed, dropped, [WRITE, A])
    done, seen = await run(tizmoret)
    assert done.status == "completed"
    assert len(effects(tizmoret)) == 1
    assert seen.count("step.started w") == 1
    assert len(model.requests) == 4
    assert "has already had its effect" in model.requests[2].text
    await tizmoret.executions.get(done.id)


@pytest.mark.parametrize(
    "further", [{"id": "w2", "tool": "test.write", "args": {"n": 9}}, {"id": "w2", "tool": "test.once", "args": {"n": 7}}]
)
async def test_what_goes_further_than_the_plan_before_asks_first(tizmoret: Tizmoret, model: GeminiServer, further: Written) -> None:
    writes(model, [WRITE, {**BAD, "args": {"n": {"$from": "w.n"}}}], [WRITE, further])
    done, _ = await run(tizmoret)
    assert done.status == "waiting"
    (gate,) = await tizmoret.executions.approvals(done.id, status="pending")
    assert (gate.step_id, gate.args["n"]) == ("w2", further["args"]["n"])
    assert len(effects(tizmoret)) == 1
    await tizmoret.approve(done.id, gate.id, by="dana")
    assert (await tizmoret.wait(done.id)).status == "completed"
    assert len(effects(tizmoret)) == 2


async def test_an_effect_that_failed_is_not_tried_again_under_its_own_id(tizmoret: Tizmoret, model: GeminiServer) -> None:
    tried = {"id": "act", "tool": "test.write", "args": {"n": {"$from": "list.numbers[9]"}}}
    listed = {"id": "list", "tool": "test.list", "args": {"n": 1}}
    again = {**tried, "args": {"n": {"$from": "list.numbers[0]"}}}
    writes(model, [listed, tried], [listed, again], [listed, {**again, "id": "other"}])
    done, _ = await run(tizmoret)
    assert "Give the new step an id that was not used" in model.requests[2].text
    for gate in await tizmoret.executions.approvals(done.id, status="pending"):
        await tizmoret.approve(done.id, gate.id, by="dana")
    assert (await tizmoret.wait(done.id)).status == "completed"
    assert len(effects(tizmoret)) == 1


async def test_there_is_an_end_to_trying(tizmoret: Tizmoret, model: GeminiServer) -> None:
    writes(model, [A, BAD], [A, {**BAD, "id": "bad2"}], [A, {**BAD, "id": "bad3"}])
    done, seen = await run(tizmoret)
    assert done.status == "failed"
    assert done.error is not None
    assert "It cannot be" in done.error.detail
    assert (seen.count("replan.began"), seen.count("plan.accepted"), len(model.requests)) == (2, 3, 3)


async def test_without_another_plan_it_ends_as_it_would_have(tizmoret: Tizmoret, model: GeminiServer) -> None:
    model.answer({"goal": "g", "steps": [WRITE, {**BAD, "args": {"n": {"$from": "w.n"}}}]}).always(Fail(401, message="no"))
    done, seen = await run(tizmoret, on_failure="ask")
    assert seen[-2:] == ["replan.began", "replan.failed"]
    assert done.status == "waiting"
    (gate,) = await tizmoret.executions.approvals(done.id, status="pending")
    assert gate.purpose == "undo"
    await tizmoret.approve(done.id, gate.id, by="dana", option=1)
    ended = await tizmoret.wait(done.id)
    assert (ended.status, ended.error and ended.error.code) == ("failed", "step-failed")
    assert (await story(tizmoret, ended)).count("replan.began") == 1


@pytest.mark.parametrize("answers", [True, False])
async def test_a_question_about_the_other_way_waits_for_a_person(tizmoret: Tizmoret, model: GeminiServer, answers: bool) -> None:
    model.answer({"goal": "g", "steps": [A, BAD]}).answer({"question": "How else?"}).answer({"goal": "g", "steps": [A, GOOD]})
    waiting, _ = await run(tizmoret)
    assert waiting.status == "waiting"
    await tizmoret.ended(waiting.id)  # parked: nobody holds it
    (gate,) = await tizmoret.executions.approvals(waiting.id, status="pending")
    assert gate.title == "How else?"
    if answers:
        await tizmoret.approve(waiting.id, gate.id, by="dana", text="by adding")
    else:
        await tizmoret.reject(waiting.id, gate.id, by="dana")
    done = await tizmoret.wait(waiting.id)
    assert done.status == ("completed" if answers else "failed")
    assert len(model.requests) == (3 if answers else 2)


async def test_what_a_person_refused_is_not_gone_round(tizmoret: Tizmoret, model: GeminiServer) -> None:
    writes(model, [{"id": "gate", "tool": "test.gated", "args": {"n": 1}}, {**BAD, "args": {"n": 1}}], [A])
    waiting, _ = await run(tizmoret)
    (gate,) = await tizmoret.executions.approvals(waiting.id, status="pending")
    await tizmoret.reject(waiting.id, gate.id, by="dana")
    done = await tizmoret.wait(waiting.id)
    assert done.status == "failed"
    assert len(model.requests) == 1


async def test_a_plan_that_was_given_is_nobody_elses_to_change(tizmoret: Tizmoret, model: GeminiServer) -> None:
    execution = await tizmoret.submit("", plan=plan(step("bad", "broken")))
    assert (await tizmoret.wait(execution.id)).status == "failed"
    assert model.requests == []


async def test_whoever_takes_over_in_the_middle_asks_again(with_model: Settings, model: GeminiServer, home: Path) -> None:
    writes(model, [A, BAD])
    slow = json.dumps({"goal": "g", "steps": [A, GOOD]})
    model.reply(Say(slow, held=1))
    writes(model, [A, GOOD])
    async with Tizmoret.open(with_model, catalog=Catalog(TOOLS, [])) as first:
        execution = await first.submit("add")
        for _ in range(2_000):
            if len(model.requests) == 2:  # the second has come, and its answer will take long
                break
            await asyncio.sleep(0.01)
    async with Tizmoret.open(with_model, catalog=Catalog(TOOLS, [])) as second:
        done = await second.wait(execution.id)
        seen = await story(second, done)
    assert done.status == "completed"
    assert (seen.count("replan.began"), seen.count("step.started a"), seen.count("plan.accepted")) == (1, 1, 2)
