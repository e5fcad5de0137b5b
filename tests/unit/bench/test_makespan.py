"""The order of steps beside the best possible one, and the measure itself."""

from __future__ import annotations

import statistics

import pytest

from bench.makespan import SMALL, Work, bound, instances, optimum, random_work, ratio, scheduled


def test_the_search_finds_an_order_that_longest_first_misses() -> None:
    work = Work((3.0, 3.0, 2.0, 2.0, 2.0), ((),) * 5)
    assert (scheduled(work, 2), optimum(work, 2), bound(work, 2)) == (7.0, 6.0, 6.0)


def test_the_bound_counts_what_the_fullest_slot_must_hold() -> None:
    assert bound(Work((1.0,) * 9, ((),) * 9), 8) == 2.0


def test_with_slots_for_all_the_longest_chain_is_all_that_it_takes() -> None:
    work, _ = random_work(7)
    assert scheduled(work, len(work.seconds)) == pytest.approx(max(h + s for h, s in zip(work.heads(), work.seconds, strict=True)))


def test_no_order_beats_the_bound_and_the_scheduler_never_beats_the_optimum() -> None:
    for seed in range(0, 90, 3):
        work, slots = random_work(seed)
        assert len(work.seconds) <= SMALL
        assert bound(work, slots) <= optimum(work, slots) + 1e-9 <= scheduled(work, slots) + 2e-9


def test_the_order_is_within_two_percent_of_the_best_in_the_mean_on_random_graphs_and_on_those_of_science() -> None:
    assert statistics.mean(ratio(*random_work(seed)) for seed in range(120)) <= 1.02
    assert statistics.mean(ratio(work, slots) for _, work in instances() for slots in (2, 5, 16)) <= 1.02
