"""The built-in agents without a model, over the demo workspace: each does real work and gives what its file declares."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import jsonschema_rs
import pytest

from tests.requests.planning import builtin_catalog
from tizmoret.agents.runner import AgentResult, run_agent
from tizmoret.catalog.agent import load_agent
from tizmoret.catalog.catalog import Catalog
from tizmoret.catalog.tool import Ask, Call
from tizmoret.demo.workspace import make_demo
from tizmoret.errors import ArgumentMismatch, StepFailed
from tizmoret.plan.model import Language
from tizmoret.tools.providers.local import local_providers

pytestmark = pytest.mark.anyio
ZONE = ZoneInfo("Asia/Jerusalem")
NOW = datetime(2026, 3, 10, 10, 0, tzinfo=ZONE)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    make_demo(folder, NOW.date(), ZONE)
    return folder


@pytest.fixture
def call(workspace: Path) -> Call:
    return made_call(workspace)


def made_call(folder: Path, language: Language = "en") -> Call:
    return Call(
        workspace=UUID(int=1), execution=UUID(int=2), step="step", key="k", attempt=1, now=NOW, timezone=ZONE, language=language,
        folder=folder, report=lambda message, fraction=None: None, providers=local_providers(folder, ZONE),
    )  # fmt: skip


async def run(agent_name: str, call: Call, catalog: Catalog | None = None, /, **args: Any) -> AgentResult:
    catalog = catalog or builtin_catalog()
    agent = catalog.agent(agent_name)
    result = await run_agent(agent, args, call, catalog, None)
    jsonschema_rs.validate(agent.capability.output, result.output)
    return result


async def test_drive_search_finds_by_words_and_period(call: Call) -> None:
    period = {"start": "2025-12-01", "end": "2025-12-31"}

    found = (await run("drive-search", call, query="תבואות", period=period)).output["documents"]

    assert len(found) == 15
    assert all(document["modified"].startswith("2025-12") for document in found)


async def test_analysis_quotes_documents_and_names_them(call: Call) -> None:
    found = (await run("drive-search", call, query="תבואות")).output["documents"]

    result = await run("analysis", call, documents=found, points=5)

    assert 0 < len(result.output["points"]) <= 5
    assert {point["source"]["id"] for point in result.output["points"]} <= {document["id"] for document in found}
    assert result.label.integrity == "untrusted"
    assert (result.tokens, result.cost) == (0, 0.0)


@pytest.mark.parametrize(("language", "said"), [("en", "no documents"), ("he", "לא נמצאו")])
async def test_analysis_of_nothing_says_so(workspace: Path, language: Language, said: str) -> None:
    assert said in (await run("analysis", made_call(workspace, language), documents=[])).output["markdown"]


async def test_contact_search_asks_where_two_fit(call: Call) -> None:
    with pytest.raises(Ask) as caught:
        await run("contact-search", call, name="יואב")
    assert len(caught.value.options) >= 2


async def test_the_researcher_searches_and_sums_up(call: Call) -> None:
    told = (await run("researcher", call, question="wheat prices")).output

    assert told["markdown"]
    assert told["sources"]


async def test_the_data_analyst_describes_a_table(call: Call) -> None:
    found = (await run("drive-search", call, query="", limit=50)).output["documents"]
    sheet = next(document["id"] for document in found if document["id"].endswith(".xlsx"))

    assert (await run("data-analyst", call, document=sheet)).output["tables"]


async def test_the_calendar_lists(call: Call) -> None:
    assert (await run("calendar", call)).output["events"]


async def test_the_editor_leaves_empty_parts_out(call: Call) -> None:
    parts = [{"heading": "One", "text": "first"}, {"heading": "Two", "text": "  "}, {"text": "third"}]

    assert (await run("editor", call, title="All", parts=parts)).output == {"markdown": "# All\n\n## One\n\nfirst\n\nthird"}


async def test_arguments_that_do_not_fit_name_the_argument(call: Call) -> None:
    with pytest.raises(ArgumentMismatch, match="documents"):
        await run("analysis", call, documents="all of them")


AGENT = """---
name: curious
title: {he: סקרן, en: Curious}
description: {he: שואל, en: Asks}
tools: [time.now]
input: {type: object}
output: {type: object}
%s
---
Ask.
"""


def _catalog(folder: Path, extra: str) -> Catalog:
    path = folder / "curious.md"
    path.write_text(AGENT % extra, "utf-8")
    return Catalog(builtin_catalog().tools.values(), [load_agent(path, builtin_catalog().tools)])


@pytest.mark.parametrize(
    ("extra", "told"),
    [
        ("timeout: 9", "needs a model"),
        ("without_model: no.such.module:run", "cannot be loaded"),
        ("without_model: tizmoret.agents.without_model.documents:nobody", "cannot be loaded"),
        ("without_model: tizmoret.agents.without_model.documents:drive_search", "may not use documents.search"),  # it did not name it
    ],
)
async def test_an_agent_that_cannot_work_says_why(tmp_path: Path, call: Call, extra: str, told: str) -> None:
    with pytest.raises(StepFailed, match=told) as caught:
        await run("curious", call, _catalog(tmp_path, extra))
    assert caught.value.cure
