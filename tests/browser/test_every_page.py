"""Every page in both languages and both themes: no accessibility finding, and at every width nothing that scrolls sideways."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.test_page import HEBREW
from tests.integration.server.conftest import Running
from tests.integration.server.test_routes import chain, create, submit, until

pytestmark = [pytest.mark.xdist_group("browser"), pytest.mark.timeout(240)]

WIDTHS = (1440, 1024, 768, 390)


@pytest.fixture
def filled(page: Page, demo: Running) -> dict[str, str]:
    """One execution that has ended, one that waits for a yes, one that asks a question; the addresses of all pages by name."""
    done, waiting = submit(demo, plan=chain(0, 0, 0))["id"], submit(demo, plan=create())["id"]
    asking = submit(demo, query=HEBREW)["id"]
    until(demo, done, "completed")
    again = demo.client.post(f"/api/orchestrate/{done}/fork", json={"step": "s2"}).json()["id"]
    until(demo, again, "completed")
    rejected = submit(demo, plan=create("2030-02-03"))["id"]
    until(demo, rejected, "waiting")
    (gate,) = demo.client.get(f"/api/orchestrate/{rejected}/approvals").json()
    demo.client.post(f"/api/orchestrate/{rejected}/approvals/{gate['id']}/reject").raise_for_status()
    for id in (waiting, asking):
        until(demo, id, "waiting")
    scheduled = demo.client.post("/api/orchestrate/schedules", json={"query": "Check the system", "cron": "0 8 * * 0-4"})
    assert scheduled.status_code == 201
    assert demo.client.post("/api/saved-filters", json={"name": "נכשלו", "filter": {"status": "failed"}}).status_code == 201
    base = f"{demo.address}/orchestrate"
    return {
        "start": base,
        "executions": f"{base}/executions",
        "no match": f"{base}/executions?q=nothing-like-it",
        "narrowed": f"{base}/executions?user=dana&from=2020-01-01",
        "approvals": f"{base}/approvals",
        "decided": f"{base}/approvals?past=true",
        "catalog": f"{base}/catalog",
        "tool": f"{base}/catalog/calendar.create",
        "agent": f"{base}/catalog/drive-search",
        "metrics": f"{base}/metrics",
        "schedules": f"{base}/schedules",
        "locks": f"{base}/locks",
        "settings": f"{base}/settings",
        "done": f"{base}/{done}?step=s1&tab=step",
        "waiting": f"{base}/{waiting}",
        "asking": f"{base}/{asking}",
        "compare": f"{base}/compare/{done}/{again}?step=s2",
        "unknown": f"{base}/01a1fbae-a2ef-7251-be71-5f046815da76",
    }


def visit(page: Page, pages: dict[str, str]) -> Iterator[str]:
    for name, address in pages.items():
        page.goto(address)
        page.locator("main").wait_for()
        expect(page.locator("main .skeleton")).to_have_count(0)
        if name in ("done", "waiting", "asking"):
            page.locator("[data-step], [data-inspector]").first.wait_for()
        yield name


def settle(page: Page, language: str, theme: str) -> None:
    page.evaluate(
        "([language, theme]) => { localStorage.setItem('language', language); localStorage.setItem('theme', theme) }", [language, theme]
    )


@pytest.mark.parametrize(
    ("language", "theme"),
    [
        ("he", "light"),
        ("en", "dark"),
        pytest.param("he", "dark", marks=pytest.mark.long),
        pytest.param("en", "light", marks=pytest.mark.long),
    ],
)
def test_axe_finds_nothing_on_any_page(page: Page, filled: dict[str, str], language: str, theme: str) -> None:
    settle(page, language, theme)
    axe = Axe()
    found: dict[str, str] = {}

    def look(name: str) -> None:
        result = axe.run(page)
        if result.violations_count:
            found[name] = result.generate_report()

    for name in visit(page, filled):
        look(name)
        if name == "waiting":
            page.locator("[data-purpose=approval]").get_by_role("button", name="עריכה" if language == "he" else "Edit", exact=True).click()
            look("edit")
        if name == "settings":
            for form in ("מפתח חדש", "חיבור חדש") if language == "he" else ("New key", "New connection"):
                page.get_by_role("button", name=form, exact=True).click()
                look(form)
        if name == "start":
            page.locator("#query").fill(HEBREW)
            page.get_by_role("button", name="להראות תוכנית" if language == "he" else "Show the plan").click()
            page.locator("[data-preview] [data-node]").first.wait_for()
            look("preview")
            page.locator("#query").blur()
            page.keyboard.press("Control+k")
            page.get_by_role("option").first.wait_for()
            look("palette")
            page.keyboard.press("Escape")
    page.set_viewport_size({"width": 390, "height": 800})
    for name in visit(page, {name: filled[name] for name in ("start", "approvals", "waiting", "done")}):
        look(f"{name}, narrow")
    page.get_by_role("button", name="תפריט" if language == "he" else "Menu", exact=True).click()
    look("navigation, narrow")
    assert found == {}, "\n".join(f"{name}: {report}" for name, report in found.items())


@pytest.mark.parametrize("language", ["he", pytest.param("en", marks=pytest.mark.long)])
def test_no_page_scrolls_sideways_at_any_width(page: Page, filled: dict[str, str], language: str) -> None:
    settle(page, language, "light")
    wide: list[str] = []
    for name in visit(page, filled):
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            page.evaluate("new Promise(requestAnimationFrame)")
            found = page.evaluate("Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)")
            if found > width:
                wide.append(f"{name} at {width}: {found}")
    assert wide == []


def test_time_runs_with_the_reading_direction_in_graph_and_timeline(page: Page, filled: dict[str, str]) -> None:
    for language, sign in (("he", -1), ("en", 1)):
        settle(page, language, "light")
        page.goto(filled["done"])
        first, last = page.locator("[data-node=s0]"), page.locator("[data-node=s2]")
        first.wait_for()
        before, after = first.bounding_box(), last.bounding_box()
        assert before is not None
        assert after is not None
        assert (after["x"] - before["x"]) * sign > 0
        bars = page.locator("[data-timeline] .span")
        expect(bars).to_have_count(3)
        begin, end = bars.first.bounding_box(), bars.last.bounding_box()
        assert begin is not None
        assert end is not None
        assert (end["x"] - begin["x"]) * sign > 0


def test_signing_out_leaves_nothing_that_opens_the_page(page: Page, demo: Running) -> None:
    page.goto(f"{demo.address}/orchestrate/settings")
    page.get_by_role("button", name="יציאה").click()
    expect(page.locator("#token")).to_be_visible()
    assert Axe().run(page).violations_count == 0
    page.goto(f"{demo.address}/orchestrate/executions")
    expect(page.locator("#token")).to_be_visible()


def test_the_figures_over_all_executions_are_shown(page: Page, filled: dict[str, str]) -> None:
    page.goto(filled["metrics"])
    row = page.locator("[data-work] tr", has=page.locator("bdi", has_text="time.now"))
    expect(row.locator("td").first).to_have_text("4")
    expect(page.locator("[data-totals] dd").first).to_have_text("5")
    page.goto(filled["start"].removesuffix("/orchestrate") + "/orchestrate/catalog/time.now")
    expect(page.locator("[data-health]")).to_contain_text("100%")
