"""A plan that runs while a model still writes it, over Gemini's wire protocol: what may begin early, and what a change of mind costs."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from wire import GeminiServer
from wire.server import KEY, Say

from tizmoret.catalog.catalog import Catalog
from tizmoret.errors import Conflict
from tizmoret.orchestrator import Tizmoret
from tizmoret.settings import Settings
from tizmoret.views import EventView

from .conftest import TOOLS, effects, happened

pytestmark = pytest.mark.anyio

A: dict[str, Any] = {"id": "a", "tool": "test.add", "args": {"n": 1}}
B: dict[str, Any] = {"id": "b", "tool": "test.add", "args": {"n": {"$from": "a.n"}}}
WRITE: dict[str, Any] = {"id": "w", "tool": "test.write", "args": {"n": {"$from": "b.n"}}}
Q: dict[str, Any] = {"id": "q", "tool": "test.ask", "args": {"n": 1}}
FAULTY: dict[str, Any] = {"id": "c", "tool": "test.nothing", "args": {}}


def written(*steps: dict[str, Any], before: int | None = None, pause: float = 0.0) -> Say:
    """The plan, a step at a time; no more than so many of them `before` the server may go on."""
    texts = ('{"goal": "g", "steps": [', *(json.dumps(step) + ("," if step is not steps[-1] else "") for step in steps), "]}")
    return Say("".join(texts), pieces=texts, pause=pause, held=None if before is None else before + 1)


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Iterator[GeminiServer]:
    monkeypatch.setenv("GEMINI_API_KEY", KEY)
    with GeminiServer() as server:
        yield server


@pytest.fixture
async def tizmoret(settings: Settings, model: GeminiServer, home: Path) -> AsyncIterator[Tizmoret]:
    with_model = replace(settings, model="google:gemini-2.5-flash", model_url=model.url)
    async with Tizmoret.open(with_model, catalog=Catalog(TOOLS, [])) as opened:
        yield opened


async def events(tizmoret: Tizmoret, id: Any) -> list[EventView]:
    return [event async for event in tizmoret.events(id)]


def at(seen: list[EventView], kind: str, step: str | None = None) -> int:
    """The place of the first such event."""
    return next(place for place, event in enumerate(seen) if event.kind == kind and step in (None, event.data.get("step")))


async def test_what_reads_runs_while_the_model_still_writes_and_effects_wait(tizmoret: Tizmoret, model: GeminiServer) -> None:
    model.reply(written(A, B, WRITE, before=3))
    execution = await tizmoret.submit("add and write")
    await happened(tizmoret, execution.id, "step.completed", "b")
    model.go_on.set()
    seen = await events(tizmoret, execution.id)
    assert at(seen, "step.completed", "b") < at(seen, "plan.accepted") < at(seen, "step.started", "w")
    assert (await tizmoret.executions.get(execution.id)).status == "completed"
    assert len(effects(tizmoret)) == 1
    assert [event.data["step"] for event in seen if event.kind == "step.started"] == ["a", "b", "w"]


async def test_the_steps_that_run_already_can_be_looked_at(tizmoret: Tizmoret, model: GeminiServer) -> None:
    model.reply(written(A, B, before=1))
    execution = await tizmoret.submit("add")
    await happened(tizmoret, execution.id, "step.completed")
    assert [(step.id, step.status) for step in await tizmoret.executions.steps(execution.id)] == [("a", "completed")]
    looked = await tizmoret.executions.get(execution.id)
    assert (looked.status, looked.steps_total) == ("planning", 1)
    model.go_on.set()
    await tizmoret.wait(execution.id)


async def test_a_repair_that_changes_a_step_takes_back_that_step_and_what_was_made_of_it(tizmoret: Tizmoret, model: GeminiServer) -> None:
    other = {**A, "id": "other"}
    model.reply(written(A, B, other, FAULTY, before=3)).reply(written({**A, "args": {"n": 10}}, B, other, WRITE))
    execution = await tizmoret.submit("add and write")
    await happened(tizmoret, execution.id, "step.completed", "b")
    model.go_on.set()
    seen = await events(tizmoret, execution.id)
    accepted = seen[at(seen, "plan.accepted")]
    assert seen[at(seen, "plan.refused")].data["findings"][0]["code"] == "unknown-tool"
    assert accepted.data["superseded"] == ["a", "b"]
    started = [event.data["step"] for event in seen if event.kind == "step.started"]
    assert started.count("other") == 1
    assert started.count("a") == started.count("b") == 2
    outputs = {step.id: step.output for step in await tizmoret.executions.steps(execution.id)}
    assert (outputs["a"]["n"], outputs["b"]["n"]) == (11, 12)
    assert effects(tizmoret)[0].endswith(" 12")


async def test_when_there_is_no_plan_in_the_end_what_began_is_stopped(tizmoret: Tizmoret, model: GeminiServer) -> None:
    endless = {**A, "args": {"n": 1, "seconds": 600}}
    for _ in range(4):
        model.reply(written(endless, FAULTY, before=1))
    execution = await tizmoret.submit("add")
    await happened(tizmoret, execution.id, "step.started")
    model.go_on.set()
    seen = await events(tizmoret, execution.id)
    ended = await tizmoret.executions.get(execution.id)
    assert (ended.status, ended.error and ended.error.code) == ("failed", "plan-refused")
    assert at(seen, "step.started", "a") < at(seen, "execution.failed")
    assert {step.status for step in await tizmoret.executions.steps(execution.id)} == {"cancelled"}


async def test_what_a_step_asked_is_asked_no_more_when_the_plan_has_another_in_its_place(tizmoret: Tizmoret, model: GeminiServer) -> None:
    model.reply(written(Q, A, FAULTY, before=2)).reply(written({**Q, "args": {"n": 2}}, A))
    execution = await tizmoret.submit("ask and add")
    await happened(tizmoret, execution.id, "gate.opened")
    model.go_on.set()
    await tizmoret.wait(execution.id)
    first, second = await tizmoret.executions.approvals(execution.id)
    assert (first.status, second.status) == ("cancelled", "pending")
    assert (await tizmoret.executions.get(execution.id)).waiting == 1
    with pytest.raises(Conflict):
        await tizmoret.approve(execution.id, first.id, by="dana", option=0)
    await tizmoret.approve(execution.id, second.id, by="dana", option=0)
    assert (await tizmoret.wait(execution.id)).status == "completed"


async def test_nobody_is_asked_any_more_when_there_is_no_plan_in_the_end(tizmoret: Tizmoret, model: GeminiServer) -> None:
    for _ in range(4):
        model.reply(written(Q, FAULTY, before=1))
    execution = await tizmoret.submit("ask")
    await happened(tizmoret, execution.id, "gate.opened")
    model.go_on.set()
    assert (await tizmoret.wait(execution.id)).status == "failed"
    assert [gate.status for gate in await tizmoret.executions.approvals(execution.id)] == ["cancelled"]


async def test_cancel_while_the_model_writes(tizmoret: Tizmoret, model: GeminiServer) -> None:
    model.reply(written({**A, "args": {"n": 1, "seconds": 600}}, B, WRITE, before=1))
    execution = await tizmoret.submit("add")
    await happened(tizmoret, execution.id, "step.started")
    await tizmoret.cancel(execution.id, by="owner")
    await events(tizmoret, execution.id)
    assert (await tizmoret.executions.get(execution.id)).status == "cancelled"
    assert effects(tizmoret) == []


async def test_paused_while_the_model_writes_nothing_begins_until_resumed(tizmoret: Tizmoret, model: GeminiServer) -> None:
    model.reply(written(A, B, before=1))
    execution = await tizmoret.submit("add")
    await happened(tizmoret, execution.id, "step.completed")
    await tizmoret.pause(execution.id, by="owner")
    await happened(tizmoret, execution.id, "execution.paused")
    model.go_on.set()
    await happened(tizmoret, execution.id, "plan.accepted")
    assert (await tizmoret.executions.get(execution.id)).status == "paused", "that the plan is there now does not end the pause"
    await asyncio.sleep(0.2)
    assert {step.id: step.status for step in await tizmoret.executions.steps(execution.id)} == {"a": "completed", "b": "pending"}
    await tizmoret.resume(execution.id, by="owner")
    assert (await tizmoret.wait(execution.id)).status == "completed"


async def test_a_pause_that_is_being_written_while_a_plan_is_taken_back_can_be_resumed(
    tizmoret: Tizmoret, model: GeminiServer, settings: Settings
) -> None:
    faulty = {"id": "c", "tool": "test.nothing", "args": {}}
    model.reply(written(A, faulty, before=1)).reply(written({**A, "args": {"n": 10}}, pause=0.3))
    execution = await tizmoret.submit("add")
    await happened(tizmoret, execution.id, "step.started")
    model.go_on.set()
    await happened(tizmoret, execution.id, "plan.refused")
    async with await psycopg.AsyncConnection.connect(settings.database_url) as holder:
        await holder.execute("lock table events in share mode")  # nothing is written to any log
        await tizmoret.pause(execution.id, by="owner")
        await asyncio.sleep(1.5)  # the other plan is there, and what belongs to the first is stopped
    assert (await tizmoret.wait(execution.id)).status == "paused"
    await tizmoret.resume(execution.id, by="owner")
    assert (await tizmoret.wait(execution.id)).status == "completed"


async def test_a_question_after_steps_have_begun_keeps_what_they_found(tizmoret: Tizmoret, model: GeminiServer) -> None:
    """The first answer breaks off after one step; the second asks. What the first step found is used when the person has answered."""
    model.reply(replace(written(A, B, pause=0.1), cut=2)).answer({"question": "How many?"}).reply(written(A, B))
    execution = await tizmoret.submit("add")
    waiting = await tizmoret.wait(execution.id)
    assert waiting.status == "waiting"
    (gate,) = await tizmoret.executions.approvals(execution.id, status="pending")
    assert waiting.tokens > 0
    await tizmoret.approve(execution.id, gate.id, by="owner", text="two")
    seen = await events(tizmoret, execution.id)
    assert [event.data["step"] for event in seen if event.kind == "step.started"] == ["a", "b"]
    assert (await tizmoret.executions.get(execution.id)).status == "completed"


VICTIM = """
import asyncio
from tests.integration.engine.conftest import TOOLS
from tizmoret.catalog.catalog import Catalog
from tizmoret.orchestrator import Tizmoret
from tizmoret.settings import Settings

