"""Lists follow what happens by one stream, which a page that nobody sees does not hold."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Request, expect

from tests.integration.server.conftest import Running
from tests.integration.server.test_routes import create, submit, until

pytestmark = pytest.mark.xdist_group("browser")


class Streams:
    """Those that the page holds, by the last part of their address."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._open: list[Request] = []
        page.on("request", lambda request: self._open.append(request) if request.resource_type == "eventsource" else None)
        for over in ("requestfailed", "requestfinished"):
            page.on(over, lambda request: self._open.remove(request) if request in self._open else None)

    def become(self, *names: str) -> None:
        for _ in range(400):
            held = [request.url.rsplit("/", 1)[-1].split("?")[0] for request in self._open]
            if held == list(names):
                return
            self._page.wait_for_timeout(50)
        raise AssertionError(f"the page holds {held}")


def test_a_new_execution_and_a_new_gate_appear_without_asking_again_and_again(page: Page, demo: Running) -> None:
    with page.expect_response(lambda response: response.url.endswith("/changes")):
        page.goto(f"{demo.address}/orchestrate/executions")
    expect(page.get_by_role("searchbox")).to_be_visible()
    page.wait_for_timeout(500)
    page.clock.install()
    page.clock.pause_at("2035-01-01")  # no timer comes due: what is read now is read because of the stream
    id = submit(demo, plan=create())["id"]
    until(demo, id, "waiting")
    for _ in range(100):
        page.clock.run_for(10)  # a second in all, less than any poll
        page.wait_for_timeout(50)
        if page.locator("[data-executions] [data-status=waiting]").count() and page.locator(".count").count():
            break
    expect(page.locator("[data-executions] [data-status=waiting]")).to_have_count(1)
    expect(page.locator(".count")).to_have_text("1")


def test_a_page_holds_one_stream_at_a_time(page: Page, demo: Running) -> None:
    id = submit(demo, plan=create())["id"]
    until(demo, id, "waiting")
    streams = Streams(page)
    page.goto(f"{demo.address}/orchestrate/executions")
    streams.become("changes")
    page.locator("[data-executions] a").first.click()
    expect(page.locator("[data-connection=live]")).to_be_visible()
    streams.become(id)
    page.get_by_role("link", name="אישורים").click()
    streams.become("changes")
