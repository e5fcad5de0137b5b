"""Much at once: a plan of a thousand steps, a flood of events, a plan that is still being written."""

from __future__ import annotations

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.browser.test_page import status
from tests.integration.server.conftest import Running
from tests.integration.server.test_routes import submit

pytestmark = pytest.mark.xdist_group("browser")


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
    expect(card).to_be_visible()
    page.locator("[data-graph=far] [data-canvas=nodes]").wait_for(state="attached")
    card.get_by_role("button", name="Approve", exact=True).click()
    status(page, "completed")
    expect(page.locator("dd", has_text="1001/1001")).to_be_visible()
    assert page.evaluate("document.querySelectorAll('*').length") < 4000
    assert page.locator("[data-timeline] [role=row]").count() < 100
    assert painted(page) > 1000, "the graph is empty"


PAINTED = """() => {
  const canvas = document.querySelector('[data-canvas=nodes]');
  const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  let seen = 0;
  for (let at = 3; at < data.length; at += 4) seen += data[at] > 0 ? 1 : 0;
  return seen;
}"""
COLOUR = """([x, y]) => {
  const canvas = document.querySelector('[data-canvas=nodes]'), box = canvas.getBoundingClientRect();
  return [...canvas.getContext('2d').getImageData((x - box.left) * devicePixelRatio, (y - box.top) * devicePixelRatio, 1, 1).data];
}"""


def painted(page: Page) -> int:
    found: int = page.evaluate(PAINTED)
    return found


def middle(found: Locator) -> tuple[float, float]:
    box = found.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


@pytest.mark.parametrize("language", ["en", "he"])
def test_a_step_of_a_thousand_is_found_by_pointer_and_by_keys_in_both_directions_and_themes(
    page: Page, demo: Running, language: str
) -> None:
    page.evaluate(f"localStorage.setItem('language', '{language}')")
    id = submit(demo, plan=grid(20, 50))["id"]
    page.goto(f"{demo.address}/orchestrate/{id}")
    status(page, "completed")
    page.locator("[data-graph=far]").wait_for()
    first = page.locator("[data-graph] [data-node]")
    expect(first).to_have_attribute("data-node", "s0_0")
    start = middle(first)
    first.focus()
    page.keyboard.press("ArrowLeft" if language == "he" else "ArrowRight")
    expect(first).to_be_focused()
    expect(first).not_to_have_attribute("data-node", "s0_0")
    later, name = middle(first), first.get_attribute("data-node")
    assert (later[0] < start[0]) == (language == "he"), "time runs with the reading direction"
    page.mouse.move(*start)
    expect(page.locator("[data-tip]")).to_have_attribute("data-tip", "s0_0")
    page.mouse.click(*start)
    expect(page).to_have_url(re.compile("step=s0_0"))
    light = page.evaluate(COLOUR, later)
    assert Axe().run(page).violations_count == 0
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.wait_for_function(f"({COLOUR})({list(later)}).join() !== '{','.join(map(str, light))}'")
    assert Axe().run(page).violations_count == 0
    page.locator("[data-node=s0_0]").focus()
    page.keyboard.press("ArrowLeft" if language == "he" else "ArrowRight")
    expect(page.locator(f"[data-node={name}]")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"step={name}"))


def test_the_log_of_a_flood_is_whole_in_order_and_bounded_in_the_page(page: Page, demo: Running) -> None:
    page.evaluate("localStorage.setItem('language', 'en')")
    id = submit(demo, plan=grid(20, 50))["id"]
    page.goto(f"{demo.address}/orchestrate/{id}")
    status(page, "completed")
    total = demo.client.get(f"/api/orchestrate/{id}").json()["seq"]
    last = page.locator(f"[role=log] [data-seq='{total}']")
    expect(last).to_be_visible()
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
