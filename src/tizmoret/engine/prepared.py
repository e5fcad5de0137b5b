"""A plan made ready to run: checked, its graph worked out, its nodes for the scheduler. The same plan is prepared once."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import msgspec
from pydantic_core import to_jsonable_python

from tizmoret.catalog.catalog import Catalog
from tizmoret.engine.scheduler import Call, Node
from tizmoret.engine.transition import PlanRow
from tizmoret.errors import PlanRefused
from tizmoret.plan.capability import Capability
from tizmoret.plan.check import check
from tizmoret.plan.graph import Graph
from tizmoret.plan.manifest import asks, manifest
from tizmoret.plan.model import Plan, Step, canonical

SHOWN_LEVELS = 200  # steps; the levels of a larger plan are no use to a reader
_KEEP = 256


@dataclass(frozen=True, slots=True)
class Prepared:
    plan: Plan
    hash: str
    steps: dict[str, Step]
    asked: dict[Call, tuple[str, ...]]  # the steps that each call asked for
    written: str  # the hash of the plan without these
    capabilities: dict[str, Capability]  # by step id
    nodes: tuple[Node, ...]
    last: frozenset[str]  # steps that nothing follows
    levels: list[list[str]]
    manifest: list[dict[str, Any]]

    def mark(self, id: str) -> str:
        """What of the plan an approval of this step is bound to. It stays the same when calls ask for more steps."""
        step = self.steps[id]
        if step.asked_by is None:
            return self.written
        return f"{self.written}:{hashlib.sha256(canonical(step.model_dump(mode='json', exclude_defaults=True))).hexdigest()}"

    def row(self, planner: str) -> PlanRow:
        return PlanRow(self.plan.version, self.hash, msgspec.Raw(self.plan.model_dump_json().encode()), self.manifest, planner)


_known: OrderedDict[tuple[int, str], Prepared] = OrderedDict()


def prepare(plan: Plan, catalog: Catalog) -> Prepared:
    """Raises PlanRefused with every finding."""
    key = (catalog.number, f"{plan.version}:{plan.hash}")
    found = _known.get(key)
    if found is None:
        found = _known[key] = _prepare(plan, catalog)
        if len(_known) > _KEEP:
            _known.popitem(last=False)
    return found


def _prepare(plan: Plan, catalog: Catalog) -> Prepared:
    capabilities = catalog.capabilities
    findings = check(plan, capabilities)
    if findings:
        raise PlanRefused(findings)
    graph = Graph(plan)
    by_step = {step.id: capabilities[step.uses] for step in plan.steps}
    remaining = graph.remaining({step.id: by_step[step.id].expected(step.args) for step in plan.steps})
    nodes = tuple(_node(step, by_step[step.id], graph, remaining[step.id]) for step in plan.steps)
    followed = {before for step in plan.steps for before in graph.predecessors[step.id]}
    return Prepared(
        plan=plan,
        hash=plan.hash,
        steps={step.id: step for step in plan.steps},
        asked=_asked(plan),
        written=plan.as_written.hash,
        capabilities=by_step,
        nodes=nodes,
        last=frozenset(step.id for step in plan.steps if step.id not in followed),
        levels=graph.levels() if len(plan.steps) <= SHOWN_LEVELS else [],
        manifest=to_jsonable_python(manifest(plan, capabilities)),
    )


def _asked(plan: Plan) -> dict[Call, tuple[str, ...]]:
    found: dict[Call, tuple[str, ...]] = {}
    for step in plan.steps:
        if step.asked_by is not None:
            call = step.asked_by.step, step.asked_by.item
            found[call] = (*found.get(call, ()), step.id)
    return found


def _node(step: Step, capability: Capability, graph: Graph, remaining: float) -> Node:
    needs = graph.data_predecessors[step.id]
    return Node(
        id=step.id,
        needs=frozenset(needs),
        after=frozenset(step.after) - frozenset(needs),
        priority=remaining,
        asks=asks(step, capability),
        conditional=step.when is not None or step.for_each is not None,
        asked_by=None if step.asked_by is None else (step.asked_by.step, step.asked_by.item),
    )
