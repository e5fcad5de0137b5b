"""Workflows of WfCommons as plans: real ones, those of the older format, and files that are none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.requests.planning import builtin_catalog
from tizmoret.errors import BadInput
from tizmoret.plan.check import check
from tizmoret.plan.graph import Graph
from tizmoret.plan.wfcommons import read

FILES = sorted((Path(__file__).parents[2] / "data" / "wfcommons").glob("*.json"))


def task(id: str, parents: tuple[str, ...] = (), runtime: Any = 1.0, **rest: Any) -> dict[str, Any]:
    return {"name": id, "id": id, "parents": list(parents), "children": [], "runtimeInSeconds": runtime, **rest}


def old(*tasks: dict[str, Any], version: str = "1.4") -> str:
    """As WfFormat 1.4 has it: everything of a task in one place."""
    return json.dumps({"name": "old", "schemaVersion": version, "workflow": {"tasks": list(tasks)}})


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_workflow_becomes_a_plan_that_passes_the_check_with_every_task_and_edge(file: Path) -> None:
    plan, found = read(file.read_bytes()), json.loads(file.read_text())["workflow"]
    tasks = found["specification"]["tasks"]
    assert check(plan, builtin_catalog().capabilities) == []
    assert len(plan.steps) == len(tasks)
    assert sum(len(step.after) for step in plan.steps) == len({(p, t["id"]) for t in tasks for p in t["parents"]})
    assert sum(step.args["seconds"] for step in plan.steps) == pytest.approx(
        sum(ran["runtimeInSeconds"] for ran in found["execution"]["tasks"]), abs=0.01
    )


def test_a_fork_and_join_of_ten_tasks_has_the_path_that_was_measured() -> None:
    plan = read((FILES[0].parent / "forkjoin-10-chameleon.json").read_bytes(), 0.001)
    path = Graph(plan).critical_path({step.id: step.args["seconds"] for step in plan.steps})
    titles = {step.id: step.title for step in plan.steps}
    assert [titles[step][-2:] for step in path.steps] == ["01", "02", "10"]
    assert path.seconds == pytest.approx((100.187 + 107.353 + 99.82) / 1000)


def test_the_older_format_keeps_the_run_time_beside_the_edges_and_may_name_tasks_by_their_names() -> None:
    text = old(task("id1", name="first"), {"name": "second", "id": "id2", "parents": ["first"], "runtimeInSeconds": 2.5})
    plan = read(text)
    assert [(step.title, step.args["seconds"], step.after) for step in plan.steps] == [("first", 1.0, ()), ("second", 2.5, ("s1",))]


def test_an_edge_counts_whichever_end_names_it() -> None:
    plan = read(old(task("a", children=["b"]), task("b")))
    assert plan.steps[1].after == ("s1",)


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("no JSON", "file"),
        ("[" * 100_000, "file"),
        ("[]", "workflow"),
        ('{"workflow": []}', "workflow"),
        (old(task("a"), version="9.9"), "schemaVersion"),
        (old(), "workflow.tasks"),
        (old({"parents": []}), "workflow.tasks"),
        (old(task("a"), task("a")), "workflow.tasks"),
        (old(task("a", ("nobody",))), "parents"),
        (old(task("a", ("b",)), task("b", ("a",))), "parents"),
        (old(task("a", runtime=-1)), "runtimeInSeconds"),
        (old(task("a", runtime="long")), "runtimeInSeconds"),
        (old(task("a", runtime=float("nan"))), "runtimeInSeconds"),
        (old(task("a", parents=(), children="b")), "children"),
        (old(task("a", runtime=1e9)), "scale"),
        (json.dumps({"schemaVersion": "1.5", "workflow": {"specification": {"tasks": [task("a")]}}}), "workflow.execution"),
        (old(*(task(f"t{number}") for number in range(10_001))), "workflow.tasks"),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else None,
)
def test_a_file_that_cannot_be_run_is_refused_with_the_field_that_is_wrong(text: str, field: str) -> None:
    with pytest.raises(BadInput) as refused:
        read(text)
    assert refused.value.field == field
    assert refused.value.cure


@pytest.mark.parametrize("scale", [0.0, -1.0, float("nan"), float("inf")])
def test_a_scale_is_a_number_above_zero(scale: float) -> None:
    with pytest.raises(BadInput, match="scale"):
        read(old(task("a")), scale)
