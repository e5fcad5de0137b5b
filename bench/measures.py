"""A figure, and what a stretch of work takes in time, processor and memory."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psutil


@dataclass
class Row:
    """One figure: what, its value in words, the ratio that it must hold, and the limit."""

    what: str
    value: str
    ratio: float | None = None
    hold: str = ""
    held: bool | None = None


@dataclass
class Spent:
    seconds: float = 0.0
    cpu: float = 0.0
    latencies: list[float] = field(default_factory=list)
    memory: float = 0.0  # MiB more than before, at the end


@contextmanager
def spending(spent: Spent) -> Iterator[None]:
    """Wall and CPU seconds of this process and of the Postgres below it."""
    gc.collect()
    process = psutil.Process()
    memory = process.memory_info().rss
    cpu, began = _cpu(), time.perf_counter()
    yield
    spent.seconds = time.perf_counter() - began
    spent.cpu = _cpu() - cpu
    spent.memory = (process.memory_info().rss - memory) / 2**20


def _cpu() -> float:
    total = 0.0
    for process in [psutil.Process(), *psutil.Process().children(recursive=True)]:
        try:
            times = process.cpu_times()
        except psutil.Error:
            continue
        total += times.user + times.system
    return total
