"""What steps share beside their outputs: values with their history, and messages, with who wrote them."""

from __future__ import annotations

import dataclasses

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.integration.server.conftest import Running
from tests.integration.server.test_routes import submit, until
from tizmoret.settings import Settings

pytestmark = pytest.mark.xdist_group("browser")

PLAN = {
    "request": "talk",
    "steps": [
        {"id": "one", "title": "First", "tool": "test.talk", "args": {"room": "attic"}},
        {"id": "two", "title": "Second", "tool": "test.talk", "args": {"room": "\u202ecellar"}, "after": ["one"]},
    ],
}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return dataclasses.replace(settings, tools=("tests.browser.held_tools",))


@pytest.mark.parametrize("language", ["he", "en"])
def test_shared_values_and_messages_are_shown_with_their_history_and_author(page: Page, demo: Running, language: str) -> None:
    page.evaluate("language => localStorage.setItem('language', language)", language)
    id = submit(demo, plan=PLAN)["id"]
    until(demo, id, "completed")
    page.goto(f"{demo.address}/orchestrate/{id}")
    page.get_by_role("tab", name="Shared" if language == "en" else "משותף").click()
    value = page.locator("[data-value=room]")
    expect(value).to_contain_text("⟪U+202E⟫cellar")
    expect(value).to_contain_text("Second")
    value.locator("summary").click()
    expect(value).to_contain_text("attic")
    expect(page.locator("[data-message]")).to_have_count(2)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.locator("[data-node=one]").click()
    expect(page.locator("[data-message]")).to_have_count(1)
    page.reload()
    expect(page.locator("[data-value=room]")).to_contain_text("attic")
