"""One fault put into a sound plan, by class: what `check` must refuse it for. A mutation that a plan has no place for gives None."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from tizmoret.catalog.catalog import Catalog
from tizmoret.plan.references import FROM, references

Content = dict[str, Any]
Mutation = Callable[[Content, Catalog], "Content | None"]
MUTATIONS: dict[str, tuple[str, Mutation]] = {}


def mutation(code: str) -> Callable[[Mutation], Mutation]:
    def add(function: Mutation) -> Mutation:
        MUTATIONS[function.__name__] = code, lambda content, catalog: function(copy.deepcopy(content), catalog)
        return function

    return add


def _first(content: Content, holds: Callable[[Content], object]) -> Content | None:
    return next((step for step in content["steps"] if holds(step)), None)


def _referring(content: Content) -> Content | None:
    return _first(content, lambda step: any(reference.step is not None for _, reference in references(step.get("args", {}))))


def _aimed(value: Any, target: str) -> Any:
    """`value` with its references leading elsewhere."""
    if isinstance(value, dict):
        return {FROM: target} if set(value) == {FROM} else {key: _aimed(inner, target) for key, inner in value.items()}
    return [_aimed(inner, target) for inner in value] if isinstance(value, list) else value


@mutation("unknown-tool")
def a_tool_that_there_is_not(content: Content, catalog: Catalog) -> Content | None:
    step = _first(content, lambda step: "tool" in step)
    return step and {**content, "steps": [{**one, "tool": one["tool"] + "x"} if one is step else one for one in content["steps"]]}


@mutation("unknown-agent")
def a_tool_called_an_agent(content: Content, catalog: Catalog) -> Content | None:
    step = _first(content, lambda step: "tool" in step)
    if step is not None:
        step["agent"] = step.pop("tool")
    return content if step else None


@mutation("duplicate-step")
def one_id_twice(content: Content, catalog: Catalog) -> Content:
    content["steps"].append(dict(content["steps"][0]))
    return content


@mutation("unknown-step")
def an_order_behind_nothing(content: Content, catalog: Catalog) -> Content:
    content["steps"][-1]["after"] = ["nowhere"]
    return content


@mutation("unknown-step")
def a_reference_to_nothing(content: Content, catalog: Catalog) -> Content | None:
    step = _referring(content)
    if step is not None:
        step["args"] = _aimed(step["args"], "nowhere.value")
    return content if step else None


@mutation("unknown-step")
def an_answer_that_is_no_step(content: Content, catalog: Catalog) -> Content:
    return {**content, "answer": ["nowhere"]}


@mutation("edge-type")
def a_field_that_is_not_given(content: Content, catalog: Catalog) -> Content | None:
    step = _referring(content)
    if step is not None:
        reference = next(reference for _, reference in references(step["args"]) if reference.step is not None)
        step["args"] = _aimed(step["args"], f"{reference.step}.no_such_field")
    return content if step else None


@mutation("bad-reference")
def a_reference_that_is_none(content: Content, catalog: Catalog) -> Content | None:
    step = _referring(content)
    if step is not None:
        step["args"] = _aimed(step["args"], "..")
    return content if step else None


@mutation("cycle")
def steps_that_wait_for_each_other(content: Content, catalog: Catalog) -> Content | None:
    step = _referring(content)
    if step is None:
        return None
    before = next(reference.step for _, reference in references(step["args"]) if reference.step is not None)
    source = _first(content, lambda one: one["id"] == before)
    if source is not None:
        source["after"] = [step["id"]]
    return content if source else None


@mutation("unknown-argument")
def an_argument_that_nobody_takes(content: Content, catalog: Catalog) -> Content:
    content["steps"][0].setdefault("args", {})["no_such_argument"] = 1
    return content


@mutation("missing-argument")
def an_argument_left_out(content: Content, catalog: Catalog) -> Content | None:
    for step in content["steps"]:
        required = catalog.capabilities[step.get("tool") or step["agent"]].arguments.get("required", ())
        if required:
            step["args"].pop(required[0])
            return content
    return None


@mutation("argument-type")
def a_value_of_another_type(content: Content, catalog: Catalog) -> Content | None:
    for step in content["steps"]:
        properties = catalog.capabilities[step.get("tool") or step["agent"]].arguments["properties"]
        name = next((name for name, schema in properties.items() if schema.get("type") in ("string", "integer", "number")), None)
        if name is not None:
            step.setdefault("args", {})[name] = [{"not": "that"}]
            return content
    return None


@mutation("condition")
def a_condition_that_is_none(content: Content, catalog: Catalog) -> Content:
    content["steps"][-1]["when"] = "size(nowhere) >"
    return content


@mutation("for-each-not-a-list")
def each_of_no_list(content: Content, catalog: Catalog) -> Content:
    content["steps"][-1]["for_each"] = {"documents": "all"}
    return content


@mutation("item-outside-for-each")
def an_item_of_nothing(content: Content, catalog: Catalog) -> Content | None:
    step = _first(content, lambda step: step.get("args") and "for_each" not in step)
    if step is not None:
        step["args"][next(iter(step["args"]))] = {"$item": "id"}
    return content if step else None


@mutation("unknown-fallback")
def a_fallback_for_an_effect(content: Content, catalog: Catalog) -> Content | None:
    step = _first(content, lambda step: catalog.capabilities[step.get("tool") or step["agent"]].effect != "none")
    if step is not None:
        step["fallbacks"] = ["analysis"]
    return content if step else None


@mutation("race")
def a_second_writer_without_order(content: Content, catalog: Catalog) -> Content | None:
    for step in content["steps"]:
        capability = catalog.capabilities[step.get("tool") or step["agent"]]
        if capability.effect != "none" and capability.locks and "for_each" not in step:
            content["steps"].append({**step, "id": "again"})
            return content
    return None


@mutation("unused-output")
def a_step_that_nobody_needs(content: Content, catalog: Catalog) -> Content:
    content["steps"].append({"id": "idle", "tool": "time.now", "args": {}})
    return content
