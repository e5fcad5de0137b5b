"""A workspace's own agents: a file is dropped into the folder of a running process, and it is there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tizmoret.errors import PlanRefused
from tizmoret.orchestrator import Tizmoret
from tizmoret.plan.model import Plan, Step
from tizmoret.settings import Settings

pytestmark = pytest.mark.anyio

AGENT = """---
name: {name}
title: {{he: "מסכם התלם", en: "Furrow summariser"}}
description:
  he: "סוכן שמסכם את יומני התלמים"
  en: "Sums up the furrow journals"
examples:
  he: ["סכם את יומני התלמים"]
  en: ["sum up the furrow journals"]
tools: [documents.search, documents.read, text.summarise]
input:
  type: object
  additionalProperties: false
  properties:
    query: {{type: string, x-kind: words, default: ""}}
output:
  type: object
  required: [markdown]
  properties:
    markdown: {{type: string, x-kind: markdown}}
without_model: tizmoret.agents.without_model.documents:{function}
---
You sum up.
"""


@pytest.fixture
async def tizmoret(settings: Settings) -> AsyncIterator[Tizmoret]:
    async with Tizmoret.open(settings) as opened:
        folder = opened.workplaces.folder(opened.workspace)
        (folder / "documents").mkdir(exist_ok=True)
        (folder / "documents" / "furrows.md").write_text(
            "# Furrows\n\nThe third furrow was ploughed in spring and gave forty tons of wheat.", "utf-8"
        )
        yield opened


def agents(tizmoret: Tizmoret) -> Path:
    folder = tizmoret.workplaces.folder(tizmoret.workspace) / "agents"
    folder.mkdir(exist_ok=True)
    return folder


def plan(name: str = "furrows") -> Plan:
    return Plan(request="furrows", steps=(Step(id="sum", agent=name, args={"query": "furrow"}),))


async def run(tizmoret: Tizmoret) -> str:
    execution = await tizmoret.submit("", plan=plan())
    return (await tizmoret.wait(execution.id)).answer or ""


async def test_a_file_that_is_dropped_in_is_planned_with_and_runs_at_once(tizmoret: Tizmoret) -> None:
    with pytest.raises(PlanRefused):
        await tizmoret.submit("", plan=plan())
    (agents(tizmoret) / "furrows.md").write_text(AGENT.format(name="furrows", function="summariser"), "utf-8")
    assert "forty tons" in await run(tizmoret)
    preview = await tizmoret.preview("sum up the furrow journals")
    assert preview.plan is not None
    assert [step["agent"] for step in preview.plan["steps"] if step.get("agent")] == ["furrows"]


async def test_a_file_that_is_mended_takes_the_place_of_the_one_before(tizmoret: Tizmoret) -> None:
    path = agents(tizmoret) / "furrows.md"
    path.write_text(AGENT.format(name="furrows", function="no_such_function"), "utf-8")
    execution = await tizmoret.submit("", plan=plan())
    assert (await tizmoret.wait(execution.id)).status == "failed"
    path.write_text(AGENT.format(name="furrows", function="summariser"), "utf-8")
    await tizmoret.refresh_catalog()
    assert "forty tons" in await run(tizmoret)


async def test_a_faulty_file_is_told_of_and_harms_nobody(tizmoret: Tizmoret) -> None:
    (agents(tizmoret) / "broken.md").write_text("---\nname: [\n---\n", "utf-8")
    await tizmoret.refresh_catalog()
    assert [fault.file for fault in tizmoret.agent_faults] == ["broken.md"]
    execution = await tizmoret.submit("check the system")
    assert (await tizmoret.wait(execution.id)).status == "completed"
    (agents(tizmoret) / "broken.md").unlink()
    await tizmoret.refresh_catalog()
    assert not tizmoret.agent_faults


async def test_a_file_that_is_removed_is_planned_with_no_more(tizmoret: Tizmoret) -> None:
    path = agents(tizmoret) / "furrows.md"
    path.write_text(AGENT.format(name="furrows", function="summariser"), "utf-8")
    assert await run(tizmoret)
    path.unlink()
    await tizmoret.refresh_catalog()
    with pytest.raises(PlanRefused):
        await tizmoret.submit("", plan=plan())
