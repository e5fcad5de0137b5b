"""An engine over the real database with a few tools whose behaviour a test chooses by their arguments."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from tizmoret import Plan, Step
from tizmoret.catalog.catalog import Catalog
from tizmoret.catalog.tool import Ask, Call, Option, Text, Tool, tool
from tizmoret.errors import OtherPlan, StepFailed, TryAgain
from tizmoret.orchestrator import Tizmoret
from tizmoret.plan.labels import Label
from tizmoret.settings import Settings
from tizmoret.views import EventView

from .workers import Crew

T = Text("כלי", "A tool")


class Number(BaseModel):
    n: int = 0
    seconds: float = 0.0
    held: bool = False  # until `let_go`
    fail: int = 0  # attempts that fail before one succeeds
    size: int = 0
    text: str = ""


class Out(BaseModel):
    n: int
    text: str = ""


class Numbers(BaseModel):
    numbers: list[int]


def show(output: Any, language: str) -> str:
    return f"n={output.n}"


@tool("test.add", title=T, description=T, show=show)
async def add(args: Number, call: Call) -> Out:
    """One more, after `seconds` or when it is let go, from the attempt after `fail` on."""
    await asyncio.sleep(args.seconds)
    while args.held and not (call.folder / "go").exists():  # noqa: ASYNC110 - the outside is a file
        await asyncio.sleep(0.01)
    if call.attempt <= args.fail:
        raise TryAgain("Not yet.")
    return Out(n=args.n + 1, text="x" * args.size)


@tool("test.list", title=T, description=T, show=lambda output, language: str(output.numbers))
async def numbers(args: Number, call: Call) -> Numbers:
    return Numbers(numbers=list(range(args.n)))


@tool("test.web", title=T, description=T, show=show, label=Label("untrusted", "public", frozenset({"web"})))
async def web(args: Number, call: Call) -> Out:
    return Out(n=args.n)


@tool("test.hostile", title=T, description=T, show=show)
async def hostile(args: Number, call: Call) -> Out:
    return Out(n=1, text="nul \x00 surrogate \ud800 end")


@tool("test.broken", title=T, description=T, show=show)
async def broken(args: Number, call: Call) -> Out:
    raise StepFailed("It cannot be.", cure="Do something else.")


@tool("test.astray", title=T, description=T, show=show)
async def astray(args: Number, call: Call) -> Out:
    raise OtherPlan("It is a list, not a table.")


@tool("test.bug", title=T, description=T, show=show)
async def bug(args: Number, call: Call) -> Out:
    raise ZeroDivisionError("a bug")


@tool("test.hang", title=T, description=T, show=show, timeout=0.2)
async def hang(args: Number, call: Call) -> Out:
    await asyncio.sleep(3600)
    return Out(n=0)


@tool("test.ask", title=T, description=T, show=show)
async def ask(args: Number, call: Call) -> Out:
    raise Ask("Which one?", [Option("one", {"n": 1, "text": ""}), Option("two", {"n": 2, "text": ""})])


@tool("test.converse", title=T, description=T, show=show, effect="write", recovery="once", approval="ask")
async def converse(args: Number, call: Call) -> Out:
    """Asks twice, and does with the answers what it was asked for."""
    answers = [*call.answered.state["before"], call.answered.answer] if call.answered else []
    if len(answers) < 2:
        options = [Option("one", "one"), Option("two", "two")] if answers else []
        raise Ask(f"{len(answers)} answers for {args.n}?", options, {"before": answers})
    with (call.folder / "effects.txt").open("a") as ledger:
        ledger.write(f"{call.key} {args.n} {'+'.join(answers)}\n")
    return Out(n=args.n, text="+".join(answers))


@tool("test.progress", title=T, description=T, show=show)
async def progress(args: Number, call: Call) -> Out:
    await asyncio.to_thread(call.report, "half way", 0.5)
    await asyncio.sleep(0.01)
    return Out(n=1)


def writer(name: str, recovery: Any, **rest: Any) -> Tool:
    """An effect that leaves a line with its key in `effects.txt` of the workspace, so that a test can count."""

    @tool(name, title=T, description=T, show=show, effect="write", recovery=recovery, **rest)
    async def write(args: Number, call: Call) -> Out:
        with (call.folder / "effects.txt").open("a") as ledger:
            ledger.write(f"{call.key} {args.n}\n")
        await asyncio.sleep(args.seconds)
        return Out(n=args.n)

    return write


TOOLS = [
    add, numbers, web, hostile, broken, astray, bug, hang, ask, converse, progress,
    writer("test.write", "keyed"), writer("test.gated", "keyed", approval="ask"), writer("test.once", "once"),
]  # fmt: skip


def let_go(tizmoret: Tizmoret) -> None:
    (tizmoret.workplaces.folder(tizmoret.workspace) / "go").touch()


def from_(path: str) -> dict[str, str]:
    return {"$from": path}


def step(id: str, name: str, *, after: tuple[str, ...] = (), **args: Any) -> Step:
    """A step of tool `test.<name>`; `when`, `for_each`, `retry`, `timeout`, `needs_approval` are the step's, all else its arguments."""
    of_step = {key: args.pop(key) for key in ("when", "for_each", "retry", "timeout", "needs_approval", "title") if key in args}
    return Step(id=id, tool=f"test.{name}", args=args, after=after, **of_step)


def plan(*steps: Step, **rest: Any) -> Plan:
    return Plan(steps=steps, request="a test", **rest)


def effects(tizmoret: Tizmoret) -> list[str]:
    ledger = tizmoret.workplaces.folder(tizmoret.workspace) / "effects.txt"
    return ledger.read_text().splitlines() if ledger.exists() else []


async def kinds(tizmoret: Tizmoret, id: Any) -> list[str]:
    return [event.kind async for event in tizmoret.events(id)]


async def happened(tizmoret: Tizmoret, id: Any, kind: str, step: str | None = None) -> EventView:
    """The first such event, as soon as there is one."""
    async for event in tizmoret.events(id):
        if event.kind == kind and step in (None, event.data.get("step")):
            return event
    raise AssertionError(f"it ended without {kind}")


async def statuses(tizmoret: Tizmoret, id: Any) -> Mapping[str, str]:
    return {step.id: step.status for step in await tizmoret.executions.steps(id)}


@pytest.fixture
def catalog() -> Catalog:
    return Catalog(TOOLS, [])


@pytest.fixture
async def tizmoret(settings: Settings, catalog: Catalog, home: Path) -> AsyncIterator[Tizmoret]:
    async with Tizmoret.open(settings, catalog=catalog) as opened:
        yield opened


@pytest.fixture(params=["inline", pytest.param("dbos", marks=pytest.mark.long)])
def crew(request: pytest.FixtureRequest, home: Path, database_url: str) -> Iterator[Crew]:
    """With each dispatcher."""
    crew = Crew(home, database_url, request.param)
    yield crew
    crew.end()
