"""What becomes of the steps that a call asks for: their ids, their references, who is asked."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

import pytest

from tizmoret.errors import PlanRefused
from tizmoret.plan.capability import Capability
from tizmoret.plan.check import check
from tizmoret.plan.graph import Graph
from tizmoret.plan.growth import MOST_IN_ALL, grown
from tizmoret.plan.labels import Label
from tizmoret.plan.manifest import manifest, static_labels
from tizmoret.plan.model import AskedBy, Plan, Step

from .world import CAPABILITIES as WORLD

CAPABILITIES = {
    **WORLD,
    "plan.part": Capability(
        "plan.part", "tool", {"type": "object"}, {"type": "object"}, asks_for=None, ceiling="send", label=Label("untrusted")
    ),
    "clerk": Capability(
        "clerk", "agent", {"type": "object"}, {"type": "object"}, asks_for=("calendar.create", "documents.search"), ceiling="write"
    ),
}
SEARCH: dict[str, Any] = {"id": "search", "tool": "documents.search", "args": {"query": "q"}}
MEETING: dict[str, Any] = {"id": "meet", "tool": "calendar.create", "args": {"title": "t", "start": "2026-01-01T10:00"}}


def base(uses: str = "plan.part") -> Plan:
    boss = Step(id="boss", tool=uses) if CAPABILITIES[uses].kind == "tool" else Step(id="boss", agent=uses)
    return Plan(steps=(Step.model_validate(SEARCH), boss))


def grow(plan: Plan, *steps: dict[str, Any], by: AskedBy | None = None, capabilities: Any = CAPABILITIES) -> Plan:
    return grown(plan, by or AskedBy(step="boss"), [Step.model_validate(one) for one in copy.deepcopy(steps)], capabilities)


def codes(plan: Plan, *steps: dict[str, Any], by: AskedBy | None = None) -> list[str]:
    with pytest.raises(PlanRefused) as refused:
        grow(plan, *steps, by=by)
    return [finding.code for finding in refused.value.findings]  # type: ignore[attr-defined]


def test_references_and_conditions_follow_the_new_ids_and_texts_do_not() -> None:
    meeting = {
        **MEETING,
        "args": {"title": {"$text": ["search ", {"$from": "search.documents[0].title"}]}, "start": "2026-01-01T10:00"},
        "when": "size(search.documents) > 0 && search.count != 3 && \"search\" != 'search.count'",
        "after": ["search"],
    }
    each = {**SEARCH, "id": "each", "for_each": {"$from": "search.documents"}, "args": {"query": {"$item": "title"}}}
    plan = grow(base(), SEARCH, meeting, each)
    assert [step.id for step in plan.steps] == ["search", "boss", "boss_1_search", "boss_1_meet", "boss_1_each"]
    _, _, _, meet, mapped = plan.steps
    assert meet.args["title"] == {"$text": ["search ", {"$from": "boss_1_search.documents[0].title"}]}
    assert meet.when == "size(boss_1_search.documents) > 0 && boss_1_search.count != 3 && \"search\" != 'search.count'"
    assert (meet.after, mapped.for_each) == (("boss_1_search",), {"$from": "boss_1_search.documents"})
    assert (plan.version, plan.hash != base().hash, plan.as_written.hash) == (2, True, base().hash)
    assert check(plan, CAPABILITIES) == []


def test_whatever_acts_asks_and_what_only_reads_does_not() -> None:
    quiet = {**CAPABILITIES, "calendar.create": replace(CAPABILITIES["calendar.create"], approval="never")}
    plan = grow(base(), SEARCH, MEETING, capabilities=quiet)
    assert [step.needs_approval for step in plan.steps] == [False, False, False, True]


def test_ids_stay_short_and_apart_however_deep_and_however_named() -> None:
    long = Plan(steps=(Step(id="b" + "o" * 63, tool="plan.part"),))
    plan = grow(long, SEARCH, {**SEARCH, "id": "s" * 64}, by=AskedBy(step=long.steps[0].id))
    ids = [step.id for step in plan.steps]
    assert len(set(ids)) == 3
    assert max(map(len, ids)) <= 64
    twice = grow(grow(base(), SEARCH, by=AskedBy(step="boss", item=1)), SEARCH, by=AskedBy(step="boss", item=1, round=2))
    assert [step.id for step in twice.steps[2:]] == ["boss_1_1_search", "boss_1_2_search"]


def test_it_stands_before_the_end_of_whoever_asked_and_after_all_that_came_before() -> None:
    plan = grow(grow(base(), SEARCH), SEARCH, by=AskedBy(step="boss", round=2))
    graph = Graph(
        plan.model_copy(update={"steps": (plan.steps[0], plan.steps[1].model_copy(update={"after": ("search",)}), *plan.steps[2:])})
    )
    assert graph.levels() == [["search"], ["boss_1_search"], ["boss_2_search"], ["boss"]]


def test_labels_go_down_and_up() -> None:
    labels = static_labels(grow(base(), MEETING), CAPABILITIES)
    assert labels["boss_1_meet"].integrity == "untrusted"
    trusted = {**CAPABILITIES, "plan.part": replace(CAPABILITIES["plan.part"], label=Label())}
    assert static_labels(grow(base(), SEARCH, capabilities=trusted), trusted)["boss"].integrity == "untrusted"


def test_the_manifest_says_what_may_come() -> None:
    (entry,) = manifest(base("clerk"), CAPABILITIES)
    assert (entry.step, entry.effect, entry.asks, entry.later) == ("boss", "write", True, True)


def test_what_a_call_may_not_ask_for() -> None:
    assert codes(base("clerk"), {"id": "x", "tool": "contacts.pick", "args": {"name": "n"}}) == ["not-allowed"]
    assert codes(Plan(steps=(Step.model_validate({**SEARCH, "id": "boss"}),)), SEARCH) == ["not-allowed"]
    assert codes(base("clerk")) == ["no-steps"]
    low = {**CAPABILITIES, "clerk": replace(CAPABILITIES["clerk"], ceiling="none")}
    with pytest.raises(PlanRefused, match="goes further"):
        grow(base("clerk"), MEETING, capabilities=low)
    assert codes(base(), {**SEARCH, "tool": "no.such"}) == ["unknown-tool"]
    assert codes(base(), {**SEARCH, "args": {"query": {"$from": "nobody.x"}}}) == ["unknown-step"]
    assert codes(base(), SEARCH, SEARCH) == ["duplicate-step"]
    assert codes(base(), SEARCH, by=AskedBy(step="boss", round=31)) == ["too-large"]
    assert codes(base(), *({**SEARCH, "id": f"s{number}"} for number in range(201))) == ["too-large"]


def test_an_execution_does_not_grow_for_ever() -> None:
    plan = base()
    for round in range(1, MOST_IN_ALL // 200 + 1):
        plan = grow(plan, *({**SEARCH, "id": f"s{number}"} for number in range(200)), by=AskedBy(step="boss", round=round))
    assert codes(plan, SEARCH, by=AskedBy(step="boss", round=9)) == ["too-large"]


def test_whoever_asks_stands_before_what_it_asks_for() -> None:
    plan = grow(base(), SEARCH)
    turned = plan.model_copy(update={"steps": tuple(reversed(plan.steps))})
    assert [finding.code for finding in check(turned, CAPABILITIES)] == ["unknown-step"]
