"""A plan before it runs: its shape, its effects and gates, and what it may take. No tool is called."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic_core import to_jsonable_python

from tizmoret.plan.capability import Capability
from tizmoret.plan.graph import Graph
from tizmoret.plan.manifest import asks, manifest
from tizmoret.plan.model import Plan
from tizmoret.views import Preview


def preview(plan: Plan, capabilities: Mapping[str, Capability], *, planner: str) -> Preview:
    """The plan must have passed `check`. Times and costs are what the tools declare, until history knows better."""
    graph = Graph(plan)
    path = graph.critical_path({step.id: capabilities[step.uses].expected(step.args) for step in plan.steps})
    return Preview(
        plan=plan.model_dump(mode="json", exclude_defaults=True),
        plan_hash=plan.hash,
        planner=planner,
        levels=graph.levels(),
        critical_path=list(path.steps),
        seconds=path.seconds,
        cost=sum(capabilities[step.uses].cost for step in plan.steps),
        gates=[step.id for step in plan.steps if asks(step, capabilities[step.uses])],
        effects=to_jsonable_python(manifest(plan, capabilities)),
    )
