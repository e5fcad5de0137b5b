"""Tools whose effects can be taken back, and a process that kills itself while it takes the second of three back.
`python -m tests.integration.engine.undo_victim HOME POINT`."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from tizmoret.catalog.catalog import Catalog
from tizmoret.catalog.tool import Ask, Call, Option, Text, Tool, tool
from tizmoret.engine import events as e
from tizmoret.engine.journal import Journal
from tizmoret.engine.transition import Transition
from tizmoret.errors import Conflict, StepFailed, TryAgain
from tizmoret.orchestrator import Tizmoret
from tizmoret.plan.model import Plan, Retry, Step
from tizmoret.settings import Settings

T = Text("כלי", "A tool")
VICTIM = "b"  # the step in the undoing of which it dies


class Args(BaseModel):
    """undo: what the tool does in its attempts to undo: "act", "refuse" (passing), "never" (lasting), "held"
    (until the file `go` is there). The last one is repeated."""

    n: int = 0
    undo: list[str] = ["act"]


class Out(BaseModel):
    n: int


class Numbers(BaseModel):
    numbers: list[int]


class Outside:
    """The world, as a list of what was done to it."""

    def __init__(self, folder: Path) -> None:
        self._ledger = folder / "outside.txt"

    def note(self, line: str) -> None:
        handle = os.open(self._ledger, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.write(handle, f"{line}\n".encode())
        os.close(handle)

    def lines(self) -> list[str]:
        return self._ledger.read_text().splitlines() if self._ledger.exists() else []


async def _undo(args: Args, output: dict[str, Any], call: Call) -> None:
    assert Out.model_validate(output).n == args.n + 1
    world, what = Outside(call.folder), call.key.split("/", 1)[1]
    tries = sum(line in (f"refused {what}", f"undo {what}") for line in world.lines())
    does = args.undo[min(tries, len(args.undo) - 1)]
    await _die("before-acting", call.step)
    if does == "refuse":
        world.note(f"refused {what}")
        raise TryAgain("Not now.")
    if does == "never":
        world.note(f"refused {what}")
        raise Conflict("somebody has changed it", cure="Look at it.")
    world.note(f"undo {what}")
    await _die("after-acting", call.step)
    while does == "held" and not (call.folder / "go").exists():  # noqa: ASYNC110 - the outside is a file
        await asyncio.sleep(0.01)


async def _looked(args: Args, call: Call) -> Out | None:
    return Out(n=args.n + 1) if f"act {call.step}" in Outside(call.folder).lines() else None


def _tool(name: str, *, seconds: float = 0.0, **declared: Any) -> Tool:
    @tool(name, title=T, description=T, show=lambda output, language: str(output.n), retry=Retry(attempts=2, wait=0.01), **declared)
    async def run(args: Args, call: Call) -> Out:
        Outside(call.folder).note(f"act {call.key.split('/', 1)[1]}")
        await asyncio.sleep(seconds)
        return Out(n=args.n + 1)

    return run


@tool("undo.list", title=T, description=T, show=lambda output, language: "")
async def _list(args: Args, call: Call) -> Numbers:
    return Numbers(numbers=list(range(args.n)))


@tool("undo.broken", title=T, description=T, show=lambda output, language: "")
async def _broken(args: Args, call: Call) -> Out:
    raise StepFailed("It cannot be.", cure="Do something else.")


@tool(
    "undo.doubt", title=T, description=T, show=lambda output, language: "", effect="write", recovery="keyed", undo=_undo,
    retry=Retry(attempts=2, wait=0.01),
)  # fmt: skip
async def _doubt(args: Args, call: Call) -> Out:
    """Of its first attempt nobody knows; in the second one it asks."""
    if call.attempt == 1:
        raise ConnectionError("the answer was lost")
    raise Ask("Which?", [Option("one", {"n": 1})])


CATALOG = Catalog(
    [
        _tool("undo.act", effect="write", recovery="keyed", undo=_undo),
        _tool("undo.send", effect="send", recovery="once", reversible=False),
        _tool("undo.hang", effect="write", recovery="once", undo=_undo, seconds=60),
        _tool("undo.hang_looked", effect="write", recovery="once", undo=_undo, probe=_looked, seconds=60),
        _list, _broken, _doubt,
    ],
    [],
)  # fmt: skip


def step(id: str, name: str, **args: Any) -> Step:
    return Step(id=id, tool=f"undo.{name}", for_each=args.pop("for_each", None), args=args)


def plan(*steps: Step) -> Plan:
    return Plan(request="undo", steps=steps)


# -- dying

_point = ""


async def _die(point: str, step: str) -> None:
    if point == _point and step == VICTIM:
        os.kill(os.getpid(), signal.SIGKILL)


def _arm(point: str) -> None:
    global _point
    _point = point
    kind, when = {
        "before-intent": (e.UndoIntended, "before"), "after-intent": (e.UndoIntended, "after"), "before-result": (e.EffectUndone, "before"),
        "after-result": (e.EffectUndone, "after"),
    }.get(point, (None, ""))  # fmt: skip
    submit = Journal.submit

    def submit_or_die(self: Journal, transition: Transition, *, urgent: bool = True) -> asyncio.Future[None]:
        if kind is None or not any(isinstance(event, kind) and event.step == VICTIM for _, event in transition.events):  # type: ignore[attr-defined]
            return submit(self, transition, urgent=urgent)
        if when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        written = submit(self, transition, urgent=urgent)
        written.add_done_callback(lambda _: os.kill(os.getpid(), signal.SIGKILL))
        return asyncio.get_running_loop().create_future()

    Journal.submit = submit_or_die  # type: ignore[method-assign]


async def main(home: Path, point: str) -> None:
    settings = Settings.from_env({**os.environ, "TIZMORET_HOME": str(home), "TIZMORET_MODEL": "offline"})
    async with Tizmoret.open(settings, catalog=CATALOG) as tizmoret:
        chain = plan(step("a", "act"), step("b", "act", n={"$from": "a.n"}), step("c", "act", n={"$from": "b.n"}))
        execution = await tizmoret.submit("", plan=chain)
        await tizmoret.wait(execution.id, 10)
        _arm(point)
        await tizmoret.undo(execution.id, by="dana")
        await asyncio.sleep(30)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
