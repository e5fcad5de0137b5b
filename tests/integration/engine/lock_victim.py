"""Tools that lock a calendar, alone or together, and note when they ran. `python -m tests.integration.engine.lock_victim HOME` holds it."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from tizmoret.catalog.catalog import Catalog
from tizmoret.catalog.tool import Call, Text, Tool, tool
from tizmoret.orchestrator import Tizmoret
from tizmoret.plan.model import Plan, Step
from tizmoret.settings import Settings

T = Text("כלי", "A tool")


class Args(BaseModel):
    calendar: str = "main"
    seconds: float = 0.0
    held: bool = False  # until the file `go` lies in the workspace
    n: int = 0


class Out(BaseModel):
    n: int = 0


class Numbers(BaseModel):
    numbers: list[int]


async def _span(name: str, args: Args, call: Call) -> None:
    begin = time.time()
    (call.folder / f"{name}.began").touch()
    await asyncio.sleep(args.seconds)
    while args.held and not (call.folder / "go").exists():  # noqa: ASYNC110 - the outside is a file
        await asyncio.sleep(0.01)
    handle = os.open(call.folder / "spans.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.write(handle, f"{name} {begin} {time.time()}\n".encode())
    os.close(handle)


async def _undo(args: Args, output: Any, call: Call) -> None:
    await _span(f"undo-{call.step}", args, call)


def _tool(name: str, **declared: Any) -> Tool:
    @tool(name, title=T, description=T, show=lambda output, language: "", **declared)
    async def run(args: Args, call: Call) -> Out:
        await _span(call.step, args, call)
        return Out(n=args.n)

    return run


@tool("lock.list", title=T, description=T, show=lambda output, language: "")
async def _list(args: Args, call: Call) -> Numbers:
    return Numbers(numbers=list(range(args.n)))


CATALOG = Catalog(
    [
        _tool("lock.write", effect="write", recovery="keyed", locks=("calendar:{calendar}",), undo=_undo),
        _tool("lock.read", shares=("calendar:{calendar}",)),
        _tool("lock.plain"),
        _list,
    ],
    [],
)


def step(id: str, name: str, **args: Any) -> Step:
    return Step(id=id, tool=f"lock.{name}", for_each=args.pop("for_each", None), args=args)


def plan(*steps: Step) -> Plan:
    return Plan(request="locks", steps=steps)


async def main(home: Path) -> None:
    settings = Settings.from_env({**os.environ, "TIZMORET_HOME": str(home), "TIZMORET_MODEL": "offline"})
    async with Tizmoret.open(settings, catalog=CATALOG) as tizmoret:
        await tizmoret.submit("", plan=plan(step("holds", "write", seconds=3600)))
        while not await tizmoret.executions.locks():  # noqa: ASYNC110 - it looks into the database
            await asyncio.sleep(0.01)
        print("holding", flush=True)
        await asyncio.sleep(60)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
