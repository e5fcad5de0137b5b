"""Much at once: a plan of a thousand steps, a flood of events, a plan that is still being written."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_page import SOON, status
from tests.integration.server.conftest import Running
from tests.integration.server.test_routes import submit

pytestmark = pytest.mark.xdist_group("browser")

WATCH = """() => {
  window.longest = 0;
  let last = performance.now();
  const tick = (now) => { window.longest = Math.max(window.longest, now - last); last = now; requestAnimationFrame(tick) };
  requestAnimationFrame(tick);
}"""


def grid(layers: int, width: int) -> dict[str, Any]:
    """Layers of steps, each after two of the layer before."""
    steps = [
        {
            "id": f"s{layer}_{row}",
            "tool": "time.now",
            "after": [f"s{layer - 1}_{row}", f"s{layer - 1}_{(row + 1) % width}"] if layer else [],
        }
        for layer in range(layers)
        for row in range(width)
    ]
    return {"steps": steps, "request": "a thousand steps"}


def test_a_thousand_steps_are_followed_live_in_a_page_that_stays_small(page: Page, demo: Running) -> None:
    page.evaluate("localStorage.setItem('language', 'en')")
    gate = {"id": "wait", "tool": "time.now", "needs_approval": True}
    plan = grid(20, 50)
    for step in plan["steps"][:50]:
        step["after"] = ["wait"]
    plan["steps"].append(gate)
    id = submit(demo, plan=plan)["id"]
    page.goto(f"{demo.address}/orchestrate/{id}")
    card = page.locator("[data-purpose=approval]")
    expect(card).to_be_visible(timeout=SOON)
    page.locator("[data-graph] .node-small").first.wait_for(timeout=SOON)
    page.evaluate(WATCH)
    card.get_by_role("button", name="Approve", exact=True).click()
    status(page, "completed")
    expect(page.locator("dd", has_text="1001/1001")).to_be_visible(timeout=SOON)
    assert page.evaluate("document.querySelectorAll('*').length") < 4000
    assert page.locator("[data-timeline] [role=row]").count() < 100
    assert page.evaluate("window.longest") < 2000, "the page stood still"
    page.locator("[data-graph] .node-small").nth(5).click()
    expect(page.locator("[data-inspector]")).to_be_visible()


def test_the_log_of_a_flood_is_whole_in_order_and_bounded_in_the_page(page: Page, demo: Running) -> None:
    page.evaluate("localStorage.setItem('language', 'en')")
    id = submit(demo, plan=grid(20, 50))["id"]
    page.goto(f"{demo.address}/orchestrate/{id}")
    status(page, "completed")
    total = demo.client.get(f"/api/orchestrate/{id}").json()["seq"]
    last = page.locator(f"[role=log] [data-seq='{total}']")
    expect(last).to_be_visible(timeout=SOON)
    assert page.locator("[role=log] [data-seq]").count() < 100
    page.get_by_role("button", name="Follow the last line").click()
    seen: list[int] = []
    for _ in range(2):
        earlier = page.get_by_role("button", name="Earlier lines")
        if earlier.count() == 0:
            break
        page.locator("[role=log]").evaluate("log => { log.scrollTop = 0 }")
        earlier.click()
        page.wait_for_timeout(300)
    page.locator("[role=log]").evaluate("log => { log.scrollTop = 0 }")
    page.wait_for_timeout(300)
    seen = [int(found) for found in page.locator("[role=log] [data-seq]").evaluate_all("rows => rows.map(row => row.dataset.seq)")]
    assert seen == sorted(seen)
    assert seen[0] <= total - 2000 or seen[0] == 1
