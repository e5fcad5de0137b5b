"""What a person sees before a run: every effect, every question, and where the data of each effect comes from."""

from __future__ import annotations

import copy

import pytest

from tizmoret.plan.manifest import manifest, static_labels
from tizmoret.plan.preview import preview

from .world import CAPABILITIES, GOOD, plan


def test_the_manifest_names_each_effect_and_the_origin_of_its_arguments() -> None:
    (entry,) = manifest(plan(GOOD), CAPABILITIES)

    assert (entry.step, entry.tool, entry.effect, entry.asks, entry.reversible) == ("meet", "calendar.create", "write", True, True)
    assert entry.resources == ("calendar:main",)
    assert entry.arguments == {"title": "who.name", "start": "literal", "attendees": "who.email"}


def test_a_resource_known_only_at_run_time_stands_as_its_reference() -> None:
    content = copy.deepcopy(GOOD)
    content["steps"].append({"id": "drop", "tool": "notes.delete", "args": {"id": {"$from": "meet.id"}}})

    entry = manifest(plan(content), CAPABILITIES)[-1]

    assert (entry.resources, entry.reversible, entry.asks) == (("note:<meet.id>",), False, False)


def test_labels_flow_along_data_and_not_along_order() -> None:
    labels = static_labels(plan(GOOD), CAPABILITIES)

    assert labels["find"].integrity == labels["read"].integrity == "untrusted"
    assert labels["read"].sources >= {"person", "documents"}
    assert labels["meet"].integrity == "trusted"  # it waits for `read`, and takes nothing from it
    assert labels["meet"].sources == {"person", "contacts"}


def test_a_gate_of_the_plan_is_a_gate_whatever_the_tool_says() -> None:
    content = copy.deepcopy(GOOD)
    content["steps"][1]["needs_approval"] = True

    assert preview(plan(content), CAPABILITIES, {}, planner="offline").gates == ["who", "meet"]


def test_the_preview_gives_shape_time_and_cost() -> None:
    seen = preview(plan(GOOD), CAPABILITIES, {}, planner="offline")

    assert seen.levels == [["find", "who"], ["read"], ["meet"]]
    assert seen.critical_path == ["find", "read", "meet"]
    assert (seen.seconds, seen.cost) == (pytest.approx(8.0), 0.25)
    assert seen.seconds_low < seen.seconds < seen.seconds_high
    assert seen.plan_hash == plan(GOOD).hash
