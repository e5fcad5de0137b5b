"""When a model cannot plan, the next one does, whatever its provider, and at the end none is needed; who planned is said."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from wire import AnthropicServer, GeminiServer, OllamaServer, OpenAIServer, WireServer
from wire.server import Fail, Raw

from tests.requests.planning import builtin_catalog
from tizmoret.errors import TooLarge, Unavailable
from tizmoret.plan.check import Finding
from tizmoret.planner.choose import choose_planner
from tizmoret.planner.model import Limits, ModelPlanner
from tizmoret.planner.offline import OfflinePlanner
from tizmoret.planner.others import Others
from tizmoret.planner.planner import Planned
from tizmoret.settings import Settings

from .conftest import BAD, FIND, GOOD, a_request

pytestmark = pytest.mark.anyio
ONCE = Limits(tries=1, repairs=0, request=1.0, wait=0.01)
MODELS: dict[str, tuple[type[WireServer], str]] = {
    "google:gemini-2.5-flash": (GeminiServer, ""),
    "openai:gpt-4o": (OpenAIServer, "/v1"),
    "anthropic:claude-sonnet-4-5": (AnthropicServer, ""),
    "ollama:qwen3": (OllamaServer, "/v1"),
}


class Heard:
    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def step(self, step: Any) -> None: ...

    def refused(self, findings: Any) -> None:
        self.findings += findings


@pytest.fixture
def servers() -> Iterator[dict[str, WireServer]]:
    running = {model: kind().__enter__() for model, (kind, _) in MODELS.items()}
    yield running
    for server in running.values():
        server.__exit__(None, None, None)
    assert all(server.surprises == [] for server in running.values())


def models(servers: dict[str, WireServer], *names: str) -> list[ModelPlanner]:
    return [ModelPlanner(name, url=servers[name].url + MODELS[name][1], limits=ONCE) for name in names]


@pytest.mark.parametrize(
    "fault",
    [Fail(429), Fail(503), Fail(401), Fail(404), Raw(b"<html>busy</html>", "text/html")],
    ids=["rate", "overload", "key", "gone", "garbage"],
)
async def test_the_next_model_plans_and_is_named(servers: dict[str, WireServer], fault: Fail | Raw) -> None:
    first, second = "google:gemini-2.5-flash", "anthropic:claude-sonnet-4-5"
    servers[first].reply(fault)
    servers[second].answer(GOOD)
    heard = Heard()

    outcome = await Others(models(servers, first, second)).plan(a_request(), heard)

    assert isinstance(outcome, Planned)
    assert outcome.planner == second
    (said,) = heard.findings
    assert said.code == "other-planner"
    assert said.message.startswith(f"{first}: ")
    assert second in said.cure


async def test_every_provider_may_stand_in_for_another(servers: dict[str, WireServer]) -> None:
    for name in list(MODELS)[:-1]:
        servers[name].cut_after(2, GOOD)
    servers["ollama:qwen3"].answer(GOOD)

    outcome = await Others(models(servers, *MODELS)).plan(a_request())

    assert outcome.planner == "ollama:qwen3"
    assert [len(server.requests) for server in servers.values()] == [1, 1, 1, 1]


async def test_the_next_model_goes_on_from_the_steps_that_run_already(servers: dict[str, WireServer]) -> None:
    servers["google:gemini-2.5-flash"].cut_after(6, GOOD)
    servers["openai:gpt-4o"].answer(GOOD)

    await Others(models(servers, "google:gemini-2.5-flash", "openai:gpt-4o")).plan(a_request(), Heard())

    (asked,) = servers["openai:gpt-4o"].requests
    told: str = asked.body["input"][-1]["content"]
    begun = json.JSONDecoder().raw_decode(told[told.index("{") :])[0]["begun"]
    assert [step["id"] for step in begun] == ["find"]


async def test_a_model_whose_plans_do_not_pass_check_is_left_too(servers: dict[str, WireServer]) -> None:
    servers["openai:gpt-4o"].answer(BAD)
    servers["ollama:qwen3"].answer(GOOD)

    assert (await Others(models(servers, "openai:gpt-4o", "ollama:qwen3")).plan(a_request())).planner == "ollama:qwen3"


async def test_at_the_end_no_model_is_needed_and_that_is_said(servers: dict[str, WireServer]) -> None:
    for name in ("google:gemini-2.5-flash", "openai:gpt-4o"):
        servers[name].fail(503)
    planners = [*models(servers, "google:gemini-2.5-flash", "openai:gpt-4o"), OfflinePlanner()]
    heard = Heard()

    outcome = await Others(planners).plan(a_request("find the documents about grain", catalog=builtin_catalog()), heard)

    assert outcome.planner == "offline"
    assert [finding.cure for finding in heard.findings] == ["openai:gpt-4o plans instead.", "offline plans instead."]


async def test_a_replan_is_never_left_to_the_one_that_knows_no_other_way(servers: dict[str, WireServer]) -> None:
    servers["openai:gpt-4o"].fail(503)
    planners = [*models(servers, "openai:gpt-4o"), OfflinePlanner()]

    with pytest.raises(Unavailable, match="503"):
        await Others(planners).plan(replace(a_request(), earlier=_Earlier()))  # type: ignore[arg-type]


class _Earlier:
    def told(self) -> dict[str, Any]:
        return {"steps": [FIND]}


async def test_a_request_that_is_too_long_is_nobodys_to_plan(servers: dict[str, WireServer]) -> None:
    with pytest.raises(TooLarge):
        await Others([*models(servers, "openai:gpt-4o"), OfflinePlanner()]).plan(a_request("x" * 20_001))


async def test_the_settings_name_them_and_an_address_stays_with_its_provider(servers: dict[str, WireServer], tmp_path: Any) -> None:
    first = servers["openai:gpt-4o"]
    first.fail(503, message="busy").fail(503).fail(503).fail(503)
    first.answer({"goal": "x", "steps": [{"id": "now", "tool": "time.now", "args": {}}]})
    env = {
        "TIZMORET_HOME": str(tmp_path), "TIZMORET_MODEL": "openai:gpt-4o", "TIZMORET_MODEL_URL": first.url + "/v1",
        "TIZMORET_OTHER_MODELS": "openai-chat:gpt-4o-mini",
    }  # fmt: skip
    chosen = choose_planner(Settings.from_env(env), builtin_catalog())

    outcome = await chosen.plan(a_request("what time is it", catalog=builtin_catalog()))

    assert chosen.name == "openai:gpt-4o"
    assert outcome.planner == "openai-chat:gpt-4o-mini"
    assert [request.path for request in first.requests] == ["/v1/responses"] * 4 + ["/v1/chat/completions"]
