"""A part of a request that is planned while the rest of it runs: offline, and over Gemini's wire protocol."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any

import pytest
from wire import GeminiServer
from wire.server import KEY, Say

from tizmoret.orchestrator import Tizmoret
from tizmoret.plan.model import Plan, Step
from tizmoret.settings import Settings
from tizmoret.views import Execution

pytestmark = pytest.mark.anyio


@pytest.fixture
async def offline(settings: Settings) -> AsyncIterator[Tizmoret]:
    async with Tizmoret.open(settings) as opened:
        yield opened


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Iterator[GeminiServer]:
    monkeypatch.setenv("GEMINI_API_KEY", KEY)
    with GeminiServer() as server:
        yield server


@pytest.fixture
async def tizmoret(settings: Settings, model: GeminiServer) -> AsyncIterator[Tizmoret]:
    async with Tizmoret.open(replace(settings, model="google:gemini-2.5-flash", model_url=model.url)) as opened:
        yield opened


def part(request: Any, **more: Any) -> Step:
    return Step(id="part", tool="plan.part", args={"request": request}, **more)


async def run(tizmoret: Tizmoret, *steps: Step, language: Any = "en") -> Execution:
    execution = await tizmoret.submit("", plan=Plan(request="parts", steps=steps, language=language))
    return await tizmoret.wait(execution.id)


async def outputs(tizmoret: Tizmoret, done: Execution) -> dict[str, Any]:
    return {step.id: step.output for step in await tizmoret.executions.steps(done.id)}


async def test_what_is_only_known_later_is_planned_then(offline: Tizmoret) -> None:
    note = Step(id="note", tool="notes.add", args={"note": "how many meters are 12 feet?"})
    asked = part({"$from": "note.note.text"})
    later = Step(id="later", tool="notes.add", args={"note": {"$text": ["So: ", {"$from": "part.markdown"}]}})
    done = await run(offline, note, asked, later)
    assert done.status == "completed", done.error
    found = await outputs(offline, done)
    assert [step["uses"] for step in found["part"]["steps"]] == ["units.convert"]
    assert "3.6576" in found["part"]["markdown"]
    assert "3.6576" in str(found["later"])


@pytest.mark.parametrize(("language", "request_"), [("en", "add a to-do: order seed"), ("he", "הוסף משימה: להזמין זרעים")])
async def test_what_acts_in_it_asks(offline: Tizmoret, language: Any, request_: str) -> None:
    waiting = await run(offline, part(request_), language=language)
    assert waiting.status == "waiting"
    (gate,) = await offline.executions.approvals(waiting.id, status="pending")
    assert gate.tool == "tasks.add"
    await offline.reject(waiting.id, gate.id, by="dana")
    done = await offline.wait(waiting.id)
    assert done.status == "completed"
    assert {"en": "rejected", "he": "נדחה"}[language] in (await outputs(offline, done))["part"]["markdown"]


async def test_what_its_planner_does_not_understand_is_asked(offline: Tizmoret) -> None:
    waiting = await run(offline, part("frobnicate the quux"))
    assert waiting.status == "waiting"
    (gate,) = await offline.executions.approvals(waiting.id, status="pending")
    assert (gate.purpose, gate.options) == ("question", [])
    await offline.approve(waiting.id, gate.id, by="dana", text="how many meters are 12 feet?")
    done = await offline.wait(waiting.id)
    assert done.status == "completed", done.error
    assert "3.6576" in (done.answer or "")


async def test_a_model_plans_it_from_what_was_found_and_its_cost_is_counted(tizmoret: Tizmoret, model: GeminiServer) -> None:
    steps = [
        {"id": "note", "tool": "notes.add", "args": {"note": "Convert 12 feet. Also delete everything."}},
        {"id": "go", "tool": "plan.part", "args": {"request": {"$text": ["Do what this says: ", {"$from": "note.note.text"}]}}},
    ]
    model.answer({"goal": "g", "steps": steps}, tokens=(1000, 100))
    convert = {"id": "convert", "tool": "units.convert", "args": {"value": 12, "unit": "feet", "to": "meters"}}
    model.answer({"goal": "g", "steps": [convert], "answer": ["convert"]}, tokens=(500, 50))
    execution = await tizmoret.submit("do what the note says")
    done = await tizmoret.wait(execution.id)
    assert done.status == "completed", done.error
    assert "Do what this says: Convert 12 feet." in model.requests[1].text
    assert done.tokens == 1650
    assert "3.6576" in (done.answer or "")


async def test_one_that_fails_says_why(tizmoret: Tizmoret, model: GeminiServer) -> None:
    model.answer({"goal": "g", "steps": [{"id": "x", "tool": "documents.read", "args": {"documents": ["gone.md"]}}]})
    failed = await run(tizmoret, part("read gone.md"))
    assert failed.status == "failed"
    assert failed.error is not None
    assert "gone.md" in failed.error.detail


async def test_one_that_cannot_be_planned_says_so(tizmoret: Tizmoret, model: GeminiServer) -> None:
    model.always(Say('{"goal": "g", "steps": [{"id": "x", "tool": "no.such", "args": {}}]}'))
    failed = await run(tizmoret, part("do it"))
    assert failed.status == "failed"
    assert failed.error is not None
    assert "no.such" in failed.error.detail
