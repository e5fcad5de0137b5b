"""A plan while the planner still writes it: which of its steps may begin already, and which of those the whole plan keeps.

Only what reads may begin early, and only what passes `check` together with the steps that began before it. Everything else waits for the
whole plan; so does a `for_each`, of which too much would have to be taken back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tizmoret.catalog.catalog import Catalog
from tizmoret.engine.prepared import Prepared, prepare
from tizmoret.errors import PlanRefused
from tizmoret.plan.graph import Graph
from tizmoret.plan.manifest import asks
from tizmoret.plan.model import Language, Plan, Step

MOST_STEPS = 200  # that begin early: each is checked with all before it


def begun(steps: Iterable[Any]) -> tuple[Step, ...]:
    """The steps of the log's `plan.step` events."""
    return tuple(Step.model_validate(step) for step in steps)


def beginning(before: tuple[Step, ...], step: Step, language: Language, catalog: Catalog) -> Prepared | None:
    """The plan as far as it may run, `step` included; None where that step has to wait for the whole plan."""
    capability = catalog.capabilities.get(step.uses)
    if capability is None or capability.effect != "none" or capability.grows or asks(step, capability) or step.for_each is not None:
        return None
    if len(before) >= MOST_STEPS or any(step.id == other.id for other in before):
        return None
    try:
        return prepare(Plan(language=language, steps=(*before, step)), catalog)
    except PlanRefused:
        return None


def superseded(before: tuple[Step, ...], plan: Plan) -> list[str]:
    """The steps that began but are not in the whole plan as they were, and what was made of their outputs."""
    if not before:
        return []
    kept = {step.id: step for step in plan.steps}
    predecessors = Graph(Plan(steps=before)).predecessors
    gone: list[str] = []
    for step in before:  # each comes after those that it refers to
        if kept.get(step.id) != step or not predecessors[step.id].isdisjoint(gone):
            gone.append(step.id)
    return gone
