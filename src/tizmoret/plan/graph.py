"""The graph of a plan: who needs whom, the levels shown to people, and the critical path. No recursion: a plan may be a chain of 10,000."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from tizmoret.errors import BadInput
from tizmoret.plan.conditions import names
from tizmoret.plan.model import Plan, Step
from tizmoret.plan.references import references


@dataclass(frozen=True, slots=True)
class Path:
    steps: tuple[str, ...]
    seconds: float


def needs(step: Step) -> frozenset[str]:
    """The steps whose outputs this one refers to, in arguments, list or condition. Broken references are `check`'s to report."""
    found: set[str] = set()
    for value in (step.args, step.for_each):
        with contextlib.suppress(ValueError):
            found |= {reference.step for _, reference in references(value) if reference.step is not None}
    if step.when is not None:
        with contextlib.suppress(BadInput):
            found |= names(step.when)
    return frozenset(found)


class Graph:
    """Edges by step id, only between steps that exist. `data_predecessors` are needed for their values, `predecessors` also for order: what
    must have ended before a step can end. A step that a call asked for comes after all that came before that call, and before its end."""

    def __init__(self, plan: Plan) -> None:
        ids = [step.id for step in plan.steps]
        known = frozenset(ids)
        self.data_predecessors = {step.id: needs(step) & known for step in plan.steps}
        self.predecessors = {step.id: self.data_predecessors[step.id] | (frozenset(step.after) & known) for step in plan.steps}
        self.asked: dict[str, frozenset[str]] = {}  # by whose calls asked for them
        self._place_asked([step for step in plan.steps if step.asked_by is not None and step.asked_by.step in known])
        self.successors: dict[str, list[str]] = {id: [] for id in ids}
        for id in ids:
            for before in self.predecessors[id]:
                self.successors[before].append(id)

    def _place_asked(self, asked: list[Step]) -> None:
        """In the order of the plan, in which whoever asks comes before what it asks for."""
        rounds: dict[tuple[str, int | None], list[tuple[int, str]]] = {}
        for step in asked:
            by = step.asked_by
            assert by is not None
            earlier = rounds.setdefault((by.step, by.item), [])
            self.predecessors[step.id] |= self.predecessors[by.step] | {id for number, id in earlier if number < by.round}
            earlier.append((by.round, step.id))
        for (id, _), found in rounds.items():
            self.asked[id] = self.asked.get(id, frozenset()) | {one for _, one in found}
        for id, children in self.asked.items():
            self.predecessors[id] |= children

    def topological(self) -> list[str]:
        """Every step after all it needs. Raises CycleError with the cycle as its second argument."""
        return list(TopologicalSorter(self.predecessors).static_order())

    def cycle(self) -> list[str]:
        """The steps of one cycle, or none."""
        try:
            self.topological()
        except CycleError as error:
            return list(error.args[1])[:-1]
        return []

    def levels(self) -> list[list[str]]:
        """Steps that could run side by side, in plan order: shown to people, never used as barriers."""
        depth: dict[str, int] = {}
        for id in self.topological():
            depth[id] = 1 + max((depth[before] for before in self.predecessors[id]), default=-1)
        levels: list[list[str]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
        for id in self.predecessors:
            levels[depth[id]].append(id)
        return levels

    def remaining(self, seconds: Mapping[str, float]) -> dict[str, float]:
        """For each step the longest time from its start to the end of the plan."""
        found: dict[str, float] = {}
        for id in reversed(self.topological()):
            found[id] = seconds[id] + max((found[after] for after in self.successors[id]), default=0.0)
        return found

    def critical_path(self, seconds: Mapping[str, float]) -> Path:
        """The longest chain by duration; ties go to the earlier step of the plan. Kelley & Walker 1959."""
        remaining = self.remaining(seconds)
        open_steps = [id for id in self.predecessors if not self.predecessors[id]]
        order = {id: place for place, id in enumerate(self.predecessors)}
        chain: list[str] = []
        while open_steps:
            step = min(open_steps, key=lambda id: (-remaining[id], order[id]))
            chain.append(step)
            open_steps = self.successors[step]
        return Path(tuple(chain), remaining[chain[0]] if chain else 0.0)

    def ancestors(self) -> dict[str, int]:
        """For each step a bit set (by place in the plan) of all that must be over before it starts."""
        place = {id: 1 << number for number, id in enumerate(self.predecessors)}
        found: dict[str, int] = {}
        for id in self.topological():
            bits = 0
            for before in self.predecessors[id]:
                bits |= found[before] | place[before]
            found[id] = bits
        return found
