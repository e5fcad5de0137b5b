"""How it goes when there is much of everything: executions that run, wait and queue, clients that listen, events in the log."""

from __future__ import annotations

import asyncio
import gc
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID, uuid4

import psycopg

from bench import workloads
from bench.measures import Row, Spent, spending
from bench.workloads import W1, W3, Dag, plan
from tizmoret.catalog.catalog import Catalog
from tizmoret.orchestrator import Tizmoret
from tizmoret.plan.model import Plan
from tizmoret.server.serve import make_server, settle_memory
from tizmoret.settings import Settings
from tizmoret.store.embedded import Embedded

SUBMITTERS = 200  # submits under way at once: a caller of an API waits for its answer too
LISTENERS = 1_000


async def run(large: bool) -> list[Row]:
    """large: minutes instead of seconds: 10⁵ executions and a log of 10⁷ events."""
    rows: list[Row] = []
    for part in (parked, running, noisy, listening, handing_over):
        rows += await part()
        gc.collect()
    rows += await growing([100, 1_000, 10_000, *([100_000] if large else [])])
    return rows + await long_log(10_000_000 if large else 1_000_000)


@asynccontextmanager
async def _home() -> AsyncIterator[tuple[Embedded, dict[str, str]]]:
    """A database server of its own, and the environment that leads to it."""
    home = await asyncio.to_thread(tempfile.mkdtemp)
    os.chmod(home, 0o711)  # the server may run as another user
    embedded = await asyncio.to_thread(Embedded.start, Path(home) / "postgres")
    try:
        yield (
            embedded,
            {**os.environ, "TIZMORET_HOME": home, "DATABASE_URL": embedded.dsn, "TIZMORET_MODEL": "offline", "TIZMORET_PORT": "0"},
        )
    finally:
        await asyncio.to_thread(embedded.close)
        await asyncio.to_thread(embedded.wait_until_gone, 30.0)
        await asyncio.to_thread(shutil.rmtree, home, ignore_errors=True)


@asynccontextmanager
async def _opened(**env: str) -> AsyncIterator[tuple[Tizmoret, psycopg.AsyncConnection[tuple[int, ...]]]]:
    """An engine on a server of its own, and a connection that may read everything."""
    async with _home() as (embedded, found):
        settings = Settings.from_env({**found, **env})
        async with Tizmoret.open(settings, catalog=Catalog([workloads.nap, workloads.act], [])) as tizmoret:
            settle_memory()
            async with await psycopg.AsyncConnection.connect(embedded.dsn, autocommit=True) as connection:
                yield tizmoret, connection


async def _submit(tizmoret: Tizmoret, given: Plan, number: int, workspace: UUID | None = None) -> list[UUID]:
    """So many side by side as SUBMITTERS says: a task for each would be measured as memory of the engine."""
    ids: list[UUID] = []
    left = iter(range(number))

    async def some() -> None:
        ids.extend([(await tizmoret.submit("", plan=given, workspace=workspace)).id for _ in left])

    await asyncio.gather(*(some() for _ in range(SUBMITTERS)))
    return ids


async def _count(connection: psycopg.AsyncConnection[tuple[int, ...]], condition: str) -> int:
    row = await (await connection.execute(f"select count(*) from executions where {condition}")).fetchone()
    assert row is not None
    return row[0]


async def _until(connection: psycopg.AsyncConnection[tuple[int, ...]], condition: str, number: int, look: float = 0.05) -> None:
    while await _count(connection, condition) < number:  # noqa: ASYNC110 - the state is the database's
        await asyncio.sleep(look)


# -- executions that wait for a person


async def parked(number: int = 10_000) -> list[Row]:
    async with _opened() as (tizmoret, connection):
        await _submit(tizmoret, workloads.gated(), 200)  # warm
        await _until(connection, "status = 'waiting'", 200)
        spent = Spent()
        with spending(spent):
            await _submit(tizmoret, workloads.gated(), number)
            await _until(connection, "status = 'waiting'", number + 200)
            await asyncio.sleep(1.0)  # the last drivers end a moment after their last word
            gc.collect()
        tasks, drivers = len(asyncio.all_tasks()), tizmoret.driving
        (gate, *_) = await tizmoret.executions.approvals(status="pending")
        began = time.perf_counter()
        await tizmoret.approve(gate.execution_id, gate.id, by="bench")
        await tizmoret.wait(gate.execution_id)
        woken = (time.perf_counter() - began) * 1000
    what = f"{number:,} executions parked at a gate"
    return [
        Row(f"{what}: memory", f"{spent.memory:.1f} MiB more", None, "≤ 50 MB", spent.memory * 2**20 <= 50e6),
        Row(
            f"{what}: tasks", f"{tasks} in the whole process, {drivers} drivers", None, "none for any of them", tasks < 100 and not drivers
        ),
        Row(f"{what}: from an approval to the end of its execution", f"{woken:.0f} ms"),
    ]


