"""A reminder stands in the page from its moment until somebody answers it, in both languages; on the desktop only where that was chosen."""

from __future__ import annotations

import datetime as dt

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.test_every_page import settle
from tests.integration.server.conftest import Running
from tests.integration.server.test_routes import submit, until

pytestmark = pytest.mark.xdist_group("browser")

NOW = dt.timedelta(0)
# Chromium without a window shows no notification: what the page would show is kept.
NOTIFIED = """
window.asked = 0; window.notified = [];
window.Notification = class { constructor(title, options) { window.notified.push([title, options.body]) } };
window.Notification.permission = localStorage.getItem("allowed") ?? "default";
window.Notification.requestPermission = async () => {
  window.asked += 1; window.Notification.permission = "granted"; localStorage.setItem("allowed", "granted");
};
document.hasFocus = () => false;
"""


def remind(demo: Running, title: str, after: dt.timedelta = NOW, note: str = "") -> None:
    args = {"title": title, "remind": (dt.datetime.now(dt.UTC) + after).isoformat(), "note": note}
    until(demo, submit(demo, userId="owner", plan={"steps": [{"id": "task", "tool": "tasks.add", "args": args}]})["id"], "completed")


@pytest.mark.parametrize(
    ("language", "theme", "words"),
    [("he", "dark", ("בוצע", "להזכיר בעוד", "סגירה", "הערה")), ("en", "light", ("Done", "Remind me in", "Close", "Note"))],
)
def test_one_is_shown_when_it_is_due_and_gone_when_it_was_answered(
    page: Page, demo: Running, language: str, theme: str, words: tuple[str, ...]
) -> None:
    done, later, close, note = words
    settle(page, language, theme)
    page.reload()
    remind(demo, "להתקשר אל Dana (050) 123", note="Ask about the invoice\nand the date")
    remind(demo, "Call Yoav", dt.timedelta(seconds=1))
    cards = page.locator("[data-reminder]")
    expect(cards).to_have_count(2)
    expect(page.get_by_role("status").filter(has=cards)).to_be_visible()
    cards.last.get_by_text(note).click()
    expect(page.get_by_text("and the date")).to_be_visible()
    report = Axe().run(page)
    assert report.violations_count == 0, report.generate_report()
    page.locator("aside .count").click()
    page.keyboard.press("Tab")
    expect(cards.first.get_by_role("button", name=close)).to_be_focused()
    cards.first.get_by_role("button", name=later).press("Enter")
    expect(cards).to_have_count(1)
    expect(page.locator("aside .count")).to_have_text("1")
    expect(cards.get_by_role("button", name=close)).to_be_focused()
    cards.get_by_role("button", name=done).click()
    expect(cards).to_have_count(0)
    request = f"{done}: להתקשר אל Dana (050) 123"
    (ticked,) = [one for one in demo.client.get("/api/orchestrate").json()["items"] if one["request"] == request]
    until(demo, ticked["id"], "completed")
    assert [(one["title"], one["due"]) for one in demo.client.get("/api/reminders").json()] == [("Call Yoav", False)]
    demo.client.post(f"/api/orchestrate/{ticked['id']}/undo").raise_for_status()
    until(demo, ticked["id"], "undone")
    remind(demo, "Call Noa")
    cards.filter(has_text="Call Noa").get_by_role("button", name=close).click()
    expect(cards.filter(has_text="Call Noa")).to_have_count(0)
    assert {one["title"] for one in demo.client.get("/api/reminders").json()} == {"Call Yoav", "להתקשר אל Dana (050) 123"}


def test_the_desktop_tells_it_once_and_only_where_that_was_chosen(page: Page, demo: Running) -> None:
    settle(page, "en", "light")
    page.add_init_script(NOTIFIED)
    page.goto(f"{demo.address}/orchestrate/settings")
    remind(demo, "Call Dana")
    expect(page.locator("[data-reminder]")).to_have_count(1)
    assert page.evaluate("[window.asked, window.notified]") == [0, []]
    page.get_by_label("Also by a notification of the desktop").check()
    remind(demo, "Call Yoav")
    expect(page.locator("[data-reminder]")).to_have_count(2)
    page.wait_for_function("window.notified.length > 0")
    assert page.evaluate("[window.asked, window.notified]") == [1, [["Reminder", "Call Yoav"]]]
    page.reload()
    expect(page.locator("[data-reminder]")).to_have_count(2)
    expect(page.get_by_label("Also by a notification of the desktop")).to_be_checked()
    assert page.evaluate("[window.asked, window.notified]") == [0, []]
