"""A process that kills itself at one point around the calls of its tools. `python -m tests.integration.engine.crash_victim HOME POINT`:
submits one execution for each tool, lets each of them come as far as POINT, and no further, and then dies by SIGKILL."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from tizmoret.catalog.catalog import Catalog
from tizmoret.catalog.tool import Call, Text, Tool, tool
from tizmoret.engine import events as e
from tizmoret.engine.journal import Journal
from tizmoret.engine.transition import Transition
from tizmoret.orchestrator import Tizmoret
from tizmoret.plan.model import Plan, Step
from tizmoret.settings import Settings

POINTS = ("before-intent", "after-intent", "before-acting", "after-acting", "before-result", "result-in-flight", "after-result")
T = Text("כלי", "A tool")


class Args(BaseModel):
    pass


class Out(BaseModel):
    key: str


class Crash:
    """Counts who has come to the point; the last one takes the process with it."""

    def __init__(self) -> None:
        self.point = ""
        self.awaited = 0

    async def here(self, point: str) -> None:
        if point == self.point:
            self.come()
            await asyncio.Event().wait()

    def come(self) -> None:
        self.awaited -= 1
        if not self.awaited:
            os.kill(os.getpid(), signal.SIGKILL)


crash = Crash()


class Outside:
    """The world: it counts how often it was asked and how often it acted; what knows keys acts once for each."""

    def __init__(self, folder: Path) -> None:
        self._ledger = folder / "outside.txt"

    def note(self, what: str, key: str) -> None:
        """One whole line in one write: a killed process leaves either it or nothing."""
        handle = os.open(self._ledger, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.write(handle, f"{what} {key}\n".encode())
        os.close(handle)

    def count(self, what: str, key: str) -> int:
        return self._ledger.read_text().splitlines().count(f"{what} {key}") if self._ledger.exists() else 0


async def _asked(call: Call, *, by_key: bool = False) -> Out:
    outside = Outside(call.folder)
    outside.note("asked", call.key)
    await crash.here("before-acting")
    if not (by_key and outside.count("acted", call.key)):
        outside.note("acted", call.key)
    await crash.here("after-acting")
    return Out(key=call.key)


async def _look(args: Args, call: Call) -> Out | None:
    return Out(key=call.key) if Outside(call.folder).count("acted", call.key) else None


def _tool(name: str, **declared: Any) -> Tool:
    @tool(name, title=T, description=T, show=lambda output, language: output.key, **declared)
    async def run(args: Args, call: Call) -> Out:
        return await _asked(call, by_key=declared.get("recovery") == "keyed")

    return run


TOOLS = [
    _tool("crash.pure"),
    _tool("crash.keyed", effect="write", recovery="keyed"),
    _tool("crash.keyed_looked", effect="write", recovery="keyed", probe=_look),
    _tool("crash.once", effect="send", recovery="once"),
    _tool("crash.once_looked", effect="send", recovery="once", probe=_look),
]
CATALOG = Catalog(TOOLS, [])


def _arm(point: str) -> None:
    """Stop every effect's execution at `point` of its journal."""
    kind, when = {
        "before-intent": (e.EffectIntended, "before"),
        "after-intent": (e.EffectIntended, "after"),
        "before-result": (e.StepCompleted, "before"),
        "result-in-flight": (e.StepCompleted, "meanwhile"),
        "after-result": (e.StepCompleted, "after"),
    }.get(point, (None, ""))
    crash.point = point
    crash.awaited = len(TOOLS) if kind is not e.EffectIntended else len(TOOLS) - 1
    submit = Journal.submit

    def submit_and_stop(self: Journal, transition: Transition, *, urgent: bool = True) -> asyncio.Future[None]:
        if kind is None or not any(isinstance(event, kind) for _, event in transition.events):
            return submit(self, transition, urgent=urgent)
        if when == "before":
            asyncio.get_running_loop().call_soon(crash.come)
        else:
            written = submit(self, transition, urgent=urgent)
            if when == "after":
                written.add_done_callback(lambda _: crash.come())
            else:
                asyncio.get_running_loop().call_soon(crash.come)
        return asyncio.get_running_loop().create_future()  # whoever waits for it waits until the end

    Journal.submit = submit_and_stop  # type: ignore[method-assign]


async def main(home: Path, point: str) -> None:
    settings = Settings.from_env({**os.environ, "TIZMORET_HOME": str(home), "TIZMORET_MODEL": "offline"})
    async with Tizmoret.open(settings, catalog=CATALOG) as tizmoret:
        _arm(point)
        for one in TOOLS:
            await tizmoret.submit("", plan=Plan(request=one.name, steps=(Step(id="act", tool=one.name),)))
        await asyncio.sleep(30)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
