"""Tizmoret itself, on the same Postgres and by the same workloads."""

import sys

sys.path.insert(0, __file__.rsplit("/", 1)[0])
from contextlib import AsyncExitStack
from dataclasses import replace

import common
from common import *
from pydantic import BaseModel

from tizmoret.catalog.catalog import Catalog
from tizmoret.catalog.tool import Text, tool
from tizmoret.orchestrator import Tizmoret
from tizmoret.plan.model import Plan, Step
from tizmoret.settings import Settings

TEXT = Text("צעד", "A step")


class Args(BaseModel):
    i: int
    seconds: float


class Out(BaseModel):
    ok: bool


@tool("peer.step", title=TEXT, description=TEXT, show=lambda output, language: "")
async def step(args: Args, call) -> Out:
    return Out(ok=(await common.step(args.i, args.seconds))["ok"])


def plan(dag):
    steps = (
        Step(id=f"s{i}", tool="peer.step", args={"i": i, "seconds": s}, after=tuple(f"s{d}" for d in deps)) for i, (deps, s) in dag.items()
    )
    return Plan(request="peer", steps=tuple(steps))


class Ours(Peer):
    name = "Tizmoret"
    durable = "Postgres, fsync on; each step before its dependents"

    def server_pids(self):
        return pg_pids()

    async def setup(self):
        settings = replace(
            Settings.from_env({"TIZMORET_HOME": str(self.dir), "TIZMORET_MODEL": "offline"}), database_url=await pg_fresh("tizb"), slots=200
        )
        self.stack = AsyncExitStack()
        self.engine = await self.stack.enter_async_context(Tizmoret.open(settings, catalog=Catalog([step], [])))
        self.plans = {w: plan(dag) for w, dag in DAGS.items()}

    async def run(self, w, key):
        execution = await self.engine.submit("", plan=self.plans[w])
        await self.engine.ended(execution.id)

    async def teardown(self):
        await self.stack.aclose()


if __name__ == "__main__":
    bench(Ours)
