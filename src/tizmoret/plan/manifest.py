"""The manifest: every effect a plan would have, before it runs. With the plan's hash it is what a person approves."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tizmoret.plan.capability import Capability
from tizmoret.plan.graph import Graph
from tizmoret.plan.labels import PERSON, Label, join
from tizmoret.plan.model import Plan, Step
from tizmoret.plan.references import references

_FIELD = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")


@dataclass(frozen=True, slots=True)
class EffectEntry:
    """arguments: for each, "literal" or the reference it comes from. cost: dollars at the most for one call. later: it has no effect of its
    own, and may ask for steps with effects up to this one while it runs; each of them asks a person when it is known."""

    step: str
    tool: str
    effect: str
    resources: tuple[str, ...]
    arguments: dict[str, str]
    asks: bool
    reversible: bool
    integrity: str
    cost: float
    later: bool = False


def manifest(plan: Plan, capabilities: Mapping[str, Capability]) -> list[EffectEntry]:
    """In plan order. The plan must have passed `check`."""
    labels = static_labels(plan, capabilities)
    return [
        EffectEntry(
            step=step.id,
            tool=step.uses,
            effect=capability.ceiling if capability.grows else capability.effect,
            resources=resources(step, capability),
            arguments={name: _origin(value) for name, value in step.args.items()},
            asks=capability.grows or asks(step, capability),
            reversible=capability.reversible,
            integrity=labels[step.id].integrity,
            cost=capability.cost,
            later=capability.grows,
        )
        for step in plan.steps
        if (capability := capabilities[step.uses]).effect != "none" or capability.grows
    ]


def asks(step: Step, capability: Capability) -> bool:
    """Whether a person decides before the step starts."""
    return step.needs_approval or capability.approval == "ask"


def resources(step: Step, capability: Capability) -> tuple[str, ...]:
    """What the step locks, with literals filled in; a value that is not known yet stands as its reference."""
    args = {name: f"<{_origin(value)}>" if isinstance(value, dict) else value for name, value in step.args.items()}
    return tuple(filled(template, args, capability) for template in capability.locks)


def fields(templates: Iterable[str]) -> set[str]:
    """The arguments that lock templates speak of."""
    return {field for template in templates for field in _FIELD.findall(template)}


def filled(template: str, args: Mapping[str, Any], capability: Capability) -> str:
    """The name of what a template such as "calendar:{calendar}" means with these arguments; one that is not given has its default."""
    properties = capability.arguments.get("properties", {})
    return _FIELD.sub(lambda match: str(args.get(match[1], properties.get(match[1], {}).get("default", "*"))), template)


def _origin(value: Any) -> str:
    found = sorted({str(reference) for _, reference in references(value)})
    return ", ".join(found) or "literal"


def static_labels(plan: Plan, capabilities: Mapping[str, Capability]) -> dict[str, Label]:
    """What each step's output will carry, as far as it is known before the run. What a call asked for carries all that came before it, and
    what the call itself adds; the call carries what it asked for."""
    graph, steps = Graph(plan), {step.id: step for step in plan.steps}
    labels: dict[str, Label] = {}
    for id in graph.topological():
        before, asker = graph.data_predecessors[id] | graph.asked.get(id, frozenset()), steps[id].asked_by
        inputs = join([PERSON, *(labels[one] for one in before)])
        if asker is not None and asker.step in steps:
            inputs |= join([capabilities[steps[asker.step].uses].label, *(labels[one] for one in graph.predecessors[id])])
        labels[id] = inputs | capabilities[steps[id].uses].label
    return labels
