"""What is between the calls of an MCP server, and in their middle: sessions that are kept, questions to a person, tools that change."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.integration.server.conftest import Running
from tizmoret.connections.connection import Wanted
from tizmoret.orchestrator import Tizmoret
from tizmoret.owner import owner_token
from tizmoret.plan.model import Plan, Step
from tizmoret.views import Execution

pytestmark = pytest.mark.anyio

OLD = str(Path(__file__).parents[2] / "wire" / "old_mcp_server.py")


@pytest.fixture
async def sold(tizmoret: Tizmoret, tmp_path: Path) -> Path:
    """What the scales have sold."""
    made = tmp_path / "sold"
    await tizmoret.connections.add(Wanted("scales", "mcp", "scales", {"command": [sys.executable, OLD, str(made)]}))
    return made


def call(tool: str, **args: Any) -> Plan:
    return Plan(goal="call", steps=(Step(id="one", tool=tool, args=args),))


async def run(tizmoret: Tizmoret, plan: Plan) -> Execution:
    """With the gate approved, where there is one; questions wait."""
    execution = await tizmoret.wait((await tizmoret.submit("", plan=plan)).id)
    for gate in await tizmoret.executions.approvals(execution.id, status="pending"):
        if gate.purpose == "approval":
            await tizmoret.approve(execution.id, gate.id, by="dana")
            execution = await tizmoret.wait(execution.id)
    return execution


async def text(tizmoret: Tizmoret, execution: Execution) -> str:
    return str((await tizmoret.executions.steps(execution.id))[0].output["text"])


async def test_a_server_remembers_us_over_calls(tizmoret: Tizmoret, sold: Path) -> None:
    first = await text(tizmoret, await run(tizmoret, call("scales.count")))
    second = await text(tizmoret, await run(tizmoret, call("scales.count")))
    assert (first.split()[0], second.split()[0]) == ("1", "2")
    assert first.split()[-1] == second.split()[-1]


async def test_one_that_went_away_is_met_anew(tizmoret: Tizmoret, sold: Path) -> None:
    before = await text(tizmoret, await run(tizmoret, call("scales.count")))
    plan = Plan(goal="fall", steps=(Step(id="one", tool="scales.fall", retry={"attempts": 1}),))
    assert (await run(tizmoret, plan)).status == "failed"
    after = await text(tizmoret, await run(tizmoret, call("scales.count")))
    assert (after.split()[0], before.split()[-1] == after.split()[-1]) == ("1", False)


async def test_its_questions_are_asked_one_by_one_and_the_call_goes_on_with_the_answers(tizmoret: Tizmoret, sold: Path) -> None:
    execution = await run(tizmoret, call("scales.sell_grain", sacks=3))
    titles = []
    for answer in ({"text": "cheap"}, {"text": "40"}, {"option": 1}):
        assert (execution.status, sold.exists()) == ("waiting", False)
        (gate,) = await tizmoret.executions.approvals(execution.id, status="pending")
        titles.append((gate.purpose, gate.title, [option.label for option in gate.options]))
        await tizmoret.approve(execution.id, gate.id, by="dana", **answer)
        execution = await tizmoret.wait(execution.id)
    assert (execution.status, sold.read_text()) == ("completed", "3 at 40 in jaffa\n")
    assert ("At which price?" in titles[0][1], "\u202e" in titles[0][1], "shekels a sack" in titles[0][1]) == (True, False, True)
    assert "does not fit" in titles[1][1]
    assert titles[2][2] == ["The port of Haifa", "The market of Jaffa"]


async def test_who_does_not_answer_sells_nothing(tizmoret: Tizmoret, sold: Path) -> None:
    execution = await run(tizmoret, call("scales.sell_grain", sacks=3))
    (gate,) = await tizmoret.executions.approvals(execution.id, status="pending")
    await tizmoret.reject(execution.id, gate.id, by="dana")
    await tizmoret.wait(execution.id)
    assert not sold.exists()


async def test_a_tool_that_changes_is_put_aside_when_the_server_says_so(tizmoret: Tizmoret, sold: Path) -> None:
    """Before anybody calls it; the others stay."""
    await run(tizmoret, call("scales.oil"))
    async with asyncio.timeout(30):
        while "scales.weigh_grain" in tizmoret.catalog.tools:
            await tizmoret.refresh_catalog()
    assert "scales.count" in tizmoret.catalog.tools
    assert "weigh_grain" in (await tizmoret.connections.list())[0].trouble


@pytest.mark.parametrize("option", [0, 1])
async def test_a_server_of_today_asks_the_same_way(tizmoret: Tizmoret, another: Running, option: int) -> None:
    """Another Tizmoret: its gate is its question, and what a person says here is said there."""
    token = owner_token(another.tizmoret.settings.home)
    await tizmoret.connections.add(Wanted("farm", "mcp", f"{another.address}/mcp", {}, token))
    execution = await run(tizmoret, call("farm.calendar_create", title="Price of wheat", start="2031-03-02T14:00:00+02:00"))
    (gate,) = await tizmoret.executions.approvals(execution.id, status="pending")
    assert (gate.purpose, [one.label for one in gate.options], "calendar.create" in gate.title) == ("question", ["approve", "reject"], True)
    await tizmoret.approve(execution.id, gate.id, by="dana", option=option)
    await tizmoret.wait(execution.id)
    assert ("Price of wheat" in (another.folder / "calendar" / "main.ics").read_text()) == (option == 0)
