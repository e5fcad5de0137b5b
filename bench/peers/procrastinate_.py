"""Procrastinate on Postgres: every step is a job; a finished step defers the dependents that became ready.

Procrastinate has no DAG: the join logic (a `done` table, then a count, then defer with a queueing lock so that a
repeat is harmless) is ours, the least that survives a crash.
"""

import asyncio
import logging
import sys

sys.path.insert(0, __file__.rsplit("/", 1)[0])
import common
import procrastinate
from common import *
from procrastinate import exceptions

waiting = {}
app = None


async def step(key, w, i):
    dag = DAGS[w]
    await common.step(i, dag[i][1])
    ex = app.connector
    await ex.execute_query_async("insert into done values (%(k)s, %(i)s) on conflict do nothing", k=key, i=i)
    next_ = [j for j, (d, _) in dag.items() if i in d]
    if not next_:
        waiting.pop(key).set_result(None)
        return
    ready = next_
    if any(len(dag[j][0]) > 1 for j in next_):
        rows = await ex.execute_query_all_async("select step from done where execution = %(k)s", k=key)
        done = {r["step"] for r in rows}
        ready = [j for j in next_ if set(dag[j][0]) <= done]
    if len(ready) > 5:
        await app.tasks["step"].configure().batch_defer_async(*(dict(key=key, w=w, i=j) for j in ready))
        return
    for j in ready:
        try:
            await app.tasks["step"].configure(queueing_lock=f"{key}:{j}").defer_async(key=key, w=w, i=j)
        except exceptions.AlreadyEnqueued:
            pass


class Procrastinate(Peer):
    name = "Procrastinate postgres"
    durable = "Postgres, fsync on; a job a step"
    max_w3 = 1000

    def server_pids(self):
        return pg_pids()

    async def setup(self):
        global app
        logging.disable(logging.WARNING)
        dsn = await pg_fresh("procb")
        app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=dsn, min_size=4, max_size=10))
        await app.open_async()
        await app.schema_manager.apply_schema_async()
        await app.connector.execute_query_async("create table done(execution text, step int, primary key(execution, step))")
        app.task(name="step")(step)
        self.worker = asyncio.create_task(
            app.run_worker_async(concurrency=500, listen_notify=True, delete_jobs="successful", install_signal_handlers=False, wait=True)
        )
        await asyncio.sleep(0.5)

    async def run(self, w, key):
        f = waiting[key] = asyncio.get_running_loop().create_future()
        roots = [i for i, (d, _) in DAGS[w].items() if not d]
        await app.tasks["step"].configure().batch_defer_async(*(dict(key=key, w=w, i=i) for i in roots))
        await f

    async def teardown(self):
        self.worker.cancel()
        try:
            await self.worker
        except BaseException:
            pass
        await app.close_async()


if __name__ == "__main__":
    bench(Procrastinate)
