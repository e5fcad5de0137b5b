"""Random plans: data edges, order-only edges, conditions, lists, gates and effects of every class."""

from __future__ import annotations

import random
from typing import Any

from tizmoret.plan.model import Plan, Step

_TOOLS = ["sim.read"] * 4 + ["sim.list", "sim.keyed", "sim.once", "sim.looked", "sim.asks"]


def random_plan(chance: random.Random) -> Plan:
    steps: list[Step] = []
    for number in range(chance.randint(1, 10)):
        steps.append(_step(f"s{number}", steps, chance))
    return Plan(request="simulated", steps=tuple(steps), on_failure="keep")


def _step(id: str, before: list[Step], chance: random.Random) -> Step:
    tool = chance.choice(_TOOLS)
    chosen = chance.sample(before, min(len(before), chance.choice((0, 1, 1, 2, 2, 3))))
    inputs: list[Any] = []
    lists: list[Any] = []
    after: list[str] = []
    for step in chosen:
        if chance.random() < 0.3:
            after.append(step.id)
        elif step.for_each is not None:
            lists.append({"$from": step.id})
        elif step.tool == "sim.list":
            lists.append({"$from": f"{step.id}.numbers"})
        else:
            inputs.append({"$from": f"{step.id}.n"})
    numbers = [step.id for step in before if step.tool == "sim.list" and step.for_each is None]
    single = [step.id for step in before if step.tool != "sim.list" and step.for_each is None]
    each = {"$from": f"{chance.choice(numbers)}.numbers"} if numbers and tool != "sim.list" and chance.random() < 0.5 else None
    when = f"{chance.choice(single)}.n % 3 != 0" if single and chance.random() < 0.15 else None
    return Step(
        id=id,
        tool=tool,
        args={"inputs": inputs, "lists": lists, **({"item": {"$item": ""}} if each else {})},
        after=tuple(after),
        when=when,
        for_each=each,
        needs_approval=chance.random() < 0.15,
    )