# -- executions that run


async def running(number: int = 10_000) -> list[Row]:
    async with _opened(TIZMORET_EXECUTIONS=str(number), TIZMORET_WORKSPACE_EXECUTIONS=str(number)) as (tizmoret, connection):
        await _submit(tizmoret, plan(W3), 200)
        await _until(connection, "status = 'completed'", 200)
        long: Dag = {i: (before, 2.0) for i, (before, _) in W3.items()}
        most = 0
        spent = Spent()
        with spending(spent):
            submitting = asyncio.create_task(_submit(tizmoret, plan(long), number))
            while await _count(connection, "status = 'completed'") < number + 200:
                most = max(most, tizmoret.driving)
                await asyncio.sleep(0.1)
            await submitting
    return [
        Row(
            f"{number:,} executions of five steps of 2 s, submitted at once",
            f"{spent.seconds:.1f} s (the steps alone: 8 s), {most:,} driven at the same time, {number * 5 / spent.seconds:,.0f} steps/s, "
            f"{spent.memory:.0f} MiB more",
        )
    ]


# -- a workspace that queues ten thousand


async def noisy(number: int = 10_000) -> list[Row]:
    async with _opened(TIZMORET_EXECUTIONS="200", TIZMORET_WORKSPACE_EXECUTIONS="150") as (tizmoret, connection):
        loud = uuid4()
        await connection.execute("insert into workspaces (id, name) values (%s, 'loud')", (loud,))
        quiet = await _latencies(tizmoret, 40)
        await _submit(tizmoret, plan(W3), number, loud)
        beside = await _latencies(tizmoret, 40)
        assert await _count(connection, "owner is null and status in ('planning', 'running')") > number / 10, "the queue was empty too soon"
    ratio = statistics.median(beside) / statistics.median(quiet)
    return [
        Row(
            f"latency beside a workspace with {number:,} queued, five steps of 50 ms",
            f"p50 {statistics.median(beside) * 1000:.0f} ms, alone {statistics.median(quiet) * 1000:.0f} ms; "
            f"most {max(beside) * 1000:.0f}, alone {max(quiet) * 1000:.0f}",
            ratio,
            "≤ 2.5 x",
            ratio <= 2.5,
        )
    ]


async def _latencies(tizmoret: Tizmoret, number: int) -> list[float]:
    seen = []
    for _ in range(number):
        began = time.perf_counter()
        execution = await tizmoret.submit("", plan=plan(W3))
        await tizmoret.wait(execution.id)
        seen.append(time.perf_counter() - began)
    return seen


# -- clients that listen


async def listening(executions: int = 20, seconds: float = 20.0) -> list[Row]:
    async with (
        _home() as (_, found),
        make_server(Settings.from_env(found), catalog=Catalog([workloads.nap], [])) as (server, tizmoret, address),
    ):
        serving = asyncio.create_task(server.serve_here())
        await server.answering.wait()
        slow: Dag = {i: ([i - 1] if i else [], 0.5) for i in range(int(seconds / 0.5))}
        ids = await _submit(tizmoret, plan(slow), executions)
        listeners = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bench.listeners", address, await tizmoret.owner_token(), str(LISTENERS), *map(str, ids),
            stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, _ = await listeners.communicate()
        server.stop()
        await serving
    p50, p99, events, reconnects, wrong = out.decode().split()
    return [
        Row(
            f"{LISTENERS:,} clients of the stream that reconnect at random: commit to client",
            f"p50 {p50} ms, p99 {p99} ms over {int(events):,} events and {int(reconnects):,} reconnects; {wrong} lost, doubled or out of order",
            None,
            "p99 ≤ 250 ms, none wrong",
            float(p99) <= 250 and wrong == "0",
        )
    ]


# -- a worker that is told to stop


