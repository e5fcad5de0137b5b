"""How near the scheduler's order comes to the best possible one: its own decisions in virtual time, so that nothing but the order is measured.

The best possible is known exactly for small graphs, by search. For larger ones it is bounded from below, by the tightest of: the longest chain;
all work over the slots; and for every set of steps that cannot begin before some moment and have some work after them, that moment, their work
over the slots or what the fullest slot must hold, and that rest (after Fernandez & Bussell 1973, "Bounds on the number of processors and time for
multiprocessor optimal schedules"). A ratio to a bound is at most too high, never too low."""

from __future__ import annotations

import heapq
import random
import statistics
from bisect import insort
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bench.measures import Row
from tizmoret.engine import events as e
from tizmoret.engine.scheduler import Node, Scheduler, Start
from tizmoret.plan import wfcommons
from tizmoret.plan.graph import Graph
from tizmoret.plan.model import Plan

INSTANCES = Path(__file__).parent.parent / "tests" / "data" / "wfcommons"
RANDOM, SMALL = 600, 8  # graphs; steps up to which the optimum is searched for
LIMIT = 1.02
_LABEL = {"integrity": "trusted", "confidentiality": "public", "sources": []}


@dataclass(frozen=True)
class Work:
    """A graph of steps by number, each after all that it needs."""

    seconds: tuple[float, ...]
    before: tuple[tuple[int, ...], ...]

    def heads(self) -> list[float]:
        """The earliest moment at which each step can begin, with slots for all."""
        found: list[float] = []
        for step in range(len(self.seconds)):
            found.append(max((found[b] + self.seconds[b] for b in self.before[step]), default=0.0))
        return found

    def tails(self) -> list[float]:
        """The longest chain after each step's end."""
        found = [0.0] * len(self.seconds)
        for step in reversed(range(len(self.seconds))):
            for b in self.before[step]:
                found[b] = max(found[b], found[step] + self.seconds[step])
        return found


def of_plan(plan: Plan) -> Work:
    """A plan of waits, its steps put in an order in which each comes after what it needs."""
    graph = Graph(plan)
    place = {id: number for number, id in enumerate(graph.topological())}
    steps = {step.id: step for step in plan.steps}
    return Work(
        tuple(float(steps[id].args["seconds"]) for id in place),
        tuple(tuple(sorted(place[b] for b in graph.predecessors[id])) for id in place),
    )


def random_work(seed: int) -> tuple[Work, int]:
    """A graph and a number of slots: sparse or dense, wide or deep, durations even, skewed or of two kinds."""
    dice = random.Random(seed)
    count = dice.randint(3, SMALL) if seed % 3 == 0 else dice.randint(SMALL + 1, 80)
    most, reach = dice.choice((1, 2, 3, 6)), dice.choice((3, 10, 100))
    before = []
    for step in range(count):
        near = range(max(0, step - reach), step)
        before.append(tuple(sorted(dice.sample(near, min(len(near), dice.randint(0, most))))))
    kind = dice.choice(("even", "skewed", "two"))
    draw = {"even": lambda: dice.uniform(0.5, 5), "skewed": lambda: dice.expovariate(0.5) + 0.05, "two": lambda: dice.choice((0.2, 8.0))}[
        kind
    ]
    return Work(tuple(draw() for _ in range(count)), tuple(before)), dice.choice((2, 3, 5, 8))


def scheduled(work: Work, slots: int) -> float:
    """The makespan of the scheduler's own decisions, where nothing else takes time."""
    tails = work.tails()
    nodes = [
        Node(str(step), after=frozenset(str(b) for b in work.before[step]), priority=tails[step] + work.seconds[step])
        for step in range(len(work.seconds))
    ]
    scheduler = Scheduler(nodes, slots)
    scheduler.apply(1, e.PlanAccepted(1, "", "given", "", len(nodes), []))
    running: list[tuple[float, int]] = []
    now, seq = 0.0, 1
    while True:
        for command in scheduler.decide():
            if isinstance(command, Start):
                seq += 1
                scheduler.apply(seq, e.StepStarted(command.step, None, command.attempt))
                heapq.heappush(running, (now + work.seconds[int(command.step)], int(command.step)))
        if not running:
            return now
        now, step = heapq.heappop(running)
        seq += 1
        scheduler.apply(seq, e.StepCompleted(str(step), None, _LABEL))


