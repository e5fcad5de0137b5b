"""Another plan for an execution of which steps have failed: what it must keep of the one before, and what a person is asked about again.

What was done stays done: effects that happened stand in every later plan as they were, so that they are not repeated and can be undone. What
is new and goes further than the plan that people have seen is asked about at its own gate; the rest goes on. What calls asked for while
they ran is none of a planner's business: it stands with the call that asked for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tizmoret.plan.capability import Capability
from tizmoret.plan.check import Finding
from tizmoret.plan.difference import difference
from tizmoret.plan.model import Plan, Step


@dataclass(frozen=True, slots=True)
class Earlier:
    """The plan that failed. done: its steps that have completed. acted: those of them whose effect happened. failed: step id to why."""

    plan: Plan
    done: frozenset[str]
    acted: frozenset[str]
    failed: Mapping[str, str]

    def told(self) -> dict[str, Any]:
        """For a planner: what stands, and what has failed with which words."""
        steps = {step.id: step.model_dump(mode="json", exclude_defaults=True) for step in self.plan.as_written.steps}
        return {
            "done": [steps[id] for id in steps if id in self.done],
            "failed": [{"step": steps[id], "error": why} for id, why in self.failed.items()],
            "notRun": [id for id in steps if id not in self.done and id not in self.failed],
        }

    def faults(self, new: Plan, capabilities: Mapping[str, Capability]) -> Iterator[Finding]:
        """Why `new`, which has passed `check`, cannot take over."""
        before, after = {step.id: step for step in self.plan.as_written.steps}, {step.id: step for step in new.steps}
        acted = {self._asker(step) for step in self.plan.steps if step.id in self.acted}
        for id in before:
            if id in acted and after.get(id) != before[id]:
                yield Finding("done-changed", id, f"{id} has already had its effect.", "Keep this step as it was, with the same id.")
            elif id in self.done and id in after and after[id] != before[id]:
                yield Finding("done-changed", id, f"{id} has already completed.", "Keep it as it was, or give the new step another id.")
        for step in self.plan.steps:
            if step.asked_by is not None and step.id in after:
                yield Finding("id-used", step.id, f"There was a step {step.id} already.", "Give the new step an id that was not used.")
        for id, step in after.items():
            if id in self.failed and capabilities[step.uses].effect != "none":
                # The key under which its effect was tried belongs to this id.
                yield Finding("id-used", id, f"A step {id} has failed, and this one acts.", "Give the new step an id that was not used.")

    def superseded(self, new: Plan) -> list[str]:
        """The steps that are not part of `new` as they were done."""
        after = {step.id for step in new.steps}
        return [step.id for step in self.plan.steps if step.id not in self.done or step.id not in after]

    def guarded(self, new: Plan, capabilities: Mapping[str, Capability]) -> Plan:
        """`new` as it may run: every step that goes further than the earlier plan asks a person first."""
        further = {reason.step for reason in difference(self.plan, new, capabilities).reasons if reason.risk == "grows"}
        steps = [step.model_copy(update={"needs_approval": True}) if step.id in further - self.done else step for step in new.steps]
        kept = {
            "version": self.plan.version + 1,
            "request": self.plan.request,
            "language": self.plan.language,
            "on_failure": self.plan.on_failure,
        }
        ids = {step.id for step in steps}
        asked = [step for step in self.plan.steps if step.asked_by is not None and step.id in self.done and self._asker(step) in ids]
        return new.model_copy(update={"steps": (*steps, *asked), **kept})

    def _asker(self, step: Step) -> str:
        """The step of the plan as it was written for which this one was asked, at whatever remove; itself, where it is one of those."""
        steps = {step.id: step for step in self.plan.steps}
        while step.asked_by is not None:
            step = steps[step.asked_by.step]
        return step.id
