"""What an execution keeps of the one from which it goes on: pure, over states that are folded from events."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from tizmoret.engine import events as e
from tizmoret.engine.fold import fold
from tizmoret.engine.forking import Fork, Source, Told, fork
from tizmoret.engine.state import State
from tizmoret.errors import BadInput
from tizmoret.ids import uuid7
from tizmoret.plan.capability import Capability
from tizmoret.plan.labels import Label
from tizmoret.plan.model import Plan, Step

LABEL = Label("untrusted", "public", frozenset({"web"})).to_json()
CAPABILITIES = {
    "t.read": Capability(name="t.read", kind="tool", arguments={}, output={}),
    "t.write": Capability(name="t.write", kind="tool", arguments={}, output={}, effect="write", recovery="keyed"),
}


def step(id: str, *after: str, tool: str = "t.read", **more: Any) -> Step:
    return Step(id=id, tool=tool, after=after, **more)


def done(id: str, output: Any = 1) -> list[e.Event]:
    return [e.StepStarted(id), e.StepCompleted(id, output, LABEL)]


def wrote(id: str) -> list[e.Event]:
    return [e.StepStarted(id), e.EffectIntended(id, "k", "f"), e.StepCompleted(id, 1, LABEL)]


def forked(
    steps: Sequence[Step], events: Sequence[e.Event], at: str, args: dict[str, Any] | None = None, told: Sequence[Told] = ()
) -> Fork:
    state = fold(State(), enumerate([e.PlanAccepted(1, "", "", "", len(steps), []), *events], start=1))
    return fork(Source(uuid7(), Plan(steps=tuple(steps)), "offline", state, told, {}), at, args, CAPABILITIES)


def kept(made: Fork) -> list[str]:
    return [event.step for event in made.kept]


DIAMOND = (step("a"), step("b", "a"), step("c", "a"), step("d", "b", "c"))
ALL = [*done("a"), *done("b"), *done("c"), *done("d")]


def test_what_ended_before_a_step_or_beside_it_is_kept_and_what_follows_it_is_not() -> None:
    assert sorted(kept(forked(DIAMOND, ALL, "b"))) == ["a", "c"]
    assert kept(forked(DIAMOND, ALL, "a")) == []
    assert sorted(kept(forked(DIAMOND, ALL, "d"))) == ["a", "b", "c"]


def test_a_kept_step_has_its_output_its_label_and_where_it_came_from() -> None:
    made = forked(DIAMOND, ALL, "b")
    event = made.kept[0]
    assert isinstance(event, e.StepKept)
    assert (event.output, event.label, event.source) == (1, LABEL, str(made.source))


def test_a_new_state_that_begins_with_what_is_kept_has_it_as_completed() -> None:
    state = fold(State(), enumerate(forked(DIAMOND, ALL, "d").kept, start=1))
    assert [state.status(id) for id in "abcd"] == ["completed", "completed", "completed", "pending"]
    assert state.labels["b"] == LABEL
    assert state.acted == [], "an effect of the source is not the new one's to undo"


def test_what_its_own_condition_left_out_stays_so_and_what_a_person_rejected_is_asked_again() -> None:
    steps = (step("a"), step("b", "a"), step("c", "a"), step("d", "a"))
    events = [*done("a"), e.StepSkipped("b", "condition"), e.StepSkipped("c", "rejected"), *done("d")]
    assert sorted(kept(forked(steps, events, "d"))) == ["a", "b"]


def test_a_step_whose_effect_was_undone_runs_anew_and_so_does_what_was_made_of_it() -> None:
    steps = (step("a", tool="t.write"), step("b", "a"), step("c"), step("d"))
    events = [
        *wrote("a"),
        *done("b"),
        *done("c"),
        *done("d"),
        e.ExecutionCompleted(""),
        e.UndoBegan("me"),
        e.UndoIntended("a"),
        e.EffectUndone("a"),
    ]
    assert kept(forked(steps, events, "d")) == ["c"]


def test_an_effect_that_would_happen_again_asks_first_and_a_kept_one_does_not() -> None:
    steps = (step("a", tool="t.write"), step("b", "a", tool="t.write"), step("c", "b", tool="t.write"))
    events = [*wrote("a"), *wrote("b"), e.StepStarted("c"), e.EffectIntended("c", "k", "f"), e.StepLost("c", "unknown")]
    made = forked(steps, events, "b")
    assert kept(made) == ["a"]
    assert [one.needs_approval for one in made.plan.steps] == [False, True, True]


def test_an_effect_that_never_happened_keeps_its_own_rule() -> None:
    steps = (step("a"), step("b", "a", tool="t.write"))
    assert forked(steps, done("a"), "b").plan == Plan(steps=steps)


def test_changed_arguments_are_those_named_and_the_others_stay_as_planned() -> None:
    steps = (step("a"), step("b", "a", args={"title": "old", "text": {"$from": "a"}, "note": "x"}))
    made = forked(steps, [*done("a"), *done("b")], "b", {"title": "new", "note": None})
    assert made.plan.steps[1].args == {"title": "new", "text": {"$from": "a"}}
    assert made.plan.steps[0] == steps[0]


def test_a_step_that_the_plan_has_not_is_refused_by_name() -> None:
    with pytest.raises(BadInput, match="'nowhere'") as refused:
        forked(DIAMOND, ALL, "nowhere")
    assert refused.value.field == "step"


def test_what_kept_steps_wrote_for_the_others_is_kept_and_numbered_anew() -> None:
    told = (
        e.SharedWritten("plan", "of b", LABEL, 1, "b"),
        e.SharedWritten("plan", "of a", LABEL, 2, "a", policy="first", stands=False),
        e.SharedWritten("plan", "of c", LABEL, 3, "c"),
        e.MessageSent(1, "ask", "b", "*", "who?", LABEL),
        e.MessageSent(2, "answer", "c", "b", "me", LABEL, answers=1),
        e.MessageSent(3, "ask", "a", "*", "what?", LABEL),
        e.MessageSent(4, "answer", "c", "a", "that", LABEL, answers=3),
    )
    made = forked(DIAMOND, ALL, "b", told=told)
    state = fold(State(), enumerate([*made.kept, *made.told], start=1))
    assert (state.shared["plan"].value, state.shared["plan"].number) == ("of c", 2)
    assert [(sent.number, sent.step, sent.answers) for sent in state.messages] == [(1, "c", None), (2, "a", None), (3, "c", 2)]
