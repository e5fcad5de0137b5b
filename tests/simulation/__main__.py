"""`python -m tests.simulation --seed N --events M`: worlds from seed N on, until M events of their logs were checked.

A world that breaks a promise is printed with its seed; `--seed K --worlds 1` plays exactly that one again. `--without fence order ...`
switches safeguards off, one after the other: each time it must break."""

from __future__ import annotations

import argparse
import gc
import logging
import os
import random
import sys
import time
import warnings
from collections import Counter
from types import SimpleNamespace
from uuid import UUID

import structlog

from tizmoret.engine import decisions, gates, stepwork

from .rules import Violation
from .safeguards import SAFEGUARDS
from .world import FAULTS, World


def isolate() -> None:
    """What the engine takes from its surroundings comes from the seed instead."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    gates.uuid7 = decisions.uuid7 = lambda: UUID(int=random.getrandbits(128), version=4)  # type: ignore[attr-defined]
    stepwork.time = SimpleNamespace(perf_counter=lambda: 0.0, monotonic=lambda: 0.0)  # type: ignore[attr-defined]
    sys.unraisablehook = lambda found: None  # what a killed process left unfinished is thrown away in the middle
    warnings.simplefilter("ignore", RuntimeWarning)  # and its coroutines are never awaited


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation")
    parser.add_argument("--seed", type=int, default=1, help="of the first world")
    parser.add_argument("--events", type=int, default=20_000, help="to check at least")
    parser.add_argument("--worlds", type=int, default=10**9, help="to play at most")
    parser.add_argument("--without", choices=SAFEGUARDS, nargs="+", help="one after the other")
    parser.add_argument("--digest", action="store_true", help="print what each world came to")
    asked = parser.parse_args()
    isolate()
    if asked.without is None:
        return play(asked, "")
    found = True
    for safeguard in asked.without:
        with SAFEGUARDS[safeguard]():
            found = bool(play(asked, f" --without {safeguard}")) and found
    return int(found)


def play(asked: argparse.Namespace, without: str) -> int:
    """1 where a promise was broken."""
    counts: Counter[str] = Counter()
    events = steps = worlds = 0
    virtual, began = 0.0, time.perf_counter()
    while events < asked.events and worlds < asked.worlds:
        world = World(asked.seed + worlds)
        try:
            digest = world.run()
        except Violation as violation:
            print(f"VIOLATION in world {world.seed} at {world.now:.3f} s, event {world.store.events}: {violation}")
            print(f"again: python -m tests.simulation --seed {world.seed} --worlds 1{without}")
            return 1
        if asked.digest:
            print(f"world {world.seed} {digest}")
        counts += world.counts
        counts["refused by the fence"] += world.store.refused
        events, steps, worlds, virtual = events + world.store.events, steps + world.steps, worlds + 1, virtual + world.now
        if worlds % 20 == 0:
            gc.collect()
    seconds = time.perf_counter() - began
    print(
        f"{events:,} events of the log checked, {steps:,} callbacks and messages, {worlds:,} worlds (seeds {asked.seed}-{asked.seed + worlds - 1}),"
    )
    print(f"{virtual / 3600:.1f} hours of virtual time in {seconds:.1f} s: {events / seconds:,.0f} events/s. No violation.")
    print("faults: " + ", ".join(f"{fault} {counts[fault]:,}" for fault in FAULTS))
    print("besides: " + ", ".join(f"{what} {number:,}" for what, number in sorted(counts.items()) if what not in FAULTS))
    return 0


if __name__ == "__main__":
    if os.environ.get("PYTHONHASHSEED") != "0":  # sets of texts have the same order in every run
        os.execve(sys.executable, [sys.executable, "-m", "tests.simulation", *sys.argv[1:]], {**os.environ, "PYTHONHASHSEED": "0"})
    sys.exit(main())
