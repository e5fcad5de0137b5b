"""A tool that brings its process down. `python -m tests.integration.engine.quarantine_victim HOME`: submits one such, or goes on with it."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

from pydantic import BaseModel

from tizmoret.catalog.catalog import Catalog
from tizmoret.catalog.tool import Call, Text, tool
from tizmoret.orchestrator import Tizmoret
from tizmoret.plan.model import Plan, Step
from tizmoret.settings import Settings

T = Text("כלי", "A tool")


class Nothing(BaseModel):
    pass


@tool("deadly.call", title=T, description=T, show=lambda output, language: "")
async def deadly(args: Nothing, call: Call) -> Nothing:
    await asyncio.sleep(0.1)  # its start is in the log
    os.kill(os.getpid(), signal.SIGKILL)
    return Nothing()


CATALOG = Catalog([deadly], [])


async def main(home: Path) -> None:
    settings = Settings.from_env({**os.environ, "TIZMORET_HOME": str(home), "TIZMORET_MODEL": "offline"})
    async with Tizmoret.open(settings, catalog=CATALOG) as tizmoret:
        if not (await tizmoret.executions.list()).items:
            await tizmoret.submit("", plan=Plan(request="deadly", steps=(Step(id="deadly", tool="deadly.call"),)))
        await asyncio.sleep(30)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
