"""The page of the schedules: made, paused, gone on with and removed, in both languages."""

from __future__ import annotations

from datetime import datetime

import pytest
from playwright.sync_api import Page, expect

from tests.integration.server.conftest import Running

pytestmark = pytest.mark.xdist_group("browser")

API = "/api/orchestrate/schedules"


def test_a_schedule_is_made_paused_gone_on_with_and_removed(page: Page, demo: Running) -> None:
    page.get_by_role("link", name="לוח זמנים").click()
    expect(page.get_by_text("שום דבר לא מתוזמן")).to_be_visible()
    page.get_by_label("בקשה", exact=True).fill("בדוק את המערכת")
    page.get_by_role("button", name="בראשון לכל חודש").click()
    page.get_by_label("אזור זמן").fill("Asia/Jerusalem")
    page.get_by_role("button", name="לתזמן").click()
    row = page.locator("[data-schedule]")
    expect(row).to_contain_text("בדוק את המערכת")
    (made,) = demo.client.get(API).json()
    assert (made["cron"], made["timezone"]) == ("0 9 1 * *", "Asia/Jerusalem")
    assert datetime.fromisoformat(made["nextAt"]).day in (1, 31, 30, 29, 28)
    row.get_by_role("button", name="השהיה").click()
    row.get_by_role("button", name="המשך").wait_for()
    assert demo.client.get(API).json()[0]["paused"]
    row.get_by_role("button", name="המשך").click()
    expect(row.get_by_role("button", name="השהיה")).to_be_visible()
    row.get_by_role("button", name="הסרת התזמון").click()
    page.get_by_role("button", name="להשאיר").click()
    expect(row).to_be_visible()
    row.get_by_role("button", name="הסרת התזמון").click()
    page.get_by_role("button", name="הסרה", exact=True).click()
    expect(row).to_have_count(0)
    assert demo.client.get(API).json() == []


def test_a_time_that_is_none_is_told_beside_the_form_and_nothing_typed_is_lost(page: Page, demo: Running) -> None:
    page.get_by_role("button", name="English").click()
    page.get_by_role("link", name="Schedules").click()
    page.get_by_label("Request", exact=True).fill("Check the system")
    page.get_by_role("textbox", name="When").fill("61 8 * * *")
    page.get_by_role("button", name="Schedule it").click()
    expect(page.get_by_role("alert")).to_contain_text("cron")
    expect(page.get_by_label("Request", exact=True)).to_have_value("Check the system")
    assert demo.client.get(API).json() == []
