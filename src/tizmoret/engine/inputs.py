"""What goes into the calls of one execution: their arguments, where these come from, and what earlier attempts asked for."""

from __future__ import annotations

from typing import Any

from tizmoret.catalog.growing import NOTHING_ASKED, Asked, StepEnd
from tizmoret.catalog.tool import Answered
from tizmoret.engine.effects import fingerprint
from tizmoret.engine.environment import Environment
from tizmoret.engine.events import Item
from tizmoret.engine.prepared import Prepared
from tizmoret.engine.records import Record
from tizmoret.engine.scheduler import Scheduler
from tizmoret.plan.capability import Capability
from tizmoret.plan.labels import PERSON, Label, join
from tizmoret.plan.model import Step
from tizmoret.plan.references import resolve


class Inputs:
    """prepared: grows while the planner still writes, and when calls ask for more steps."""

    def __init__(self, env: Environment, record: Record, prepared: Prepared, scheduler: Scheduler) -> None:
        self._env = env
        self._record = record
        self._state = record.state
        self.prepared = prepared
        self._scheduler = scheduler
        self._labels: dict[str, Label] = {}  # of the arguments: what they are made of does not change any more

    def step(self, id: str) -> Step:
        return self.prepared.steps[id]

    def capability(self, id: str) -> Capability:
        return self.prepared.capabilities[id]

    async def outputs(self, id: str) -> dict[str, Any]:
        """The outputs that a step may refer to."""
        found = {}
        for before in self._scheduler.needs(id):
            each = self.step(before).for_each is not None
            found[before] = await self._env.values.load(self._record.workspace, self._state.outputs[before], each=each)
        return found

    def label(self, id: str) -> Label:
        """Where this step's arguments come from: the person, everything they are made of, and what the call knew that asked for it."""
        known = self._labels.get(id)
        if known is None:
            made_of = [Label.from_json(self._state.labels[before]) for before in self._scheduler.needs(id)]
            by = self.step(id).asked_by
            if by is not None:
                made_of.append(Label.from_json(self._state.look(by.step, by.item).knew))
            known = self._labels[id] = join([PERSON, *made_of])
        return known

    def heard(self, id: str, item: Item) -> Label:
        """Of all that came of the steps that a call asked for."""
        return join(
            Label.from_json(self._state.labels[one]) for one in self.prepared.asked.get((id, item), ()) if one in self._state.labels
        )

    async def arguments(self, id: str, item: Item) -> Any:
        """One call's exact arguments. Raises ArgumentMismatch."""
        step = self.step(id)
        edited = self._state.look(id).approved_args
        if edited is not None:
            return edited if item is None else edited[item]
        outputs = await self.outputs(id)
        if item is None:
            return resolve(step.args, outputs, step=id)
        return resolve(step.args, outputs, resolve(step.for_each, outputs, step=id)[item], step=id)

    async def all_arguments(self, id: str) -> Any:
        """What a gate shows: the arguments of the call, or of every call of a `for_each` step."""
        items = self._state.steps[id].items if id in self._state.steps else None
        if items is None:
            return await self.arguments(id, None)
        return [await self.arguments(id, item) for item in range(len(items))]

    async def given(self, id: str) -> tuple[Any, str]:
        """The output of a step that has completed, and as people read it."""
        step = self.step(id)
        output = await self._env.values.load(self._record.workspace, self._state.outputs[id], each=step.for_each is not None)
        outputs = output if step.for_each is not None else [output]
        return output, "\n\n".join(self._env.catalog.show(step.uses, one, self.prepared.plan.language) for one in outputs)

    async def answered(self, id: str, item: Item) -> Answered | None:
        told = await self._env.values.load(self._record.workspace, self._state.look(id, item).answered)
        return None if told is None else Answered(told["state"], told["answer"])

    async def asked(self, id: str, item: Item) -> Asked:
        """What became of the steps that this call asked for before."""
        ids = self.prepared.asked.get((id, item), ())
        if not ids:
            return NOTHING_ASKED
        left = await self._env.values.load(self._record.workspace, self._state.look(id, item).left)
        return Asked(tuple([await self._step_end(one) for one in ids]), left)

    async def _step_end(self, id: str) -> StepEnd:
        step, status = self.step(id), self._state.status(id)
        output, shown = await self.given(id) if status == "completed" else (None, "")
        assert step.asked_by is not None
        reason = self._state.look(id).reason or ""
        return StepEnd(id, step.title, step.uses, step.args, status, output, reason, shown, step.asked_by.round)

    def mark(self, id: str, args: Any) -> str:
        return fingerprint(self.prepared.mark(id), id, args, self.label(id).to_json())
