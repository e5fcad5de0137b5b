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


def story(page: Page, link: str) -> None:
    """The first start's own request: which Yoav, the approval, the end; then a dark and an English one, and a phone."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.goto(link)
    page.locator(".recent a").first.click()
    page.get_by_role("radio").first.wait_for()
    page.screenshot(path=PICTURES / "question.png")
    page.get_by_role("radio").first.check()
    page.get_by_role("button", name="לענות").click()
    page.locator(".approval .args").wait_for()
    page.screenshot(path=PICTURES / "first-run.png")
    page.emulate_media(color_scheme="dark")
    page.screenshot(path=PICTURES / "approval-dark.png")
    page.emulate_media(color_scheme="light")
    page.get_by_role("button", name="אישור", exact=True).click()
    page.locator(".answer").wait_for()
    page.screenshot(path=PICTURES / "done.png", full_page=True)
    page.set_viewport_size({"width": 390, "height": 844})
    page.screenshot(path=PICTURES / "phone.png")
    page.set_viewport_size({"width": 1280, "height": 860})
    page.get_by_role("button", name="English").click()
    page.goto(link)
    page.locator(".recent a").first.wait_for()
    page.screenshot(path=PICTURES / "start-english.png")


if __name__ == "__main__":
    main()
