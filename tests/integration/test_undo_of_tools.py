"""Every built-in tool that changes something, through the whole engine: undone, the workspace is as it was; undone twice, it stays so."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tizmoret.catalog.tool import Call
from tizmoret.orchestrator import Tizmoret
from tizmoret.plan.model import Plan, Step
from tizmoret.settings import Settings
from tizmoret.tools import builtin_tools
from tizmoret.views import Execution

pytestmark = pytest.mark.anyio

MEETING = {"title": "Budget", "start": "2030-01-06T10:00:00", "attendees": [{"name": "Dana", "email": "dana@example.com"}]}
SERIES = MEETING | {"title": "Weekly", "recurrence": "FREQ=WEEKLY;COUNT=5"}
EVENT = {"event_id": {"$from": "made.event.id"}}

# tool -> the arguments of its call, and of the steps before it that are not undone; `made` is the last of those
CASES: dict[str, list[tuple[dict[str, Any], list[tuple[str, dict[str, Any]]]]]] = {
    "calendar.create": [(MEETING, [("calendar.create", SERIES)]), (SERIES, [("calendar.create", MEETING)])],
    "calendar.update": [
        (EVENT | {"title": "Other", "minutes": 30, "location": "room 2"}, [("calendar.create", MEETING)]),
        (EVENT | {"recurrence": ""}, [("calendar.create", SERIES)]),
    ],
    "calendar.delete": [(EVENT, [("calendar.create", MEETING)]), (EVENT | {"all_occurrences": True}, [("calendar.create", SERIES)])],
    "documents.write": [
        ({"title": "Plan", "content": "# Plan\n\nshort"}, []),
        ({"title": "תוכנית", "content": "קצר", "format": "md"}, []),
    ],
    "documents.move": [({"document": "grain.md", "folder": "archive", "title": "old"}, [])],
    "tasks.add": [({"title": "call Dana", "due": "2030-01-06"}, [])],
    "tasks.complete": [({"task": {"$from": "made.task.id"}}, [("tasks.add", {"title": "call Dana"})])],
    "notes.add": [({"note": "The wheat is in the north barn."}, [])],
    "tables.chart": [({"document": "sales.csv", "by": "customer", "measure": "amount"}, [])],
}


@pytest.fixture
async def tizmoret(settings: Settings) -> AsyncIterator[Tizmoret]:
    async with Tizmoret.open(settings) as opened:
        documents = opened.workplaces.folder(opened.workspace) / "documents"
        documents.mkdir(parents=True)
        (documents / "grain.md").write_text("# Grain\n\nThe wheat was sold.", "utf-8")
        (documents / "sales.csv").write_text("customer,amount\nDana,10\nYoav,20\nDana,5\n", "utf-8")
        yield opened


def snapshot(folder: Path) -> dict[str, str]:
    """Every file that is not the tools' own record-keeping, with what it holds."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts):
            found[str(path.relative_to(folder))] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


async def run(tizmoret: Tizmoret, *steps: Step) -> Execution:
    execution = await tizmoret.submit("", plan=Plan(request="a test", steps=steps))
    for _ in range(len(steps) + 1):
        execution = await tizmoret.wait(execution.id, 30)
        for gate in await tizmoret.approvals(execution.id, status="pending"):
            await tizmoret.approve(execution.id, gate.id, by="dana")
    assert execution.status == "completed", execution.error
    return execution


def test_every_tool_with_an_effect_is_tried_here_and_says_how_it_is_undone() -> None:
    acting = {tool.name: tool for tool in builtin_tools() if tool.capability.effect != "none"}
    assert acting.keys() == CASES.keys()
    assert [name for name, tool in acting.items() if tool.undo is None or not tool.capability.reversible] == []


@pytest.mark.parametrize(("name", "number"), [(name, number) for name, cases in CASES.items() for number in range(len(cases))])
async def test_undone_it_is_as_it_was(tizmoret: Tizmoret, name: str, number: int) -> None:
    folder = tizmoret.workplaces.folder(tizmoret.workspace)
    args, before = CASES[name][number]
    if before:
        made = await run(tizmoret, *(Step(id="made", tool=tool, args=given) for tool, given in before))
        output = (await tizmoret.steps(made.id))[0].output
        args = {key: _filled(value, output) for key, value in args.items()}
    was = snapshot(folder)
    done = await run(tizmoret, Step(id="act", tool=name, args=args))
    assert snapshot(folder) != was, "it changed nothing, so undoing it shows nothing"
    await tizmoret.undo(done.id, by="dana")
    undone = await tizmoret.wait(done.id, 30)
    assert (undone.status, undone.answer) == ("undone", "Undone: act.")
    assert snapshot(folder) == was
    (step,) = await tizmoret.steps(done.id)
    tool = tizmoret.catalog.tool(name)
    assert tool.undo is not None
    await tool.undo(tool.parse("act", step.args), step.output, _call(tizmoret, done))  # as after a crash
    assert snapshot(folder) == was


def _call(tizmoret: Tizmoret, execution: Execution) -> Call:
    """The call that is taken back, as the engine describes it."""
    zone, workspace = tizmoret.settings.timezone, tizmoret.workspace
    return Call(
        workspace=workspace, execution=execution.id, step="act", key=f"{execution.id}/act", attempt=1, now=datetime.now(zone), timezone=zone,
        language="en", folder=tizmoret.workplaces.folder(workspace), report=lambda message, fraction=None: None,
        providers=tizmoret.workplaces.providers(workspace),
    )  # fmt: skip


def _filled(value: Any, output: Any) -> Any:
    if not (isinstance(value, dict) and "$from" in value):
        return value
    for part in value["$from"].split(".")[1:]:
        output = output[part]
    return output
