"""The workloads: plans as data, {step: (dependencies, seconds)}, the same for the engine and for the floor."""

from __future__ import annotations

import asyncio
import random

from pydantic import BaseModel

from tizmoret.catalog.tool import Call, Text, Tool, tool
from tizmoret.plan.model import Plan, Step

Dag = dict[int, tuple[list[int], float]]

CHAIN, FAN, SLEEP = 20, 100, 0.05
W1: Dag = {i: ([i - 1] if i > 1 else [], 0.0) for i in range(1, CHAIN + 1)}
W2: Dag = {1: ([], 0.0), **{i: ([1], 0.0) for i in range(2, FAN + 2)}, FAN + 2: (list(range(2, FAN + 2)), 0.0)}
W3: Dag = {1: ([], SLEEP), 3: ([], SLEEP), 2: ([1], SLEEP), 4: ([2, 3], SLEEP), 5: ([4], SLEEP)}
W4: Dag = {1: ([], 0.1), 3: ([], 0.5), 2: ([1], 0.1), 4: ([2], 0.3), 5: ([3, 4], 0.05)}


class Nap(BaseModel):
    seconds: float = 0.0


class Woken(BaseModel):
    ok: bool = True


ran = 0  # steps that really ran; checked after each workload


@tool(
    "bench.nap",
    title=Text("תנומה", "Nap"),
    description=Text("ממתין ואינו עושה דבר", "Waits and does nothing"),
    show=lambda output, language: "ok",
    timeout=3600,
)
async def nap(args: Nap, call: Call) -> Woken:
    global ran
    ran += 1
    await asyncio.sleep(args.seconds)
    return Woken()


@tool(
    "bench.act",
    title=Text("פעולה", "Act"),
    description=Text("פעולה שאינה עושה דבר", "An effect that does nothing"),
    show=lambda output, language: "ok",
    effect="write",
    recovery="keyed",
    approval="ask",
)
async def act(args: Nap, call: Call) -> Woken:
    return Woken()


def _effect(name: str, locks: tuple[str, ...] = ()) -> Tool:
    text = Text("פעולה שאינה עושה דבר", "An effect that does nothing")

    @tool(name, title=text, description=text, show=lambda output, language: "ok", effect="write", recovery="keyed", locks=locks)
    async def effect(args: Nap, call: Call) -> Woken:
        return Woken()

    return effect


effect, locked = _effect("bench.effect"), _effect("bench.locked", ("bench",))


def gated() -> Plan:
    """One step that waits for a person."""
    return Plan(request="bench", steps=(Step(id="act", tool="bench.act"),))


def plan(dag: Dag, uses: str = "bench.nap") -> Plan:
    steps = tuple(
        Step(id=f"s{i}", tool=uses, args={"seconds": seconds}, after=tuple(f"s{d}" for d in before)) for i, (before, seconds) in dag.items()
    )
    return Plan(request="bench", steps=steps)


def critical_path(dag: Dag) -> float:
    """Seconds of the longest chain; every dag lists dependencies before dependents, or after them, in any order."""
    known: dict[int, float] = {}

    def until(step: int) -> float:
        if step not in known:
            before, seconds = dag[step]
            known[step] = seconds + max((until(b) for b in before), default=0.0)
        return known[step]

    return max(until(step) for step in dag)


def random_dag(seed: int, steps: int = 20) -> Dag:
    """Unequal durations of 20 to 300 ms, up to three dependencies a step."""
    dice = random.Random(seed)
    return {i: (dice.sample(range(i), min(i, dice.randint(0, 3))), dice.uniform(0.02, 0.3)) for i in range(steps)}


async def floor(dag: Dag) -> None:
    """Plain asyncio, nothing durable: each step starts when its last dependency is done."""
    tasks: dict[int, asyncio.Task[None]] = {}

    async def go(before: list[int], seconds: float) -> None:
        for one in before:
            await tasks[one]
        await asyncio.sleep(seconds)

    for i in sorted(dag, key=lambda i: _depth(dag, i)):
        tasks[i] = asyncio.create_task(go(*dag[i]))
    await asyncio.gather(*tasks.values())


def _depth(dag: Dag, step: int) -> int:
    return 1 + max((_depth(dag, before) for before in dag[step][0]), default=0)
