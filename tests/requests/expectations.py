"""What must come of a request, as corpus.yaml and heldout.yaml write it, and whether it did."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field

from tizmoret.plan.capability import Capability
from tizmoret.plan.model import Plan, Step
from tizmoret.plan.references import FROM, ITEM, references
from tizmoret.planner.planner import Planned, Question

HERE = Path(__file__).parent


class Expectation(BaseModel):
    """uses: each must be in the plan; `a|b` is either. only: no other tools or agents than `uses`. args: of a used one, by dotted path
    (`period.start`; `query|name` is either): the value, or `~part` for a text that holds the part, or `$x` for a reference into the output
    of `x`, or null for an argument that must not be given. edges: `a > b`, b takes a value from a. effects: the steps with an effect, all of
    them and no other. question: there must be no plan; `asks`: a word of the question. world: for the end-to-end tests, what the answer or
    the folder must hold at the end."""

    model_config = ConfigDict(extra="forbid")
    id: str
    request: str
    uses: list[str] = Field(default_factory=list)
    only: bool = False
    args: dict[str, dict[str, Any]] = Field(default_factory=dict)
    edges: list[str] = Field(default_factory=list)
    effects: list[str] = Field(default_factory=list)
    question: bool = False
    asks: str = ""
    answers: list[str] = Field(default_factory=list)
    world: str = ""


def load(name: str) -> list[Expectation]:
    return [Expectation.model_validate(entry) for entry in yaml.safe_load((HERE / name).read_text("utf-8"))]


def faults(wanted: Expectation, outcome: Planned | Question, capabilities: dict[str, Capability]) -> list[str]:
    """What is not as it must be; nothing where all is."""
    if isinstance(outcome, Question):
        if not wanted.question:
            return [f"a question: {outcome.text}"]
        return [f"the question does not speak of {wanted.asks}: {outcome.text}"] if wanted.asks.lower() not in outcome.text.lower() else []
    if wanted.question:
        return [f"a plan: {[step.uses for step in outcome.plan.steps]}"]
    return list(_plan_faults(wanted, outcome.plan, capabilities))


def _plan_faults(wanted: Expectation, plan: Plan, capabilities: dict[str, Capability]) -> Iterator[str]:
    used = [step.uses for step in plan.steps]
    for names in wanted.uses:
        if not _steps(plan, names):
            yield f"no {names} in {used}"
    if wanted.only and (more := [name for name in used if not any(name in names.split("|") for names in wanted.uses)]):
        yield f"also {more}"
    effects = sorted(step.uses for step in plan.steps if capabilities[step.uses].effect != "none")
    if effects != sorted(wanted.effects):
        yield f"effects {effects}, not {sorted(wanted.effects)}"
    for names, args in wanted.args.items():
        steps = _steps(plan, names)
        for path, value in args.items():
            if steps and not any(holds(step, path, value, plan) for step in steps):
                yield f"{names}.{path} is {[_at(step.args, path) for step in steps]}, not {value}"
    for edge in wanted.edges:
        before, after = (part.strip() for part in edge.split(">"))
        sources = {step.id for step in _steps(plan, before)}
        if not any(sources & _sources(step) for step in _steps(plan, after)):
            yield f"no edge {edge}"


def _steps(plan: Plan, names: str) -> list[Step]:
    return [step for step in plan.steps if step.uses in names.split("|")]


def _sources(step: Step) -> set[str]:
    found = {reference.step for _, reference in references([step.args, step.for_each or {}]) if reference.step}
    return found | set(step.after)


def _at(args: Any, path: str) -> Any:
    for names in path.split("."):
        if not isinstance(args, dict):
            return None
        args = next((args[name] for name in names.split("|") if name in args), None)
    return args


def holds(step: Step, path: str, value: Any, plan: Plan) -> bool:
    found = _at(step.args, path)
    if isinstance(value, str) and value.startswith("~"):
        return isinstance(found, str) and value[1:].casefold() in found.casefold()
    if isinstance(value, str) and value.startswith("$"):
        sources = {reference.step for _, reference in references([found])}
        item = isinstance(found, dict) and ITEM in found and bool(step.for_each) and {step.for_each[FROM].split(".")[0]}
        return any(one.uses in value[1:].split("|") for one in plan.steps if one.id in (item or sources))
    return bool(found == value)
