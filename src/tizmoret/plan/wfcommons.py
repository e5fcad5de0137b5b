"""Workflows of scientists as plans: WfCommons instances (WfFormat 1.4 to 1.6, Coleman et al. 2022) become steps that wait as long as each task
took. What the tasks did is left out; what depends on what, and for how long, is kept. See https://wfcommons.org/format."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from tizmoret.errors import BadInput
from tizmoret.plan.graph import Graph
from tizmoret.plan.model import MAX_STEPS, Plan, Step

VERSIONS = ("1.4", "1.5", "1.6")
LONGEST = 86_400.0  # seconds of one step
WAIT = "time.wait"


def read(text: str | bytes, scale: float = 1.0) -> Plan:
    """The plan of one instance; its steps keep the order of the file. scale: plan seconds per second of the file, above 0.

    Raises BadInput with the field that is wrong."""
    if not (math.isfinite(scale) and scale > 0):
        raise BadInput("`scale` must be a number above 0.", cure="Give 0.001 to run a thousand times faster.", field="scale")
    document = _document(text)
    tasks = _tasks(document)
    seconds = {id: _seconds(id, task, scale) for id, task in tasks.items()}
    parents = _parents(tasks)
    steps = {id: f"s{number}" for number, id in enumerate(tasks, start=1)}
    name = str(document.get("name", ""))[:200]
    plan = Plan(
        request=f"WfCommons: {name}",
        goal=str(document.get("description", ""))[:2000],
        steps=tuple(
            Step(
                id=steps[id],
                title=str(tasks[id].get("name") or id)[:300],
                tool=WAIT,
                args={"seconds": seconds[id]},
                after=tuple(steps[parent] for parent in parents[id]),
            )
            for id in tasks
        ),
    )
    if cycle := Graph(plan).cycle():
        names = {step: id for id, step in steps.items()}
        raise _bad(f"the tasks {', '.join(names[step] for step in cycle[:5])} wait for one another", "parents")
    return plan


def _bad(what: str, field: str) -> BadInput:
    return BadInput(f"This is no WfCommons workflow that can be run: {what}.", cure="Take a file in WfFormat 1.4 to 1.6.", field=field)


def _document(text: str | bytes) -> Mapping[str, Any]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _bad(f"it is not JSON ({error})", "file") from error
    if not isinstance(document, dict) or not isinstance(document.get("workflow"), dict):
        raise _bad("it has no `workflow`", "workflow")
    version = str(document.get("schemaVersion", ""))
    if version not in VERSIONS:
        raise _bad(f"its schemaVersion is {version[:20] or 'missing'}", "schemaVersion")
    return document


def _tasks(document: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """By id, with the run time beside the edges: from 1.5 on they stand in two lists."""
    workflow = document["workflow"]
    if "specification" not in workflow:
        return _by_id(workflow.get("tasks"), "workflow.tasks")
    tasks = _by_id(_part(workflow, "specification").get("tasks"), "workflow.specification.tasks")
    ran = _by_id(_part(workflow, "execution").get("tasks"), "workflow.execution.tasks")
    return {id: {**ran.get(id, {}), **task} for id, task in tasks.items()}


def _part(workflow: Mapping[str, Any], name: str) -> dict[str, Any]:
    part = workflow.get(name)
    if not isinstance(part, dict):
        raise _bad(f"`{name}` is missing", f"workflow.{name}")
    return part


def _by_id(tasks: Any, field: str) -> dict[str, dict[str, Any]]:
    if not isinstance(tasks, list) or not tasks or not all(isinstance(task, dict) for task in tasks):
        raise _bad(f"`{field}` is not a list of tasks", field)
    if len(tasks) > MAX_STEPS:
        raise _bad(f"it has {len(tasks):,} tasks, and a plan has at most {MAX_STEPS:,} steps", field)
    found: dict[str, dict[str, Any]] = {}
    for task in tasks:
        id = task.get("id") or task.get("name")
        if not isinstance(id, str):
            raise _bad("a task has no `id`", field)
        if id in found:
            raise _bad(f"two tasks are called {id[:80]}", field)
        found[id] = task
    return found


def _seconds(id: str, task: Mapping[str, Any], scale: float) -> float:
    told = task.get("runtimeInSeconds", task.get("runtime"))
    if isinstance(told, bool) or not isinstance(told, int | float) or not math.isfinite(told) or told < 0:
        raise _bad(f"the task {id[:80]} has no `runtimeInSeconds` of 0 or more", "runtimeInSeconds")
    seconds = told * scale
    if seconds > LONGEST:
        cure = f"Give a `scale` of at most {LONGEST / told:.2g}."
        raise BadInput(
            f"The task {id[:80]} would wait {seconds:,.0f} seconds, and a step may take {LONGEST:,.0f}.", cure=cure, field="scale"
        )
    return round(seconds, 6)


def _parents(tasks: Mapping[str, Mapping[str, Any]]) -> dict[str, list[str]]:
    """Edges stand at both of their ends, and some files name tasks instead of their ids."""
    names: dict[str, str] = {}
    for id, task in tasks.items():
        names.setdefault(str(task.get("name", id)), id)
    edges: dict[str, dict[str, None]] = {id: {} for id in tasks}
    for id, task in tasks.items():
        for parent in _named(task, "parents", id):
            edges[id][_known(parent, tasks, names, id)] = None
        for child in _named(task, "children", id):
            edges[_known(child, tasks, names, id)][id] = None
    return {id: list(parents) for id, parents in edges.items()}


def _named(task: Mapping[str, Any], field: str, id: str) -> list[Any]:
    found = task.get(field) or []
    if not isinstance(found, list):
        raise _bad(f"`{field}` of {id[:80]} is not a list", field)
    return found


def _known(name: Any, tasks: Mapping[str, Any], names: Mapping[str, str], by: str) -> str:
    if isinstance(name, str) and name in tasks:
        return name
    if isinstance(name, str) and name in names:
        return names[name]
    raise _bad(f"{by[:80]} refers to {str(name)[:80]}, which is no task", "parents")
