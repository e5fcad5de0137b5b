"""A worker of the bench: `python -m bench.worker` prints its id and drives until SIGTERM."""

from __future__ import annotations

import asyncio
import signal

from bench import workloads
from tizmoret.catalog.catalog import Catalog
from tizmoret.orchestrator import Tizmoret
from tizmoret.settings import Settings


async def main() -> None:
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    async with Tizmoret.open(Settings.from_env(), catalog=Catalog([workloads.nap], [])) as tizmoret:
        print(tizmoret.worker, flush=True)
        await stopped.wait()


if __name__ == "__main__":
    asyncio.run(main())
