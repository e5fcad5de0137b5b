"""Headless Chromium against the real server."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.demo_files import lay_out
from tests.integration.server.conftest import Running, ServerThread, running, server_thread

__all__ = ["running", "server_thread"]

ARGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
expect.set_options(timeout=40_000)  # milliseconds; a busy machine is no failure
NAMES = ("chromium", "chromium-browser", "google-chrome")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All of them in one worker, one after the other: see `browser`."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Closed after the last test of this folder: while it is open the thread has a running event loop, and no async test can have its own."""
    path = os.environ.get("TIZMORET_CHROMIUM") or next((found for name in NAMES if (found := shutil.which(name))), None)
    if path is None:
        pytest.skip("THE BROWSER TESTS DID NOT RUN: there is no Chromium. Install it, or set TIZMORET_CHROMIUM.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGS)
        yield browser
        browser.close()


@pytest.fixture
def demo(running: Running, server_thread: ServerThread) -> Running:
    """The server over a demo workspace."""
    lay_out(running.folder, ZoneInfo("Asia/Jerusalem"))
    return running


@pytest.fixture
def page(browser: Browser, demo: Running) -> Iterator[Page]:
    """A signed-in page that fails the test on any script error, policy violation or request to elsewhere. Without motion: half-way
    between two colours nothing has the contrast that it has in the end."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="he-IL", reduced_motion="reduce")
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
    page.on("console", lambda message: wrong.append(message.text) if "Content Security Policy" in message.text else None)
    page.on("request", lambda request: None if request.url.startswith(demo.address) else wrong.append(f"request to {request.url}"))
    page.goto(demo.start_link)
    yield page
    context.close()
    assert wrong == []
