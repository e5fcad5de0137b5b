"""Following an execution: what is printed, who is asked, and the exit code."""

import asyncio
import io
import json
from collections.abc import Iterable
from typing import Any

import pytest
from rich.console import Console

from tests.unit.cli.played import Played
from tizmoret.cli import keyboard, terminal
from tizmoret.cli.follow import Follower, Mode
from tizmoret.cli.terminal import Screen

pytestmark = pytest.mark.anyio


class Terminal:
    """A screen whose output can be read, and a person with answers ready."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, live: bool = False, types: Iterable[str | None] = ()) -> None:
        self.out, self.err = io.StringIO(), io.StringIO()
        self.asked = asyncio.Event()

        def console(*, stderr: bool) -> Console:
            return Console(file=self.err if stderr else self.out, width=100, height=40, force_terminal=live, no_color=True)

        answers = iter(types)

        async def read_line() -> str | None:
            self.asked.set()
            for answer in answers:
                return answer
            return await asyncio.Future[str]()  # nobody types any more

        monkeypatch.setattr(terminal, "_console", console)
        monkeypatch.setattr(keyboard, "forget_typed", lambda: None)
        monkeypatch.setattr(keyboard, "read_line", read_line)
        self.screen = Screen()
        self.screen.asks = live

    async def follow(self, tizmoret: Any, mode: Mode, *, yes: bool = False) -> int:
        start = tizmoret.execution.model_copy(update={"seq": 1})
        async with asyncio.timeout(5):
            return await Follower(tizmoret, self.screen, mode, by="owner", yes=yes).follow(start)


async def test_at_a_gate_nobody_is_there_to_answer_so_it_says_what_to_type_and_exits_3(monkeypatch: pytest.MonkeyPatch) -> None:
    tizmoret, here = Played(), Terminal(monkeypatch)
    assert await here.follow(tizmoret, "plain") == 3
    execution, gate = str(tizmoret.execution.id)[:13], str(tizmoret.gate.id)[-8:]
    assert f"tizmoret approve {execution} {gate}" in here.err.getvalue()
    assert "✓ read: Read documents — completed (1.0 s)" in here.out.getvalue()
    assert tizmoret.decisions == []


async def test_yes_approves_and_the_answer_is_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    tizmoret, here = Played(), Terminal(monkeypatch)
    assert await here.follow(tizmoret, "plain", yes=True) == 0
    assert tizmoret.decisions == [("approved", (None, None))]
    assert "The meeting is set." in here.out.getvalue()


async def test_yes_answers_a_question_with_one_possible_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    tizmoret, here = Played(purpose="question", options=("Yoav Levi",)), Terminal(monkeypatch)
    assert await here.follow(tizmoret, "plain", yes=True) == 0
    assert tizmoret.decisions == [("answered", (0, None))]


@pytest.mark.parametrize(("purpose", "options"), [("question", ("a", "b")), ("question", ()), ("unknown", ("happened", "again"))])
async def test_yes_never_chooses_for_a_person(monkeypatch: pytest.MonkeyPatch, purpose: str, options: tuple[str, ...]) -> None:
    tizmoret, here = Played(purpose=purpose, options=options), Terminal(monkeypatch)
    assert await here.follow(tizmoret, "plain", yes=True) == 3
    assert tizmoret.decisions == []
    assert "does not answer questions" in here.err.getvalue()


async def test_json_is_one_line_for_each_event_then_the_execution(monkeypatch: pytest.MonkeyPatch) -> None:
    tizmoret, here = Played(), Terminal(monkeypatch)
    assert await here.follow(tizmoret, "json") == 3
    lines = [json.loads(line) for line in here.out.getvalue().splitlines()]
    assert [line["seq"] for line in lines[:-1]] == [1, 2, 3, 4, 5, 6]
    assert lines[-1]["status"] == "waiting"
    assert lines[-1]["id"] == str(tizmoret.execution.id)


async def test_the_person_at_the_terminal_is_shown_the_call_and_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    tizmoret, here = Played(), Terminal(monkeypatch, live=True, types=["hm", "y"])
    assert await here.follow(tizmoret, "live") == 0
    assert tizmoret.decisions == [("approved", (None, None))]
    out = here.out.getvalue()
    assert "title: Meeting" in out
    assert "That was not understood." in out
    assert out.index("title: Meeting") < out.index("Approve?") < out.index("The meeting is set.")


async def test_a_rejection_at_the_terminal_carries_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    tizmoret, here = Played(), Terminal(monkeypatch, live=True, types=["n too early"])
    assert await here.follow(tizmoret, "live") == 0
    assert tizmoret.decisions == [("rejected", "too early")]


@pytest.mark.parametrize("typed", ["", None])
async def test_later_leaves_the_gate_open_and_exits_3(monkeypatch: pytest.MonkeyPatch, typed: str | None) -> None:
    tizmoret, here = Played(), Terminal(monkeypatch, live=True, types=[typed])
    assert await here.follow(tizmoret, "live") == 3
    assert tizmoret.decisions == []
    assert "tizmoret approve" in here.err.getvalue()


async def test_a_question_that_someone_else_answers_meanwhile_is_withdrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    tizmoret, here = Played(), Terminal(monkeypatch, live=True)

    async def someone_else() -> None:
        await here.asked.wait()
        await tizmoret.approve(tizmoret.execution.id, tizmoret.gate.id, by="dana")

    async with asyncio.TaskGroup() as group:
        group.create_task(someone_else())
        assert await here.follow(tizmoret, "live") == 0
    assert "Decided elsewhere by dana: approved" in here.out.getvalue()


async def test_stopping_it_says_how_it_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    tizmoret, here = Played(), Terminal(monkeypatch, live=True)
    task = asyncio.create_task(here.follow(tizmoret, "live"))
    await here.asked.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert "nothing is lost" in here.err.getvalue()
    assert f"tizmoret show {str(tizmoret.execution.id)[:13]} --follow" in here.err.getvalue()


async def test_who_comes_late_sees_the_steps_and_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    tizmoret, here = Played(), Terminal(monkeypatch, live=True, types=["y"])
    async with asyncio.timeout(5):
        assert await Follower(tizmoret, here.screen, "live", by="owner").follow(tizmoret.execution) == 0
    assert tizmoret.decisions == [("approved", (None, None))]


async def test_what_has_ended_is_shown_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    tizmoret, here = Played(), Terminal(monkeypatch)
    await tizmoret.approve(tizmoret.execution.id, tizmoret.gate.id, by="owner")
    async with asyncio.timeout(5):
        assert await Follower(tizmoret, here.screen, "plain", by="owner").follow(tizmoret.execution) == 0
    assert "The meeting is set." in here.out.getvalue()
