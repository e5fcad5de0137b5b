"""What an execution may spend on models, over OpenAI's wire protocol: counted over planner, agents and parts, and what happens when it is gone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any

import pytest
from wire import OpenAIServer
from wire.server import KEY

from tizmoret.errors import BadInput
from tizmoret.orchestrator import Tizmoret
from tizmoret.plan.model import Plan, Step
from tizmoret.settings import Settings
from tizmoret.views import Execution

pytestmark = pytest.mark.anyio
ANSWER = {"markdown": "The wheat is sold.", "points": [], "sources": []}
ADVICE = "TIZMORET_BUDGET_TOKENS"


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenAIServer]:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with OpenAIServer() as server:
        yield server


@pytest.fixture
async def tizmoret(settings: Settings, model: OpenAIServer, request: pytest.FixtureRequest) -> AsyncIterator[Tizmoret]:
    limits = getattr(request, "param", {"budget_tokens": 1000})
    async with Tizmoret.open(replace(settings, model="openai:gpt-4o", model_url=model.url + "/v1", **limits)) as opened:
        folder = opened.workplaces.folder(opened.workspace) / "documents"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "grain.md").write_text("# Grain\n\nThe wheat was sold for 900 a ton.", "utf-8")
        yield opened


def think(id: str, **rest: Any) -> Step:
    return Step(id=id, agent="analysis", args={"documents": [{"id": "grain.md"}]}, **rest)


async def run(tizmoret: Tizmoret, *steps: Step) -> tuple[Execution, list[dict[str, Any]]]:
    """Its end, and every failure on the way."""
    execution = await tizmoret.submit("", plan=Plan(request="a test", steps=steps))
    done = await tizmoret.wait(execution.id)
    return done, [event.data async for event in tizmoret.events(done.id) if event.kind == "step.failed"]


@pytest.mark.parametrize("tizmoret", [{"budget_tokens": 1000}, {"budget_dollars": 0.002}], indirect=True)
async def test_when_it_is_gone_an_agent_works_without_a_model_and_the_log_says_so(tizmoret: Tizmoret, model: OpenAIServer) -> None:
    model.answer(ANSWER, tokens=(990, 10))
    done, (failure,) = await run(tizmoret, think("first"), think("second", after=("first",)))
    assert (done.status, len(model.requests), done.tokens) == ("completed", 1, 1000)
    assert (failure["step"], failure["model"], failure["error"]["kind"]) == ("second", "offline", "model")
    assert ADVICE in failure["error"]["cure"]


async def test_the_exchange_of_one_agent_ends_where_it_ends(tizmoret: Tizmoret, model: OpenAIServer) -> None:
    model.call("documents_read", documents=["grain.md"]).answer(ANSWER, tokens=(600, 10))
    done, (failure,) = await run(tizmoret, think("only"))
    assert done.status == "completed"
    assert "total_tokens_limit" in failure["error"]["detail"]


async def test_a_part_that_would_be_planned_beyond_it_fails_and_says_why(tizmoret: Tizmoret, model: OpenAIServer) -> None:
    model.answer(ANSWER, tokens=(990, 10))
    part = Step(id="part", tool="plan.part", args={"request": "convert 3 feet"}, after=("first",))
    done, failures = await run(tizmoret, think("first"), part)
    assert (done.status, len(model.requests)) == ("failed", 1)
    assert "1,000 of 1,000 tokens" in failures[-1]["error"]["detail"]
    assert ADVICE in failures[-1]["error"]["cure"]


@pytest.mark.parametrize(
    ("name", "value"), [("TOKENS", "many"), ("TOKENS", "-3"), ("DOLLARS", "0"), ("DOLLARS", "1.2.3"), ("DOLLARS", "nan")]
)
def test_a_limit_that_is_none_is_refused(name: str, value: str) -> None:
    with pytest.raises(BadInput, match=f"TIZMORET_BUDGET_{name}"):
        Settings.from_env({f"TIZMORET_BUDGET_{name}": value})
