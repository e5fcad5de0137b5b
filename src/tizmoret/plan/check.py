"""Refuse a plan before anything runs. Each finding has a code, names its step, and says what to do, so that a planner can mend it."""

from __future__ import annotations

import contextlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from functools import lru_cache
from itertools import pairwise
from typing import Any

import jsonschema_rs

from tizmoret.errors import BadInput
from tizmoret.plan.capability import Capability
from tizmoret.plan.conditions import names
from tizmoret.plan.graph import Graph
from tizmoret.plan.manifest import resources
from tizmoret.plan.model import MAX_PLAN_BYTES, Plan, Step
from tizmoret.plan.references import FROM, ITEM, TEXT, Path, Reference, parse, references, show_path
from tizmoret.plan.types import ANY, Schema, at_path, choices, fits

MOST_FINDINGS = 50


@dataclass(frozen=True, slots=True)
class Finding:
    """code: stable. message and cure: a sentence each. argument: a path inside the step's arguments."""

    code: str
    step: str | None
    message: str
    cure: str = ""
    argument: str | None = None


Capabilities = Mapping[str, Capability]


def check(plan: Plan, capabilities: Capabilities) -> list[Finding]:
    """What is wrong with the plan, in plan order, at most MOST_FINDINGS; nothing for a plan that may run."""
    found: list[Finding] = []
    for finding in _findings(plan, capabilities):
        found.append(finding)
        if len(found) == MOST_FINDINGS:
            break
    return found


def _findings(plan: Plan, capabilities: Capabilities) -> Iterator[Finding]:
    if len(plan.canonical()) > MAX_PLAN_BYTES:
        yield Finding("too-large", None, f"The plan is over {MAX_PLAN_BYTES:,} bytes.", "Pass large values by reference.")
        return
    steps = {step.id: step for step in plan.steps}
    for id, times in Counter(step.id for step in plan.steps).items():
        if times > 1:
            yield Finding("duplicate-step", id, f"There are {times} steps with the id {id}.", "Give each step an id of its own.")
    for id in plan.answer:
        if id not in steps:
            yield Finding("unknown-step", None, f"The answer names {id}, which is no step.", _near(id, steps))
    for step in plan.steps:
        yield from _one_step(step, steps, capabilities)
    if findings := [*_askers(plan)]:
        yield from findings
        return
    graph = Graph(plan)
    cycle = graph.cycle()
    if cycle:
        yield Finding(
            "cycle", cycle[0], f"These steps wait for each other: {', '.join(cycle[:10])}.", "Remove one of the references or `after`."
        )
        return
    # What a call asks for is used by that call, and kept apart from what else writes by its locks.
    written = plan.as_written
    yield from _unused(written, graph, capabilities)
    yield from _races(written, graph, capabilities)


# -- one step


def _one_step(step: Step, steps: Mapping[str, Step], capabilities: Capabilities) -> Iterator[Finding]:
    capability = capabilities.get(step.uses)
    kind = "tool" if step.tool else "agent"
    if capability is None or capability.kind != kind:
        near = _near(step.uses, [name for name, found in capabilities.items() if found.kind == kind])
        yield Finding(f"unknown-{kind}", step.id, f"There is no {kind} {step.uses}.", near)
        return
    if capability.kind == "agent" and capability.effect != "none":
        yield Finding("effect-in-agent", step.id, f"The agent {step.uses} would have an effect.", "Put the effect into a step of its own.")
    for name in step.fallbacks:
        fallback = capabilities.get(name)
        if fallback is None or fallback.kind != "agent":
            near = _near(name, [name for name, found in capabilities.items() if found.kind == "agent"])
            yield Finding("unknown-fallback", step.id, f"The fallback {name} is no agent.", near)
    if capability.effect != "none" and step.fallbacks:
        yield Finding("unknown-fallback", step.id, "A step with an effect has no fallbacks: it must not happen twice.", "Remove them.")
    yield from _order_and_condition(step, steps)
    try:
        found = list(references(step.args))
        each = None if step.for_each is None else parse(step.for_each)
    except ValueError as error:
        yield Finding("bad-reference", step.id, f"A reference of {step.id} cannot be read: {error}.", 'Write {"$from": "step.path"}.')
        return
    item = ANY
    if step.for_each is not None:
        item, problem = _item_schema(step, each, steps, capabilities)
        if problem is not None:
            yield problem
    yield from _arguments(step, capability, found, item, steps, capabilities)


def _askers(plan: Plan) -> Iterator[Finding]:
    """Whoever asks for a step stands before it."""
    before: set[str] = set()
    for step in plan.steps:
        if step.asked_by is not None and step.asked_by.step not in before:
            message = f"{step.id} is said to be asked for by {step.asked_by.step}, which does not stand before it."
            yield Finding("unknown-step", step.id, message, "Leave `asked_by` out.", "asked_by")
        before.add(step.id)


