"""The part of a large catalog that a model is shown."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from tests.requests.planning import builtin_catalog
from tizmoret.catalog.catalog import Catalog
from tizmoret.plan.model import Step
from tizmoret.planner.model.shortlist import SHOWN, shortlist
from tizmoret.planner.planner import PlanRequest

from .test_model_prompt import make

pytestmark = pytest.mark.anyio
BUILTIN = builtin_catalog()
THINGS = ("valve", "pump", "boiler", "turbine", "furnace", "chimney", "pipe", "gauge")
FACTORY = [make(f"factory.part{n}", f"Turns the {THINGS[n % len(THINGS)]} number {n}") for n in range(400)]
LARGE = Catalog([*BUILTIN.tools.values(), *FACTORY, make("orchard.plant", "Plants a tree in the orchard")], BUILTIN.agents.values())


def request(text: str, catalog: Catalog = LARGE) -> PlanRequest:
    return PlanRequest(text, "en", dt.datetime(2026, 11, 20, 23, 5, tzinfo=ZoneInfo("Asia/Jerusalem")), catalog)


async def test_a_catalog_of_a_size_to_be_read_is_shown_whole() -> None:
    assert await shortlist(request("hello", BUILTIN), None) is BUILTIN


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("plant a tree in the orchard", "orchard.plant"),
        ("turn the turbine number 331", "factory.part331"),
        ("schedule a meeting with Yoav", "calendar.create"),
        ("תקבע פגישה עם יואב", "calendar.create"),
    ],
)
async def test_of_a_large_one_what_fits_the_request_is_shown(text: str, wanted: str) -> None:
    shown = (await shortlist(request(text), None)).capabilities
    assert len(shown) == SHOWN
    assert wanted in shown


async def test_what_is_in_use_is_shown_whatever_the_request_says() -> None:
    begun = replace(request("schedule a meeting"), begun=(Step(id="a", tool="factory.part399"),))
    assert "factory.part399" in (await shortlist(begun, None)).capabilities


async def test_where_nothing_fits_what_came_with_tizmoret_comes_first() -> None:
    shown = (await shortlist(request("xyzzy"), None)).tools
    assert set(BUILTIN.tools) <= set(shown)
