"""How long a plan is expected to take: by what the tools say of themselves, and by what they did."""

from __future__ import annotations

import random

import pytest

from tizmoret.plan.capability import Capability
from tizmoret.plan.expectation import Past, expected
from tizmoret.plan.model import Plan, Step

FREE = {"type": "object"}


def capability(name: str, seconds: float, **rest: object) -> Capability:
    return Capability(name=name, kind="tool", arguments=FREE, output=FREE, seconds=seconds, **rest)  # type: ignore[arg-type]


CAPABILITIES = {
    "a.fast": capability("a.fast", 1.0),
    "a.slow": capability("a.slow", 5.0, cost=0.5),
    "a.sleep": capability("a.sleep", 1.0, lasts="seconds"),
}
DIAMOND = Plan(
    steps=(
        Step(id="a", tool="a.fast"),
        Step(id="b", tool="a.slow", after=("a",)),
        Step(id="c", tool="a.fast", after=("a",)),
        Step(id="d", tool="a.fast", after=("b", "c")),
    )
)


def test_without_any_call_it_is_what_the_tools_declare_with_room_to_both_sides() -> None:
    found = expected(DIAMOND, CAPABILITIES, {})
    assert (list(found.path), found.seconds.middle, found.dollars.middle) == (["a", "b", "d"], pytest.approx(7.0), 0.5)
    assert found.seconds.low < 6.0 < 8.0 < found.seconds.high
    assert found.calls == {}


def test_what_was_seen_counts_for_more_than_what_was_declared_and_narrows_it() -> None:
    past = {"a.slow": Past([0.5] * 50, [0.1] * 50), "a.fast": Past([2.0] * 50)}
    found = expected(DIAMOND, CAPABILITIES, past)
    assert list(found.path) == ["a", "c", "d"]
    assert (found.seconds.middle, found.dollars.middle) == (pytest.approx(6.0), pytest.approx(0.1))
    before = expected(DIAMOND, CAPABILITIES, {}).seconds
    assert found.seconds.high / found.seconds.low < before.high / before.low
    assert found.calls == {"a.slow": 50, "a.fast": 50}


def test_a_call_that_says_how_long_it_lasts_is_taken_at_its_word() -> None:
    plan = Plan(steps=(Step(id="s", tool="a.sleep", args={"seconds": 60}),))
    assert expected(plan, CAPABILITIES, {"a.sleep": Past([0.1] * 50)}).seconds.middle == pytest.approx(60.0)


def test_the_same_plan_with_the_same_past_is_told_the_same() -> None:
    past = {"a.slow": Past([0.5, 3.0, 9.0])}
    assert expected(DIAMOND, CAPABILITIES, past) == expected(DIAMOND, CAPABILITIES, past)


@pytest.mark.parametrize("calls", [10, 50])
def test_four_of_five_runs_fall_into_the_span(calls: int) -> None:
    dice = random.Random(7)
    spreads = {"a.fast": (0.3, 0.5), "a.slow": (1.2, 0.9)}
    inside = runs = 0
    for _ in range(60):
        past = {name: Past([dice.lognormvariate(*one) for _ in range(calls)]) for name, one in spreads.items()}
        span = expected(DIAMOND, CAPABILITIES, past).seconds
        for _ in range(20):
            a, b, c, d = (dice.lognormvariate(*spreads[step.uses]) for step in DIAMOND.steps)
            inside += span.low <= a + max(b, c) + d <= span.high
            runs += 1
    assert 0.72 <= inside / runs <= 0.9