def _order_and_condition(step: Step, steps: Mapping[str, Step]) -> Iterator[Finding]:
    for before in step.after:
        if before not in steps:
            yield Finding("unknown-step", step.id, f"{step.id} comes after {before}, which is no step.", _near(before, steps))
    if step.when is None:
        return
    try:
        for name in sorted(names(step.when) - steps.keys()):
            yield Finding("condition", step.id, f"The condition of {step.id} reads {name}, which is no step.", _near(name, steps), "when")
    except BadInput as error:
        yield Finding("condition", step.id, error.detail, error.cure, "when")


def _item_schema(
    step: Step, each: Reference | None, steps: Mapping[str, Step], capabilities: Capabilities
) -> tuple[Schema, Finding | None]:
    """The schema of one item of `for_each`."""
    cure = 'Write {"$from": "step.path"} to a list.'
    if each is None or each.step is None:
        return ANY, Finding("for-each-not-a-list", step.id, f"`for_each` of {step.id} is no reference to a step.", cure, "for_each")
    source = _output(each, steps, capabilities)
    if source is None:
        return ANY, _no_such_output(step, each, ("for_each",), steps)
    for choice in choices(source[0], source[1]):
        if choice.get("type") in (None, "array"):
            return {**choice.get("items", ANY), "$defs": source[1].get("$defs", {})}, None
    return ANY, Finding("for-each-not-a-list", step.id, f"{each} is not a list.", cure, "for_each")


def _output(reference: Reference, steps: Mapping[str, Step], capabilities: Capabilities) -> tuple[Schema, Schema] | None:
    """(schema, root) of what a reference to a step leads to; None where it leads nowhere."""
    source = steps.get(reference.step or "")
    if source is None:
        return None
    capability = capabilities.get(source.uses)
    if capability is None:
        return ANY, ANY  # reported with that step
    root = capability.output
    # Steps mapped over a list give a list of outputs.
    schema = {"type": "array", "items": root} if source.for_each is not None else root
    found = at_path(schema, root, reference.path)
    return None if found is None else (found, root)


def _no_such_output(step: Step, reference: Reference, at: Path, steps: Mapping[str, Step]) -> Finding:
    argument = show_path(at).lstrip(".")
    if reference.step is None or reference.step not in steps:
        message = f"{argument} of {step.id} refers to {reference.step}, which is no step."
        return Finding("unknown-step", step.id, message, _near(reference.step or "", steps), argument)
    message = f"{argument} of {step.id} refers to {reference}, which {steps[reference.step].uses} does not give."
    return Finding("edge-type", step.id, message, "Refer to a field of its output.", argument)


def _arguments(
    step: Step,
    capability: Capability,
    found: list[tuple[Path, Reference]],
    item: Schema,
    steps: Mapping[str, Step],
    capabilities: Capabilities,
) -> Iterator[Finding]:
    schema = capability.arguments
    properties = schema.get("properties", {})
    for name in step.args:
        closed = bool(properties) or schema.get("additionalProperties") is False
        if closed and name not in properties and not schema.get("additionalProperties"):
            yield Finding("unknown-argument", step.id, f"{step.uses} takes no {name}.", _near(name, properties), name)
    for name in schema.get("required", ()):
        if name not in step.args:
            yield Finding("missing-argument", step.id, f"{step.uses} needs {name}.", f"Give {name} a value or a reference.", name)
    for name, value in step.args.items():
        if name in properties:
            yield from _literals(step, name, value, properties[name], schema)
    for at, reference in found:
        yield from _edge(step, at, reference, schema, item, steps, capabilities)


def _literals(step: Step, name: str, value: Any, schema: Schema, root: Schema, at: Path = ()) -> Iterator[Finding]:
    """What is written in the plan itself is validated now; around references the parts are validated one by one."""
    where = at or (name,)
    if _is_reference(value):
        return
    if isinstance(value, dict) and set(value) == {TEXT}:
        value = ""  # joined to a text at run time
        if not any(choice.get("type") in (None, "string") for choice in choices(schema, root)):
            argument = show_path(where).lstrip(".")
            yield Finding("argument-type", step.id, f"{argument} of {step.id} is a text, which {step.uses} does not take.", "", argument)
        return
    if next(references(value), None) is None and not _holds_text(value):
        problem = _invalid(value, schema, root)
        if problem:
            argument = show_path(where).lstrip(".")
            yield Finding("argument-type", step.id, f"{argument} of {step.id} does not fit: {problem}.", _wanted(schema, root), argument)
        return
    for choice in choices(schema, root):
        if isinstance(value, list) and choice.get("type") in (None, "array"):
            for index, inner in enumerate(value):
                yield from _literals(step, name, inner, choice.get("items", ANY), root, (*where, index))
            return
        if isinstance(value, dict) and choice.get("type") in (None, "object"):
            for key, inner in value.items():
                yield from _literals(step, name, inner, choice.get("properties", {}).get(key, ANY), root, (*where, key))
            return
    argument = show_path(where).lstrip(".")
    yield Finding("argument-type", step.id, f"{argument} of {step.id} does not fit.", _wanted(schema, root), argument)


