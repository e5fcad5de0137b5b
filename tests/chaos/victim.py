"""A process that runs executions and is killed. `python -m tests.chaos.victim HOME COUNT`: submits up to COUNT executions in all, drives
whatever is open, approves what waits, and ends when all are finished. Each call of a tool leaves a line in calls.txt, as an outside would."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from pydantic import BaseModel

from tizmoret.catalog.catalog import Catalog
from tizmoret.catalog.tool import Call, Text, tool
from tizmoret.orchestrator import Tizmoret
from tizmoret.plan.model import Plan, Step
from tizmoret.settings import Settings

T = Text("כלי", "A tool")


class Args(BaseModel):
    n: int = 0


class Out(BaseModel):
    n: int


def show(output: Out, language: str) -> str:
    return f"n={output.n}"


def note(call: Call, what: str) -> None:
    """One whole line, appended in one write: a killed process leaves either it or nothing."""
    handle = os.open(call.folder / "calls.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.write(handle, f"{what} {call.key}\n".encode())
    os.close(handle)


@tool("chaos.read", title=T, description=T, show=show)
async def read(args: Args, call: Call) -> Out:
    note(call, "read")
    await asyncio.sleep(0.04)
    return Out(n=args.n + 1)


@tool("chaos.keyed", title=T, description=T, show=show, effect="write", recovery="keyed", approval="ask")
async def keyed(args: Args, call: Call) -> Out:
    """The outside knows the key: the second call of one key finds what the first has done."""
    note(call, "keyed")
    path = call.folder / ("keyed-" + call.key.replace("/", "-"))
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL))
        note(call, "happened")
    except FileExistsError:
        note(call, "found")
    await asyncio.sleep(0.04)
    return Out(n=args.n)


@tool("chaos.once", title=T, description=T, show=show, effect="send", recovery="once")
async def once(args: Args, call: Call) -> Out:
    """The outside knows no key: every call counts."""
    note(call, "once")
    await asyncio.sleep(0.04)
    return Out(n=args.n)


CATALOG = Catalog([read, keyed, once], [])


def plan() -> Plan:
    return Plan(
        request="chaos",
        steps=(
            Step(id="a", tool="chaos.read", args={"n": 1}),
            Step(id="b", tool="chaos.read", args={"n": 2}),
            Step(id="c", tool="chaos.read", args={"n": {"$from": "a.n"}}),
            Step(id="once", tool="chaos.once", args={"n": {"$from": "b.n"}}),
            Step(id="keyed", tool="chaos.keyed", args={"n": {"$from": "c.n"}}),
            Step(id="last", tool="chaos.read", args={"n": {"$from": "keyed.n"}}, after=("once",)),
        ),
    )


async def main(home: Path, count: int) -> None:
    settings = Settings.from_env({**os.environ, "TIZMORET_HOME": str(home), "TIZMORET_MODEL": "offline"})
    async with Tizmoret.open(settings, catalog=CATALOG) as tizmoret:
        print("ready", flush=True)
        made = len((await tizmoret.executions.list(limit=200)).items)
        for number in range(made, count):
            await tizmoret.submit("chaos", plan=plan(), idempotency_key=f"execution-{number}")
        while (await tizmoret.executions.list(status="open", limit=200)).items:
            for gate in await tizmoret.executions.approvals(status="pending"):
                option = 0 if gate.purpose == "unknown" else None  # the person says that it happened
                try:
                    await tizmoret.approve(gate.execution_id, gate.id, by="chaos", option=option)
                except Exception as error:
                    print("approve:", error, flush=True)
            await asyncio.sleep(0.02)
    print("all finished", flush=True)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
