"""Every request of the corpus, of the held-out set and of the fresh set becomes what is written beside it."""

from __future__ import annotations

import pytest

from tests.requests.expectations import Expectation, faults, load
from tests.requests.planning import builtin_catalog, plan
from tizmoret.plan.check import check
from tizmoret.planner.language import detect_language
from tizmoret.planner.planner import Planned

CORPUS = load("corpus.yaml")
KEPT_APART = [*load("heldout.yaml"), *load("fresh.yaml")]
EVERY = [*CORPUS, *KEPT_APART]


@pytest.mark.anyio
@pytest.mark.parametrize("wanted", [pytest.param(entry, id=entry.id) for entry in EVERY])
async def test_a_request_becomes_what_it_must(wanted: Expectation) -> None:
    outcome = await plan(wanted.request, answers=tuple(wanted.answers))

    assert faults(wanted, outcome, dict(builtin_catalog().capabilities)) == []


@pytest.mark.anyio
@pytest.mark.parametrize("wanted", [pytest.param(entry, id=entry.id) for entry in EVERY if not entry.question])
async def test_its_plan_passes_check_and_speaks_its_language(wanted: Expectation) -> None:
    outcome = await plan(wanted.request, answers=tuple(wanted.answers))

    assert isinstance(outcome, Planned)
    assert check(outcome.plan, builtin_catalog().capabilities) == []
    assert outcome.plan.language == detect_language(wanted.request)
    assert outcome.plan.goal
    titles = {
        capability.title[outcome.plan.language] for capability in [*builtin_catalog().tools.values(), *builtin_catalog().agents.values()]
    }
    assert all(any(step.title.startswith(title) for title in titles) for step in outcome.plan.steps)


def test_the_corpus_is_wide_enough() -> None:
    assert len(CORPUS) >= 60
    assert len(KEPT_APART) >= 40
    assert sum(entry.question for entry in EVERY) >= 8
    assert len({entry.id for entry in EVERY}) == len(EVERY)
    assert {detect_language(entry.request) for entry in EVERY} == {"he", "en"}
