from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from tests.unit.tools.conftest import NOW, MakeCall
from tizmoret.catalog.tool import Ask
from tizmoret.errors import Conflict, NotFound, StepFailed
from tizmoret.tools.tasks import AddTask, CompleteTask, ListTasks, OneTask, PickTask, Tasks, add, complete, list_tasks, pick

pytestmark = pytest.mark.anyio


async def added(call: Any, title: str, **args: Any) -> OneTask:
    return OneTask.model_validate(await add(AddTask(title=title, **args), call))


async def titles(call: Any, **args: Any) -> list[str]:
    return [task.title for task in Tasks.model_validate(await list_tasks(ListTasks(**args), call)).tasks]


async def test_what_was_added_is_listed_by_when_it_is_due(call: MakeCall) -> None:
    await added(call("1"), "להתקשר לספק", due=dt.date(2026, 1, 20))
    await added(call("2"), "Send the report", due=dt.date(2026, 1, 16), note="with the figures of December")
    await added(call("3"), "some day")
    assert await titles(call()) == ["Send the report", "להתקשר לספק", "some day"]
    assert await titles(call(), query="לספקים") == ["להתקשר לספק"]
    assert await titles(call(), query="figures") == ["Send the report"]
    assert await titles(call(), period={"start": "2026-01-18", "end": "2026-01-24"}) == ["להתקשר לספק"]


async def test_the_same_key_adds_one_task(call: MakeCall) -> None:
    first, second = await added(call("k"), "once"), await added(call("k"), "once")
    assert first == second
    assert await titles(call()) == ["once"]


async def test_ticked_off_and_opened_again(call: MakeCall) -> None:
    task = (await added(call("1"), "call Dana")).task
    done = OneTask.model_validate(await complete(CompleteTask(task=task.id), call("2"))).task
    assert done.done_at == NOW
    again = OneTask.model_validate(await complete(CompleteTask(task=task.id), call("3"))).task
    assert again.done_at == NOW
    assert await titles(call()) == []
    assert await titles(call(), status="done") == ["call Dana"]
    assert complete.undo is not None
    await complete.undo(None, {"task": done.model_dump(mode="json")}, call("2"))
    assert await titles(call()) == ["call Dana"]


async def test_adding_can_be_taken_back_unless_it_changed_since(call: MakeCall) -> None:
    one, other = await added(call("1"), "one"), await added(call("2"), "other")
    assert add.undo is not None
    await add.undo(None, one.model_dump(mode="json"), call("1"))
    assert await titles(call()) == ["other"]
    await complete(CompleteTask(task=other.task.id), call("3"))
    with pytest.raises(Conflict, match="other"):
        await add.undo(None, other.model_dump(mode="json"), call("2"))


async def test_the_task_that_was_meant(call: MakeCall) -> None:
    await added(call("1"), "לשלוח את הדוח לדנה")
    await added(call("2"), "לשלוח את החוזה לדנה")
    picked = OneTask.model_validate(await pick(PickTask(title="הדוח"), call()))
    assert picked.task.title == "לשלוח את הדוח לדנה"
    with pytest.raises(Ask) as asked:
        await pick(PickTask(title="לדנה"), call(language="he"))
    assert len(asked.value.options) == 2
    assert OneTask.model_validate(asked.value.options[0].value).task.title.endswith("לדנה")
    with pytest.raises(StepFailed, match="no open task"):
        await pick(PickTask(title="nothing like it"), call())


async def test_tasks_of_other_programs_are_read_and_their_files_kept(call: MakeCall, tmp_path: Path) -> None:
    folder = tmp_path / "workspace" / "tasks"
    folder.mkdir(parents=True)
    (folder / "theirs.ics").write_bytes(
        b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Other//EN\r\nBEGIN:VTODO\r\nUID:abc\r\nDTSTAMP:20260101T000000Z\r\n"
        b"SUMMARY:Water the plants\r\nX-COLOR:green\r\nEND:VTODO\r\nEND:VCALENDAR\r\n"
    )
    (folder / "broken.ics").write_text("this is none")
    assert await titles(call()) == ["Water the plants"]
    await complete(CompleteTask(task="abc"), call())
    written = (folder / "theirs.ics").read_text()
    assert "X-COLOR:green" in written
    assert "STATUS:COMPLETED" in written
    assert (folder / "broken.ics").read_text() == "this is none"


@pytest.mark.parametrize("id", ["nothing", "../../etc/passwd", "a/b", ""])
async def test_an_unknown_task_is_named(call: MakeCall, id: str) -> None:
    with pytest.raises((NotFound, ValueError)):
        await complete(CompleteTask(task=id), call())


async def test_taking_back_is_repeatable_and_leaves_what_was_done_before(call: MakeCall) -> None:
    task = await added(call("1"), "call Dana")
    first = OneTask.model_validate(await complete(CompleteTask(task=task.task.id), call("2")))
    second = OneTask.model_validate(await complete(CompleteTask(task=task.task.id), call("3")))
    assert complete.undo is not None
    assert add.undo is not None
    await complete.undo(None, second.model_dump(mode="json"), call("3"))
    assert await titles(call(), status="done") == ["call Dana"]  # the second call found it done, so it has nothing to take back
    for _ in range(2):  # as after a crash
        await complete.undo(None, first.model_dump(mode="json"), call("2"))
        assert await titles(call()) == ["call Dana"]
    for _ in range(2):
        await add.undo(None, task.model_dump(mode="json"), call("1"))
        assert await titles(call(), status="all") == []
