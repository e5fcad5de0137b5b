"""Random plans: data edges, order-only edges, conditions, lists, gates and effects of every class."""

from __future__ import annotations

import contextlib
import itertools
import random
from collections.abc import Container, Sequence
from typing import Any

from tizmoret.engine.prepared import prepare
from tizmoret.errors import PlanRefused
from tizmoret.plan.model import Plan, Step

from .tools import CATALOG

_TOOLS = ["sim.read"] * 4 + [
    "sim.list",
    "sim.keyed",
    "sim.keyed",
    "sim.sealed",
    "sim.once",
    "sim.looked",
    "sim.looked",
    "sim.asks",
    "plan.part",
]
_NO_NUMBER = ("sim.list", "plan.part")
PART = "part"  # of a request
_LOCKING = ["sim.alone", "sim.alone", "sim.all"]


def random_plan(chance: random.Random, before: Sequence[Step] = (), taken: Container[str] = (), most: int = 10) -> Plan | None:
    """One that may run, since steps beside each other do not write the same thing. before: what it begins with, taken: ids that it may not
    have besides. None: there is none."""
    tools = _TOOLS + _LOCKING * chance.choice((0, 1, 3)) + ["sim.read"] * chance.choice((0, 0, 20))
    for _ in range(20):
        steps = list(before)
        ids = (
            f"s{number}" for number in itertools.count() if f"s{number}" not in taken and all(f"s{number}" != step.id for step in before)
        )
        for id in itertools.islice(ids, chance.randint(not before, most)):
            steps.append(_step(id, steps, chance, tools))
        plan = Plan(request="simulated", steps=tuple(steps), on_failure=chance.choice(("keep", "keep", "undo", "ask")))
        with contextlib.suppress(PlanRefused):
            prepare(plan, CATALOG)
            return plan
    return None


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
        elif step.tool == "plan.part":
            lists.append({"$from": f"{step.id}.steps"})
        else:
            inputs.append({"$from": f"{step.id}.n"})
    numbers = [step.id for step in before if step.tool == "sim.list" and step.for_each is None]
    single = [step.id for step in before if step.tool not in _NO_NUMBER and step.for_each is None]
    if tool == "plan.part":
        return Step(id=id, tool=tool, args={"request": PART}, after=tuple(step.id for step in chosen if step.id in after))
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