def bound(work: Work, slots: int) -> float:
    """No order can be faster than this."""
    heads, tails, seconds = work.heads(), work.tails(), work.seconds
    best = max((h + s + t for h, s, t in zip(heads, seconds, tails, strict=True)), default=0.0)
    by_tail = sorted(range(len(seconds)), key=lambda step: -tails[step])
    for head in sorted(set(heads)):
        total, longest = 0.0, []
        for step in by_tail:
            if heads[step] >= head:
                total += seconds[step]
                insort(longest, -seconds[step])
                best = max(best, head + max(total / slots, _crowded(longest, slots)) + tails[step])
    return best


def _crowded(longest: Sequence[float], slots: int) -> float:
    """Of one more than k steps a slot, some slot gets k + 1: at least the shortest of those. `longest`: negative, so the longest is first."""
    most = (len(longest) - 1) // slots
    return max((-sum(longest[k * slots - k : k * slots + 1]) for k in range(1, most + 1)), default=0.0)


def optimum(work: Work, slots: int) -> float:
    """The makespan of the best order, by search over all orders in which each step begins as early as it can. For few steps only."""
    count, tails, least = len(work.seconds), work.tails(), bound(work, slots)
    best = scheduled(work, slots)

    def place(starts: dict[int, float], latest: float) -> None:
        nonlocal best
        if best <= least + 1e-9:
            return
        if len(starts) == count:
            best = min(best, latest)
            return
        for step in range(count):
            if step in starts or any(b not in starts for b in work.before[step]):
                continue
            start = _earliest(work, starts, step, slots)
            if max(latest, start + work.seconds[step] + tails[step]) < best - 1e-9:
                place({**starts, step: start}, max(latest, start + work.seconds[step]))

    place({}, 0.0)
    return best


def _earliest(work: Work, starts: dict[int, float], step: int, slots: int) -> float:
    """The first moment from which a slot is free for as long as the step takes."""
    ready = max((starts[b] + work.seconds[b] for b in work.before[step]), default=0.0)
    ends = [start + work.seconds[other] for other, start in starts.items()]
    for moment in sorted({ready, *(end for end in ends if end > ready)}):
        inside = [moment, *(start for start in starts.values() if moment < start < moment + work.seconds[step] - 1e-12)]
        if all(_busy(work, starts, at) < slots for at in inside):
            return moment
    raise AssertionError("after the last end every slot is free")


def _busy(work: Work, starts: dict[int, float], at: float) -> int:
    return sum(start <= at + 1e-12 < start + work.seconds[step] for step, start in starts.items())


def ratio(work: Work, slots: int) -> float:
    """The makespan of the scheduler over the best possible, or over what no order can be faster than."""
    least = optimum(work, slots) if len(work.seconds) <= SMALL else bound(work, slots)
    return scheduled(work, slots) / least if least else 1.0


@cache
def instances() -> tuple[tuple[str, Work], ...]:
    return tuple((file.stem, of_plan(wfcommons.read(file.read_bytes()))) for file in sorted(INSTANCES.glob("*.json")))


def run() -> list[Row]:
    found = [(random_work(seed)[0], ratio(*random_work(seed))) for seed in range(RANDOM)]
    small = [one for work, one in found if len(work.seconds) <= SMALL]
    large = [one for work, one in found if len(work.seconds) > SMALL]
    science = [ratio(work, slots) for _, work in instances() for slots in (2, 5, 16)]
    return [
        _row(f"order of steps: makespan / optimum, {len(small)} random graphs of up to {SMALL} steps, 2 to 8 slots", small),
        _row(f"order of steps: makespan / lower bound, {len(large)} random graphs of 9 to 80 steps, 2 to 8 slots", large),
        _row(f"order of steps: makespan / lower bound, {len(instances())} WfCommons graphs, 2, 5 and 16 slots", science),
    ]


def _row(what: str, ratios: Sequence[float]) -> Row:
    mean, held = statistics.mean(ratios), _share(ratios)
    value = f"mean {mean:.3f}, p95 {sorted(ratios)[int(len(ratios) * 0.95)]:.3f}, most {max(ratios):.3f}; {held:.0%} within {LIMIT}"
    return Row(what, value, mean, f"mean ≤ {LIMIT}", mean <= LIMIT)


def _share(ratios: Iterable[float]) -> float:
    found = list(ratios)
    return sum(one <= LIMIT + 1e-9 for one in found) / len(found)
