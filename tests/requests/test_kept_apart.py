"""What no rule was made from: `python -m bench planner` has the figures, here is what they must not fall below."""

from __future__ import annotations

import asyncio

import pytest

from bench.planner import planned
from tests.requests.catalogs import catalog
from tests.requests.mutations import MUTATIONS
from tests.requests.scoring import Request, Score, f1, load_set, score
from tizmoret.plan.check import check
from tizmoret.plan.model import Plan
from tizmoret.planner.planner import Planned, Question

KEPT_APART, TUNING = load_set("kept_apart.yaml"), load_set("tuning.yaml")
pytestmark = pytest.mark.xdist_group("kept_apart")  # one process plans them all, once
Outcomes = dict[str, tuple[Request, Planned | Question, Score]]


@pytest.fixture(scope="module")
def outcomes() -> Outcomes:
    """Every request of both sets, planned once."""

    async def plan_all() -> Outcomes:
        found: Outcomes = {}
        for request in (*KEPT_APART, *TUNING):
            outcome = await planned(request)
            found[request.id] = request, outcome, score(request, outcome, catalog(*request.brought))
        return found

    return asyncio.run(plan_all())


def test_the_set_is_wide_and_of_both_languages() -> None:
    languages = [request.language for request in KEPT_APART]

    assert languages.count("he") >= 75
    assert languages.count("en") >= 75
    assert {request.say for request in KEPT_APART}.isdisjoint(request.say for request in TUNING)
    named = {name for request in KEPT_APART for wanted in request.wanted for names in wanted.nodes.values() for name in names}
    assert named <= catalog("mail").capabilities.keys()
    assert len(named) >= 55


@pytest.mark.parametrize(("language", "nodes", "edges"), [("he", 0.79, 0.75), ("en", 0.82, 0.8)])
def test_the_plans_come_as_near_to_the_wanted_ones_as_measured(outcomes: Outcomes, language: str, nodes: float, edges: float) -> None:
    scores = [outcomes[request.id][2] for request in KEPT_APART if request.language == language]
    wanted = [one for one in scores if not one.request.only_asks]

    assert f1([one.nodes for one in wanted]) >= nodes
    assert f1([one.edges for one in wanted]) >= edges
    assert all(one.asked for one in scores if one.request.only_asks)


def test_nothing_has_an_effect_that_nobody_asked_for(outcomes: Outcomes) -> None:
    assert [(request.say, one.uninvited) for request, _, one in outcomes.values() if one.uninvited] == []


def test_check_raises_no_alarm_over_any_of_the_plans(outcomes: Outcomes) -> None:
    plans = [(request, outcome.plan) for request, outcome, _ in outcomes.values() if isinstance(outcome, Planned)]

    assert [(request.say, found) for request, plan in plans if (found := check(plan, catalog(*request.brought).capabilities))] == []
    assert len(plans) >= 280


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_fault_put_into_any_of_the_plans_is_refused_for_what_it_is(outcomes: Outcomes, name: str) -> None:
    code, mutate = MUTATIONS[name]
    tried = 0
    for request, outcome, _ in outcomes.values():
        if not isinstance(outcome, Planned):
            continue
        tools = catalog(*request.brought)
        content = mutate(outcome.plan.model_dump(mode="json", exclude_defaults=True), tools)
        if content is not None:
            tried += 1
            assert code in {finding.code for finding in check(Plan.model_validate(content), tools.capabilities)}, request.say
    assert tried >= 20
