"""Who gets a place."""

from __future__ import annotations

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from tizmoret.engine.dispatch.slots import Slots

A, B, C = UUID(int=1), UUID(int=2), UUID(int=3)


def taken(slots: Slots, workspace: UUID, times: int) -> int:
    return sum(slots.take(workspace) for _ in range(times))


def test_one_workspace_gets_no_more_than_its_own_limit() -> None:
    slots = Slots(total=10, each=4)
    assert taken(slots, A, 20) == 4
    assert taken(slots, B, 20) == 4
    assert taken(slots, C, 20) == 2


def test_a_place_that_is_given_back_can_be_taken_again() -> None:
    slots = Slots(total=1, each=1)
    assert slots.take(A)
    assert not slots.take(B)
    slots.give(A)
    assert slots.take(B)


def test_who_has_least_is_served_first() -> None:
    slots = Slots(total=10, each=10)
    taken(slots, A, 6)
    assert slots.shares([A, B], 64) == {B: 4}


def test_a_noisy_workspace_takes_what_the_others_leave() -> None:
    slots = Slots(total=10, each=8)
    assert slots.shares([A], 64) == {A: 8}
    assert slots.shares([A, B], 64) == {A: 5, B: 5}
    assert slots.shares([A, B, C], 2) == {A: 1, B: 1}


@given(st.integers(1, 30), st.integers(1, 30), st.lists(st.sampled_from([A, B, C]), max_size=40), st.integers(1, 30))
def test_shares_fit_into_the_limits_and_leave_nobody_behind(total: int, each: int, before: list[UUID], most: int) -> None:
    slots = Slots(total, each)
    has = dict.fromkeys([A, B, C], 0)
    for workspace in before:
        has[workspace] += slots.take(workspace)
    free = slots.free
    shares = slots.shares([A, B, C], most)
    assert sum(shares.values()) <= min(free, most)
    after = {workspace: has[workspace] + shares.get(workspace, 0) for workspace in has}
    assert all(count <= each for count in after.values())
    for richer, share in shares.items():
        for poorer in has:
            assert after[poorer] >= min(after[richer] - 1, each) or not share
    assert all(slots.take(workspace) for workspace, share in shares.items() for _ in range(share))
