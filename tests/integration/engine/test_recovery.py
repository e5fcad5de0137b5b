"""The ladder of recovery in executions: other models over their real wire, other agents, and what is said of a failure."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from wire import OpenAIServer
from wire.server import KEY, Fail

from tests.integration.engine.conftest import plan, step
from tizmoret.catalog.agent import Agent
from tizmoret.catalog.tool import Call
from tizmoret.engine.environment import Result
from tizmoret.environments import Environments
from tizmoret.errors import StepFailed
from tizmoret.orchestrator import Tizmoret
from tizmoret.plan.labels import Label
from tizmoret.plan.model import Plan, Retry, Step
from tizmoret.settings import Settings
from tizmoret.views import Execution

pytestmark = pytest.mark.anyio
ANSWER = {"markdown": "The wheat is sold.", "points": [{"text": "sold", "source": {}}], "sources": [{"id": "grain.md", "title": "g"}]}


@pytest.fixture
def wire_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenAIServer]:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with OpenAIServer() as serving:
        yield serving
    assert serving.surprises == []


@pytest.fixture
async def thinking(wire_server: OpenAIServer, home: Path, database_url: str) -> AsyncIterator[Tizmoret]:
    """With a model, and another one to go over to."""
    env = {
        "TIZMORET_HOME": str(home), "DATABASE_URL": database_url, "TIZMORET_MODEL": "openai:gpt-4o", "TIZMORET_MODEL_URL": wire_server.url + "/v1",
        "TIZMORET_OTHER_MODELS": " openai:gpt-4o-mini ,",
    }  # fmt: skip
    async with Tizmoret.open(Settings.from_env(env)) as tizmoret:
        folder = tizmoret.workplaces.folder(tizmoret.workspace) / "documents"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "grain.md").write_text("# Grain\n\nThe wheat was sold for 900 a ton.", "utf-8")
        yield tizmoret


def analysis(**rest: Any) -> Plan:
    return Plan(request="a test", steps=(Step(id="think", agent="analysis", args={"documents": [{"id": "grain.md"}]}, **rest),))


async def run(tizmoret: Tizmoret, given: Plan) -> tuple[Execution, list[dict[str, Any]]]:
    """Its end, and every failure on the way."""
    done = await tizmoret.wait((await tizmoret.submit("", plan=given)).id)
    return done, [event.data async for event in tizmoret.events(done.id) if event.kind == "step.failed"]


async def test_an_agent_whose_model_refuses_goes_on_with_the_other_one(thinking: Tizmoret, wire_server: OpenAIServer) -> None:
    wire_server.fail(401).answer(ANSWER)
    done, (failure,) = await run(thinking, analysis())
    assert (done.status, failure["model"], failure["error"]["kind"]) == ("completed", "openai:gpt-4o-mini", "model")
    assert [recorded.body["model"] for recorded in wire_server.requests] == ["gpt-4o", "gpt-4o-mini"]
    assert "The wheat is sold." in (done.answer or "")


async def test_where_no_model_answers_the_agent_does_its_own_work(thinking: Tizmoret, wire_server: OpenAIServer) -> None:
    wire_server.always(Fail(401))
    done, failures = await run(thinking, analysis())
    assert [failure["model"] for failure in failures] == ["openai:gpt-4o-mini", "offline"]
    assert done.status == "completed"
    assert "900" in (done.answer or "")
    assert len(wire_server.requests) == 2


async def test_a_model_that_is_overloaded_is_asked_again_before_another_one_is(thinking: Tizmoret, wire_server: OpenAIServer) -> None:
    wire_server.always(Fail(503))
    done, failures = await run(thinking, analysis(retry=Retry(attempts=2, wait=0.01)))
    assert [(failure.get("attempt", 1), failure.get("model")) for failure in failures] == [
        (1, None), (2, "openai:gpt-4o-mini"), (1, None), (2, "offline"),
    ]  # fmt: skip
    assert done.status == "completed"


async def test_another_agent_takes_over_and_what_nobody_can_do_fails(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    async def work(
        _self: Environments, _of: UUID, agent: Agent, _args: Mapping[str, Any], _call: Call, _model: str | None = None
    ) -> Result:
        asked.append(agent.name)
        if agent.name != "researcher":
            raise StepFailed(f"{agent.name} cannot do it.")
        return Result(ANSWER, Label())

    monkeypatch.setattr(Environments, "_run_agent", work)
    async with Tizmoret.open(settings) as tizmoret:
        done, failures = await run(tizmoret, analysis(fallbacks=("summariser", "researcher")))
        assert done.status == "completed"
        assert asked == ["analysis", "summariser", "researcher"]
        assert [failure.get("fallback") for failure in failures] == ["summariser", "researcher"]
        done, failures = await run(tizmoret, analysis(fallbacks=("summariser",)))
        assert done.status == "failed"
        assert (await tizmoret.executions.steps(done.id))[0].error.detail == "summariser cannot do it."  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("name", "kind", "attempts"), [("broken", "lasting", 1), ("bug", "fault", 2), ("hang", "timeout", 2), ("add", "passing", 3)]
)
async def test_a_failure_says_its_class_and_is_repeated_by_it(tizmoret: Tizmoret, name: str, kind: str, attempts: int) -> None:
    done, failures = await run(tizmoret, plan(step("a", name, fail=9)))
    assert done.status == "failed"
    assert [failure["error"]["kind"] for failure in failures] == [kind] * attempts
    error = (await tizmoret.executions.steps(done.id))[0].error
    assert error is not None
    assert error.kind == kind
