"""What another plan must keep of the one that failed, and where it has to ask."""

from __future__ import annotations

from typing import Any

from tizmoret.plan.model import Plan
from tizmoret.plan.replan import Earlier

from .world import CAPABILITIES, GOOD, plan

FIRST = plan(GOOD)


def earlier(done: set[str], acted: set[str] = frozenset(), failed: str = "") -> Earlier:  # type: ignore[assignment]
    return Earlier(FIRST, frozenset(done), frozenset(acted), {failed: "It broke."} if failed else {})


def changed(**steps: dict[str, Any] | None) -> Plan:
    """GOOD with these steps other than they were; None: without it."""
    written = [{**step, **(steps.get(step["id"]) or {})} for step in GOOD["steps"] if steps.get(step["id"], {}) is not None]
    return Plan.model_validate({**GOOD, "steps": written})


def codes(old: Earlier, new: Plan) -> list[tuple[str, str | None]]:
    return [(finding.code, finding.step) for finding in old.faults(new, CAPABILITIES)]


def test_the_same_plan_keeps_all_that_was_done() -> None:
    assert codes(earlier({"find", "who"}, failed="read"), FIRST) == []


def test_an_effect_that_happened_may_be_neither_changed_nor_left_out() -> None:
    old = earlier({"find", "who", "meet"}, {"meet"}, "read")
    without = Plan.model_validate({**GOOD, "steps": GOOD["steps"][:2], "answer": []})
    assert codes(old, without) == [("done-changed", "meet")]
    assert codes(old, changed(meet={"args": {**GOOD["steps"][3]["args"], "title": "Other"}})) == [("done-changed", "meet")]
    assert codes(old, FIRST) == []


def test_what_only_read_may_be_left_out_but_not_changed_under_its_id() -> None:
    old = earlier({"find"}, failed="who")
    assert codes(old, changed(find={"args": {"query": "wheat"}})) == [("done-changed", "find")]
    assert codes(earlier({"who"}), Plan.model_validate({"steps": [GOOD["steps"][0]]})) == []


def test_an_effect_that_was_tried_needs_a_new_id() -> None:
    assert codes(earlier({"find", "who", "read"}, failed="meet"), FIRST) == [("id-used", "meet")]


def test_a_step_that_only_reads_may_be_tried_again_under_its_id() -> None:
    again = Plan.model_validate({"steps": [GOOD["steps"][0], GOOD["steps"][1]]})
    assert codes(earlier({"who"}, failed="find"), again) == []


def test_what_is_superseded_is_what_was_not_done_and_what_is_gone() -> None:
    new = Plan.model_validate({"steps": [GOOD["steps"][0]]})
    assert earlier({"find", "who"}, failed="read").superseded(new) == ["who", "read", "meet"]


def test_a_plan_that_goes_no_further_runs_as_it_is_with_the_next_version_and_the_person_s_own_words() -> None:
    new = changed(find={"id": "find", "args": {"query": "grain and wheat", "limit": 10}})
    guarded = earlier({"who"}, failed="find").guarded(new.model_copy(update={"request": "something else", "language": "he"}), CAPABILITIES)
    assert [step.needs_approval for step in guarded.steps] == [False] * 4
    assert (guarded.version, guarded.request, guarded.language) == (2, FIRST.request, FIRST.language)


def test_a_step_that_goes_further_asks_and_one_that_is_done_does_not() -> None:
    removal = {"id": "remove", "tool": "notes.delete", "args": {"id": "n1"}}
    new = Plan.model_validate({**GOOD, "steps": [*GOOD["steps"], removal]})
    guarded = earlier({"find", "who", "meet"}, {"meet"}, "read").guarded(new, CAPABILITIES)
    assert {step.id: step.needs_approval for step in guarded.steps} == {
        "find": False,
        "who": False,
        "read": False,
        "meet": False,
        "remove": True,
    }


def test_undoing_on_failure_is_as_the_person_saw_it() -> None:
    guarded = earlier(set()).guarded(FIRST.model_copy(update={"on_failure": "undo"}), CAPABILITIES)
    assert guarded.on_failure == FIRST.on_failure


def test_a_planner_is_told_what_is_done_what_failed_and_what_was_never_run() -> None:
    told = earlier({"find", "who"}, failed="read").told()
    assert [step["id"] for step in told["done"]] == ["find", "who"]
    assert [(failed["step"]["id"], failed["error"]) for failed in told["failed"]] == [("read", "It broke.")]
    assert told["notRun"] == ["meet"]
