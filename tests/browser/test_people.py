"""Members and keys in the settings, and two people in two browsers, each as themselves."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.integration.server.conftest import Running
from tests.integration.server.test_routes import chain, create, submit, until

pytestmark = pytest.mark.xdist_group("browser")


def settings_of(page: Page, running: Running) -> None:
    page.evaluate("localStorage.setItem('language', 'en')")
    page.goto(f"{running.address}/orchestrate/settings")
    expect(page.locator("[data-members] [data-member]").first).to_be_visible()


def sign_in(page: Page, running: Running, key: str) -> None:
    page.goto(f"{running.address}/orchestrate/settings")
    page.locator("#token").fill(key)
    page.locator("form button[type=submit]").click()
    expect(page.locator("[data-workspace]")).to_be_visible()


def axe(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_a_member_is_added_given_a_key_another_role_removed_and_brought_back(page: Page, demo: Running) -> None:
    settings_of(page, demo)
    form = page.get_by_role("form", name="Add a member")
    form.get_by_label("Name").fill("דנה")
    form.get_by_label("Role").select_option("viewer")
    form.get_by_label("Name").press("Enter")
    dana = page.locator("[data-member='דנה']")
    expect(dana).to_be_visible()
    form.get_by_label("Name").fill("דנה")
    form.get_by_label("Name").press("Enter")
    expect(form.get_by_role("alert")).to_contain_text("already")
    page.get_by_role("button", name="New key").click()
    key_form = page.get_by_role("form", name="New key")
    key_form.get_by_label("Whose").select_option("דנה")
    axe(page)
    key_form.get_by_role("button", name="Make the key").click()
    dialog = page.get_by_role("dialog")
    key = dialog.get_by_role("textbox").input_value()
    assert key.startswith("tzm_")
    axe(page)
    page.keyboard.press("Escape")
    expect(page.locator(f"[data-key='{key[:12]}']")).to_contain_text("not used yet")
    assert key not in page.content()
    dana.get_by_role("combobox").select_option("admin")
    expect(page.get_by_text("The role of ⁨דנה⁩ was changed.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(dana.get_by_role("combobox")).to_have_value("viewer")
    dana.get_by_role("button", name="Remove").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove", exact=True).click()
    expect(dana).to_have_count(0)
    expect(page.locator("[data-key]")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(dana.get_by_role("combobox")).to_have_value("viewer")
    owner = page.locator("[data-member=owner]")
    expect(owner.get_by_role("combobox").or_(owner.get_by_role("button"))).to_have_count(0)  # the installation's own stays
    page.get_by_label("Name of the workspace").fill("החווה של דנה")
    with page.expect_response("**/api/workspace"):
        page.get_by_role("button", name="Rename").click()
    assert demo.client.get("/api/workspace").json()["name"] == "החווה של דנה"
    axe(page)


def test_two_people_see_the_same_and_each_decision_bears_a_name(page: Page, demo: Running, browser: Browser) -> None:
    for name, role in (("Dana", "member"), ("Gil", "viewer")):
        assert demo.client.post("/api/members", json={"name": name, "role": role}).status_code == 201
    keys = {name: demo.client.post("/api/keys", json={"member": name}).json()["key"] for name in ("Dana", "Gil")}
    id = submit(demo, plan=create())["id"]
    until(demo, id, "waiting")
    page.evaluate("localStorage.setItem('language', 'en')")
    page.goto(f"{demo.address}/orchestrate/{id}")
    context = browser.new_context(locale="en-GB", reduced_motion="reduce")
    dana = context.new_page()
    dana.add_init_script("localStorage.setItem('language', 'en')")
    sign_in(dana, demo, keys["Dana"])
    expect(dana.locator("[data-workspace]")).to_contain_text("Dana")
    for seen, named in (("data-member", ["owner", "Dana", "Gil"]), ("data-key", [keys["Dana"][:12]])):
        expect(dana.locator(f"[{seen}]")).to_have_count(len(named))
        assert [one.get_attribute(seen) for one in dana.locator(f"[{seen}]").all()] == named
    expect(dana.get_by_role("form", name="Add a member")).to_have_count(0)
    axe(dana)
    dana.goto(f"{demo.address}/orchestrate/{id}")
    for one in (page, dana):
        expect(one.locator(".approval", has_text="calendar.create")).to_be_visible()
    dana.locator(".approval").get_by_role("button", name="Approve", exact=True).click()
    for one in (page, dana):
        expect(one.locator("[data-head] [data-status=completed]")).to_be_visible()
        one.goto(f"{demo.address}/orchestrate/approvals?past=true")
        expect(one.locator("main")).to_contain_text("Dana")
    (key,) = [one for one in demo.client.get("/api/keys").json() if one["member"] == "Dana"]
    demo.client.delete(f"/api/keys/{key['id']}").raise_for_status()
    dana.reload()
    expect(dana.locator("#token")).to_be_visible()
    sign_in(dana, demo, keys["Gil"])
    expect(dana.locator("[data-workspace]")).to_contain_text("Gil")
    context.close()


def test_who_only_looks_on_is_offered_nothing_that_would_be_refused(page: Page, browser: Browser, demo: Running) -> None:
    waiting, done = submit(demo, plan=create())["id"], submit(demo, plan=chain(0))["id"]
    until(demo, waiting, "waiting")
    until(demo, done, "completed")
    demo.client.post("/api/orchestrate/schedules", json={"query": "Check the system", "cron": "0 8 * * 0-4"}).raise_for_status()
    demo.client.post("/api/saved-filters", json={"name": "all", "filter": {}}).raise_for_status()
    demo.client.post("/api/members", json={"name": "Dana", "role": "viewer"}).raise_for_status()
    key = demo.client.post("/api/keys", json={"member": "Dana"}).json()["key"]
    context = browser.new_context(locale="en-GB", reduced_motion="reduce")
    hers = context.new_page()
    sign_in(hers, demo, key)

    for where, refused in (
        ("", ["Run", "Show the plan"]),
        (f"/{waiting}", ["Approve", "Reject", "Edit", "Pause", "Cancel"]),
        ("/approvals", ["Approve", "Reject", "Edit"]),
        (f"/{done}?step=s0&tab=step", ["Run again from here"]),
        ("/schedules", ["Pause: Check the system", "Schedule it"]),
        ("/catalog/time.now", ["Try it"]),
    ):
        for who in (page, hers):
            who.evaluate("localStorage.setItem('language', 'en')")
            who.goto(f"{demo.address}/orchestrate{where}")
        if where == f"/{done}?step=s0&tab=step":
            expect(hers.locator("[data-inspector=s0]")).to_be_visible()
        else:
            expect(hers.locator("[data-refused]").first).to_contain_text("you look on")
            axe(hers)
        for name in refused:
            expect(page.get_by_role("button", name=name, exact=True).first).to_be_visible()
            expect(hers.get_by_role("button", name=name, exact=True)).to_have_count(0)
    page.goto(f"{demo.address}/orchestrate/settings")
    own = page.locator("[data-member=owner]")
    expect(own).to_be_visible()
    expect(own.get_by_role("button")).to_have_count(0)
    expect(page.locator("[data-member=Dana]").get_by_role("button")).to_have_count(1)
    context.close()
