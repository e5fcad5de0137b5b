"""Going on from a step: what is kept is said before, what should be different is changed in a form, and the new execution says where it came from."""

from __future__ import annotations

import dataclasses

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.test_page import status
from tests.integration.server.conftest import Running
from tests.integration.server.test_routes import submit, until
from tizmoret.settings import Settings

pytestmark = pytest.mark.xdist_group("browser")

PLAN = {
    "request": "go to the cellar",
    "steps": [
        {"id": "look", "title": "Look at the clock", "tool": "time.now"},
        {"id": "enter", "title": "Enter the room", "tool": "test.enter", "args": {"room": "cellar"}, "after": ["look"]},
        {"id": "leave", "title": "Look again", "tool": "time.now", "after": ["enter"]},
    ],
}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return dataclasses.replace(settings, tools=("tests.browser.held_tools",))


def test_a_failed_step_is_retried_with_another_input_and_what_was_done_before_is_kept(page: Page, demo: Running) -> None:
    source = submit(demo, plan=PLAN)["id"]
    until(demo, source, "failed")
    page.get_by_role("button", name="English").click()
    page.goto(f"{demo.address}/orchestrate/{source}")
    page.get_by_role("button", name="Retry from").click()
    dialog = page.locator("[data-fork=enter]")
    expect(dialog).to_contain_text("Kept: \u20681\u2069")
    expect(dialog.get_by_role("listitem")).to_have_text(["Enter the room", "Look again"])
    dialog.get_by_role("button", name="Change the input").click()
    dialog.get_by_label("room").fill("attic")
    expect(dialog.locator("[data-difference]")).to_contain_text("attic")
    assert Axe().run(page).violations_count == 0
    dialog.get_by_role("button", name="Run it").click()
    expect(page.locator(f"[data-origin='{source}']")).to_contain_text("Enter the room")
    status(page, "completed")
    page.locator("[data-node=look]").click()
    expect(page.locator("[data-inspector=look]")).to_contain_text("It did not run here")
    page.locator("[data-node=enter]").click()
    expect(page.locator("[data-inspector=enter]")).to_contain_text("attic")
    page.get_by_role("link", name="Compare with it").click()
    expect(page.locator("[data-pair=enter]")).to_contain_text("Other input")
    expect(page.locator("[data-pair=look]")).to_contain_text("Kept")
    page.locator("[data-totals] a").first.click()
    status(page, "failed")


def test_a_step_of_what_has_ended_well_is_run_again_in_hebrew_and_a_refusal_is_shown_in_place(page: Page, demo: Running) -> None:
    source = submit(
        demo, plan={"request": "x", "steps": [{"id": "enter", "title": "כניסה", "tool": "test.enter", "args": {"room": "attic"}}]}
    )["id"]
    until(demo, source, "completed")
    page.goto(f"{demo.address}/orchestrate/{source}?step=enter&tab=step")
    page.get_by_role("button", name="להריץ מחדש מכאן").click()
    demo.client.delete(f"/api/orchestrate/{source}").raise_for_status()
    page.get_by_role("button", name="להריץ", exact=True).click()
    expect(page.locator("[data-fork] [role=alert]")).to_contain_text(source)


def test_nothing_that_still_runs_can_be_gone_on_from(page: Page, demo: Running) -> None:
    source = submit(demo, plan={"request": "x", "steps": [{"id": "hold", "tool": "test.hold", "args": {}}]})["id"]
    page.goto(f"{demo.address}/orchestrate/{source}?step=hold&tab=step")
    expect(page.locator("[data-inspector=hold]")).to_be_visible()
    assert page.locator("[data-fork-from]").count() == 0
    refused = demo.client.post(f"/api/orchestrate/{source}/fork", json={"step": "hold"})
    assert (refused.status_code, refused.headers["content-type"]) == (409, "application/problem+json")
    (demo.folder / "go").touch()
    until(demo, source, "completed")
    for body, code in (
        ({"step": "nowhere"}, 422),
        ({"step": "hold", "args": {"room": 7}}, 422),
        ({}, 422),
        ({"step": "hold", "x": 1}, 422),
    ):
        assert demo.client.post(f"/api/orchestrate/{source}/fork", json=body).status_code == code, body
    assert demo.client.post("/api/orchestrate/01a1fbae-a2ef-7251-be71-5f046815da76/fork", json={"step": "hold"}).status_code == 404
    made = demo.client.post(f"/api/orchestrate/{source}/fork", json={"step": "hold"})
    assert (made.status_code, made.json()["forkedFrom"]) == (202, source)
