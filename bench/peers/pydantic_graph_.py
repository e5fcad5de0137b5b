"""pydantic-graph 2 (GraphBuilder).  This release has NO persistence: the row shows its in-memory scheduler only."""

import sys

sys.path.insert(0, __file__.rsplit("/", 1)[0])
import common
from common import *
from pydantic_graph import GraphBuilder, StepContext, reduce_list_append


def build(dag):
    g = GraphBuilder(output_type=list)
    users = {i: [j for j, (d, _) in dag.items() if i in d] for i in dag}
    nodes, entry = {}, {}
    for i, (deps, s) in dag.items():

        async def body(ctx: StepContext, s=s, i=i):
            return await common.step(i, s)

        nodes[i] = g.step(node_id=f"s{i}")(body)
        entry[i] = nodes[i]
        if len(deps) > 1:
            entry[i] = g.join(reduce_list_append, initial_factory=list, node_id=f"j{i}")
            g.add(g.edge_from(entry[i]).to(nodes[i]))
    roots = [entry[i] for i, (d, _) in dag.items() if not d]
    g.add(g.edge_from(g.start_node).to(*roots))
    for i in dag:
        g.add(g.edge_from(nodes[i]).to(*([entry[j] for j in users[i]] or [g.end_node])))
    return g.build()


class PydanticGraph(Peer):
    name = "pydantic-graph (memory)"
    durable = "nothing"

    async def setup(self):
        self.graphs = {w: build(d) for w, d in DAGS.items()}

    async def run(self, w, key):
        await self.graphs[w].run(state=None)


if __name__ == "__main__":
    bench(PydanticGraph)
