"""What a new execution takes over from one that has ended when it goes on from one of its steps. Pure.

Kept is what ended before that step, or beside it: whatever neither follows it nor anything else that runs anew. A kept step does not run
again, so its effect does not either. An effect that happened, or of which nobody knows, and that would happen again, asks first, also where
its tool alone would not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from tizmoret.engine import events as e
from tizmoret.engine.state import State, units
from tizmoret.errors import BadInput
from tizmoret.plan.capability import Capability
from tizmoret.plan.graph import Graph
from tizmoret.plan.manifest import asks
from tizmoret.plan.model import Plan, Step

Told = e.SharedWritten | e.MessageSent


@dataclass(frozen=True, slots=True)
class Fork:
    """Where a new execution goes on from, its plan, and what it keeps."""

    source: UUID
    step: str
    plan: Plan
    planner: str
    kept: tuple[e.StepKept | e.StepSkipped, ...]
    told: tuple[Told, ...]  # what the kept steps wrote for the others, and their messages
    args: Mapping[str, Any]  # of the kept steps, as they are stored


@dataclass(frozen=True, slots=True)
class Source:
    """An execution that has ended, as far as another one can go on from it. told: what its steps wrote for each other, in the order of the
    log. args: of its steps, as they are stored."""

    id: UUID
    plan: Plan
    planner: str
    state: State
    told: Sequence[Told]
    args: Mapping[str, Any]


def fork(source: Source, step: str, args: Mapping[str, Any] | None, capabilities: Mapping[str, Capability]) -> Fork:
    """args: those that change, None for one that goes; all others stay as planned, with where they come from.

    Raises BadInput for a step that the plan has not."""
    # What calls asked for stays with the execution in which they did: the ones that run anew ask again.
    plan, state = source.plan.as_written, source.state
    by = next((known.asked_by for known in source.plan.steps if known.id == step and known.asked_by is not None), None)
    if by is not None:
        raise BadInput(f"{step} was asked for by {by.step} while it ran.", cure=f"Go on from {by.step}.", field="step")
    if all(step != known.id for known in plan.steps):
        raise BadInput(f"The plan has no step {step[:80]!r}.", cure="Give the id of one of its steps.", field="step")
    kept = _kept(plan, state, step, _undone(source.plan, state))
    again = {id for id, item in state.acted if state.look(id, item).undo != "undone"} | {
        id for id, _, unit in units(state) if unit.intended
    }
    steps = tuple(_anew(one, one.id == step, args, one.id in again - kept.keys(), capabilities.get(one.uses)) for one in plan.steps)
    anew = plan.model_copy(update={"steps": steps, "version": 1})
    return Fork(source.id, step, anew, source.planner, tuple(_events(source.id, state, kept)), tuple(_told(source.told, kept)), source.args)


def _anew(step: Step, chosen: bool, args: Mapping[str, Any] | None, acted: bool, capability: Capability | None) -> Step:
    changes: dict[str, Any] = {}
    if chosen and args:
        changes["args"] = {name: value for name, value in {**step.args, **args}.items() if name not in args or value is not None}
    if acted and capability is not None and not asks(step, capability):
        changes["needs_approval"] = True
    return step.model_copy(update=changes) if changes else step


def _undone(plan: Plan, state: State) -> set[str]:
    """The steps that were taken back, and those of which something was that they had asked for."""
    found = {id for id, _, unit in units(state) if unit.undo in ("undoing", "undone")}
    for step in reversed(plan.steps):  # whoever asks stands before what it asks for
        if step.id in found and step.asked_by is not None:
            found.add(step.asked_by.step)
    return found


def _kept(plan: Plan, state: State, step: str, undone: Container[str]) -> dict[str, str]:
    """The steps that are kept, with how they ended."""
    graph = Graph(plan)
    kept: dict[str, str] = {}
    for id in graph.topological():
        if id != step and id not in undone and graph.predecessors[id] <= kept.keys():
            unit = state.look(id)
            if unit.status == "completed" or (unit.status == "skipped" and unit.reason == "condition"):
                kept[id] = unit.status
    return kept


def _events(source: UUID, state: State, kept: Mapping[str, str]) -> Iterator[e.StepKept | e.StepSkipped]:
    for id, status in kept.items():
        if status == "completed":
            yield e.StepKept(id, state.outputs[id], state.labels[id], str(source))
        else:
            yield e.StepSkipped(id, "condition")


def _told(told: Sequence[Told], kept: Container[str]) -> Iterator[Told]:
    """Numbered anew, since what the others wrote is not taken over."""
    versions: Counter[str] = Counter()
    numbers: dict[int, int] = {}
    for event in told:
        if event.step not in kept:
            continue
        if isinstance(event, e.SharedWritten):
            versions[event.key] += 1
            yield msgspec.structs.replace(event, version=versions[event.key])
        else:
            numbers[event.number] = len(numbers) + 1
            answers = None if event.answers is None else numbers.get(event.answers)
            yield msgspec.structs.replace(event, number=numbers[event.number], answers=answers)
