"""The page of the locks: who holds what, who waits for whom, as it changes."""

from __future__ import annotations

import dataclasses

import pytest
from playwright.sync_api import Page, expect

from tests.integration.server.conftest import Running
from tests.integration.server.test_routes import submit, until
from tizmoret.settings import Settings

pytestmark = pytest.mark.xdist_group("browser")


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return dataclasses.replace(settings, tools=("tests.browser.held_tools",))


def test_who_holds_a_lock_and_who_waits_for_whom_is_shown_until_nothing_is_locked(page: Page, demo: Running) -> None:
    hold = {"request": "hold it", "steps": [{"id": "hold", "tool": "test.hold", "args": {}}]}
    first = submit(demo, plan=hold)["id"]
    page.locator("#query").blur()
    page.keyboard.press("g")
    page.keyboard.press("l")
    place = page.locator("[data-resource='room:attic']")
    expect(place.locator("[data-held=true]")).to_contain_text(f"{first[-12:]} / hold")
    second = submit(demo, plan=hold)["id"]
    waiting = place.locator("[data-held=false]")
    expect(waiting).to_contain_text(f"{second[-12:]} / hold")
    expect(waiting).to_contain_text(f"{first[-12:]} / hold")
    place.locator("[data-held=true] a").click()
    expect(page.locator(f"main[data-execution='{first}']")).to_be_visible()
    (demo.folder / "go").touch()
    until(demo, first, "completed")
    until(demo, second, "completed")
    page.get_by_role("button", name="English").click()
    page.get_by_role("link", name="Locks").click()
    expect(page.get_by_text("Nothing is locked")).to_be_visible()
