"""The catalog, the palette, the welcome: finding what there is, and trying it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_page import HEBREW, ask, status
from tests.integration.server.conftest import Running, ServerThread

pytestmark = pytest.mark.xdist_group("browser")


def test_a_tool_is_found_told_of_and_tried(page: Page, demo: Running) -> None:
    page.get_by_role("link", name="סוכנים וכלים").click()
    cards = page.locator("[data-catalog] li")
    expect(cards).to_have_count(len(demo.client.get("/api/catalog").json()))
    page.get_by_role("searchbox").fill("contacts.search")
    expect(cards.filter(has=page.locator("bdi", has_text="contacts.search"))).to_have_count(1)
    cards.filter(has=page.locator("bdi", has_text="contacts.search")).first.click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.locator("[data-place=query]").fill("יואב")
    page.get_by_role("button", name="לנסות").click()
    status(page, "completed")
    expect(page.locator(".answer")).to_contain_text("יואב")


def test_trying_a_tool_that_writes_asks_first(page: Page, demo: Running) -> None:
    before = (demo.folder / "calendar" / "main.ics").read_bytes()
    page.goto(f"{demo.address}/orchestrate/catalog/calendar.create")
    page.locator("[data-place=title]").fill("ניסיון")
    page.locator("[data-place=start]").fill("2030-01-06T10:00:00")
    page.get_by_role("button", name="לנסות").click()
    card = page.locator("[data-purpose=approval]")
    expect(card).to_be_visible()
    assert (demo.folder / "calendar" / "main.ics").read_bytes() == before
    card.get_by_role("button", name="אישור", exact=True).click()
    status(page, "completed")
    assert (demo.folder / "calendar" / "main.ics").read_bytes() != before


def test_the_palette_reaches_pages_tools_and_executions_by_name(page: Page, demo: Running) -> None:
    page.get_by_role("button", name="English").click()
    demo.client.post("/api/orchestrate", json={"query": "check the system"})
    page.locator("body").press("Control+k")
    page.keyboard.type("calendar.create")
    expect(page.get_by_role("option").first).to_contain_text("calendar.create")
    page.keyboard.press("Enter")
    page.wait_for_url("**/catalog/calendar.create")
    page.keyboard.press("Control+k")
    page.keyboard.type("check the sys")
    page.get_by_role("option", name="check the system").click()  # tools that fit may stand before it
    expect(page.locator("main[data-execution]")).to_be_visible()
    page.keyboard.press("Control+k")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_keys_work_under_a_hebrew_layout_and_sleep_while_one_types(page: Page) -> None:
    page.locator("#query").press("?")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.locator("#query").blur()
    page.evaluate(
        """() => { for (const [code, key] of [["KeyG", "ע"], ["KeyC", "ב"]])
             document.body.dispatchEvent(new KeyboardEvent("keydown", { code, key, bubbles: true })) }"""
    )
    page.wait_for_url("**/orchestrate/catalog")


def test_the_first_time_is_welcomed_once(page: Page) -> None:
    expect(page.locator("[data-welcome]")).to_be_visible()
    page.get_by_role("button", name="הבנתי").click()
    page.reload()
    page.locator("#query").wait_for()
    expect(page.get_by_text("עוד לא ביקשתם דבר")).to_be_visible()
    expect(page.locator("[data-welcome]")).to_have_count(0)


def test_the_attempts_of_a_step_that_failed_are_told(page: Page, demo: Running) -> None:
    step = {"id": "read", "tool": "documents.read", "args": {"documents": ["no-such"]}, "retry": {"attempts": 2, "wait": 0.01}}
    found = demo.client.post("/api/orchestrate", json={"query": "", "plan": {"request": "read it", "steps": [step]}}).json()
    page.goto(f"{demo.address}/orchestrate/{found['id']}?step=read&tab=step")
    status(page, "failed")
    expect(page.locator("[data-inspector=read] .problem")).to_be_visible()
    expect(page.locator("[data-attempts] li").first).to_be_visible()


def test_an_unknown_address_and_an_unknown_execution_say_so(page: Page, demo: Running) -> None:
    page.goto(f"{demo.address}/orchestrate/no/such/page")
    expect(page.get_by_text("אין כאן דבר").last).to_be_visible()
    page.goto(f"{demo.address}/orchestrate/01a1fbae-a2ef-7251-be71-5f046815da76")
    expect(page.get_by_role("alert")).to_contain_text("אין ביצוע")


def test_the_page_tells_that_the_server_is_away_and_that_it_is_back(browser, running: Running, server_thread: ServerThread) -> None:  # type: ignore[no-untyped-def]
    context = browser.new_context(locale="he-IL")
    page = context.new_page()
    page.clock.install()
    page.goto(running.start_link)
    expect(page.locator("[data-server=online]")).to_be_visible()
    server_thread.stop()
    page.clock.run_for(30_000)
    expect(page.locator("[data-server=offlineServer]")).to_be_visible()
    server_thread.restart_on(int(running.address.rsplit(":", 1)[1]))
    page.clock.run_for(30_000)
    expect(page.locator("[data-server=online]")).to_be_visible()
    context.close()


def test_a_request_that_was_asked_before_is_asked_again(page: Page) -> None:
    ask(page, HEBREW)
    page.get_by_role("button", name="פעולות נוספות").click()
    page.get_by_role("menuitem", name="לבקש שוב").click()
    expect(page.locator("#query")).to_have_value(HEBREW)
