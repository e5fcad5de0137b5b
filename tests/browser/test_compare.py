"""Two executions beside each other: one axis, what differs in each step, what differs in the plans."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.integration.server.conftest import Running
from tests.integration.server.test_routes import submit, until
from tizmoret.settings import Settings

pytestmark = pytest.mark.xdist_group("browser")


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return dataclasses.replace(settings, tools=("tests.browser.held_tools",))


def plan(room: str, *more: dict[str, Any]) -> dict[str, Any]:
    enter = {"id": "enter", "title": "Enter the room", "tool": "test.enter", "args": {"room": room}}
    count = {"id": "count", "title": "Count twice", "tool": "test.enter", "args": {"room": "hall"}, "after": ["enter"]}
    return {"request": f"go to the {room}", "steps": [enter, count, *more]}


def pair(demo: Running) -> tuple[str, str]:
    extra = {"id": "extra", "title": "One more", "tool": "test.enter", "args": {"room": "porch"}, "after": ["count"]}
    ids = [submit(demo, plan=plan("attic"))["id"], submit(demo, plan=plan("shed", extra))["id"]]
    for id in ids:
        until(demo, id, "completed")
    return ids[0], ids[1]


def test_what_differs_between_two_executions_is_shown_step_by_step_and_in_their_plans(page: Page, demo: Running) -> None:
    one, other = pair(demo)
    page.get_by_role("button", name="English").click()
    page.goto(f"{demo.address}/orchestrate/compare/{one}/{other}")
    rows = page.locator("[data-pair]")
    expect(rows).to_have_count(3)
    expect(page.locator("[data-pair=enter]")).to_contain_text("Planned otherwise · Other input · Other output")
    expect(page.locator("[data-pair=count]")).to_contain_text("No difference")
    expect(page.locator("[data-pair=extra]")).to_contain_text("Only in")
    expect(page.locator("[data-pair=enter] .twin")).to_have_count(2)
    expect(page.locator("[data-pair=extra] .twin")).to_have_count(1)
    page.locator("[data-pair=enter] button").click()
    details = page.locator("[data-pair-details=enter]")
    for part in ("[data-input]", "[data-output]"):
        expect(details.locator(f"{part} .diff-out")).to_contain_text("attic")
        expect(details.locator(f"{part} .diff-in")).to_contain_text("shed")
    plans = page.locator("[data-plans]")
    expect(plans.locator("[data-plan-step]")).to_have_count(2)
    expect(plans.locator("[data-plan-step=extra]")).to_contain_text("porch")
    expect(page.locator("[data-totals] tbody tr").last).to_contain_text("+1")
    page.get_by_role("button", name="Only what differs").click()
    expect(rows).to_have_count(2)
    page.reload()
    expect(details).to_be_visible()


def test_both_bars_of_a_step_stand_on_the_same_axis_which_runs_with_the_reading_direction(page: Page, demo: Running) -> None:
    one, other = pair(demo)
    for language, sign in (("he", -1), ("en", 1)):
        page.evaluate("language => localStorage.setItem('language', language)", language)
        page.goto(f"{demo.address}/orchestrate/compare/{one}/{other}")
        page.locator("[data-pair=count] .twin").first.wait_for()
        enter, count = (
            page.locator("[data-pair=enter] .twin").first.bounding_box(),
            page.locator("[data-pair=count] .twin").first.bounding_box(),
        )
        assert enter is not None
        assert count is not None
        assert (count["x"] - enter["x"]) * sign > 0
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        page.set_viewport_size({"width": 390, "height": 800})
        page.wait_for_function("document.documentElement.scrollWidth <= 390")
        page.set_viewport_size({"width": 1280, "height": 900})


def test_two_are_chosen_in_the_list_or_one_in_the_menu_of_the_other(page: Page, demo: Running) -> None:
    one, other = pair(demo)
    page.get_by_role("button", name="English").click()
    page.goto(f"{demo.address}/orchestrate/executions")
    boxes = page.get_by_role("checkbox")
    expect(boxes).to_have_count(2)
    for place in range(2):
        boxes.nth(place).check()
    page.get_by_role("link", name="Compare the two marked").click()
    page.wait_for_url(f"**/compare/{one}/{other}")
    page.goto(f"{demo.address}/orchestrate/{other}")
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name="Compare with another").click()
    page.locator("[data-others] a").click()
    page.wait_for_url(f"**/compare/{one}/{other}")


def test_an_execution_that_is_not_there_is_said_in_place(page: Page, demo: Running) -> None:
    one = submit(demo, plan=plan("attic"))["id"]
    page.goto(f"{demo.address}/orchestrate/compare/{one}/01a1fbae-a2ef-7251-be71-5f046815da76")
    expect(page.get_by_role("alert")).to_contain_text("01a1fbae")
    until(demo, one, "completed")
