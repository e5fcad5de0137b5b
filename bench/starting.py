"""How long it takes until something is there: the command line beside the bare interpreter of the same run, and the embedded database."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.measures import Row
from tizmoret.store.embedded import Embedded

ROUNDS = 15
LIMIT = 0.3  # seconds, the promise of `tizmoret --help` and of a database that was there before


def run() -> list[Row]:
    return [_command(), _database()]


def _command() -> Row:
    """The two are started in turn, so that a slow moment of the machine hits both."""
    bare: list[float] = []
    answers: list[float] = []
    for _ in range(ROUNDS):
        bare.append(_seconds("-c", "pass"))
        answers.append(_seconds("-m", "tizmoret", "--help"))
    floor, answer = statistics.median(bare), statistics.median(answers)
    value = f"{answer * 1000:.0f} ms (`python -c pass`: {floor * 1000:.0f} ms)"
    return Row(f"`tizmoret --help`, median of {ROUNDS}", value, answer / floor, f"< {LIMIT} s", answer < LIMIT)


def _seconds(*arguments: str) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def _database() -> Row:
    took: list[float] = []
    with tempfile.TemporaryDirectory() as home:
        Embedded.start(Path(home) / "pg").close()
        for _ in range(ROUNDS):
            start = time.perf_counter()
            server = Embedded.start(Path(home) / "pg")
            took.append(time.perf_counter() - start)
            server.close()
    median = statistics.median(took)
    return Row(f"embedded Postgres, warm start, median of {ROUNDS}", f"{median * 1000:.0f} ms", None, f"< {LIMIT} s", median < LIMIT)
