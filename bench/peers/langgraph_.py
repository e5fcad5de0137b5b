"""LangGraph: StateGraph (Pregel supersteps) and the functional API (tasks, no barrier), each checkpointed.

W1-W4 as static graphs.  The functional variant runs the same DAG with @task futures inside one @entrypoint.
"""

import operator
import sys

sys.path.insert(0, __file__.rsplit("/", 1)[0])
from typing import Annotated, TypedDict

import common
from common import *
from floor import run_dag
from langgraph.func import entrypoint, task
from langgraph.graph import END, START, StateGraph


class S(TypedDict):
    out: Annotated[list, operator.add]


def graph(dag, saver):
    g = StateGraph(S)
    used = set()
    for i, (deps, s) in dag.items():

        async def node(state, i=i, s=s):
            return {"out": [await common.step(i, s)]}

        g.add_node(str(i), node)
        if deps:
            g.add_edge([str(d) for d in deps] if len(deps) > 1 else str(deps[0]), str(i))
        else:
            g.add_edge(START, str(i))
        used |= set(deps)
    for i in dag:
        if i not in used:
            g.add_edge(str(i), END)
    return g.compile(checkpointer=saver)


@task
async def a_task(i, s):
    return await common.step(i, s)


class Sqlite(Peer):
    name = "LangGraph sqlite sync"
    durable = "SQLite WAL synchronous=FULL; checkpoint a superstep + a write per node"
    durability, functional = "sync", False
    max_w3 = 200

    async def saver(self):
        from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

        self.cm = AsyncSqliteSaver.from_conn_string(str(self.dir / "lg.db"))
        s = await self.cm.__aenter__()
        await s.setup()
        return s

    async def setup(self):
        s = await self.saver()
        self.graphs = {w: self.func(w, s) if self.functional else graph(d, s) for w, d in DAGS.items()}

    @staticmethod
    def func(w, s):
        @entrypoint(checkpointer=s)
        async def wf(_):
            await run_dag(DAGS[w], a_task)
            return w

        return wf

    async def run(self, w, key):
        await self.graphs[w].ainvoke(
            "go" if self.functional else {"out": []},
            {"configurable": {"thread_id": key}, "recursion_limit": 100},
            durability=self.durability,
        )

    async def teardown(self):
        await self.cm.__aexit__(None, None, None)


class SqliteAsync(Sqlite):
    name = "LangGraph sqlite async"
    durability = "async"


class SqliteFunc(Sqlite):
    name = "LangGraph func sqlite sync"
    functional = True


class Postgres(Sqlite):
    name = "LangGraph postgres sync"
    durable = "Postgres, fsync on, AsyncConnectionPool(10), pipeline where the saver uses it"

    def server_pids(self):
        return pg_pids()

    async def saver(self):
        from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
        from psycopg.rows import dict_row
        from psycopg_pool import AsyncConnectionPool

        self.pool = AsyncConnectionPool(
            await pg_fresh("lgb"),
            min_size=10,
            max_size=10,
            open=False,
            timeout=600,
            kwargs=dict(autocommit=True, prepare_threshold=0, row_factory=dict_row),
        )
        await self.pool.open()
        s = AsyncPostgresSaver(self.pool)
        await s.setup()
        return s

    async def teardown(self):
        await self.pool.close()


class PostgresAsync(Postgres):
    name = "LangGraph postgres async"
    durability = "async"


class PostgresFunc(Postgres):
    name = "LangGraph func postgres sync"
    functional = True


if __name__ == "__main__":
    bench(
        variants(
            {
                "sqlite": Sqlite,
                "sqlite-async": SqliteAsync,
                "sqlite-func": SqliteFunc,
                "postgres": Postgres,
                "postgres-async": PostgresAsync,
                "postgres-func": PostgresFunc,
            }
        )
    )
