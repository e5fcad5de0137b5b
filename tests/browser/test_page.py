"""The story of a request as a person meets it: ask, answer, approve or reject, in both languages, over a restart, on a phone."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.integration.server.conftest import Running, ServerThread

pytestmark = pytest.mark.xdist_group("browser")

HEBREW = "תקרא מה עשינו בדצמבר בתבואות ותקבע פגישה עם יואב"
ENGLISH = "Read what we did in December on grain and schedule a meeting with Yoav"


def ask(page: Page, text: str) -> None:
    page.locator("#query").fill(text)
    page.locator("#query").press("Enter")
    page.locator("main[data-execution]").wait_for()


def pick_yoav(page: Page) -> None:
    options = page.get_by_role("radio")
    expect(options).to_have_count(2)
    options.first.check()
    page.get_by_role("button", name="לענות").or_(page.get_by_role("button", name="Answer")).click()


def status(page: Page, name: str) -> None:
    expect(page.locator(f"[data-head] [data-status={name}]")).to_be_visible()


def test_a_hebrew_request_is_asked_about_approved_and_done(page: Page, demo: Running) -> None:
    ask(page, HEBREW)
    pick_yoav(page)
    card = page.locator(".approval", has_text="calendar.create")
    expect(card).to_be_visible()
    expect(card.locator(".args")).to_contain_text("יואב")
    before = (demo.folder / "calendar" / "main.ics").read_text().count("BEGIN:VEVENT")
    card.get_by_role("button", name="אישור", exact=True).click()
    status(page, "completed")
    expect(page.locator(".answer")).to_contain_text("נקבעה פגישה")
    assert (demo.folder / "calendar" / "main.ics").read_text().count("BEGIN:VEVENT") == before + 1
    expect(page.locator("[data-timeline] [data-step][data-status=completed]")).to_have_count(6)


def test_an_english_request_that_is_rejected_writes_nothing_and_says_so(page: Page, demo: Running) -> None:
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("dir", "ltr")
    ask(page, ENGLISH)
    pick_yoav(page)
    card = page.locator(".approval", has_text="calendar.create")
    expect(card).to_be_visible()
    before = (demo.folder / "calendar" / "main.ics").read_bytes()
    card.get_by_role("textbox").fill("not this week")
    card.get_by_role("button", name="Reject").click()
    status(page, "completed")
    expect(page.locator(".answer")).to_contain_text("nothing was written")
    assert (demo.folder / "calendar" / "main.ics").read_bytes() == before


def test_the_page_comes_back_by_itself_after_the_server_was_restarted(
    browser, settings, running: Running, server_thread: ServerThread
) -> None:  # type: ignore[no-untyped-def]
    context = browser.new_context(locale="he-IL")
    page = context.new_page()
    page.goto(running.start_link)
    ask(page, "קבע פגישה מחר ב-10:00")
    expect(page.locator(".approval")).to_be_visible()
    server_thread.stop()
    expect(page.locator("[data-connection=reconnecting]")).to_be_visible()
    port = int(running.address.rsplit(":", 1)[1])
    server_thread.restart_on(port)
    expect(page.locator("[data-connection=live]")).to_be_visible()
    page.get_by_role("button", name="אישור", exact=True).click()
    status(page, "completed")
    context.close()


def test_right_to_left_is_right_and_a_phone_scrolls_only_down(page: Page) -> None:
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    side, main = page.locator("aside").bounding_box(), page.locator("main").bounding_box()
    assert side is not None
    assert main is not None
    assert side["x"] > main["x"]
    page.set_viewport_size({"width": 390, "height": 800})
    ask(page, "בדוק את המערכת")
    status(page, "completed")
    page.wait_for_function("document.documentElement.scrollWidth <= 390")


def test_what_a_tool_returns_is_text_and_its_direction_controls_are_shown(page: Page, demo: Running) -> None:
    (demo.folder / "documents" / "evil.md").write_text(
        '# <img src=x onerror="document.title=1"> \u202egnp.exe\n\nzebra zebra zebra', "utf-8"
    )
    page.get_by_role("button", name="English").click()
    ask(page, "find documents about zebra")
    status(page, "completed")
    expect(page.locator(".answer")).to_contain_text("⟪U+202E⟫")
    assert page.locator(".answer img").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["he", "en"])
def test_no_accessibility_findings(page: Page, scheme: str, language: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    if language == "en":
        page.get_by_role("button", name="English").click()
    found = [Axe().run(page)]
    ask(page, HEBREW if language == "he" else ENGLISH)
    expect(page.get_by_role("radio").first).to_be_visible()
    found.append(Axe().run(page))
    pick_yoav(page)
    expect(page.locator(".approval .args")).to_be_visible()
    found.append(Axe().run(page))
    for one in found:
        assert one.violations_count == 0, one.generate_report()


def test_without_a_session_the_page_asks_for_the_token(browser, running: Running) -> None:  # type: ignore[no-untyped-def]
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{running.address}/orchestrate")
    page.locator("#token").fill("wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("אינו מפתח של איש")
    page.locator("#token").fill(running.start_link.split("token=")[1])
    page.keyboard.press("Enter")
    expect(page.locator("#query")).to_be_visible()
    context.close()
