"""What a durable step costs, as ratios to one commit of the same Postgres and to plain asyncio, in the same run."""

from __future__ import annotations

import asyncio
import os
import statistics
import tempfile
import time
from pathlib import Path

from bench import makespan as order
from bench import workloads
from bench.measures import Row, Spent, spending
from bench.workloads import W1, W2, W3, W4, Dag, critical_path, floor, plan, random_dag
from tizmoret.catalog.catalog import Catalog
from tizmoret.orchestrator import Tizmoret
from tizmoret.server.serve import settle_memory
from tizmoret.settings import Settings
from tizmoret.store.database import Database


async def one(tizmoret: Tizmoret, dag: Dag, spent: Spent | None = None, uses: str = "bench.nap") -> None:
    began = time.perf_counter()
    execution = await tizmoret.submit("", plan=plan(dag, uses))
    await tizmoret.ended(execution.id)
    if spent is not None:
        spent.latencies.append(time.perf_counter() - began)


COMMIT = "insert into workers (id, host, pid, beat_at) values (gen_random_uuid(), 'bench', %(n)s, 'epoch')"  # the past: nobody takes it for alive


async def commit_ms(database: Database, times: int = 300) -> float:
    """Median milliseconds of one insert of one row, committed, over the same driver and socket."""
    connection = await database.dedicated()
    seen = []
    for number in range(times):
        began = time.perf_counter()
        await connection.execute(COMMIT, {"n": number}, prepare=True)
        seen.append(time.perf_counter() - began)
    await connection.close()
    return statistics.median(seen) * 1000


async def chain(tizmoret: Tizmoret, database: Database) -> list[Row]:
    for _ in range(5):
        await one(tizmoret, W1)
    commit, spent = await commit_ms(database), Spent()
    for _ in range(30):
        await one(tizmoret, W1, spent)
    commit = (commit + await commit_ms(database)) / 2
    step = statistics.median(spent.latencies) * 1000 / len(W1)
    ratio = step / commit
    return [
        Row("one commit of the same Postgres", f"{commit:.3f} ms"),
        Row("durable step, chain of 20", f"{step:.3f} ms", ratio, "≤ 2 commits", ratio <= 2),
    ]


async def acting(tizmoret: Tizmoret) -> list[Row]:
    """What writing ahead adds to a step, and what a lock adds to that."""
    per_step: dict[str, float] = {}
    for uses in ("bench.nap", "bench.effect", "bench.locked"):
        spent = Spent()
        for _ in range(20):
            await one(tizmoret, W1, spent, uses)
        per_step[uses] = statistics.median(spent.latencies) * 1000 / len(W1)
    read, effect, locked = per_step.values()
    return [
        Row("step with an effect, written ahead, chain of 20", f"{effect:.3f} ms (reading: {read:.3f} ms)", effect / read),
        Row("the same under a lock, taken and released", f"{locked:.3f} ms", locked / effect),
    ]


async def fan(tizmoret: Tizmoret) -> list[Row]:
    spent = Spent()
    for _ in range(10):
        await one(tizmoret, W2, spent)
    return [Row("1 + 100 parallel + 1 empty steps", f"{statistics.median(spent.latencies) * 1000:.1f} ms")]


async def concurrent(tizmoret: Tizmoret, number: int) -> list[Row]:
    plain, spent = Spent(), Spent()
    with spending(plain):
        await asyncio.gather(*(floor(W3) for _ in range(number)))
    workloads.ran = 0
    with spending(spent):
        await asyncio.gather(*(one(tizmoret, W3, spent) for _ in range(number)))
    assert workloads.ran == number * len(W3), "a step did not run, or ran twice"
    steps, latencies = number * len(W3), sorted(spent.latencies)
    p50, p99 = latencies[number // 2], latencies[int(number * 0.99) - 1]
    wall, tail, cpu = spent.seconds / plain.seconds, p99 / critical_path(W3), spent.cpu / steps * 1000
    what = f"{number} executions of the five-step plan of 50 ms steps"
    rows = [
        Row(f"{what}: wall", f"{spent.seconds:.3f} s, asyncio {plain.seconds:.3f} s, {steps / spent.seconds:,.0f} steps/s", wall),
        Row(f"{what}: latency", f"p50 {p50 * 1000:.0f} ms, p99 {p99 * 1000:.0f} ms", tail),
        Row(f"{what}: CPU, with Postgres", f"{cpu:.2f} ms a step", cpu),
        Row(f"{what}: memory", f"{spent.memory:.1f} MiB more, {spent.memory * 1024 / number:.1f} KiB an execution"),
    ]
    if number == 200:
        for row, limit, text in zip(rows, (1.5, 1.5, 0.4), ("≤ 1.5 x asyncio", "p99 ≤ 1.5 x critical path", "≤ 0.4 ms"), strict=False):
            row.hold, row.held = text, row.ratio is not None and row.ratio <= limit
    return rows


async def makespan(tizmoret: Tizmoret) -> list[Row]:
    ratios = []
    for dag in [W4, *(random_dag(seed) for seed in range(10))]:
        spent = Spent()
        await one(tizmoret, dag, spent)
        ratios.append(spent.latencies[0] / critical_path(dag))
    mean = statistics.mean(ratios)
    return [
        Row(
            "makespan / critical path, 11 graphs of unequal durations",
            f"mean {mean:.3f}, most {max(ratios):.3f}",
            mean,
            "≤ 1.02",
            mean <= 1.02,
        ),
        await science(tizmoret),
    ]


async def science(tizmoret: Tizmoret) -> Row:
    """Real graphs in real time, each scaled to a critical path of one second."""
    ratios = []
    for _, work in order.instances():
        path = max(head + seconds for head, seconds in zip(work.heads(), work.seconds, strict=True))
        dag = {step: (list(work.before[step]), seconds / path) for step, seconds in enumerate(work.seconds)}
        spent = Spent()
        await one(tizmoret, dag, spent)
        ratios.append(spent.latencies[0])
    mean = statistics.mean(ratios)
    what = f"makespan / critical path, {len(ratios)} WfCommons graphs of 1 s in real time"
    return Row(what, f"mean {mean:.3f}, most {max(ratios):.3f}", mean, "≤ 1.02", mean <= 1.02)


async def run() -> list[Row]:
    with tempfile.TemporaryDirectory() as home:
        settings = Settings.from_env(
            {**os.environ, "TIZMORET_HOME": str(Path(home)), "TIZMORET_SLOTS": "1000", "TIZMORET_MODEL": "offline"}
        )
        async with Tizmoret.open(settings, catalog=Catalog([workloads.nap, workloads.effect, workloads.locked], [])) as tizmoret:
            settle_memory()
            await concurrent(tizmoret, 50)  # warm
            database = await Database.open(settings)
            rows = await chain(tizmoret, database)
            await database.close()
            rows += await acting(tizmoret)
            rows += await fan(tizmoret)
            for number in (200, 1000):
                rows += await concurrent(tizmoret, number)
            return rows + await makespan(tizmoret)
