"""The pictures of the README: a real server, a real run of the example, a real browser. `make screenshots`."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

PICTURES = Path(__file__).parent.parent / "docs" / "screenshots"
ARGS = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync"


def main() -> None:
    with tempfile.TemporaryDirectory() as home, socket.socket() as probe:
        os.chmod(home, 0o711)  # an unprivileged Postgres must pass through
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
        probe.close()
        env = {**os.environ, "TIZMORET_HOME": home, "TIZMORET_MODEL": "offline", "TIZMORET_LANG": "en", "PYTHONUNBUFFERED": "1"}
        command = [str(Path(sys.executable).with_name("tizmoret")), "serve", "--no-open", "--port", port]
        with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) as server:
            assert server.stdout is not None
            link = next(word for line in server.stdout for word in line.split() if "token=" in word)
            try:
                with sync_playwright() as playwright:
                    path = os.environ.get("TIZMORET_CHROMIUM") or shutil.which("chromium")
                    browser = playwright.chromium.launch(executable_path=path, args=ARGS.split())
                    page = browser.new_context(viewport={"width": 1280, "height": 860}, locale="he-IL").new_page()
                    story(page, link)
                    browser.close()
            finally:
                server.terminate()


# What stands on the buttons that the story presses.
WORDS = {
    "he": {"answer": "לענות", "approve": "אישור", "plan": "להראות תוכנית", "fork": "להריץ", "compare": "השוואה אליו", "schedule": "לתזמן"},
    "en": {
        "answer": "Answer",
        "approve": "Approve",
        "plan": "Show the plan",
        "fork": "Run it",
        "compare": "Compare with it",
        "schedule": "Schedule it",
    },
}
REQUESTS = {
    "he": "תקרא מה עשינו בדצמבר בתבואות ותקבע פגישה עם יואב",
    "en": "Read what we did in December on grain and schedule a meeting with Yoav",
}
WIDE, PHONE = {"width": 1280, "height": 860}, {"width": 390, "height": 844}
BETWEEN = ({"width": 1024, "height": 800}, {"width": 768, "height": 1024})
SCHEDULED = {"he": "מה יש לי ביומן היום?", "en": "What is in my calendar today?"}


def story(page: Page, link: str) -> None:
    """The example request in both languages, from the plan to the answer, and every page on the way, light and dark; then a phone."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.goto(link)
    page.locator("[data-welcome] a").wait_for()
    page.wait_for_timeout(500)
    picture(page, "welcome-he")
    base = link.split("?")[0]
    for language in ("he", "en"):
        choose(page, language, "light")
        begin(page, base, language)
        page.set_viewport_size(PHONE)
        picture(page, f"approval-{language}-phone")
        page.set_viewport_size(WIDE)
        schedule(page, base, language)
        for place in ("approvals", "catalog", "catalog/calendar.create", "executions", "metrics", "schedules", "settings"):
            page.goto(f"{base}/{place}")
            both_themes(page, f"{place.rsplit('/')[-1]}-{language}")
            if place in ("approvals", "executions"):
                other_widths(page, f"{place}-{language}")
        page.goto(f"{base}/executions?status=waiting")
        page.locator("[data-executions] a").first.click()
        card = page.locator("[data-purpose=approval]")
        both_themes(page, f"approval-{language}")
        card.get_by_role("button", name=WORDS[language]["approve"], exact=True).click()
        page.locator(".answer").wait_for()
        both_themes(page, f"done-{language}", whole=True)
        other_widths(page, f"done-{language}")
        page.set_viewport_size(PHONE)
        picture(page, f"done-{language}-phone")
        page.set_viewport_size(WIDE)
        again(page, language)


def schedule(page: Page, base: str, language: str) -> None:
    page.goto(f"{base}/schedules")
    page.locator("main textarea").fill(SCHEDULED[language])
    page.get_by_role("button", name=WORDS[language]["schedule"]).click()
    page.locator("[data-schedule]", has_text=SCHEDULED[language]).wait_for()


def again(page: Page, language: str) -> None:
    """Go on from the last step, and set the two executions beside each other."""
    page.goto(f"{page.url.split('?')[0]}?step=agenda&tab=step")
    page.locator("[data-fork-from=agenda]").click()
    picture(page, f"fork-{language}")
    page.get_by_role("dialog").get_by_role("button", name=WORDS[language]["fork"], exact=True).click()
    page.locator("[data-purpose=approval]").get_by_role("button", name=WORDS[language]["approve"], exact=True).click()
    page.locator(".answer").wait_for()
    page.get_by_role("link", name=WORDS[language]["compare"]).click()
    page.locator("[data-pair=agenda] button").click()
    both_themes(page, f"compare-{language}", whole=True)
    other_widths(page, f"compare-{language}")
    page.go_back()


def other_widths(page: Page, name: str) -> None:
    for size in BETWEEN:
        page.set_viewport_size(size)
        picture(page, f"{name}-{size['width']}")
    page.set_viewport_size(WIDE)


def begin(page: Page, base: str, language: str) -> None:
    """Ask, look at the plan, run it, and answer which Yoav."""
    page.goto(base)
    page.locator("#query").fill(REQUESTS[language])
    page.get_by_role("button", name=WORDS[language]["plan"]).click()
    page.locator("[data-preview] [data-node]").first.wait_for()
    both_themes(page, f"plan-{language}")
    page.locator("#query").press("Enter")
    page.get_by_role("radio").first.wait_for()
    both_themes(page, f"question-{language}")
    page.get_by_role("radio").first.check()
    page.get_by_role("button", name=WORDS[language]["answer"]).click()
    page.locator("[data-purpose=approval]").wait_for()


def choose(page: Page, language: str, theme: str) -> None:
    page.evaluate("([language, theme]) => { localStorage.language = language; localStorage.theme = theme }", [language, theme])
    page.reload()


def both_themes(page: Page, name: str, *, whole: bool = False) -> None:
    for theme in ("light", "dark"):
        page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
        picture(page, f"{name}-{theme}", whole=whole)
    page.evaluate("document.documentElement.dataset.theme = 'light'")


def picture(page: Page, name: str, *, whole: bool = False) -> None:
    page.wait_for_timeout(600)  # what is on its way in
    page.screenshot(path=PICTURES / f"{name}.jpg", type="jpeg", quality=72, full_page=whole)


if __name__ == "__main__":
    main()