async def main():
    async with Tizmoret.open(Settings.from_env(), catalog=Catalog(TOOLS, [])) as tizmoret:
        print((await tizmoret.submit("add and write")).id, flush=True)
        await asyncio.sleep(60)

asyncio.run(main())
"""


async def test_killed_in_the_middle_of_planning_it_goes_on_from_the_steps_that_began(settings: Settings, model: GeminiServer) -> None:
    model.reply(written(A, B, WRITE, before=1)).reply(written(A, B, WRITE))
    env = {
        **os.environ,
        "TIZMORET_HOME": str(settings.home),
        "DATABASE_URL": str(settings.database_url),
        "TIZMORET_MODEL": "google:gemini-2.5-flash",
        "TIZMORET_MODEL_URL": model.url,
    }
    victim = await asyncio.create_subprocess_exec(sys.executable, "-c", VICTIM, env=env, stdout=asyncio.subprocess.PIPE)
    try:
        assert victim.stdout is not None
        id = UUID((await victim.stdout.readline()).decode().strip())
        with_model = replace(settings, model="google:gemini-2.5-flash", model_url=model.url)
        async with Tizmoret.open(with_model, catalog=Catalog(TOOLS, []), run_engine=False) as looking:
            await happened(looking, id, "step.completed")
    finally:
        victim.kill()
        await victim.wait()
    async with Tizmoret.open(with_model, catalog=Catalog(TOOLS, [])) as tizmoret:
        seen = await events(tizmoret, id)
        assert (await tizmoret.executions.get(id)).status == "completed"
        assert len(effects(tizmoret)) == 1
    assert [event.data["step"] for event in seen if event.kind == "step.started"] == ["a", "b", "w"]
    person = json.loads(model.requests[1].body["contents"][0]["parts"][-1]["text"])
    assert [step["id"] for step in person["begun"]] == ["a"]
