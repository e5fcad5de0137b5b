"""`python -m bench.peers`: other engines beside this one, each in an environment of its own, on one Postgres that is made for it and removed after.

Workloads, step body and measuring are one file for all (`common.py`); each round goes through all of them, so that what else the machine does
meets them alike. --rounds N · --only NAME,NAME · --write puts the table into docs/figures.md."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import psutil

from bench.page import put
from tizmoret.store.binaries import find_binaries

HERE = Path(__file__).parent
VENVS = HERE / ".venvs"
UV = HERE.parents[1] / ".tools" / "bin" / "uv"
NOBODY = 65534
TIMEOUT = 240  # seconds for one engine in one round
Result = dict[str, Any]


@dataclass(frozen=True)
class Engine:
    """One row. needs: what is installed, of which the first gives its version; empty: this project's own environment."""

    label: str
    file: str
    venv: str = ""
    variant: str = ""
    needs: tuple[str, ...] = ()


_LANGGRAPH = ("langgraph", "langgraph-checkpoint-sqlite", "langgraph-checkpoint-postgres", "psycopg[binary,pool]")
ENGINES = (
    Engine("plain asyncio, nothing durable", "floor"),
    Engine("**Tizmoret**, Postgres", "tizmoret_"),
    Engine("LangGraph graph, Postgres, sync", "langgraph_", "langgraph", "postgres", _LANGGRAPH),
    Engine("LangGraph functional, Postgres, sync (1)", "langgraph_", "langgraph", "postgres-func", _LANGGRAPH),
    Engine("DBOS, Postgres", "dbos_", "dbos", "postgres", ("dbos",)),
    Engine("Agent Framework graph, files (2)", "msaf", "msaf", "graph", ("agent-framework-core",)),
    Engine("Agent Framework functional, files (2)", "msaf", "msaf", "func", ("agent-framework-core",)),
    Engine("LlamaIndex Workflows, SQLite", "llama", "llama", "sqlite", ("llama-index-workflows", "llama-agents-server")),
    Engine("Procrastinate, Postgres", "procrastinate_", "procrastinate", "", ("procrastinate", "psycopg[binary,pool]")),
    Engine("pydantic-graph, nothing durable (3)", "pydantic_graph_", "pydantic", "", ("pydantic-graph",)),
)
NOTES = """(1) its next step runs before the last write is durable. (2) files without fsync: they outlive the process, not the machine.
(3) this release keeps nothing: its row shows the scheduler only."""


def python_of(engine: Engine) -> Path:
    return VENVS / engine.venv / "bin" / "python" if engine.venv else Path(sys.executable)


def install(engine: Engine) -> str:
    """The version that it has, in its own environment; "" where it cannot be installed here. Raises OSError without uv."""
    if not engine.venv:
        return "this one"
    python = python_of(engine)
    if not python.exists():
        subprocess.run([UV, "venv", "--quiet", "--python", sys.executable, VENVS / engine.venv], check=True)
        made = subprocess.run(
            [UV, "pip", "install", "--quiet", "--python", python, "psutil", *engine.needs], capture_output=True, text=True
        )
        if made.returncode:
            shutil.rmtree(VENVS / engine.venv)
            print(f"{engine.label} cannot be installed here:\n{made.stderr[-800:]}", file=sys.stderr)
            return ""
    ask = f"import importlib.metadata as m; print(m.version({engine.needs[0]!r}))"
    return subprocess.run([python, "-c", ask], capture_output=True, text=True, check=True).stdout.strip()


