"""LlamaIndex Workflows, durable through llama-agents-server's SqliteWorkflowStore (ticks), without its HTTP layer."""

import logging
import sys
import warnings

sys.path.insert(0, __file__.rsplit("/", 1)[0])
warnings.filterwarnings("ignore")
import common
from common import *
from llama_agents.server import SqliteWorkflowStore, WorkflowServer
from workflows import Context, Workflow, step
from workflows.events import Event, StartEvent, StopEvent


def build(w, dag):
    """One @step a node; Done<i> events; joins with collect_events."""
    last = max(dag, key=lambda i: list(dag).index(i))
    done = {i: type(f"{w}Done{i}", (Event,), {"__module__": __name__}) for i in dag}
    for c in done.values():
        globals()[c.__name__] = c
    ns = {"__module__": __name__}
    for i, (deps, s) in dag.items():
        ins = tuple(done[d] for d in deps) or (StartEvent,)
        ann = ins[0]
        for t in ins[1:]:
            ann = ann | t
        out = StopEvent if i == last else done[i]

        def make(i=i, s=s, ins=ins, out=out):
            async def body(self, ctx, ev):
                if len(ins) > 1 and ctx.collect_events(ev, list(ins)) is None:
                    return None
                await common.step(i, s)
                return StopEvent(result="ok") if out is StopEvent else out()

            return body

        body = make()
        body.__annotations__ = {"ctx": Context, "ev": ann, "return": out | None if len(ins) > 1 else out}
        body.__name__ = f"s{i}"
        body.__qualname__ = f"{w}.s{i}"
        ns[f"s{i}"] = step(num_workers=4)(body)
    return type(w, (Workflow,), ns)


class Work(Event):
    i: int


class Worked(Event):
    i: int


class W2Flow(Workflow):
    """The documented fan-out: one worker step with num_workers, events sent, then collected."""

    @step
    async def first(self, ctx: Context, ev: StartEvent) -> Work | None:
        await common.step(1, 0)
        for i in range(FAN):
            ctx.send_event(Work(i=i + 2))

    @step(num_workers=FAN)
    async def work(self, ev: Work) -> Worked:
        await common.step(ev.i, 0)
        return Worked(i=ev.i)

    @step
    async def join(self, ctx: Context, ev: Worked) -> StopEvent | None:
        if ctx.collect_events(ev, [Worked] * FAN) is None:
            return None
        await common.step(FAN + 2, 0)
        return StopEvent(result="ok")


class Llama(Peer):
    name = "LlamaIndex sqlite"
    durable = "SQLite WAL synchronous=FULL; a row a tick (step result and event)"
    max_w3 = 200
    store = {}

    async def setup(self):
        logging.disable(logging.WARNING)
        self.server = WorkflowServer(workflow_store=SqliteWorkflowStore(str(self.dir / "wf.db"), **self.store))
        for w, d in DAGS.items():
            self.server.add_workflow(w, (W2Flow if w == "W2" else build(w, d))(timeout=600))
        self.core = self.server._runtime_core
        await self.core.start()

    async def run(self, w, key):
        data = await self.core.run(w, handler_id=key)
        await self.core._active_handlers[key]

    async def teardown(self):
        await self.core.stop()


class LlamaSingle(Llama):
    name = "LlamaIndex sqlite single_connection"
    store = {"single_connection": True}


if __name__ == "__main__":
    bench(variants({"sqlite": Llama, "sqlite-single": LlamaSingle}))
