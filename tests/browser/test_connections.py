"""Connections in the settings: a real server is connected, looked at and removed, and the password is seen nowhere after it was typed."""

from __future__ import annotations

import dataclasses

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.integration.connections.conftest import HERE, dav
from tests.integration.server.conftest import Running
from tests.wire.ntfy import TOKEN, ntfy
from tests.wire.radicale import PASSWORD, Radicale
from tizmoret.settings import Settings

__all__ = ["dav"]
pytestmark = pytest.mark.xdist_group("browser")


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return dataclasses.replace(settings, networks=HERE)


def test_a_server_is_connected_looked_at_and_removed(page: Page, demo: Running, dav: Radicale) -> None:
    person = dav.user()
    person.calendar("a-main")
    page.get_by_role("button", name="English").click()
    page.get_by_role("link", name="Settings").click()
    expect(page.get_by_text("There are no connections yet.")).to_be_visible()
    page.get_by_role("button", name="New connection").click()
    form = page.get_by_role("form", name="New connection")
    form.get_by_label("Name").fill("home")
    form.get_by_label("Address of the server").fill(person.address)
    form.get_by_label("User on the server").fill(person.name)
    form.get_by_label("Password").fill("not it")
    form.get_by_role("button", name="Connect", exact=True).click()
    expect(form.get_by_role("alert")).to_be_visible()
    assert "not it" not in form.get_by_role("alert").inner_text()
    form.get_by_label("Password").fill(PASSWORD)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    form.get_by_role("button", name="Connect", exact=True).click()
    row = page.locator("[data-connection-name=home]")
    expect(row).to_contain_text("calendar a-main")
    assert PASSWORD not in page.content()
    row.get_by_role("button", name="Look again").click()
    expect(row.get_by_role("button", name="Look again")).to_be_enabled()
    assert row.get_by_role("alert").count() == 0
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    row.get_by_role("button", name="Remove").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove", exact=True).click()
    expect(row).to_have_count(0)
    assert demo.client.get("/api/connections").json() == []


def test_a_phone_is_connected_to_be_told_what_waits(page: Page, demo: Running) -> None:
    with ntfy() as phones:
        page.get_by_role("button", name="English").click()
        page.get_by_role("link", name="Settings").click()
        page.get_by_role("button", name="New connection").click()
        form = page.get_by_role("form", name="New connection")
        form.get_by_role("button", name="Notifications to a phone").click()
        form.get_by_label("Name").fill("phone")
        form.get_by_label("Address of the topic").fill(f"{phones.address}/farm-7")
        form.get_by_label("Password").fill(TOKEN)
        form.get_by_label("what waits for a decision").check()
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        form.get_by_role("button", name="Connect", exact=True).click()
        expect(page.locator("[data-connection-name=phone]")).to_contain_text("farm-7")
        (made,) = demo.client.get("/api/connections").json()
        assert (made["kind"], TOKEN in page.content()) == ("ntfy", False)


def test_an_address_that_cannot_be_is_refused_in_hebrew_beside_the_form(page: Page, demo: Running) -> None:
    page.goto(f"{demo.address}/orchestrate/settings")
    page.get_by_role("button", name="חיבור חדש").click()
    page.get_by_label("שם (אותיות").fill("Home!")
    page.get_by_label("כתובת השרת").fill("https://example.invalid/dav")
    page.get_by_role("button", name="לחבר").click()
    expect(page.locator("[data-connections]").get_by_role("alert")).to_contain_text("זה אינו שם")
    assert demo.client.get("/api/connections").json() == []
