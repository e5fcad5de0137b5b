"""A plan before it runs: its shape, its effects and gates, and what it may take. No tool is called."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic_core import to_jsonable_python

from tizmoret.plan.capability import Capability
from tizmoret.plan.expectation import Past, expected
from tizmoret.plan.graph import Graph
from tizmoret.plan.manifest import asks, manifest
from tizmoret.plan.model import Plan
from tizmoret.views import Preview


def preview(plan: Plan, capabilities: Mapping[str, Capability], past: Mapping[str, Past], *, planner: str) -> Preview:
    """The plan must have passed `check`. past: tool or agent to its earlier calls."""
    foreseen = expected(plan, capabilities, past)
    return Preview(
        plan=plan.model_dump(mode="json", exclude_defaults=True),
        plan_hash=plan.hash,
        planner=planner,
        levels=Graph(plan).levels(),
        critical_path=list(foreseen.path),
        seconds=foreseen.seconds.middle,
        seconds_low=foreseen.seconds.low,
        seconds_high=foreseen.seconds.high,
        cost=foreseen.dollars.middle,
        cost_low=foreseen.dollars.low,
        cost_high=foreseen.dollars.high,
        earlier_calls=sum(foreseen.calls.values()),
        gates=[step.id for step in plan.steps if asks(step, capabilities[step.uses])],
        effects=to_jsonable_python(manifest(plan, capabilities)),
    )
