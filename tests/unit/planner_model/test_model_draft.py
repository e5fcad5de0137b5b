"""What a model wrote, held against the form of a plan."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from tizmoret.plan.check import Finding
from tizmoret.plan.model import Plan
from tizmoret.planner.model.draft import Draft


def draft(*steps: dict[str, Any], **fields: Any) -> Draft:
    return Draft.model_validate({"steps": list(steps), **fields})


def faults(*steps: dict[str, Any], **fields: Any) -> list[Finding]:
    found = draft(*steps, **fields).as_plan("a request", "en")
    assert isinstance(found, list), "the plan was taken"
    return found


def test_a_draft_becomes_a_plan_with_the_request_and_language_of_the_person() -> None:
    plan = draft({"id": "a", "tool": "notes.search", "args": {"query": "x"}}, goal="g", answer=["a"]).as_plan("find x", "he")
    assert isinstance(plan, Plan)
    assert (plan.request, plan.language, plan.goal, plan.answer) == ("find x", "he", "g", ("a",))
    assert plan.steps[0].args == {"query": "x"}


def test_null_means_absent() -> None:
    plan = draft({"id": "a", "tool": "notes.search", "agent": None, "args": None, "after": None, "when": None}, goal=None).as_plan(
        "x", "en"
    )
    assert isinstance(plan, Plan)
    assert plan.steps[0].agent is None


def test_for_each_may_be_a_path() -> None:
    plan = draft({"id": "a", "tool": "notes.search"}, {"id": "b", "tool": "notes.read", "for_each": "a.notes"}).as_plan("x", "en")
    assert isinstance(plan, Plan)
    assert plan.steps[1].for_each == {"$from": "a.notes"}


@pytest.mark.parametrize("answer", [{}, {"goal": "x"}, {"steps": []}, {"question": "  "}])
def test_an_answer_that_says_nothing_is_refused(answer: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="question"):
        Draft.model_validate(answer)


def test_a_step_with_an_unknown_key_is_refused_because_it_may_mean_an_order() -> None:
    with pytest.raises(ValidationError, match="depends_on"):
        draft({"id": "a", "tool": "notes.search", "depends_on": ["b"]})


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ({"id": "A b", "tool": "notes.search"}, "id"),
        ({"id": "a"}, "give either"),
        ({"id": "a", "tool": "notes.search", "agent": "searcher"}, "give either"),
        ({"id": "a", "tool": "rm -rf /"}, "tool"),
        ({"id": "a", "tool": "notes.search", "title": "x" * 301}, "title"),
    ],
)
def test_a_step_that_is_no_step_is_a_fault_that_names_it(step: dict[str, Any], message: str) -> None:
    fault = faults(step)[0]
    assert fault.step == step["id"]
    assert message in fault.message
    assert fault.cure


@pytest.mark.parametrize("value", ["a\x00b", {"a\x00": 1}, [1, ["\x00"]], float("inf"), float("nan"), 2**63, -(2**63) - 1])
def test_what_no_log_can_keep_is_a_fault(value: Any) -> None:
    assert faults({"id": "a", "tool": "notes.search", "args": {"query": value}})[0].code == "unstorable"


@pytest.mark.parametrize("value", ["שלום\n", 2**63 - 1, -(2**63), 1.5, True, None, ["x", {"y": []}]])
def test_what_a_log_can_keep_is_none(value: Any) -> None:
    assert isinstance(draft({"id": "a", "tool": "notes.search", "args": {"query": value}}).as_plan("x", "en"), Plan)
