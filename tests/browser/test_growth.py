"""Steps that a call asks for while it runs come to the page by themselves, and what acts among them is asked about there."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_page import status

from .test_drafting import model as model
from .test_drafting import settings as settings

pytestmark = pytest.mark.xdist_group("browser")
PART = {"id": "part", "title": "Do what the note says", "tool": "plan.part", "args": {"request": "Convert 12 feet, then note a to-do"}}
INNER = [
    {"id": "convert", "title": "Convert", "tool": "units.convert", "args": {"value": 12, "unit": "feet", "to": "meters"}},
    {"id": "task", "title": "Note it", "tool": "tasks.add", "args": {"title": "Order seed"}, "after": ["convert"]},
]


def test_the_plan_grows_on_the_page_and_waits_for_its_approval(page: Page, model: object) -> None:
    model.answer({"goal": "Do it", "steps": [PART]})  # type: ignore[attr-defined]
    model.answer({"goal": "Part", "steps": INNER})  # type: ignore[attr-defined]
    page.get_by_role("button", name="English").click()
    page.locator("#query").fill("Do what the note says")
    page.locator("#query").press("Enter")
    expect(page.locator("[data-node=part_1_task]")).to_be_visible()
    expect(page.locator("[data-node]")).to_have_count(3)
    expect(page.locator("[data-node=part_1_convert][data-s=completed]")).to_be_visible()
    expect(page.locator("[data-node=part_1_task][data-s=gate]")).to_be_visible()
    expect(page.locator("[role=log] [data-kind='plan.grew']")).to_be_attached()
    page.locator("[data-approval]").get_by_role("button", name="Approve").first.click()
    status(page, "completed")
    expect(page.locator("[data-node][data-s=completed]")).to_have_count(3)
    page.locator("[data-node=part_1_convert]").click()
    expect(page.locator("[data-asked-by=part]")).to_contain_text("Do what the note says")
    assert page.get_by_role("button", name="Run again from here").count() == 0, "one goes on from whoever asked"
    page.locator("[data-asked-by=part] button").click()
    page.get_by_role("button", name="Run again from here").click()
    expect(page.locator("[data-fork=part] li")).to_have_count(1)
