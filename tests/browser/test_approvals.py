"""What waits for a person: edited before it is approved, decided together, decided elsewhere, and never by a key."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_page import status
from tests.integration.server.conftest import Running
from tests.integration.server.test_routes import create, submit, until

pytestmark = pytest.mark.xdist_group("browser")


def waiting(demo: Running, *days: str) -> list[str]:
    """Executions that ask before they write to the calendar."""
    ids = [submit(demo, plan=create(day))["id"] for day in days]
    for id in ids:
        until(demo, id, "waiting")
    return ids


def events(demo: Running) -> int:
    return (demo.folder / "calendar" / "main.ics").read_text().count("BEGIN:VEVENT")


@pytest.fixture
def english(page: Page) -> Page:
    page.get_by_role("button", name="English").click()
    return page


def test_arguments_are_edited_in_a_form_the_change_is_shown_and_exactly_that_runs(english: Page, demo: Running) -> None:
    (id,) = waiting(demo, "2030-01-06")
    page = english
    page.goto(f"{demo.address}/orchestrate/{id}")
    card = page.locator("[data-purpose=approval]")
    card.get_by_role("button", name="Edit", exact=True).click()
    expect(card.locator("[data-difference]")).to_contain_text("Nothing is changed yet.")
    card.locator("[data-place=title]").fill("Budget, second reading")
    card.locator("[data-place='attendees[0].name']").fill("Dana Levi")
    card.locator("[data-place=minutes]").fill("90")
    difference = card.locator("[data-difference]")
    expect(difference.locator("del").first).to_have_text("Budget")
    expect(difference.locator("ins").first).to_have_text("Budget, second reading")
    card.get_by_role("button", name="Approve as edited").click()
    status(page, "completed")
    (step,) = demo.client.get(f"/api/orchestrate/{id}/steps").json()
    event = step["output"]["event"]
    assert event["title"] == "Budget, second reading"
    assert event["attendees"][0]["name"] == "Dana Levi"
    assert event["end"].startswith("2030-01-06T11:30")


def test_an_edit_that_the_tool_cannot_use_is_refused_by_name_and_nothing_runs(english: Page, demo: Running) -> None:
    (id,) = waiting(demo, "2030-01-06")
    before = events(demo)
    english.goto(f"{demo.address}/orchestrate/{id}")
    card = english.locator("[data-purpose=approval]")
    card.get_by_role("button", name="Edit", exact=True).click()
    card.locator("[data-place=start]").fill("yesterday-ish")
    card.get_by_role("button", name="Approve as edited").click()
    expect(card.get_by_role("alert")).to_contain_text("start")
    assert events(demo) == before
    assert demo.client.get(f"/api/orchestrate/{id}").json()["status"] == "waiting"


def test_the_inbox_is_walked_by_keys_and_no_key_approves(english: Page, demo: Running) -> None:
    waiting(demo, "2030-01-06", "2030-01-07", "2030-01-08")
    before = events(demo)
    page = english
    page.locator("body").press("g")
    page.locator("body").press("a")
    items = page.locator("[data-inbox] li")
    expect(items).to_have_count(3)
    expect(page.locator("aside .count")).to_have_text("3")
    expect(page.locator("[data-purpose=approval] .args")).to_contain_text("2030-01-06")
    page.keyboard.press("j")
    expect(page.locator("[data-purpose=approval] .args")).to_contain_text("2030-01-07")
    expect(page).to_have_url(re.compile("id="))
    for key in ("a", "y", "Enter"):
        page.keyboard.press(key)
    assert events(demo) == before
    expect(items).to_have_count(3)


def test_several_are_decided_together_after_each_was_shown_in_full(english: Page, demo: Running) -> None:
    ids = waiting(demo, "2030-01-06", "2030-01-07", "2030-01-08")
    before = events(demo)
    page = english
    page.goto(f"{demo.address}/orchestrate/approvals")
    page.get_by_role("checkbox").nth(0).check()
    page.get_by_role("checkbox").nth(2).check()
    page.locator("[data-batch]").get_by_role("button", name="Approve the marked").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("2030-01-06")
    expect(dialog).to_contain_text("2030-01-08")
    expect(dialog).not_to_contain_text("2030-01-07")
    dialog.get_by_role("button", name="Approve the marked").click()
    expect(page.locator("[data-inbox] li")).to_have_count(1)
    for id in (ids[0], ids[2]):
        until(demo, id, "completed")
    assert events(demo) == before + 2
    page.locator("[data-purpose=approval]").get_by_role("button", name="Reject").click()
    expect(page.get_by_text("Nothing waits for you")).to_be_visible()
    assert events(demo) == before + 2


def test_what_was_decided_elsewhere_cannot_be_decided_again(english: Page, demo: Running) -> None:
    (id,) = waiting(demo, "2030-01-06")
    page = english
    page.route("**/api/approvals", lambda route: route.fulfill(json=seen))
    seen = demo.client.get("/api/approvals").json()
    page.goto(f"{demo.address}/orchestrate/approvals")
    demo.client.post(f"/api/orchestrate/{id}/approvals/{seen[0]['id']}/reject").raise_for_status()
    page.locator("[data-purpose=approval]").get_by_role("button", name="Approve", exact=True).click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert [one["status"] for one in demo.client.get("/api/approvals?status=rejected").json()] == ["rejected"]


def test_what_could_not_be_undone_is_shown_with_why_and_which_call_it_was(english: Page, demo: Running) -> None:
    note = {
        "steps": [{"id": "note", "tool": "documents.write", "args": {"title": "Grain plan", "content": "x", "format": "md"}}],
        "request": "a test",
    }
    id = submit(demo, plan=note)["id"]
    until(demo, id, "completed")
    (written,) = (demo.folder / "documents").glob("Grain plan*")
    written.write_text("my own words")
    assert demo.client.post(f"/api/orchestrate/{id}/undo").status_code == 202
    until(demo, id, "waiting")
    english.goto(f"{demo.address}/orchestrate/{id}")
    card = english.locator("[data-purpose=undo]")
    expect(card).to_contain_text("was changed since")
    expect(card.locator(".args")).to_contain_text("Grain plan")
    card.get_by_label("Leave it as it is").check()
    card.get_by_role("button", name="Answer").click()
    status(english, "undone")
    assert written.read_text() == "my own words"


def test_what_was_decided_is_kept_with_who_when_and_exactly_what(english: Page, demo: Running) -> None:
    page = english
    page.goto(f"{demo.address}/orchestrate/approvals")
    page.get_by_role("button", name="Decided").click()
    expect(page.get_by_text("Nothing was decided yet")).to_be_visible()
    edited, rejected = waiting(demo, "2030-01-06", "2030-01-07")
    for id, verdict, body in ((edited, "approve", {"title": "Budget, second reading"}), (rejected, "reject", None)):
        (gate,) = demo.client.get(f"/api/orchestrate/{id}/approvals").json()
        decision = {"args": {**gate["args"], **body}} if body else {"note": "not this week"}
        demo.client.post(f"/api/orchestrate/{id}/approvals/{gate['id']}/{verdict}", json=decision).raise_for_status()
        until(demo, id, "completed")
    page.reload()
    rows = page.locator("[data-decided] > li")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("Rejected")
    rows.first.locator("summary").click()
    expect(rows.first).to_contain_text("not this week")
    expect(rows.last).to_contain_text("approved as edited")
    expect(rows.last).to_contain_text("owner")
    rows.last.locator("summary").click()
    expect(rows.last.locator(".args")).to_contain_text("Budget, second reading")
    expect(rows.last.locator("del")).to_have_text("Budget")
    rows.last.get_by_role("link").click()
    status(page, "completed")
