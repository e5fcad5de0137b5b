"""What a step does, apart from what it is called: two plans that do the same under other ids have the same meanings."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from tizmoret.plan.conditions import names
from tizmoret.plan.graph import Graph
from tizmoret.plan.model import Plan, Step, canonical
from tizmoret.plan.references import FROM, parse, show_path


class Meanings:
    """Of every step of a plan without cycles. A reference means the meaning of the step it leads to, and the path."""

    def __init__(self, plan: Plan) -> None:
        steps = {step.id: step for step in plan.steps}
        self._uses = {step.id: f"<{step.uses}>" for step in plan.steps}
        self._steps: dict[str, str] = {}
        for id in Graph(plan).topological():
            self._steps[id] = self._of(steps[id])

    def step(self, id: str) -> str:
        """The same text for steps that do the same with the same inputs."""
        return self._steps[id]

    def value(self, value: Any) -> Any:
        """An argument with each reference replaced by what it means."""
        if isinstance(value, Mapping):
            found = parse(value)
            if found is not None and found.step is not None:
                return {FROM: f"{self._steps.get(found.step, found.step)}{show_path(found.path)}"}
            return {key: self.value(inner) for key, inner in value.items()}
        if isinstance(value, list | tuple):
            return [self.value(inner) for inner in value]
        return value

    def condition(self, when: str | None) -> str | None:
        """A condition with the ids of steps replaced by the names of what they call. One that speaks of an id inside a text comes out
        as another condition, which errs to the safe side."""
        if when is None:
            return None
        for name in sorted(names(when), key=len, reverse=True):
            when = re.sub(rf"(?<![\w.]){re.escape(name)}(?!\w)", self._uses.get(name, name), when)
        return " ".join(when.split())

    def _of(self, step: Step) -> str:
        parts = [step.tool, step.agent, self.value(step.args), self.value(step.for_each), self.condition(step.when)]
        return hashlib.sha256(canonical(parts)).hexdigest()
