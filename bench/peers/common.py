"""Shared workloads and measuring for every peer.  Standard library + psutil only.

A peer file subclasses Peer and ends with `bench(ThePeer)`.  One JSON line per workload goes to stdout.
Every step, in every peer, is durable before its dependents start - except where a peer's row says otherwise.
"""

import abc
import argparse
import asyncio
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import psutil

DATA = pathlib.Path(os.environ["PEER_DATA"])  # a folder of this run, given by __main__
PG_URL = os.environ.get("PEER_POSTGRES", "")  # of a server of this run, ends with /

CHAIN, FAN, SLEEP = 20, 100, 0.05
# DAG = {step: (dependencies, seconds)}; W1/W2 sleep 0, which still is a real `await`
W1 = {i: ([i - 1] if i > 1 else [], 0.0) for i in range(1, CHAIN + 1)}
W2 = {1: ([], 0.0), **{i: ([1], 0.0) for i in range(2, FAN + 2)}, FAN + 2: (list(range(2, FAN + 2)), 0.0)}
W3 = {1: ([], SLEEP), 3: ([], SLEEP), 2: ([1], SLEEP), 4: ([2, 3], SLEEP), 5: ([4], SLEEP)}
W4 = {1: ([], 0.1), 3: ([], 0.5), 2: ([1], 0.1), 4: ([2], 0.3), 5: ([3, 4], 0.05)}
DAGS = {"W1": W1, "W2": W2, "W3": W3, "W4": W4}
CRITICAL = {"W3": 0.20, "W4": 0.55}

ran = 0  # steps that really ran; checked after each workload


async def step(i, seconds):
    """The body of every step of every peer."""
    global ran
    ran += 1
    if seconds:
        await asyncio.sleep(seconds)
    return {"step": i, "ok": True}


class Peer(abc.ABC):
    name = "?"
    durable = "yes"  # what is on disk when a step has finished
    max_w3 = 1000  # largest W3 that is feasible
    skip = ()  # workloads this peer cannot express

    def __init__(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix=type(self).__module__.strip("_") + "-", dir=DATA))

    async def setup(self): ...
    @abc.abstractmethod
    async def run(self, w, key):
        """One execution of workload w; key is unique."""

    async def teardown(self): ...
    def server_pids(self):
        return []  # server processes whose cost is ours too


def pg_pids():
    return [int(os.environ["PEER_POSTGRES_PID"])]


def tree(pid):
    p = psutil.Process(pid)
    return [p, *p.children(recursive=True)]


def cpu(pids):
    """CPU seconds of whole process trees, reaped children included."""
    total = 0.0
    for pid in pids:
        for k, p in enumerate(tree(pid)):
            try:
                t = p.cpu_times()
            except psutil.Error:
                continue
            total += t.user + t.system + (t.children_user + t.children_system)
    return total


def hwm_reset():
    try:
        open("/proc/self/clear_refs", "w").write("5")
    except OSError:
        pass


def hwm():
    for line in open("/proc/self/status"):
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024


def server_mem(pids):
    total = 0
    for pid in pids:
        for p in tree(pid):
            try:
                total += p.memory_full_info().pss
            except psutil.Error:
                pass
    return total / 2**20


def pct(xs, q):
    xs = sorted(xs)
    return xs[min(len(xs) - 1, int(round(q * (len(xs) - 1))))]


async def _bench(cls, a):
    global ran
    peer = cls()
    try:
        await peer.setup()
        pids = [os.getpid(), *peer.server_pids()]
        for w in a.workloads.split(","):
            if w in peer.skip:
                continue
            if w in ("W1", "W2", "W4"):
                reps = a.reps if w != "W4" else max(2, a.reps // 2)
                ran = 0
                await peer.run(w, f"{w}-warm")
                times = []
                for r in range(reps):
                    t = time.perf_counter()
                    await peer.run(w, f"{w}-{r}")
                    times.append(time.perf_counter() - t)
                want = len(DAGS[w]) * (reps + 1)
                out = dict(w=w, s=statistics.median(times), ran_ok=ran == want)
                if w == "W4":
                    out["ratio"] = out["s"] / CRITICAL[w]
                if w == "W1":
                    out["ms_per_step"] = out["s"] * 1000 / CHAIN
                emit(peer, out)
            else:
                for n in map(int, a.n.split(",")):
                    if n > peer.max_w3:
                        continue
                    try:
                        await many(peer, n, pids, a)
                    except Exception as e:  # a peer that breaks under load is a result too
                        emit(peer, dict(w="W3", n=n, error=f"{type(e).__name__}: {e}"[:160]))
                        await asyncio.sleep(1)
                        if n == 200:
                            await many(peer, 50, pids, a)
                        break
    finally:
        try:
            await asyncio.wait_for(peer.teardown(), 30)
        finally:
            shutil.rmtree(peer.dir, ignore_errors=True)


async def many(peer, n, pids, a):
    """W3: n executions started at once; each one's latency is start to result."""
    global ran
    await peer.run("W3", f"W3-warm{n}")
    ran = 0
    hwm_reset()
    lat = []

    async def one(i):
        t = time.perf_counter()
        await peer.run("W3", f"W3-{n}-{i}")
        lat.append(time.perf_counter() - t)

    c, cs, t = cpu(pids), cpu(pids[1:]), time.perf_counter()
    got = await asyncio.gather(*(one(i) for i in range(n)), return_exceptions=True)
    wall = time.perf_counter() - t
    used, server = cpu(pids) - c, cpu(pids[1:]) - cs
    bad = [g for g in got if isinstance(g, BaseException)]
    if bad:
        raise RuntimeError(f"{len(bad)} of {n} executions failed: {type(bad[0]).__name__}: {bad[0]}")
    out = dict(
        w="W3",
        n=n,
        s=wall,
        exec_s=n / wall,
        steps_s=5 * n / wall,
        p50=pct(lat, 0.5),
        p99=pct(lat, 0.99),
        cpu_s=used,
        cpu_server_s=server,
        cpu_ms_step=used * 1000 / (5 * n),
        rss_mb=hwm(),
        server_mb=server_mem(peer.server_pids()),
        ran_ok=ran == 5 * n,
        ran=ran,
    )
    emit(peer, out)


def emit(peer, out):
    print("RESULT " + json.dumps({"peer": peer.name, **out}), flush=True)


def bench(cls):
    p = argparse.ArgumentParser()
    p.add_argument("--workloads", default="W1,W2,W4,W3")
    p.add_argument("--n", default="200,1000")
    p.add_argument("--reps", type=int, default=5)
    a = p.parse_args()
    asyncio.run(_bench(cls, a))
    sys.stdout.flush()
    os._exit(0)  # some peers keep non-daemon threads


def variants(table):
    """`PEER_VARIANT=x python peers/foo.py` chooses one; the runner lists them as foo:x."""
    v = os.environ.get("PEER_VARIANT") or next(iter(table))
    return table[v]


async def pg_fresh(name):
    """Drop and create a database with psql, so that no peer needs an extra driver."""
    for sql in (f"drop database if exists {name} with (force)", f"create database {name}"):
        subprocess.run(
            [os.environ["PEER_PSQL"], "-q", "-d", PG_URL + "postgres", "-c", sql],
            check=True,
            stderr=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
    return PG_URL + name


async def wait_port(port, seconds=60):
    end = time.time() + seconds
    while time.time() < end:
        try:
            _, wr = await asyncio.open_connection("127.0.0.1", port)
            wr.close()
            return
        except OSError:
            await asyncio.sleep(0.1)
    raise RuntimeError(f"nothing listens on {port}")
