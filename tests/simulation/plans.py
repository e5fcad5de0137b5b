"""Random plans: data edges, order-only edges, conditions, lists, gates and effects of every class."""

from __future__ import annotations

import contextlib
import random
from typing import Any

from tizmoret.engine.prepared import prepare
from tizmoret.errors import PlanRefused
from tizmoret.plan.model import Plan, Step

from .tools import CATALOG

_TOOLS = ["sim.read"] * 4 + ["sim.list", "sim.keyed", "sim.keyed", "sim.sealed", "sim.once", "sim.looked", "sim.looked", "sim.asks"]
_LOCKING = ["sim.alone", "sim.alone", "sim.all"]


def random_plan(chance: random.Random) -> Plan:
    """One that may run: steps beside each other do not write the same thing."""
    while True:
        steps: list[Step] = []
        tools = _TOOLS + _LOCKING * chance.choice((0, 1, 3))
        for number in range(chance.randint(1, 10)):
            steps.append(_step(f"s{number}", steps, chance, tools))
        plan = Plan(request="simulated", steps=tuple(steps), on_failure=chance.choice(("keep", "keep", "undo", "ask")))
        with contextlib.suppress(PlanRefused):
            prepare(plan, CATALOG)
            return plan


def _step(id: str, before: list[Step], chance: random.Random, tools: list[str]) -> Step:
    tool = chance.choice(tools)
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
    thing = {"thing": chance.choice("ab")} if tool == "sim.alone" else {}
    return Step(
        id=id,
        tool=tool,
        args={"inputs": inputs, "lists": lists, **({"item": {"$item": ""}} if each else {}), **thing},
        after=tuple(after),
        when=when,
        for_each=each,
        needs_approval=chance.random() < 0.15,
    )
