"""`python -m bench.capacity`: a million open executions over many databases, simulated from what one was measured to do.

Each cell is one Postgres with its workers. Workspaces are spread over the cells by hash, their sizes by Zipf's law, as customers are. An
execution thinks (a model, a tool, a person) and then needs its cell's journal for one step; the journal serves in order, at the measured rate.
So the wait for the journal is what a cell that is too small would add to each step."""

from __future__ import annotations

import argparse
import hashlib
import heapq
import random
from dataclasses import dataclass


@dataclass(frozen=True)
class Load:
    """open: executions at the same time. thinking: mean seconds between two steps of one of them, exponential. parked: share of them that
    waits for a person and needs nothing."""

    open: int = 1_000_000
    thinking: float = 10.0
    parked: float = 0.5
    workspaces: int = 20_000


@dataclass(frozen=True)
class Cell:
    """What one was measured to do (docs/figures.md, "Much of everything"). steps: a second. running, parked: KiB of memory of the workers."""

    steps: float
    running: float = 21.0
    parked: float = 0.8


@dataclass(frozen=True)
class Outcome:
    cells: int
    busiest: float  # share of its journal's time that the busiest cell used
    p50: float  # seconds of waiting for the journal
    p99: float
    worst_p99: float  # of the cell that had it worst
    steps: int
    gib: float  # memory of all workers


def simulate(load: Load, cell: Cell, cells: int, seconds: float, seed: int = 1) -> Outcome:
    """seconds: of virtual time."""
    dice = random.Random(seed)
    spread = _spread(load, cells)
    waits: list[float] = []
    worst = busiest = 0.0
    service = 1.0 / cell.steps
    steps = 0
    for running in spread:
        queue = [dice.expovariate(1 / load.thinking) for _ in range(running)]
        heapq.heapify(queue)
        free, own = 0.0, []
        while queue and queue[0] < seconds:
            ready = queue[0]
            begun = max(ready, free)
            free = begun + service
            own.append(begun - ready)
            heapq.heapreplace(queue, free + dice.expovariate(1 / load.thinking))
        steps += len(own)
        busiest = max(busiest, len(own) * service / seconds)
        own.sort()
        worst = max(worst, own[int(len(own) * 0.99)]) if own else worst
        waits += own[:: max(1, len(own) // 20_000)]
    waits.sort()
    gib = (sum(spread) * cell.running + load.open * load.parked * cell.parked) / 2**20
    return Outcome(cells, busiest, waits[len(waits) // 2], waits[int(len(waits) * 0.99)], worst, steps, gib)


def _spread(load: Load, cells: int) -> list[int]:
    """Running executions of each cell."""
    shares = [1 / (rank + 10) for rank in range(load.workspaces)]
    whole, running = sum(shares), load.open * (1 - load.parked)
    found = [0.0] * cells
    for number, share in enumerate(shares):
        place = int.from_bytes(hashlib.sha256(str(number).encode()).digest()[:8]) % cells
        found[place] += running * share / whole
    return [round(number) for number in found]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=float, default=4_000, help="durable steps a second of one cell, as measured")
    parser.add_argument("--open", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=20.0)
    given = parser.parse_args()
    load, cell = Load(open=given.open), Cell(given.steps)
    needed = load.open * (1 - load.parked) / load.thinking / cell.steps
    print(f"{load.open:,} open, {load.parked:.0%} parked, a step each {load.thinking:g} s of the others: {needed:.1f} cells of work")
    print("| cells | busiest journal | wait for it p50 | p99 | p99 of the worst cell | steps simulated | memory of all workers |")
    print("|--:|--:|--:|--:|--:|--:|--:|")
    for factor in (1.2, 1.6, 2.4, 4.0):
        found = simulate(load, cell, max(1, round(needed * factor)), given.seconds)
        print(
            f"| {found.cells} | {found.busiest:.0%} | {found.p50 * 1000:.2f} ms | {found.p99 * 1000:.2f} ms | {found.worst_p99 * 1000:.1f} ms "
            f"| {found.steps:,} | {found.gib:.1f} GiB |"
        )


if __name__ == "__main__":
    main()
