"""A plan that is still being written: what began already is on the page before the rest of the plan is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect
from wire import OpenAIServer
from wire.server import KEY

from tests.browser.test_page import status
from tizmoret.settings import Settings

pytestmark = pytest.mark.xdist_group("browser")

STEPS = [
    {"id": "now", "title": "Look at the clock", "tool": "time.now", "args": {}},
    {"id": "find", "title": "Find Dana", "tool": "contacts.search", "args": {"query": "Dana"}},
    {"id": "check", "title": "Check the system", "tool": "system.check", "args": {}, "after": ["find"]},
]


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenAIServer]:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    with OpenAIServer() as server:
        yield server


@pytest.fixture
def settings(settings: Settings, model: OpenAIServer) -> Settings:
    return replace(settings, model="openai:gpt-4o", model_url=f"{model.url}/v1")


def test_a_step_that_began_while_the_plan_is_written_is_shown_running_and_stays(page: Page, model: OpenAIServer) -> None:
    model.answer({"goal": "Look around", "steps": STEPS, "answer": ["now", "find", "check"]}, pieces=40, held=16)
    page.get_by_role("button", name="English").click()
    page.locator("#query").fill("Look around, please")
    page.locator("#query").press("Enter")
    early = page.locator("[data-node=now]")
    expect(early).to_be_visible()
    expect(early).to_contain_text("Look at the clock")
    expect(page.locator("[data-head] [data-status=planning]")).to_be_visible()
    expect(page.locator("[data-node=check]")).to_have_count(0)  # the rest of the plan is not there yet
    model.go_on.set()
    status(page, "completed")
    expect(page.locator("[data-node]")).to_have_count(3)
    expect(page.locator("[data-node][data-s=completed]")).to_have_count(3)
    expect(page.locator("[role=log] [data-kind='plan.step']").first).to_be_attached()
