"""Microsoft Agent Framework workflows with FileCheckpointStorage: graph (supersteps) and functional (@step)."""

import logging
import sys
import warnings

sys.path.insert(0, __file__.rsplit("/", 1)[0])
warnings.filterwarnings("ignore")
import agent_framework as af
import common
from agent_framework import FileCheckpointStorage, FunctionExecutor, WorkflowBuilder, WorkflowContext
from common import *
from floor import run_dag


def graph(w, storage):
    """A workflow object holds the state of one run, so each execution builds its own."""
    dag = DAGS[w]

    async def begin(msg: str, ctx: WorkflowContext[str]) -> None:
        await ctx.send_message(msg)

    start = FunctionExecutor(begin, id="start")
    ex = {}
    for i, (deps, s) in dag.items():
        ex[i] = FunctionExecutor(mk(i, s, len(deps) > 1), id=f"s{i}")
    roots = [i for i, (d, _) in dag.items() if not d]
    one = len(roots) == 1
    b = WorkflowBuilder(max_iterations=200, name=w, start_executor=ex[roots[0]] if one else start, checkpoint_storage=storage)
    if not one:
        b.add_fan_out_edges(start, [ex[r] for r in roots])
    for i, (deps, _) in dag.items():
        if len(deps) > 1:
            b.add_fan_in_edges([ex[d] for d in deps], ex[i])
    for i in dag:
        outs = [ex[j] for j, (d, _) in dag.items() if d == [i]]
        if len(outs) == 1:
            b.add_edge(ex[i], outs[0])
        elif outs:
            b.add_fan_out_edges(ex[i], outs)
    return b.build()


def mk(i, s, many):
    if many:

        async def body(msgs: list[str], ctx: WorkflowContext[str]) -> None:
            await common.step(i, s)
            await ctx.send_message(str(i))
    else:

        async def body(msg: str, ctx: WorkflowContext[str]) -> None:
            await common.step(i, s)
            await ctx.send_message(str(i))

    return body


@af.step
async def fstep(i: int, s: float) -> dict:
    return await common.step(i, s)


@af.workflow
async def fdag(w: str) -> str:
    await run_dag(DAGS[w], fstep)
    return w


class Graph(Peer):
    name = "MS agent-framework graph"
    durable = "one JSON file a superstep, os.replace, no fsync (survives a process crash, not a power cut)"
    max_w3 = 1000

    async def setup(self):
        logging.disable(logging.WARNING)
        self.storage = FileCheckpointStorage(self.dir / "cp")

    async def run(self, w, key):
        await graph(w, self.storage).run("go")


class Func(Graph):
    name = "MS agent-framework func"
    durable = "one JSON file a step, os.replace, no fsync"

    async def run(self, w, key):
        await fdag.build(checkpoint_storage=self.storage).run(w)


if __name__ == "__main__":
    bench(variants({"graph": Graph, "func": Func}))
