"""An account is connected from the settings by signing in at a server that speaks as Google does, on another site: the browser really goes there
and comes back, with a cookie that no other site's links carry."""

from __future__ import annotations

import dataclasses
import ipaddress
import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.integration.connections.conftest import HERE
from tests.integration.server.conftest import Running
from tests.wire.authority import authority
from tests.wire.google import CLIENT, SECRET, Google, google
from tests.wire.google import person as contact
from tests.wire.vault import vault
from tizmoret.settings import Settings

pytestmark = pytest.mark.xdist_group("browser")


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return dataclasses.replace(settings, networks=(*HERE, ipaddress.ip_network("::1/128")))


@pytest.fixture
def account() -> Iterator[Google]:
    """Known to the browser by another name than we are, so that the two are not one site to it."""
    with google() as running:
        running.address = running.address.replace("127.0.0.1", "localhost")
        running.names = running.address
        running.people = [contact(1, "Yoav Levi")]
        yield running


@pytest.fixture
def page(browser: Browser, demo: Running, account: Google) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="he-IL", reduced_motion="reduce")
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
    page.on("console", lambda message: wrong.append(message.text) if "Content Security Policy" in message.text else None)
    ours = ("http://127.0.0.1:", account.address)
    page.on("request", lambda request: None if request.url.startswith(ours) else wrong.append(f"request to {request.url}"))
    page.goto(demo.start_link)
    yield page
    context.close()
    assert wrong == []


WORDS = {
    "he": ("חיבור חדש", "חשבון Google", "שם (", "מזהה הלקוח", "סוד הלקוח", "שרת אחר שמדבר", "כתובת השרת", "כניסה ב־Google", "מחובר."),
    "en": (
        "New connection", "Google account", "Name", "Client id", "Client secret", "Another server that", "Address of the server",
        "Sign in at Google", "is connected.",
    ),
}  # fmt: skip
DENIED = {"he": "לא ניתנה שם הסכמה", "en": "Nobody agreed there"}


def settings_in(page: Page, demo: Running, language: str) -> None:
    page.evaluate(f"localStorage.setItem('language', '{language}')")
    page.goto(f"{demo.address}/orchestrate/settings")


def fill(page: Page, account: Google, language: str) -> None:
    new, kind, name, id, secret, elsewhere, address, _, _ = WORDS[language]
    page.get_by_role("button", name=new).click()
    form = page.get_by_role("form", name=new)
    form.get_by_role("button", name=kind).click()
    form.get_by_label(name).fill("work")
    form.get_by_label(id).fill(CLIENT)
    form.get_by_label(secret).fill(SECRET)
    form.get_by_text(elsewhere).click()
    form.get_by_label(address).fill(account.address)


def clean(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("language", ["he", "en"])
def test_a_person_goes_to_google_and_comes_back_connected(page: Page, demo: Running, account: Google, language: str) -> None:
    settings_in(page, demo, language)
    fill(page, account, language)
    expect(page.get_by_text(f"{demo.address}/orchestrate/connected/google-elsewhere")).to_be_visible()
    clean(page)
    account.denies = True
    go, done = WORDS[language][-2:]
    page.get_by_role("button", name=go).click()
    expect(page.locator("[data-connections]").get_by_role("alert")).to_contain_text(DENIED[language])
    clean(page)
    account.denies = False
    fill(page, account, language)
    page.get_by_role("button", name=go).click()
    expect(page.locator("[data-signed-in]")).to_contain_text(done)
    expect(page).to_have_url(f"{demo.address}/orchestrate/settings")
    expect(page.locator("[data-connection-name=work]")).to_contain_text("contacts Google")
    assert SECRET not in page.content()
    clean(page)
    page.go_back()  # the address that the code stood in is none that one goes back to
    assert "code=" not in page.url
    assert account.asked.count("/o/oauth2/v2/auth") == 2


def test_who_is_signed_out_meanwhile_signs_in_and_is_brought_back(page: Page, demo: Running, account: Google) -> None:
    settings_in(page, demo, "en")
    fill(page, account, "en")
    page.route(f"{account.address}/o/oauth2/**", lambda route: (page.context.clear_cookies(), route.continue_()))
    page.get_by_role("button", name="Sign in at Google").click()
    page.locator("#token").fill(demo.start_link.partition("token=")[2])
    page.locator("form button[type=submit]").click()
    expect(page.locator("[data-connection-name=work]")).to_contain_text("contacts Google")


def test_an_account_whose_access_was_withdrawn_is_signed_in_to_again(page: Page, demo: Running, account: Google) -> None:
    settings_in(page, demo, "en")
    fill(page, account, "en")
    page.get_by_role("button", name="Sign in at Google").click()
    row = page.locator("[data-connection-name=work]")
    expect(row).to_be_visible()
    account.withdraw()
    row.get_by_role("button", name="Look again").click()
    expect(row).to_contain_text("withdrawn")
    clean(page)
    row.get_by_role("button", name="Sign in again").click()
    expect(page.locator("[data-signed-in]")).to_be_visible()
    expect(row).not_to_contain_text("withdrawn")


def test_an_mcp_server_that_wants_it_is_signed_in_to(page: Page, demo: Running) -> None:
    with authority() as keeper, vault(keeper) as safe:
        page.evaluate("localStorage.setItem('language', 'en')")
        page.goto(f"{demo.address}/orchestrate/settings")
        page.get_by_role("button", name="New connection").click()
        form = page.get_by_role("form", name="New connection")
        form.get_by_role("button", name="Tools of an MCP server").click()
        form.get_by_label("Name").fill("vault")
        form.get_by_label("Address of the server").fill(safe.address)
        form.get_by_role("button", name="Connect", exact=True).click()
        offer = page.locator("[data-sign-in-offer]")
        expect(offer).to_contain_text("wants you to sign in")
        clean(page)
        keeper.registers = False
        offer.get_by_role("button", name="Sign in at the server").click()
        expect(offer.get_by_label("Client id")).to_be_visible()
        clean(page)
        keeper.registers = True
        offer.get_by_role("button", name="Sign in at the server").click()
        expect(page.locator("[data-connection-name=vault]")).to_contain_text("count")
        expect(page).to_have_url(re.compile(r":\d+/orchestrate/settings(\?|$)"))