def _is_reference(value: Any) -> bool:
    return isinstance(value, dict) and len(value) == 1 and (FROM in value or ITEM in value)


def _holds_text(value: Any) -> bool:
    if isinstance(value, dict):
        return TEXT in value or any(_holds_text(inner) for inner in value.values())
    return isinstance(value, list) and any(_holds_text(inner) for inner in value)


def _invalid(value: Any, schema: Schema, root: Schema) -> str:
    """Why a literal does not fit, or nothing."""
    whole = json.dumps({**schema, "$defs": root.get("$defs", {})}, sort_keys=True)
    try:
        _validator(whole).validate(value)
    except jsonschema_rs.ValidationError as error:
        return str(error.message)[:200]
    return ""


def _is_date_time(text: str) -> bool:
    """As the tools read it: without a zone it is meant in the workspace's own, which RFC 3339 does not know."""
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


@lru_cache(maxsize=4096)
def _validator(schema: str) -> Any:
    return jsonschema_rs.validator_for(json.loads(schema), validate_formats=True, formats={"date-time": _is_date_time})


def _wanted(schema: Schema, root: Schema) -> str:
    kinds = [str(choice.get("format") or choice.get("type") or "value") for choice in choices(schema, root)]
    return f"Give a value of type {', '.join(dict.fromkeys(kinds))}, or a reference to a step that returns one."


def _edge(
    step: Step, at: Path, reference: Reference, schema: Schema, item: Schema, steps: Mapping[str, Step], capabilities: Capabilities
) -> Iterator[Finding]:
    argument = show_path(at).lstrip(".")
    if reference.step is None:
        if step.for_each is None:
            yield Finding(
                "item-outside-for-each", step.id, f"{argument} of {step.id} uses $item without `for_each`.", "Add `for_each`.", argument
            )
            return
        given: tuple[Schema, Schema] | None = None
        inner = at_path(item, item, reference.path)
        given = None if inner is None else (inner, item)
    else:
        given = _output(reference, steps, capabilities)
    if given is None:
        if reference.step is None:
            yield Finding(
                "edge-type", step.id, f"{argument} of {step.id} refers to {reference}, which the items do not have.", "", argument
            )
        else:
            yield _no_such_output(step, reference, at, steps)
        return
    taken = at_path(schema, schema, at)
    if taken is not None and not _inside_text(step.args, at) and not fits(given[0], given[1], taken, schema):
        message = f"{argument} of {step.id} cannot take {reference}."
        yield Finding("edge-type", step.id, message, _wanted(taken, schema), argument)


def _inside_text(args: Any, at: Path) -> bool:
    """Whether the place stands inside a $text, where every value becomes a text."""
    value = args
    for part in at:
        if isinstance(value, dict) and TEXT in value:
            return True
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            return True
    return isinstance(value, dict) and TEXT in value


# -- the whole


def _unused(plan: Plan, graph: Graph, capabilities: Capabilities) -> Iterator[Finding]:
    """A step that only reads, which the plan's answer leaves out and nothing uses, is a mistake of the planner."""
    if not plan.answer:
        return
    for step in plan.steps:
        capability = capabilities.get(step.uses)
        if capability is None or capability.effect != "none" or step.id in plan.answer or graph.successors[step.id]:
            continue
        yield Finding(
            "unused-output", step.id, f"Nothing uses the output of {step.id}.", "Use it, put it into `answer`, or remove the step."
        )


def _races(plan: Plan, graph: Graph, capabilities: Capabilities) -> Iterator[Finding]:
    """Two steps that write one thing must have an order."""
    writers: dict[str, list[str]] = {}
    for step in plan.steps:
        capability = capabilities.get(step.uses)
        if capability is not None and capability.effect != "none":
            with contextlib.suppress(ValueError):  # a reference that cannot be read is reported with its step
                for resource in resources(step, capability):
                    writers.setdefault(resource, []).append(step.id)
    contested = {resource: ids for resource, ids in writers.items() if len(ids) > 1}
    if not contested:
        return
    ancestors = graph.ancestors()
    place = {id: 1 << number for number, id in enumerate(graph.predecessors)}
    for resource, ids in contested.items():
        order = sorted(ids, key=lambda id: ancestors[id].bit_count())
        for first, second in pairwise(order):
            if not ancestors[second] & place[first]:
                message = f"{first} and {second} both write {resource}, and neither waits for the other."
                yield Finding("race", second, message, f"Add {first} to `after` of {second}.")


def _near(name: str, known: Any) -> str:
    close = get_close_matches(name, list(known), n=3, cutoff=0.5)
    if close:
        return f"Did you mean {', '.join(close)}?"
    some = ", ".join(sorted(known)[:8])
    return f"There are: {some}." if some else ""