@contextmanager
def postgres(folder: Path) -> Iterator[dict[str, str]]:
    """A server with the settings that Postgres comes with, for this run only; the environment by which the engines find it."""
    binaries = find_binaries()
    assert binaries is not None, "there is no Postgres"
    binaries = binaries.copied_below(folder)
    owner: dict[str, Any] = {}
    if os.geteuid() == 0:  # Postgres refuses to run as root
        os.chown(folder, NOBODY, NOBODY)
        owner = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
    data, environment = folder / "pg", binaries.environment()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    subprocess.run(
        [binaries.program("initdb"), "-D", data, "-U", "postgres", "-A", "trust"], env=environment, check=True, capture_output=True, **owner
    )
    options = ["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-p", str(port)]
    server = subprocess.Popen(
        [binaries.program("postgres"), "-D", data, *options], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **owner
    )
    try:
        ready = [binaries.program("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
        while subprocess.run(ready, env=environment).returncode:
            assert server.poll() is None, "Postgres ended"
            time.sleep(0.1)
        yield {
            "PEER_POSTGRES": f"postgresql://postgres@127.0.0.1:{port}/",
            "PEER_POSTGRES_PID": str(server.pid),
            "PEER_PSQL": str(_wrapped(folder, binaries.program("psql"), environment)),
        }
    finally:
        server.terminate()
        server.wait(30)


def _wrapped(folder: Path, psql: Path, environment: dict[str, str]) -> Path:
    """psql with the libraries of the wheel, which the engines' own processes must not see."""
    script = folder / "psql"
    script.write_text(f'#!/bin/sh\nLD_LIBRARY_PATH="{environment.get("LD_LIBRARY_PATH", "")}" exec "{psql}" "$@"\n')
    script.chmod(0o755)
    return script


def measure(engine: Engine, environment: dict[str, str], numbers: str) -> list[Result]:
    """One round of one engine, in a process of its own."""
    environment = {**os.environ, **environment, "PYTHONPATH": ""}
    if engine.variant:
        environment["PEER_VARIANT"] = engine.variant
    command = [python_of(engine), HERE / f"{engine.file}.py", "--n", numbers]
    try:
        ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=TIMEOUT)
        out, err = ended.stdout, ended.stderr
    except subprocess.TimeoutExpired as error:
        out, err = (error.stdout or b"").decode(), f"it took more than {TIMEOUT} s"
    found = [json.loads(line[7:]) for line in out.splitlines() if line.startswith("RESULT ")]
    if not found:
        print(f"{engine.label} failed:\n{err[-800:]}", file=sys.stderr)
    return found


def table(results: dict[str, list[Result]], versions: dict[str, str]) -> str:
    lines = [
        "| engine | version | W1 ms/step | W2 ms | W4 × critical path | W3 at 200: executions/s | p99 × 0.2 s | × asyncio | CPU ms/step |",
        "|---|---|--:|--:|--:|--:|--:|--:|--:|",
    ]
    floor = _median(results, ENGINES[0].label, "W3", "s")
    for engine in ENGINES:
        version = versions.get(engine.label)
        if version is None:
            continue
        if not version:
            lines.append(f"| {engine.label} | cannot be installed here | | | | | | | |")
            continue
        values = [_median(results, engine.label, workload, key) for workload, key in _COLUMNS]
        ms, fan, critical, rate, p99, wall, cpu = values
        cells = [
            _cell(ms, 1, ".3g"), _cell(fan, 1000, ".3g"), _cell(critical, 1, ".2f"), _cell(rate, 1, ",.0f"), _cell(p99, 5, ".1f"),
            _cell(wall, 1 / floor if floor else 1, ".1f"), _cell(cpu, 1, ".2f"),
        ]  # fmt: skip
        lines.append(f"| {engine.label} | {version} | {' | '.join(cells)} |")
    return "\n".join(lines)


_COLUMNS = (("W1", "ms_per_step"), ("W2", "s"), ("W4", "ratio"), ("W3", "exec_s"), ("W3", "p99"), ("W3", "s"), ("W3", "cpu_ms_step"))


def _median(results: dict[str, list[Result]], label: str, workload: str, key: str) -> float | None:
    found = [
        one[key] for one in results.get(label, []) if one["w"] == workload and key in one and one.get("ran_ok") and one.get("n", 200) == 200
    ]
    return statistics.median(found) if found else None


def _cell(value: float | None, times: float, form: str) -> str:
    return "fails" if value is None else format(value * times, form)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.peers")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="", help="labels, or parts of them, with commas")
    parser.add_argument("--write", action="store_true", help="put the table into docs/figures.md")
    asked = parser.parse_args()
    chosen = [engine for engine in ENGINES if any(part in engine.label.lower() for part in asked.only.lower().split(","))]
    versions = {engine.label: install(engine) for engine in chosen}
    results: dict[str, list[Result]] = {}
    with tempfile.TemporaryDirectory(prefix="peers-") as made:
        folder = Path(made)
        folder.chmod(0o755)
        with postgres(folder) as environment:
            (folder / "data").mkdir()
            for number in range(asked.rounds):
                for engine in chosen:
                    if versions[engine.label]:
                        print(f"round {number + 1}: {engine.label}", file=sys.stderr, flush=True)
                        results.setdefault(engine.label, []).extend(
                            measure(engine, environment | {"PEER_DATA": str(folder / "data")}, "200")
                        )
    load = " ".join(f"{one:.1f}" for one in os.getloadavg())
    text = (
        f"Measured on {date.today().isoformat()}, {asked.rounds} rounds, on {psutil.cpu_count()} cores, Python {sys.version.split()[0]}; load of the"
        f" machine at the end: {load}.\n\n{table(results, versions)}\n\n{NOTES}"
    )
    print(text)
    if asked.write:
        put("peers", text)


if __name__ == "__main__":
    main()
