"""The ladder of recovery: which rung follows which, for every class of error."""

from __future__ import annotations

from typing import Any

import pytest

from tizmoret.engine.recovery import (
    CLASSES,
    LONGEST_ASKED,
    LONGEST_WAIT,
    Again,
    Failure,
    Kind,
    OtherAgent,
    OtherModel,
    Standing,
    next_rung,
)
from tizmoret.plan.model import Retry


def failed(kind: Kind, **rest: Any) -> Failure:
    return Failure({"detail": "no"}, kind, **rest)


def climb(kind: Kind, **standing: Any) -> list[str]:
    """All the way up: what is done after each failure of this kind."""
    at, way = {"attempt": 1, "own": None, "tools": Retry(attempts=3, wait=1), **standing}, []
    while rung := next_rung(failed(kind), Standing(**at), 1.0):
        match rung:
            case Again():
                at["attempt"] += 1
                way.append("again")
            case OtherModel(name):
                at |= {"model": name, "attempt": 1}
                way.append(name)
            case OtherAgent(name):
                at |= {"agent": name, "model": None, "attempt": 1}
                way.append(name)
    return way


@pytest.mark.parametrize(("kind", "way"), [("passing", 2), ("busy", 2), ("timeout", 1), ("fault", 1), ("model", 0), ("lasting", 0)])
def test_each_class_is_repeated_as_often_as_it_is_worth_it(kind: Kind, way: int) -> None:
    assert climb(kind) == ["again"] * way


@pytest.mark.parametrize("kind", ["passing", "busy", "timeout", "fault"])
def test_what_the_step_itself_says_of_retries_holds_for_every_class_that_may_pass(kind: Kind) -> None:
    assert climb(kind, own=Retry(attempts=5, wait=0)) == ["again"] * 4
    assert climb(kind, own=Retry(attempts=1)) == []


@pytest.mark.parametrize("kind", ["model", "lasting"])
def test_what_will_not_pass_is_never_repeated(kind: Kind) -> None:
    assert climb(kind, own=Retry(attempts=9, wait=0)) == []


def test_the_whole_ladder_is_climbed_in_order() -> None:
    way = climb("timeout", models=["other", "offline"], agents=["second", "third"])
    one = ["again", "other", "again", "offline", "again"]
    assert way == [*one, "second", *one, "third", *one]


@pytest.mark.parametrize("kind", sorted(CLASSES))
def test_another_model_or_agent_is_asked_only_where_it_may_do_better(kind: Kind) -> None:
    way = climb(kind, models=["other"], agents=["second"])
    assert ("other" in way) == CLASSES[kind].elsewhere
    assert ("second" in way) == (kind != "plan")  # which asks for another plan instead


def test_a_model_or_agent_that_is_there_no_more_is_the_end_and_no_circle() -> None:
    assert climb("model", models=["other"], model="gone") == []
    assert climb("lasting", agents=["second"], agent="gone") == []


def test_the_wait_doubles_up_to_a_minute_and_is_spread() -> None:
    at = [Standing(n, Retry(attempts=10, wait=1), Retry()) for n in range(1, 10)]
    waits = [rung.seconds for one in at if isinstance(rung := next_rung(failed("passing"), one, 1.0), Again)]
    assert waits == [1, 2, 4, 8, 16, 32, LONGEST_WAIT, LONGEST_WAIT, LONGEST_WAIT]
    assert next_rung(failed("passing"), at[3], 0.5) == Again(4.0)


@pytest.mark.parametrize(("after", "seconds"), [(0.1, 1.0), (300.0, 300.0), (86_400.0, LONGEST_ASKED)])
def test_whoever_asks_us_to_wait_is_heeded(after: float, seconds: float) -> None:
    assert next_rung(failed("busy", after=after), Standing(1, None, Retry(wait=1)), 1.0) == Again(seconds)
