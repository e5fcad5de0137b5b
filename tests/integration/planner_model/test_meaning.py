"""What fits in a large catalog is found by meaning too, over the wire protocols of providers that have embeddings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from wire import GeminiServer, OpenAIServer, WireServer
from wire.server import KEY, Fail

from tests.unit.planner_model.test_model_shortlist import request
from tizmoret.planner.choose import choose_planner
from tizmoret.planner.model import ModelPlanner
from tizmoret.planner.model.meaning import Meaning, meaning_for
from tizmoret.planner.model.shortlist import shortlist
from tizmoret.planner.planner import Question
from tizmoret.settings import Settings

from .conftest import GOOD, a_request

pytestmark = pytest.mark.anyio
SAPLING = "put a sapling into the soil"  # no word of which the tool that plants trees has
PROVIDERS = {"google:gemini-2.5-flash": (GeminiServer, "", "GEMINI_API_KEY"), "openai:gpt-4o": (OpenAIServer, "/v1", "OPENAI_API_KEY")}


@pytest.fixture(params=list(PROVIDERS))
def served(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[WireServer, str, str]]:
    kind, path, variable = PROVIDERS[request.param]
    monkeypatch.setenv(variable, KEY)
    with kind() as server:
        yield server, request.param, server.url + path


def _meaning(served: tuple[WireServer, str, str]) -> Meaning:
    found = meaning_for(served[1], served[2])
    assert found is not None
    return found


async def test_by_words_alone_it_is_not_found_and_by_meaning_it_is(served: tuple[WireServer, str, str]) -> None:
    assert "orchard.plant" not in (await shortlist(request(SAPLING), None)).tools
    assert "orchard.plant" in (await shortlist(request(SAPLING), _meaning(served))).tools
    assert "orchard.plant" in (await shortlist(request("לשים שתיל באדמה"), _meaning(served))).tools


async def test_each_text_is_sent_once(served: tuple[WireServer, str, str]) -> None:
    meaning = _meaning(served)
    await shortlist(request(SAPLING), meaning)
    first = served[0].embedded
    assert first > 2  # the catalog in parts, then the request
    await shortlist(request("plant a tree"), meaning)
    assert served[0].embedded == first + 1


async def test_a_provider_that_does_not_answer_leaves_the_words(served: tuple[WireServer, str, str]) -> None:
    served[0].embeddings_fail = 401
    assert "calendar.create" in (await shortlist(request("schedule a meeting"), _meaning(served))).tools


async def test_the_planner_shows_the_model_what_fits_and_asks_for_no_embeddings_of_a_small_catalog(
    served: tuple[WireServer, str, str],
) -> None:
    server, model, url = served
    planner = ModelPlanner(model, url=url)
    server.answer({"goal": "g", "steps": [{"id": "a", "tool": "orchard.plant", "args": {"words": "fig"}}]}).answer(GOOD)
    await planner.plan(request(SAPLING))
    assert "orchard.plant" in server.requests[0].text
    before = server.embedded
    await planner.plan(a_request())
    assert (before > 0, server.embedded) == (True, before)


@pytest.mark.parametrize("text", [SAPLING, "לשים שתיל באדמה"])
async def test_the_offline_planner_names_what_is_nearest_in_meaning_where_it_stands_in_and_must_ask(
    served: tuple[WireServer, str, str], text: str
) -> None:
    server, model, url = served
    server.always(Fail(401))
    settings = replace(Settings.from_env({}), model=model, model_url=url, other_models=(model,))
    planner = choose_planner(settings, request(text).catalog)
    asked = await planner.plan(replace(request(text), language="en"))
    assert isinstance(asked, Question)
    assert (asked.planner, "The nearest that I can do: Words" in asked.text) == ("offline", True)
    server.embeddings_fail = 401
    alone = await choose_planner(settings, request(text).catalog).plan(replace(request(text), language="en"))
    assert isinstance(alone, Question)
    assert "Words" not in alone.text


def test_a_provider_without_embeddings_has_no_meaning() -> None:
    assert meaning_for("anthropic:claude-sonnet-4-5", None) is None
