"""Looking before anything happens, steering what runs, and finding it again."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_page import ENGLISH, HEBREW, ask, pick_yoav, status
from tests.integration.server.conftest import Running
from tests.integration.server.test_routes import chain, create, submit, until

pytestmark = pytest.mark.xdist_group("browser")


def test_the_plan_is_shown_with_its_effects_and_gates_and_nothing_is_called_until_it_is_run(page: Page, demo: Running) -> None:
    page.locator("#query").fill(HEBREW)
    page.get_by_role("button", name="להראות תוכנית").click()
    preview = page.locator("[data-preview]")
    expect(preview).to_be_visible()
    expect(preview.locator("[data-node]")).to_have_count(6)
    expect(preview.locator("[data-effects] li")).to_have_count(2)
    expect(preview.locator("[data-effects]")).to_contain_text("calendar.create")
    expect(preview.locator("[data-node][data-s=gate]")).to_have_attribute("data-node", "meeting")
    first, last = preview.locator("[data-node=search]").bounding_box(), preview.locator("[data-node=agenda]").bounding_box()
    assert first is not None
    assert last is not None
    assert first["x"] > last["x"], "in Hebrew time runs to the left"
    assert demo.client.get("/api/orchestrate").json()["items"] == []
    preview.get_by_role("button", name="לביצוע התוכנית").click()
    pick_yoav(page)


def test_a_plan_that_needs_an_answer_says_what_must_be_known(page: Page) -> None:
    page.locator("#query").fill("xyzzy")
    page.get_by_role("button", name="להראות תוכנית").click()
    expect(page.locator("[data-preview]").or_(page.get_by_role("alert")).first).to_be_visible()


def test_pause_resume_and_cancel_act_and_are_shown(page: Page, demo: Running) -> None:
    page.get_by_role("button", name="English").click()
    ask(page, ENGLISH)
    expect(page.get_by_role("radio").first).to_be_visible()
    page.get_by_role("button", name="Pause").click()
    status(page, "paused")
    # The last word before it is parked again is said after the pause, and is not its end.
    page.get_by_role("tab", name="Log").click()
    expect(page.locator("[role=log] [data-kind='execution.paused'] ~ [data-kind='execution.waiting']")).to_be_attached()
    expect(page.locator("[data-head] [data-status]")).to_have_attribute("data-status", "paused")
    page.get_by_role("button", name="Resume").click()
    status(page, "waiting")
    page.get_by_role("button", name="Cancel", exact=True).click()
    page.get_by_role("button", name="Keep running").click()
    status(page, "waiting")
    page.get_by_role("button", name="Cancel", exact=True).click()
    page.get_by_role("button", name="Cancel it").click()
    status(page, "cancelled")
    expect(page.locator("[data-approval]")).to_have_count(0)
    assert demo.client.get("/api/orchestrate?status=cancelled").json()["items"] != []


def test_a_step_is_selected_in_the_graph_the_timeline_and_the_address(page: Page) -> None:
    page.get_by_role("button", name="English").click()
    ask(page, ENGLISH)
    pick_yoav(page)
    expect(page.locator("[data-purpose=approval]")).to_be_visible()
    page.locator("[data-node=search]").click()
    expect(page.locator("[data-inspector=search]")).to_contain_text("grain")
    expect(page).to_have_url(re.compile("step=search"))
    page.reload()
    expect(page.locator("[data-inspector=search]")).to_contain_text("drive-search")
    page.get_by_role("tab", name="Log").click()
    expect(page.locator("[role=log] [data-kind='step.completed']")).to_have_count(1)
    expect(page.locator("[role=log] [data-kind='execution.created']")).to_have_count(0)  # the log shows the selected step alone


def test_executions_are_filtered_and_searched_and_the_address_keeps_it(page: Page, demo: Running) -> None:
    for text in ("check the system", "what is in my calendar this week?"):
        demo.client.post("/api/orchestrate", json={"query": text})
    page.get_by_role("link", name="ביצועים").first.click()
    rows = page.locator("[data-executions] li")
    expect(rows).to_have_count(2)
    page.get_by_role("searchbox").fill("calendar")
    expect(rows).to_have_count(1)
    expect(page).to_have_url(re.compile("q=calendar"))
    page.reload()
    expect(rows).to_have_count(1)
    page.get_by_role("button", name="נכשל").click()
    expect(page.get_by_text("אין ביצוע שמתאים לחיפוש.")).to_be_visible()
    page.get_by_role("button", name="לנקות את הסינון").click()
    expect(rows).to_have_count(2)


def test_language_and_theme_change_in_place_and_what_was_typed_stays(page: Page) -> None:
    page.locator("#query").fill("שלום")
    page.evaluate("window.sameDocument = true")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="What should be done?")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("dir", "ltr")
    before = page.evaluate("getComputedStyle(document.body).color")
    page.get_by_role("button", name="Theme").click()
    page.wait_for_function("before => getComputedStyle(document.body).color !== before", arg=before)
    expect(page.locator("#query")).to_have_value("שלום")
    assert page.evaluate("window.sameDocument"), "the page was not loaded again"
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_two_people_see_the_same_and_only_one_decides(page: Page, demo: Running) -> None:
    page.get_by_role("button", name="English").click()
    ask(page, ENGLISH)
    expect(page.get_by_role("radio").first).to_be_visible()
    other = page.context.new_page()
    other.goto(page.url)
    expect(other.get_by_role("radio").first).to_be_visible()
    pick_yoav(other)
    expect(page.locator("[data-purpose=approval]")).to_be_visible()
    page.locator("[data-purpose=approval]").get_by_role("button", name="Approve", exact=True).click()
    status(other, "completed")
    status(page, "completed")
    other.close()


def test_what_was_done_is_undone_after_one_question(page: Page, demo: Running) -> None:
    page.get_by_role("button", name="English").click()
    calendar = demo.folder / "calendar" / "main.ics"
    before = calendar.read_text().count("BEGIN:VEVENT")
    id = submit(demo, plan=create())["id"]
    until(demo, id, "waiting")
    page.goto(f"{demo.address}/orchestrate/{id}")
    page.locator("[data-purpose=approval]").get_by_role("button", name="Approve", exact=True).click()
    status(page, "completed")
    assert calendar.read_text().count("BEGIN:VEVENT") == before + 1
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name="Undo what it did").click()
    page.get_by_role("dialog").get_by_role("button", name="Undo what it did").click()
    status(page, "undone")
    assert calendar.read_text().count("BEGIN:VEVENT") == before


def test_the_page_catches_up_after_the_network_was_away(page: Page, demo: Running) -> None:
    page.get_by_role("button", name="English").click()
    id = submit(demo, plan=create())["id"]
    page.goto(f"{demo.address}/orchestrate/{id}")
    expect(page.locator("[data-purpose=approval]")).to_be_visible()
    expect(page.locator("[data-connection=live]")).to_be_visible()
    page.context.set_offline(True)
    page.evaluate("dispatchEvent(new Event('offline'))")
    expect(page.locator("[data-connection=reconnecting]")).to_be_visible()
    (gate,) = demo.client.get(f"/api/orchestrate/{id}/approvals").json()
    demo.client.post(f"/api/orchestrate/{id}/approvals/{gate['id']}/approve").raise_for_status()
    until(demo, id, "completed")
    page.context.set_offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    status(page, "completed")
    page.locator("[role=log] [data-kind='execution.completed']").wait_for()  # the rows may be read before the stream is heard
    seen = page.locator("[role=log] [data-seq]").evaluate_all("rows => rows.map(row => Number(row.dataset.seq))")
    assert seen == list(range(seen[0], seen[0] + len(seen))), "nothing is missing and nothing is twice"


def test_several_open_executions_are_cancelled_together(page: Page, demo: Running) -> None:
    ids = [submit(demo, plan=create(day))["id"] for day in ("2030-01-06", "2030-01-07", "2030-01-08")]
    for id in ids:
        until(demo, id, "waiting")
    page.get_by_role("button", name="English").click()
    page.goto(f"{demo.address}/orchestrate/executions")
    page.get_by_role("checkbox").nth(0).check()
    page.get_by_role("checkbox").nth(1).check()
    page.locator("[data-batch]").get_by_role("button", name="Cancel the marked").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel the marked").click()
    expect(page.locator("[data-executions] [data-status=cancelled]")).to_have_count(2)
    assert sorted(demo.client.get(f"/api/orchestrate/{id}").json()["status"] for id in ids) == ["cancelled", "cancelled", "waiting"]


def test_executions_are_narrowed_by_person_tool_and_time_and_the_filter_is_kept_for_all(page: Page, demo: Running) -> None:
    mine, other = submit(demo, plan=create())["id"], submit(demo, plan=chain(0), userId="יואב")["id"]
    until(demo, mine, "waiting")
    until(demo, other, "completed")
    page.get_by_role("button", name="English").click()
    page.get_by_role("link", name="Executions").first.click()
    rows = page.locator("[data-executions] li")
    expect(rows).to_have_count(2)
    page.get_by_label("On whose behalf").select_option("יואב")
    expect(rows).to_have_count(1)
    page.get_by_label("Tool or agent").fill("calendar.create")
    expect(page.get_by_text("No execution matches.")).to_be_visible()
    page.get_by_label("On whose behalf").select_option("")
    expect(rows).to_have_count(1)
    page.get_by_label("Stretch of time").select_option("7")
    page.get_by_role("button", name="Save this filter").click()
    page.get_by_label("Name of the filter").fill("פגישות")
    page.get_by_role("button", name="Save", exact=True).click()
    chip = page.locator("[data-saved]").get_by_role("button", name="פגישות", exact=True)
    expect(chip).to_have_attribute("aria-pressed", "true")
    page.goto(f"{demo.address}/orchestrate/executions")
    expect(rows).to_have_count(2)
    chip.click()
    expect(rows).to_have_count(1)
    expect(page).to_have_url(re.compile("uses=calendar.create"))
    expect(page).to_have_url(re.compile("days=7"))
    page.get_by_label("Stretch of time").select_option("between")
    page.get_by_label("To (included)").fill("2020-01-01")
    expect(page.get_by_text("No execution matches.")).to_be_visible()
    page.get_by_role("button", name="Remove the filter").click()
    expect(chip).to_have_count(0)
    assert demo.client.get("/api/saved-filters").json() == []


def test_an_error_is_read_in_the_language_of_the_page(page: Page, demo: Running) -> None:
    """Also one of an execution, which the server keeps in English."""
    page.goto(f"{demo.address}/orchestrate/01a1ffb1-0000-7000-8000-000000000000")
    expect(page.get_by_role("alert")).to_contain_text("אין ביצוע 01a1ffb1")
    step = {"id": "read", "tool": "documents.read", "args": {"documents": ["nowhere.md"]}}
    plan = {"steps": [step], "request": "לקרוא", "language": "he"}
    id = submit(demo, plan=plan)["id"]
    until(demo, id, "failed")
    page.goto(f"{demo.address}/orchestrate/{id}")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("אין מסמך")
    said = demo.client.get(f"/api/orchestrate/{id}").json()["error"]["detail"]
    page.get_by_role("button", name="English").click()
    expect(alert).to_contain_text(said)
