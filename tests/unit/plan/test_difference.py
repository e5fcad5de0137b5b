"""A new plan that may do more than the one that was seen is told apart from one that may not."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tizmoret.plan.capability import Capability
from tizmoret.plan.check import check
from tizmoret.plan.difference import RISKS, Code, Difference, Reason, difference
from tizmoret.plan.labels import Label
from tizmoret.plan.model import Plan
from tizmoret.plan.reasons import sentence

from .world import CAPABILITIES, GOOD, plan

Content = dict[str, Any]
_TEXT = {"type": "string"}
WORLD = {
    **CAPABILITIES,
    **{
        capability.name: capability
        for capability in (
            Capability(
                "mail.send",
                "tool",
                {
                    "type": "object",
                    "required": ["to", "text"],
                    "properties": {
                        "to": {"type": "array", "items": {"type": "string", "x-kind": "email"}},
                        "text": {"type": "string", "x-kind": "markdown"},
                        "account": _TEXT,
                    },
                },
                {"type": "object", "properties": {"id": _TEXT}},
                effect="send",
                recovery="once",
                approval="ask",
                reversible=False,
            ),
            Capability(
                "web.read",
                "tool",
                {"type": "object", "required": ["url"], "properties": {"url": {"type": "string", "x-kind": "url"}}},
                {"type": "object", "properties": {"text": {"type": "string", "x-kind": "text"}}},
                label=Label("untrusted", "public", frozenset({"web"})),
            ),
            Capability(
                "files.copy",
                "tool",
                {"type": "object", "required": ["id"], "properties": {"id": _TEXT}},
                {"type": "object", "properties": {"id": _TEXT}},
                effect="write",
                recovery="keyed",
                locks=("copy:{id}",),
            ),
        )
    },
}
FIND, WHO, READ, MEET, MAIL = range(5)
FULL: Content = {
    **copy.deepcopy(GOOD),
    "steps": [
        *copy.deepcopy(GOOD["steps"]),
        {
            "id": "mail",
            "tool": "mail.send",
            "args": {"to": [{"$from": "who.email"}, "dana@x.org"], "text": {"$from": "read.markdown"}},
            "when": "size(find.documents) > 0",
        },
    ],
}


def _after(*changes: Callable[[Content], object]) -> Difference:
    content = copy.deepcopy(FULL)
    for change in changes:
        change(content)
    return _between(plan(FULL), plan(content))


def _between(old: Plan, new: Plan) -> Difference:
    assert check(old, WORLD) == check(new, WORLD) == []
    return difference(old, new, WORLD)


def _codes(found: Difference) -> list[str]:
    return [reason.code for reason in found.reasons]


def _set(step: int, **fields: Any) -> Callable[[Content], object]:
    return lambda content: content["steps"][step].update(fields)


def _arg(step: int, **args: Any) -> Callable[[Content], object]:
    return lambda content: content["steps"][step]["args"].update(args)


def _add(**step: Any) -> Callable[[Content], object]:
    return lambda content: content["steps"].append(step)


def _swap(content: Content, renamed: dict[str, str]) -> Content:
    text = repr(content)
    for old, new in renamed.items():
        text = text.replace(f"'{old}'", f"'{new}'").replace(f"'{old}.", f"'{new}.").replace(f"({old}.", f"({new}.")
    found: Content = eval(text)
    return found


def test_the_same_plan_is_the_same() -> None:
    assert _after() == Difference("same", ())


def test_other_ids_and_another_order_are_no_difference() -> None:
    renamed = _swap(FULL, {"find": "f1", "who": "w9", "read": "r", "meet": "m"})
    renamed["steps"].reverse()

    assert _between(plan(FULL), plan(renamed)) == Difference("same", ())


PAGE = {"id": "page", "tool": "web.read", "args": {"url": "https://x.org"}}
GROWS: list[tuple[str, str, Callable[[Content], object]]] = [
    ("new-effect", "second", _add(id="second", tool="mail.send", args={"to": ["dana@x.org"], "text": "Hello"})),
    ("new-effect", "drop", _add(id="drop", tool="notes.delete", args={"id": "n1"})),
    ("new-target", "mail", _arg(MAIL, to=[{"$from": "who.email"}, "eve@y.org"])),
    ("new-target", "mail", _arg(MAIL, to=[{"$from": "who.email"}, "dana@x.org", "eve@y.org"])),
    ("new-target", "mail", _arg(MAIL, to=["dana@x.org", "dana@x.org"])),
    ("new-target", "mail", _arg(WHO, name="Eve")),  # the same reference, which leads to another person
    ("new-target", "mail", _arg(MAIL, account="private")),  # of what goes out, only its text is no target
    ("new-target", "meet", _arg(MEET, calendar="work")),
    ("new-target", "meet", _arg(MEET, attendees=[{"$from": "who.email"}, "eve@y.org"])),
    ("new-content", "meet", _arg(MEET, start="2026-03-13T14:00:00+02:00")),
    ("new-content", "meet", _arg(MEET, title="Something else")),
    ("new-content", "mail", _arg(MAIL, text="You are dismissed.")),
    ("new-content", "mail", _arg(MAIL, text={"$text": [{"$from": "read.markdown"}, " And more."]})),
    ("condition-changed", "mail", lambda content: content["steps"][MAIL].pop("when")),
    ("condition-changed", "mail", _set(MAIL, when="size(find.documents) >= 0")),
    ("repeated", "meet", _set(MEET, for_each={"$from": "find.documents"})),
    ("on-failure", "", lambda content: content.update(on_failure="undo")),
    (
        "new-target",
        "page",
        lambda content: (content["steps"].append(PAGE), content["answer"].append("page")),
    ),
    (
        "wider-flow",
        "mail",
        lambda content: (
            content["steps"].append(PAGE),
            content["steps"][MAIL]["args"].update(text={"$from": "page.text"}),
        ),
    ),
]


@pytest.mark.parametrize(("code", "step", "change"), [pytest.param(*row, id=f"{row[0]}-{number}") for number, row in enumerate(GROWS)])
def test_a_plan_that_may_do_more_grows(code: str, step: str, change: Callable[[Content], object]) -> None:
    found = _after(change)

    assert found.risk == "grows"
    assert (code, step or None) in {(reason.code, reason.step) for reason in found.reasons}


NARROWS: list[tuple[str, Callable[[Content], object]]] = [
    ("effect-gone", lambda content: content["steps"].pop(MAIL)),
    ("fewer-targets", _arg(MAIL, to=["dana@x.org"])),
    ("fewer-targets", lambda content: content["steps"][MEET]["args"].update(attendees=[])),
    ("condition-added", _set(MEET, when="size(find.documents) > 3")),
]


@pytest.mark.parametrize(("code", "change"), NARROWS, ids=[f"{row[0]}-{number}" for number, row in enumerate(NARROWS)])
def test_a_plan_that_may_do_less_narrows(code: str, change: Callable[[Content], object]) -> None:
    found = _after(change)

    assert (found.risk, _codes(found)) == ("narrows", [code])


SAME: list[Callable[[Content], object]] = [
    _arg(FIND, limit=50),  # reads more of the same
    _set(READ, title="Reading"),
    _add(id="also", tool="documents.search", args={"query": "barley"}, title="more to read"),
    _set(MEET, after=[]),
    _set(MEET, args={**GOOD["steps"][MEET]["args"], "calendar": "main"}),  # the default, written out
]


@pytest.mark.parametrize("change", SAME, ids=range(len(SAME)))
def test_a_replan_that_only_reads_otherwise_goes_on(change: Callable[[Content], object]) -> None:
    found = _after(change, lambda content: content["answer"].extend(s["id"] for s in content["steps"] if s["id"] == "also"))

    assert found.risk == "same"
    assert set(_codes(found)) <= {"other-source"}


def test_an_approval_that_is_dropped_grows_and_one_that_is_added_narrows() -> None:
    copied: Content = {"steps": [{"id": "copy", "tool": "files.copy", "args": {"id": "a"}}]}
    asked = copy.deepcopy(copied)
    asked["steps"][0]["needs_approval"] = True

    dropped, added = _between(plan(asked), plan(copied)), _between(plan(copied), plan(asked))

    assert (dropped.risk, _codes(dropped)) == ("grows", ["approval-dropped"])
    assert (added.risk, _codes(added)) == ("narrows", ["approval-added"])


def test_a_removal_that_no_longer_waits_for_its_copy_grows() -> None:
    steps: list[Content] = [
        {"id": "copy", "tool": "files.copy", "args": {"id": "a"}},
        {"id": "look", "tool": "documents.search", "args": {"query": "a"}, "after": ["copy"]},
        {"id": "drop", "tool": "notes.delete", "args": {"id": "a"}, "after": ["look"]},
    ]
    loose = copy.deepcopy(steps)
    loose[2]["after"] = []

    found = _between(plan({"steps": steps}), plan({"steps": loose}))

    assert [(reason.code, reason.step, reason.detail) for reason in found.reasons] == [("order-lost", "drop", "copy")]
    direct = copy.deepcopy(steps)
    direct[2]["after"] = ["copy"]
    assert _between(plan({"steps": steps}), plan({"steps": direct})).risk == "same"


def test_other_data_into_an_effect_that_neither_asks_nor_can_be_undone_grows() -> None:
    steps: list[Content] = [
        {"id": "find", "tool": "documents.search", "args": {"query": "grain"}},
        {"id": "read", "agent": "analysis", "args": {"documents": {"$from": "find.documents"}}},
        {"id": "mail", "tool": "mail.send", "args": {"to": ["dana@x.org"], "text": {"$from": "read.markdown"}}},
    ]
    other = copy.deepcopy(steps)
    other[0]["args"]["query"] = "salaries"
    old, new = plan({"steps": steps}), plan({"steps": other})

    assert difference(old, new, WORLD).risk == "same"  # shown at its gate before it goes out
    quiet = {**WORLD, "mail.send": replace(WORLD["mail.send"], approval="never")}
    assert difference(old, new, quiet).risk == "grows"


def test_a_narrowing_does_not_outweigh_a_growth() -> None:
    found = _after(lambda content: content["steps"].pop(MAIL), _arg(MEET, calendar="work"))

    assert found.risk == "grows"
    assert {"effect-gone", "new-target"} <= set(_codes(found))


def test_one_effect_more_of_a_kind_that_was_there_is_new() -> None:
    again = {"id": "again", "tool": "files.copy", "args": {"id": "a"}, "after": ["copy"]}
    once: Content = {"steps": [{"id": "copy", "tool": "files.copy", "args": {"id": "a"}}]}
    twice: Content = {"steps": [*once["steps"], again]}

    assert _codes(_between(plan(once), plan(twice))) == ["new-effect"]
    assert _codes(_between(plan(twice), plan(once))) == ["effect-gone"]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans()), min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_renaming_and_shuffling_is_never_a_difference(effects: list[tuple[str, bool]], random: Any) -> None:
    steps: list[Content] = []
    last: dict[str, str] = {}
    for number, (id, removes) in enumerate(effects):
        tool = "notes.delete" if removes else "files.copy"
        steps.append({"id": f"s{number}", "tool": tool, "args": {"id": id}, "after": [last[id]] if id in last else []})
        last[id] = f"s{number}"
    names = [f"t{number}" for number in range(len(steps))]
    random.shuffle(names)
    renamed = _swap({"steps": steps}, {step["id"]: name for step, name in zip(steps, names, strict=True)})
    random.shuffle(renamed["steps"])

    assert difference(plan({"steps": steps}), plan(renamed), WORLD).reasons == ()


def test_two_plans_of_thousands_of_effects_are_compared() -> None:
    def chain(count: int) -> Plan:
        before = [[], *([f"s{n}"] for n in range(count - 1))]
        return plan({"steps": [{"id": f"s{n}", "tool": "files.copy", "args": {"id": f"d{n}"}, "after": before[n]} for n in range(count)]})

    found = difference(chain(3000), chain(3001), WORLD)

    assert [(reason.code, reason.step) for reason in found.reasons] == [("new-effect", "s3000")]


@pytest.mark.parametrize("code", get_args(Code))
def test_every_reason_is_said_in_both_languages(code: Code) -> None:
    reason = Reason(code, "mail", "mail.send", "to", "eve@y.org")

    assert reason.risk == RISKS.get(code, "grows")
    assert all("{" not in sentence(reason, language) for language in ("he", "en"))
    assert sentence(reason, "he") != sentence(reason, "en")
