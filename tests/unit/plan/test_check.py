"""`check` refuses what cannot run, names the step, and lets every good plan through."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.requests.expectations import load
from tests.requests.planning import builtin_catalog
from tests.requests.planning import plan as plan_offline
from tizmoret.plan.check import MOST_FINDINGS, check
from tizmoret.planner.planner import Planned

from .world import CAPABILITIES, GOOD, plan

Content = dict[str, Any]


def test_a_good_plan_has_no_findings() -> None:
    assert check(plan(GOOD), CAPABILITIES) == []


def _set(step: int, **fields: Any) -> Callable[[Content], None]:
    return lambda content: content["steps"][step].update(fields)


def _arg(step: int, **args: Any) -> Callable[[Content], None]:
    return lambda content: content["steps"][step]["args"].update(args)


def _without(step: int, name: str) -> Callable[[Content], None]:
    return lambda content: content["steps"][step]["args"].pop(name)


def _add(**step: Any) -> Callable[[Content], None]:
    return lambda content: content["steps"].append(step)


def _top(**fields: Any) -> Callable[[Content], None]:
    return lambda content: content.update(fields)


FIND, WHO, READ, MEET = range(4)
MEETING = {"id": "again", "tool": "calendar.create", "args": {"title": "Twice", "start": "2026-03-12T15:00:00+02:00"}}

DAMAGE: list[tuple[str, str | None, Callable[[Content], None]]] = [
    ("unknown-tool", "find", _set(FIND, tool="documents.serch")),
    ("unknown-tool", "find", _set(FIND, tool="analysis")),  # an agent where a tool is named
    ("unknown-agent", "read", _set(READ, agent="analyst")),
    ("unknown-agent", "read", _set(READ, agent="documents.search")),
    ("unknown-fallback", "read", _set(READ, fallbacks=["nobody"])),
    ("unknown-fallback", "read", _set(READ, fallbacks=["contacts.pick"])),
    ("unknown-fallback", "meet", _set(MEET, fallbacks=["analysis"])),  # an effect must not happen twice
    ("duplicate-step", "find", _set(WHO, id="find")),
    ("unknown-step", None, _top(answer=["read", "meet", "nowhere"])),
    ("unknown-step", "meet", _set(MEET, after=["nowhere"])),
    ("unknown-step", "read", _arg(READ, documents={"$from": "nowhere.documents"})),
    ("unknown-step", "meet", _arg(MEET, title={"$text": ["With ", {"$from": "nobody.name"}]})),
    ("unknown-step", "read", _set(READ, for_each={"$from": "nowhere.documents"})),
    ("edge-type", "read", _arg(READ, documents={"$from": "find.papers"})),
    ("edge-type", "read", _arg(READ, documents={"$from": "find.count"})),
    ("edge-type", "read", _arg(READ, documents={"$from": "who"})),
    ("edge-type", "read", _arg(READ, documents={"$from": "find.documents[0]"})),
    ("edge-type", "read", _arg(READ, documents={"$from": "find.documents[*].id"})),
    ("edge-type", "find", _arg(FIND, limit={"$from": "who.name"})),
    ("edge-type", "meet", _arg(MEET, start={"$from": "who.email"})),
    ("edge-type", "meet", _arg(MEET, attendees=[{"$from": "find.documents"}])),
    ("edge-type", "meet", _arg(MEET, title={"$text": [{"$from": "who.surname"}]})),
    ("bad-reference", "read", _arg(READ, documents={"$from": "find..documents"})),
    ("bad-reference", "read", _arg(READ, documents={"$from": ""})),
    ("bad-reference", "read", _arg(READ, documents={"$from": 3})),
    ("bad-reference", "read", _arg(READ, documents={"$from": "find.documents[abc]"})),
    ("bad-reference", "read", _set(READ, for_each={"$from": "[0]"})),
    ("bad-reference", "meet", _arg(MEET, title={"$from": ".."})),  # of a step with an effect, whose locks are worked out too
    ("condition", "read", _set(READ, when="size(find.documents >")),
    ("condition", "read", _set(READ, when="size(nowhere.documents) > 0")),
    ("for-each-not-a-list", "read", _set(READ, for_each={"$from": "find.count"})),
    ("for-each-not-a-list", "read", _set(READ, for_each={"documents": "find"})),
    ("for-each-not-a-list", "read", _set(READ, for_each={"$item": "documents"})),
    ("item-outside-for-each", "read", _arg(READ, documents={"$item": "documents"})),
    ("unknown-argument", "find", _arg(FIND, words="grain")),
    ("missing-argument", "find", _without(FIND, "query")),
    ("missing-argument", "meet", _without(MEET, "start")),
    ("argument-type", "find", _arg(FIND, query=7)),
    ("argument-type", "find", _arg(FIND, query=None)),
    ("argument-type", "find", _arg(FIND, limit="ten")),
    ("argument-type", "find", _arg(FIND, limit=0)),
    ("argument-type", "find", _arg(FIND, limit=101)),
    ("argument-type", "find", _arg(FIND, limit={"$text": ["1", "0"]})),
    ("argument-type", "read", _arg(READ, documents="find.documents")),
    ("argument-type", "read", _arg(READ, documents=[{"id": "a"}])),
    ("argument-type", "meet", _arg(MEET, start="next Thursday")),
    ("argument-type", "meet", _arg(MEET, start="2026-13-12T14:00:00")),
    ("argument-type", "meet", _arg(MEET, attendees=[{"$from": "who.email"}, 7])),
    ("argument-type", "meet", _arg(MEET, attendees={"first": {"$from": "who.email"}})),
    ("cycle", "find", _set(FIND, after=["meet"])),
    ("cycle", "find", _set(FIND, after=["find"])),
    ("cycle", "find", _arg(FIND, query={"$text": [{"$from": "read.markdown"}]})),
    ("cycle", "find", _set(FIND, when='who.name == "" && read.markdown == ""')),
    ("unused-output", "who", _set(MEET, args={"title": "Alone", "start": "2026-03-12T14:00:00+02:00"})),
    ("unused-output", "read", lambda content: (content["steps"][MEET].pop("after"), content.update(answer=["meet"]))),
    ("race", "meet", _add(**MEETING)),
    ("race", "meet", _add(**{**MEETING, "args": {**MEETING["args"], "calendar": "main"}})),  # the default, written out
    ("too-large", None, _arg(FIND, query="x" * (9 * 1024 * 1024))),
]


@pytest.mark.parametrize(("code", "step", "damage"), [pytest.param(*row, id=f"{row[0]}-{number}") for number, row in enumerate(DAMAGE)])
def test_a_damaged_plan_is_refused(code: str, step: str | None, damage: Callable[[Content], None]) -> None:
    content = copy.deepcopy(GOOD)
    damage(content)

    found = check(plan(content), CAPABILITIES)

    assert code in {finding.code for finding in found}
    told = [finding for finding in found if finding.code == code]
    assert all(finding.message for finding in told)
    assert code == "cycle" or step in {finding.step for finding in told}  # any step of a cycle may be the one named


def test_an_agent_may_not_have_an_effect() -> None:
    writing = replace(CAPABILITIES["analysis"], effect="write")

    assert [finding.code for finding in check(plan(GOOD), {**CAPABILITIES, "analysis": writing})] == ["effect-in-agent"]


GOOD_CHANGES: dict[str, Callable[[Content], None]] = {
    "a number where an integer is wanted by reference": _arg(FIND, limit={"$from": "earlier.count"}),
    "an ordered second writer": lambda content: content["steps"].append({**MEETING, "after": ["meet"]}),
    "a second writer of another calendar": lambda content: content["steps"].append(
        {**MEETING, "args": {**MEETING["args"], "calendar": "work"}}
    ),
    "each item": lambda content: (
        content["steps"][WHO].update(for_each={"$from": "find.documents"}, args={"name": {"$item": "title"}}),
        content["steps"][MEET]["args"].update(title="With them", attendees={"$from": "who[*].email"}),
    ),
    "an answer left to the last steps": _top(answer=[]),
    "a local time": _arg(MEET, start="2026-03-12T14:00"),
    "a fallback that reads": _set(READ, fallbacks=["analysis"]),
}


@pytest.mark.parametrize("change", GOOD_CHANGES.values(), ids=GOOD_CHANGES.keys())
def test_a_sound_change_raises_no_alarm(change: Callable[[Content], None]) -> None:
    content = copy.deepcopy(GOOD)
    content["steps"].append({"id": "earlier", "tool": "documents.search", "args": {"query": "all"}})
    content["answer"].append("earlier")
    change(content)

    assert check(plan(content), CAPABILITIES) == []


def test_findings_name_the_nearest_thing_there_is() -> None:
    content = copy.deepcopy(GOOD)
    content["steps"][FIND]["tool"] = "documents.serch"

    (finding,) = check(plan(content), CAPABILITIES)

    assert "documents.search" in finding.cure


def test_findings_are_limited_however_broken_the_plan_is() -> None:
    steps = [{"id": f"s{number}", "tool": "nothing.here"} for number in range(1000)]

    assert len(check(plan({"steps": steps}), CAPABILITIES)) == MOST_FINDINGS


def test_a_chain_of_ten_thousand_steps_is_checked() -> None:
    steps: list[Content] = [{"id": "s0", "tool": "documents.search", "args": {"query": "grain"}}]
    steps += [{"id": f"s{n}", "agent": "analysis", "args": {"documents": []}, "after": [f"s{n - 1}"]} for n in range(1, 10_000)]

    assert check(plan({"steps": steps}), CAPABILITIES) == []


@pytest.mark.anyio
async def test_no_plan_of_the_offline_planner_raises_an_alarm() -> None:
    seen = 0
    for wanted in (*load("corpus.yaml"), *load("heldout.yaml"), *load("fresh.yaml")):
        outcome = await plan_offline(wanted.request, answers=tuple(wanted.answers))
        if isinstance(outcome, Planned):
            assert check(outcome.plan, builtin_catalog().capabilities) == [], wanted.request
            seen += 1
    assert seen >= 80
