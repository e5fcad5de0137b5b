"""DBOS Transact: async workflow, async steps, each step one row in operation_outputs (a commit before it returns)."""

import sys

sys.path.insert(0, __file__.rsplit("/", 1)[0])
import common
from common import *
from dbos import DBOS, DBOSConfig, SetWorkflowID
from floor import run_dag


@DBOS.step()
async def step(i, s):
    return await common.step(i, s)


@DBOS.workflow()
async def dag(w):
    # Tasks are created in a fixed order and each DAG here has at most one chain that races nothing, so that step ids
    # (given in call order) are the same on replay.
    await run_dag(DAGS[w], step)
    return w


class Sqlite(Peer):
    name = "DBOS sqlite"
    durable = "SQLite, journal_mode=DELETE, synchronous=FULL (DBOS defaults)"
    max_w3 = 200
    pool = None

    async def url(self):
        return f"sqlite:///{self.dir}/dbos.sqlite"

    async def setup(self):
        cfg: DBOSConfig = {
            "name": "bench",
            "system_database_url": await self.url(),
            "run_admin_server": False,
            "log_level": "ERROR",
            "enable_otlp": False,
        }
        if self.pool:
            cfg["sys_db_pool_size"] = self.pool
        DBOS(config=cfg)
        DBOS.launch()

    async def run(self, w, key):
        with SetWorkflowID(key):
            return await dag(w)

    async def teardown(self):
        DBOS.destroy()


class SqliteWal(Sqlite):
    name = "DBOS sqlite+WAL"
    durable = "SQLite, WAL, synchronous=FULL (file switched to WAL beforehand; not a documented setting)"

    async def url(self):
        import sqlite3

        db = sqlite3.connect(self.dir / "dbos.sqlite")
        db.execute("pragma journal_mode=wal")
        db.close()
        return await super().url()


class Postgres(Sqlite):
    name = "DBOS postgres"
    durable = "Postgres, fsync on"
    max_w3 = 1000

    def server_pids(self):
        return pg_pids()

    async def url(self):
        return await pg_fresh("dbosb")


if __name__ == "__main__":
    bench(variants({"sqlite": Sqlite, "sqlite-wal": SqliteWal, "postgres": Postgres}))
