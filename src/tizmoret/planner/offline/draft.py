"""A plan while it is being made."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tizmoret.plan.capability import Capability
from tizmoret.plan.manifest import resources
from tizmoret.plan.model import Language, Plan, Step
from tizmoret.plan.references import FROM
from tizmoret.plan.types import fits
from tizmoret.planner.offline.reading import Reading
from tizmoret.planner.offline.skills import Outlet, Skill, Slot

MAX_STEPS = 50  # a request for more than a person can look over is asked back

# Short names for steps by what they give; every other step is named for its tool.
_IDS = {"document": "search", "contact": "contact", "event": "meeting"}


class TooManySteps(Exception):
    """The request asks for more than MAX_STEPS steps."""


@dataclass
class DraftStep:
    id: str
    skill: Skill
    reading: Reading
    args: dict[str, Any]
    title: str = ""
    after: list[str] = field(default_factory=list)
    for_each: dict[str, str] | None = None

    def reference(self, outlet: Outlet, *, many: bool) -> Any:
        """`outlet` of this step, as a list or as one value (the first of a list)."""
        path = f"{self.id}.{outlet.path}"
        if many:
            return {FROM: path} if outlet.many else [{FROM: path}]
        if outlet.many:
            path = path.replace("[*]", "[0]") if "[*]" in path else f"{path}[0]"
        return {FROM: path}


def matches(outlet: Outlet, slot: Slot) -> bool:
    """Whether `outlet` says that it is what `slot` takes. Without a kind on either side, a list of objects must share its fields."""
    if slot.kind:
        if outlet.kind != slot.kind and not (slot.kind in ("text", "markdown") and outlet.kind in ("text", "markdown")):
            return False
    elif not (slot.fields and outlet.fields and slot.many == outlet.many and len(slot.fields & outlet.fields) > 1):
        return False
    if slot.many == outlet.many or not slot.many:
        return slot.many != outlet.many or fits(outlet.schema if "[*]" not in outlet.path else {}, outlet.root, slot.schema, slot.root)
    return True


class Draft:
    def __init__(self) -> None:
        self.steps: list[DraftStep] = []
        self.goals: list[DraftStep] = []  # what the clauses came to, in order: they answer the request

    def add(self, skill: Skill, reading: Reading, args: Mapping[str, Any]) -> DraftStep:
        """Raises TooManySteps."""
        if self.full:
            raise TooManySteps
        step = DraftStep(self._id(skill), skill, reading, dict(args))
        self.steps.append(step)
        return step

    @property
    def full(self) -> bool:
        return len(self.steps) >= MAX_STEPS

    def mark(self) -> tuple[int, int]:
        """A place to go back to when what follows does not come to anything."""
        return len(self.steps), len(self.goals)

    def back_to(self, mark: tuple[int, int]) -> None:
        del self.steps[mark[0] :]
        del self.goals[mark[1] :]

    def same(self, skill: Skill, args: Mapping[str, Any]) -> DraftStep | None:
        """A step that already looks up exactly this."""
        return next((step for step in self.steps if skill.looks and step.skill is skill and step.args == args), None)

    def latest(self, slot: Slot) -> Iterator[tuple[DraftStep, Outlet]]:
        """Earlier values that fit `slot`, the latest step first."""
        for step in reversed(self.steps):
            for outlet in sorted(step.skill.outlets, key=lambda outlet: (outlet.many != slot.many, outlet.path.count("."))):
                if step.for_each is None and matches(outlet, slot):
                    yield step, outlet
                    break

    def finish(self, request: str, goal: str, language: Language, capabilities: Mapping[str, Capability]) -> Plan:
        steps = [
            Step.model_validate(
                {
                    "id": step.id,
                    "title": step.title[:300],
                    ("tool" if step.skill.capability.kind == "tool" else "agent"): step.skill.name,
                    "args": step.args,
                    "after": tuple(dict.fromkeys(step.after)),
                    "for_each": step.for_each,
                }
            )
            for step in self.steps
        ]
        answer = tuple(dict.fromkeys(step.id for step in self.goals))
        plan = Plan(request=request, goal=goal[:2000], language=language, steps=tuple(steps), answer=answer)
        return _ordered(plan, capabilities)

    def _id(self, skill: Skill) -> str:
        stem = next((_IDS[outlet.kind] for outlet in skill.outlets[:1] if outlet.kind in _IDS), "")
        name = skill.name.rpartition(".")[2]
        if stem == "search" and not skill.looks:
            stem = "document"
        if stem == "meeting" and not ("schedule" in skill.acts and not skill.looks):
            stem = ""
        if not stem:
            stem = "free" if "=free" in skill.things else re.sub(r"[^a-z0-9_]", "_", name)
        taken = {step.id for step in self.steps}
        return next(name for number in range(1, MAX_STEPS + 2) if (name := stem if number == 1 else f"{stem}_{number}") not in taken)


def _ordered(plan: Plan, capabilities: Mapping[str, Capability]) -> Plan:
    """Steps that write one thing come one after the other, as they were asked for."""
    last: dict[str, str] = {}
    steps = []
    for step in plan.steps:
        capability = capabilities[step.uses]
        before = []
        if capability.effect != "none":
            for resource in resources(step, capability):
                if resource in last:
                    before.append(last[resource])
                last[resource] = step.id
        steps.append(step.model_copy(update={"after": tuple(dict.fromkeys([*step.after, *before]))}) if before else step)
    return plan.model_copy(update={"steps": tuple(steps)})
