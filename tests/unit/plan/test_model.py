from __future__ import annotations

import copy
from typing import Any

import pytest
from pydantic import ValidationError

from tizmoret.plan.model import MAX_STEPS, Plan

from .world import GOOD, plan


def _changed(**fields: Any) -> dict[str, Any]:
    return {**copy.deepcopy(GOOD), **fields}


def test_the_hash_does_not_depend_on_key_order_defaults_or_version() -> None:
    turned = {key: copy.deepcopy(GOOD[key]) for key in reversed(GOOD)}
    turned["steps"] = [{key: step[key] for key in reversed(step)} for step in turned["steps"]]

    assert plan(turned).hash == plan(GOOD).hash
    assert plan(_changed(version=7, language="en", goal="")).hash == plan(GOOD).hash


def test_the_hash_covers_everything_a_person_approves() -> None:
    hashes = {plan(GOOD).hash}
    for step, change in [
        (0, {"args": {"query": "gra1n", "limit": 10}}),
        (1, {"title": "x"}),
        (2, {"when": "true"}),
        (3, {"after": []}),
        (3, {"needs_approval": True}),
        (3, {"retry": {"attempts": 2}}),
        (0, {"timeout": 1.0}),
    ]:
        content = copy.deepcopy(GOOD)
        content["steps"][step].update(change)
        hashes.add(plan(content).hash)
    hashes.add(plan(_changed(steps=list(reversed(GOOD["steps"])))).hash)
    hashes.add(plan(_changed(request="another")).hash)

    assert len(hashes) == 10


def test_the_hash_survives_storing() -> None:
    assert Plan.model_validate_json(plan(GOOD).model_dump_json()).hash == plan(GOOD).hash


@pytest.mark.parametrize(
    "content",
    [
        {"steps": []},
        {"steps": [{"id": "a", "tool": "x"}] * (MAX_STEPS + 1)},
        {"steps": [{"id": "A", "tool": "x"}]},
        {"steps": [{"id": "1a", "tool": "x"}]},
        {"steps": [{"id": "a" * 65, "tool": "x"}]},
        {"steps": [{"id": "a"}]},
        {"steps": [{"id": "a", "tool": "x", "agent": "y"}]},
        {"steps": [{"id": "a", "tool": "rm -rf"}]},
        {"steps": [{"id": "a", "tool": "x", "timeout": 0}]},
        {"steps": [{"id": "a", "tool": "x", "timeout": 86_401}]},
        {"steps": [{"id": "a", "tool": "x", "retry": {"attempts": 0}}]},
        {"steps": [{"id": "a", "tool": "x", "retry": {"attempts": 11}}]},
        {"steps": [{"id": "a", "tool": "x", "when": "x" * 1001}]},
        {"steps": [{"id": "a", "tool": "x", "surprise": 1}]},
        {"steps": [{"id": "a", "tool": "x"}], "request": "x" * 20_001},
        {"steps": [{"id": "a", "tool": "x"}], "language": "fr"},
        {"steps": [{"id": "a", "tool": "x"}], "more": 1},
    ],
)
def test_what_is_no_plan_is_refused(content: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        plan(content)


def test_a_plan_does_not_change() -> None:
    with pytest.raises(ValidationError):
        plan(GOOD).goal = "another"  # type: ignore[misc]


def test_a_copy_has_a_hash_of_its_own() -> None:
    whole = plan(GOOD)
    assert whole.model_copy(update={"steps": whole.steps[:1]}).hash != whole.hash
