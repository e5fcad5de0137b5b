"""How long a plan is expected to take and what it costs: from earlier calls of the same tools and agents, or from what these declare.

The time of a call is taken as log-normal, which fits what depends on a network (its logarithm spreads evenly to both sides); the tool's own
word counts as one more call until there are enough. A whole plan is drawn many times, since the sum of the longest steps is not the longest
of the sums (Van Slyke 1963, "Monte Carlo methods and the PERT problem")."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tizmoret.plan.capability import Capability
from tizmoret.plan.graph import Graph
from tizmoret.plan.model import Plan

ENOUGH = 5  # calls from which on the tool's own word about its duration no longer counts
SPREAD = 0.7  # standard deviation of the logarithm where nothing is known: four of five calls within a factor of 2.5
DRAWS = 200
LEAST = 0.001  # seconds


@dataclass(frozen=True, slots=True)
class Past:
    """Earlier calls of one tool or agent that succeeded. seconds: of each; dollars: of each, as far as its price was known."""

    seconds: Sequence[float] = ()
    dollars: Sequence[float] = ()


@dataclass(frozen=True, slots=True)
class Span:
    """Four of five times it is between low and high."""

    low: float
    middle: float
    high: float


@dataclass(frozen=True, slots=True)
class Expected:
    """path: the steps that decide how long it takes. calls: tool or agent to how many earlier calls are known of it."""

    path: Sequence[str]
    seconds: Span
    dollars: Span
    calls: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class _Step:
    center: float  # of the logarithm of its seconds
    spread: float
    dollars: Sequence[float]


def expected(plan: Plan, capabilities: Mapping[str, Capability], past: Mapping[str, Past]) -> Expected:
    """Without the time that people take at gates, and with one call for each `for_each`. The same plan with the
    same past gives the same answer. The plan must have passed `check`."""
    steps = {}
    for step in plan.steps:
        capability, known = capabilities[step.uses], past.get(step.uses, Past())
        seen = () if capability.lasts in step.args else known.seconds  # how long it takes is said, and not what it took for others
        steps[step.id] = _step(capability.expected(step.args), seen, known.dollars or [capability.cost])
    path = Graph(plan).critical_path({id: math.exp(step.center) for id, step in steps.items()})
    seconds, dollars = _draw(plan, steps)
    mean = sum(sum(step.dollars) / len(step.dollars) for step in steps.values())
    return Expected(
        path=path.steps,
        seconds=_span(path.seconds, seconds),
        dollars=_span(mean, dollars),
        calls={uses: len(known.seconds) for uses, known in past.items() if known.seconds},
    )


def _step(declared: float, seen: Sequence[float], dollars: Sequence[float]) -> _Step:
    known = [math.log(max(LEAST, seconds)) for seconds in seen]
    if len(known) < ENOUGH:
        known.append(math.log(max(LEAST, declared)))
    center = sum(known) / len(known)
    # The spread of few calls says little: that of no knowledge stands beside it as if it were two more.
    variance = (2 * SPREAD**2 + sum((one - center) ** 2 for one in known)) / (2 + len(known))
    return _Step(center, math.sqrt(variance), dollars)


def _draw(plan: Plan, steps: Mapping[str, _Step]) -> tuple[list[float], list[float]]:
    dice, graph = random.Random(plan.hash), Graph(plan)  # noqa: S311 - guards nothing
    order = graph.topological()
    seconds, dollars = [], []
    for _ in range(DRAWS):
        ends: dict[str, float] = {}
        for id in order:
            begin = max((ends[before] for before in graph.predecessors[id]), default=0.0)
            ends[id] = begin + dice.lognormvariate(steps[id].center, steps[id].spread)
        seconds.append(max(ends.values()))
        dollars.append(sum(dice.choice(step.dollars) for step in steps.values()))
    return sorted(seconds), sorted(dollars)


def _span(middle: float, drawn: Sequence[float]) -> Span:
    low, high = drawn[len(drawn) // 10], drawn[-(len(drawn) // 10) - 1]
    return Span(low=min(low, middle), middle=middle, high=max(high, middle))