async def handing_over(number: int = 50, times: int = 5) -> list[Row]:
    seen = []
    async with (
        _home() as (embedded, found),
        Tizmoret.open(Settings.from_env(found), catalog=Catalog([workloads.nap], []), run_engine=False) as tizmoret,
        await psycopg.AsyncConnection.connect(embedded.dsn, autocommit=True) as connection,
    ):
        old = await _worker(found)
        await _submit(tizmoret, plan({1: ([], 600.0)}), number)
        await _until(connection, f"owner = '{old[1]}'", number)
        for _ in range(times):
            new = await _worker(found)
            await asyncio.sleep(1.0)
            began = time.perf_counter()
            old[0].terminate()
            await _until(connection, f"owner = '{new[1]}'", number, look=0.005)
            seen.append(time.perf_counter() - began)
            await old[0].wait()
            old = new
        old[0].kill()
        await old[0].wait()
    median = statistics.median(seen)
    value = f"median {median * 1000:.0f} ms, most {max(seen) * 1000:.0f} ms of {times}"
    return [Row(f"{number} running executions handed over on SIGTERM", value, None, "≤ 0.5 s", max(seen) <= 0.5)]


async def _worker(env: dict[str, str]) -> tuple[asyncio.subprocess.Process, str]:
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "bench.worker", env=env, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    return process, (await process.stdout.readline()).decode().strip()


# -- as work grows


async def growing(numbers: list[int]) -> list[Row]:
    rows = []
    for number in numbers:
        async with _opened() as (tizmoret, connection):
            await _submit(tizmoret, plan(W1), 20)
            await _until(connection, "status = 'completed'", 20)
            before, spent = await _size(connection), Spent()
            with spending(spent):
                await _submit(tizmoret, plan(W3), number)
                await _until(connection, "status = 'completed'", number + 20)
            bytes_ = (await _size(connection) - before) / number
            value = f"{number * 5 / spent.seconds:,.0f} steps/s, {spent.memory:.0f} MiB more, {bytes_ / 1024:.1f} KiB of the database each"
            rows.append(Row(f"{number:,} executions of five steps of 50 ms, one after another as there is room", value))
    return rows


async def _size(connection: psycopg.AsyncConnection[tuple[int, ...]]) -> int:
    row = await (await connection.execute("select pg_database_size(current_database())")).fetchone()
    assert row is not None
    return row[0]


# -- a long log


_FILL = """
insert into events (workspace_id, execution_id, seq, kind, data)
select workspace_id, id, n, 'step.progress', '{"kind": "step.progress", "step": "s1", "message": "half way", "fraction": 0.5}'
from (select workspace_id, id from executions limit 1000) e, generate_series(100, %s) n"""


async def long_log(events: int) -> list[Row]:
    async with _opened() as (tizmoret, connection):
        ids = await _submit(tizmoret, plan(W3), 1000)
        await _until(connection, "status = 'completed'", 1000)
        few = await _asking(tizmoret, ids)
        began = time.perf_counter()
        await connection.execute(_FILL, (events // 1000 + 99,))
        filled = time.perf_counter() - began
        await connection.execute("vacuum analyze events")
        many = await _asking(tizmoret, ids)
        size = await _size(connection)
        scans = await (await connection.execute(
            "select coalesce(sum(seq_scan), 0)::bigint from pg_stat_user_tables where relname = 'events'"
        )).fetchone()  # fmt: skip
        before = scans[0] if scans else 0
        await _asking(tizmoret, ids)
        await asyncio.sleep(1.5)  # the statistics are a second behind
        scans = await (await connection.execute(
            "select coalesce(sum(seq_scan), 0)::bigint from pg_stat_user_tables where relname = 'events'"
        )).fetchone()  # fmt: skip
        after = scans[0] if scans else 0
    what = f"a log of {events:,} events ({size / 2**30:.1f} GiB, filled in {filled:.0f} s)"
    return [
        Row(
            f"{what}: {name}",
            f"{many[name]:.2f} ms, with {1000 * 14:,} events {few[name]:.2f} ms",
            many[name] / few[name],
        )
        for name in many
    ] + [Row(f"{what}: scans of the whole log", str(after - before), None, "0", after == before)]


async def _asking(tizmoret: Tizmoret, ids: list[UUID]) -> dict[str, float]:
    """Median milliseconds of each question, over different executions."""
    seen: dict[str, list[float]] = {}
    for id in ids[:50]:
        for name, ask in (
            ("one execution", tizmoret.executions.get(id)),
            ("its steps", tizmoret.executions.steps(id)),
            ("a page of its log", tizmoret.executions.logs(id, limit=200)),
            ("the list", tizmoret.executions.list(limit=50)),
        ):
            began = time.perf_counter()
            await ask
            seen.setdefault(name, []).append((time.perf_counter() - began) * 1000)
    return {name: statistics.median(times) for name, times in seen.items()}
