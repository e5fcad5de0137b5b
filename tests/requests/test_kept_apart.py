"""What no rule was made from: `python -m bench planner` has the figures, here is what they must not fall below."""

from __future__ import annotations

import asyncio

import pytest

from bench.planner import planned
from tests.requests.catalogs import catalog
from tests.requests.mutations import MUTATIONS
from tests.requests.planning import plan
from tests.requests.scoring import HERE, Request, Score, f1, load_set, score
from tizmoret.plan.check import check
from tizmoret.plan.model import Plan
from tizmoret.planner.planner import Planned, Question

KEPT_APART, TUNING = load_set("kept_apart.yaml"), load_set("tuning.yaml")
SECOND, FOREIGN, FOREIGN_TUNING = load_set("kept_apart_2.yaml"), load_set("foreign_kept_apart.yaml"), load_set("foreign_tuning.yaml")
EVERY = (*KEPT_APART, *SECOND, *TUNING, *FOREIGN, *FOREIGN_TUNING)
pytestmark = pytest.mark.xdist_group("kept_apart")  # one process plans them all, once
Outcomes = dict[str, tuple[Request, Planned | Question, Score]]


@pytest.fixture(scope="module")
def outcomes() -> Outcomes:
    """Every request of all sets, planned once."""

    async def plan_all() -> Outcomes:
        found: Outcomes = {}
        for request in EVERY:
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


@pytest.mark.parametrize(
    ("requests", "language", "nodes", "edges"),
    [
        pytest.param(KEPT_APART, "he", 0.83, 0.78, id="first he"), pytest.param(KEPT_APART, "en", 0.86, 0.82, id="first en"),
        pytest.param(SECOND, "he", 0.73, 0.65, id="second he"), pytest.param(SECOND, "en", 0.73, 0.74, id="second en"),
        pytest.param(FOREIGN, "he", 0.63, 0.7, id="foreign he"), pytest.param(FOREIGN, "en", 0.62, 0.57, id="foreign en"),
    ],
)  # fmt: skip
def test_the_plans_come_as_near_to_the_wanted_ones_as_measured(
    outcomes: Outcomes, requests: list[Request], language: str, nodes: float, edges: float
) -> None:
    scores = [outcomes[request.id][2] for request in requests if request.language == language]
    wanted = [one for one in scores if not one.request.only_asks]

    assert f1([one.nodes for one in wanted]) >= nodes
    assert f1([one.edges for one in wanted]) >= edges
    assert all(one.asked for one in scores if one.request.only_asks)


def test_the_second_sets_are_named_by_the_catalogs_and_share_no_request() -> None:
    assert len({request.id for request in EVERY}) == len(EVERY)
    assert {request.say for request in SECOND}.isdisjoint(request.say for request in TUNING)
    assert {request.say for request in FOREIGN}.isdisjoint(request.say for request in FOREIGN_TUNING)
    for request in EVERY:
        named = {name for wanted in request.wanted for names in wanted.nodes.values() for name in names}
        assert named <= catalog(*request.brought).capabilities.keys(), request.id


@pytest.mark.anyio
@pytest.mark.parametrize("say", [line for line in (HERE / "harmless.txt").read_text("utf-8").splitlines() if not line.startswith("#")])
async def test_a_request_that_asks_for_no_effect_gets_none(say: str) -> None:
    tools = catalog("mail", "slack", "clinic", "orchard")

    outcome = await plan(say, catalog=tools)

    if isinstance(outcome, Planned):
        assert [step.uses for step in outcome.plan.steps if tools.capabilities[step.uses].effect != "none"] == []


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
        if not isinstance(outcome, Planned) or "clinic" in request.brought:  # whose tools take whatever they are given
            continue
        tools = catalog(*request.brought)
        content = mutate(outcome.plan.model_dump(mode="json", exclude_defaults=True), tools)
        if content is not None:
            tried += 1
            assert code in {finding.code for finding in check(Plan.model_validate(content), tools.capabilities)}, request.say
    assert tried >= 20
