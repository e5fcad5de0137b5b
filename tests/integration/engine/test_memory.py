"""What an execution held is let go when it ends or parks, without waiting for a collection of garbage."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from tests.integration.engine.conftest import from_, plan, step
from tests.integration.engine.test_growth import GROWING, grows, wanted
from tizmoret.catalog.catalog import Catalog
from tizmoret.engine.driver import Driver
from tizmoret.engine.state import State
from tizmoret.orchestrator import Tizmoret
from tizmoret.plan.model import Plan, Retry

pytestmark = pytest.mark.anyio


@pytest.fixture
def catalog() -> Catalog:
    return Catalog(GROWING, [])


@pytest.fixture
def no_collection() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def _kept() -> int:
    return sum(isinstance(one, Driver | State) for one in gc.get_objects())


@pytest.mark.usefixtures("no_collection")
@pytest.mark.parametrize(
    ("given", "status"),
    [
        (plan(step("a", "add"), step("b", "add", n=from_("a.n"))), "completed"),
        (plan(step("l", "list", n=3), step("each", "add", for_each=from_("l.numbers"), n={"$item": ""})), "completed"),
        (plan(step("a", "add", fail=1, retry=Retry(attempts=2, wait=0.01))), "completed"),
        (plan(step("a", "write")), "completed"),
        (plan(step("a", "broken")), "failed"),
        (plan(step("a", "gated")), "waiting"),
        (plan(grows([wanted("a", "add")], [wanted("b", "add")])), "completed"),
    ],
    ids=["values", "list", "retry", "effect", "failure", "gate", "growth"],
)
async def test_nothing_of_an_execution_is_kept_in_memory(tizmoret: Tizmoret, given: Plan, status: str) -> None:
    before = _kept()
    for _ in range(3):
        done = await tizmoret.wait((await tizmoret.submit("", plan=given)).id)
        await tizmoret.ended(done.id)
        assert done.status == status
    assert _kept() == before
