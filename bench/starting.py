"""How long the command line takes to answer, beside the bare interpreter of the same machine in the same run."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

from bench.measures import Row

ROUNDS = 15
LIMIT = 0.3  # seconds, the promise of `tizmoret --help`


def run() -> list[Row]:
    """The two are started in turn, so that a slow moment of the machine hits both."""
    bare: list[float] = []
    answers: list[float] = []
    for _ in range(ROUNDS):
        bare.append(_seconds("-c", "pass"))
        answers.append(_seconds("-m", "tizmoret", "--help"))
    floor, answer = statistics.median(bare), statistics.median(answers)
    value = f"{answer * 1000:.0f} ms (`python -c pass`: {floor * 1000:.0f} ms)"
    return [Row("`tizmoret --help`, median of 15", value, answer / floor, f"< {LIMIT} s", answer < LIMIT)]


def _seconds(*arguments: str) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start
