"""An agent that acts: its calls with an effect are steps that ask, and its exchange with the model goes on when they have ended."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from wire import GeminiServer, OpenAIServer, WireServer
from wire.server import KEY, CallTools, Fail

from tizmoret.orchestrator import Tizmoret
from tizmoret.plan.model import Plan, Step
from tizmoret.settings import Settings
from tizmoret.views import Approval, Execution

pytestmark = pytest.mark.anyio
DONE = {"markdown": "All is taken care of."}


@pytest.fixture(params=["gemini", "openai"])
def model(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("GEMINI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with {"gemini": GeminiServer, "openai": OpenAIServer}[request.param]() as server:
        yield server
    assert server.surprises == []


@pytest.fixture
def with_model(settings: Settings, model: WireServer) -> Settings:
    if isinstance(model, GeminiServer):
        return replace(settings, model="google:gemini-2.5-flash", model_url=model.url)
    return replace(settings, model="openai:gpt-4o", model_url=model.url + "/v1")


@pytest.fixture
async def tizmoret(with_model: Settings) -> AsyncIterator[Tizmoret]:
    async with Tizmoret.open(with_model) as opened:
        yield opened


async def start(tizmoret: Tizmoret, **more: Any) -> Execution:
    step = Step(id="errand", agent="clerk", args={"task": "take care of the minutes"}, **more)
    execution = await tizmoret.submit("", plan=Plan(request="errands", steps=(step,)))
    return await tizmoret.wait(execution.id)


async def pending(tizmoret: Tizmoret, id: UUID) -> dict[str, Approval]:
    return {gate.tool or "": gate for gate in await tizmoret.executions.approvals(id, status="pending")}


async def titles(tizmoret: Tizmoret) -> list[str]:
    step = Step(id="list", tool="tasks.list", args={})
    execution = await tizmoret.submit("", plan=Plan(request="tasks", steps=(step,)))
    await tizmoret.wait(execution.id)
    (found,) = await tizmoret.executions.steps(execution.id)
    return [task["title"] for task in found.output["tasks"]]


def told(model: WireServer, request: int) -> str:
    return json.dumps(model.requests[request].body, ensure_ascii=False)


async def test_its_actions_ask_and_it_goes_on_with_what_became_of_them(tizmoret: Tizmoret, model: WireServer) -> None:
    model.call("tasks_list")
    model.reply(CallTools((("tasks_add", {"title": "Order seed"}), ("notes_add", {"note": "Seed is due"})), tokens=(100, 10)))
    model.answer(DONE, tokens=(50, 5))
    waiting = await start(tizmoret)
    assert waiting.status == "waiting"
    assert await titles(tizmoret) == []
    gates = await pending(tizmoret, waiting.id)
    assert {name: gate.args for name, gate in gates.items()} == {"tasks.add": {"title": "Order seed"}, "notes.add": {"note": "Seed is due"}}
    assert "clerk" in gates["tasks.add"].sources
    await tizmoret.approve(waiting.id, gates["tasks.add"].id, by="dana")
    await tizmoret.reject(waiting.id, gates["notes.add"].id, by="dana")
    done = await tizmoret.wait(waiting.id)
    assert done.status == "completed", done.error
    assert "All is taken care of." in (done.answer or "")
    assert await titles(tizmoret) == ["Order seed"]
    assert len(model.requests) == 3, "nothing of the exchange is repeated"
    assert "a person said no" in told(model, 2)
    steps = {step.id: step for step in await tizmoret.executions.steps(done.id)}
    assert {step.status for step in steps.values() if step.asked_by == "errand"} == {"completed", "skipped"}
    assert done.tokens == 840 + 110 + 55


async def test_it_goes_on_after_a_restart_from_where_it_stood(with_model: Settings, model: WireServer) -> None:
    model.call("tasks_add", title="Order seed").call("tasks_add", title="Call Yoav").answer(DONE)
    async with Tizmoret.open(with_model) as first:
        waiting = await start(first)
        assert list(await pending(first, waiting.id)) == ["tasks.add"]
    async with Tizmoret.open(with_model) as second:
        for _ in range(2):
            (gate,) = (await pending(second, waiting.id)).values()
            await second.approve(waiting.id, gate.id, by="dana")
            ended = await second.wait(waiting.id)
        assert ended.status == "completed"
        assert sorted(await titles(second)) == ["Call Yoav", "Order seed"]
        assert len(model.requests) == 3


async def test_a_fault_of_the_model_after_an_action_repeats_nothing(tizmoret: Tizmoret, model: WireServer) -> None:
    model.call("tasks_add", title="Order seed").reply(Fail(503)).answer(DONE)
    waiting = await start(tizmoret)
    (gate,) = (await pending(tizmoret, waiting.id)).values()
    await tizmoret.approve(waiting.id, gate.id, by="dana")
    assert (await tizmoret.wait(waiting.id)).status == "completed"
    assert await titles(tizmoret) == ["Order seed"]


async def test_a_call_that_cannot_be_made_goes_back_to_the_model_with_all_of_its_turn(tizmoret: Tizmoret, model: WireServer) -> None:
    model.reply(CallTools((("tasks_add", {"title": "Order seed"}), ("tasks_add", {"name": "no title"}))))
    model.call("tasks_add", title="Order seed").answer(DONE)
    waiting = await start(tizmoret)
    assert len(await pending(tizmoret, waiting.id)) == 1
    assert "title" in told(model, 1)
    assert "another call of the same turn" in told(model, 1)
    assert [step.id for step in await tizmoret.executions.steps(waiting.id)] == ["errand", "errand_1_tasks_add_1"]


async def test_the_translator_through_the_engine(tizmoret: Tizmoret, model: WireServer) -> None:
    model.answer({"markdown": "Peace", "language": "Hebrew"})
    step = Step(id="do", agent="translator", args={"text": "שלום", "to": "English"})
    done = await tizmoret.wait((await tizmoret.submit("", plan=Plan(request="translate", steps=(step,)))).id)
    assert done.status == "completed", done.error
    assert "Peace" in (done.answer or "")


async def test_who_takes_over_knows_what_was_done(tizmoret: Tizmoret, model: WireServer) -> None:
    """Own agents, one with the other as its fallback."""
    folder = tizmoret.workplaces.folder(tizmoret.workspace) / "agents"
    folder.mkdir(exist_ok=True)
    for name, other in (("first", "fallbacks: [second]"), ("second", "")):
        (folder / f"{name}.md").write_text(OWN.format(name=name, other=other), "utf-8")
    model.call("tasks_add", title="Order seed").reply(Fail(401)).answer(DONE)
    execution = await tizmoret.submit("", plan=Plan(request="errands", steps=(Step(id="errand", agent="first", args={"task": "do"}),)))
    waiting = await tizmoret.wait(execution.id)
    (gate,) = (await pending(tizmoret, waiting.id)).values()
    await tizmoret.approve(waiting.id, gate.id, by="dana")
    done = await tizmoret.wait(waiting.id)
    assert done.status == "completed", done.error
    assert "not to be done again" in told(model, 2)
    assert "Order seed" in told(model, 2)


OWN = """---
name: {name}
title: {{he: "סוכן", en: "Agent"}}
description: {{he: "סוכן שרושם מטלות", en: "Adds to-dos"}}
tools: [tasks.add]
effect: write
{other}
input: {{type: object, properties: {{task: {{type: string}}}}}}
output: {{type: object, required: [markdown], properties: {{markdown: {{type: string}}}}}}
---
You add to-dos.
"""
