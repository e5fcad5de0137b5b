"""Plain asyncio, nothing durable: the floor every ratio is taken against."""

import asyncio
import sys

sys.path.insert(0, __file__.rsplit("/", 1)[0])
import common
from common import *


async def run_dag(dag, do):
    """Starts each step the moment its last dependency is done (every dag lists dependencies first)."""
    tasks = {}

    async def go(i, deps, s):
        for d in deps:
            await tasks[d]
        return await do(i, s)

    for i, (deps, s) in dag.items():
        tasks[i] = asyncio.ensure_future(go(i, deps, s))
    await asyncio.gather(*tasks.values())


class Floor(Peer):
    name = "asyncio floor"
    durable = "nothing"

    async def run(self, w, key):
        await run_dag(DAGS[w], common.step)


if __name__ == "__main__":
    bench(Floor)
