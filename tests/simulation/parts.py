"""What must be true where a plan comes in parts: while it is written, by another plan after a failure, and by parts of a request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tizmoret.engine import events as e
from tizmoret.engine.environment import Wanted
from tizmoret.engine.prepared import prepare
from tizmoret.plan.graph import Graph
from tizmoret.plan.model import Plan, Step

from .tools import CATALOG

if TYPE_CHECKING:
    from .rules import Rules


class Parts:
    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._begun: list[Step] = []  # told of while the plan was being written

    def planned(self, event: e.StepPlanned) -> None:
        step = Step.model_validate(event.definition)
        self._rules.require(not self._rules.state.planned, f"{step.id} begins early, and there is a plan")
        self._rules.require(CATALOG.capabilities[step.uses].effect == "none", f"{step.id} begins early, and acts")
        self._begun.append(step)
        self._rules.follow(prepare(Plan(steps=tuple(self._begun)), CATALOG))

    def planner_hears(self, wanted: Wanted) -> None:
        """Nothing that runs already, or was done, is kept from whoever plans the rest."""
        rules = self._rules
        told = {step.id: step for step in wanted.begun}
        for step in self._begun if not rules.state.planned else []:
            rules.require(told.get(step.id) == step, f"{step.id} runs already, and the planner is not told")
        if wanted.earlier is not None:
            acted = {step for (step, _), times in rules.effects.items() if times}
            rules.require(acted <= wanted.earlier.acted, f"{sorted(acted - wanted.earlier.acted)} happened, and the planner is not told")
            done = {id for id in rules.steps if rules.state.status(id) == "completed"}
            rules.require(done <= wanted.earlier.done, f"{sorted(done - wanted.earlier.done)} are done, and the planner is not told")

    def accepted(self, event: e.PlanAccepted, plan: Plan) -> None:
        """Before it is folded in: the rules know the steps of before."""
        rules, gone, new = self._rules, set(event.superseded), {step.id: step for step in plan.steps}
        if rules.state.planned:
            lost = {id for id in rules.steps if rules.state.status(id) == "completed" and id in new}
        else:
            before = Graph(Plan(steps=tuple(self._begun))).predecessors if self._begun else {}
            lost = set()
            for step in self._begun:
                if new.get(step.id) == step and before[step.id] <= lost:
                    lost.add(step.id)
        rules.require(not lost & gone, f"{sorted(lost & gone)} stand in the plan as they were, and are done away with")
        for id in lost:
            rules.require(new[id] == rules.steps[id], f"{id} is another step than the one that ran")
        for (step, item), times in rules.effects.items():
            rules.require(not times or (step in new and step not in gone), f"the plan forgets {step}[{item}], which happened")
        for step in rules.steps.keys() - lost:
            rules.forget(step)
