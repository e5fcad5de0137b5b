"""What the dashboard costs the person who looks at it: a real server, real executions, a real browser.

Cold load, bytes of each route, frames while a thousand steps run, memory after 100,000 events, and from an event to its pixels."""

from __future__ import annotations

import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import httpx2
from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from bench.measures import Row

ARGS = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync"
LOADS = 7
EVENTS = 100_000
WIDTH = 50  # steps of a layer, and slots
PACED = 10  # executions
CHANGES = 60  # of state, whose way to the screen is timed
ROUTES = ("", "/executions", "/approvals", "/catalog", "/catalog/calendar.create", "/metrics", "/schedules", "/locks", "/settings")

# When the request can be written: what a person waits for.
READY = """
  new MutationObserver((_, watch) => {
    if (document.querySelector("#query")) { window.ready = performance.now(); watch.disconnect() }
  }).observe(document, { childList: true, subtree: true });
"""
FRAMES = """() => {
  window.frames_ = []; let last = performance.now();
  const tick = (now) => { window.frames_.push(now - last); last = now; if (!window.stop_) requestAnimationFrame(tick) };
  requestAnimationFrame(tick);
}"""
# When each line of the log was on the screen: after the frame that follows its element.
PIXELS = """() => {
  window.pixels = {};
  const log = document.querySelector("[role=log]");
  new MutationObserver(() => {
    const fresh = [...log.querySelectorAll("[data-seq]")].map((row) => row.dataset.seq).filter((seq) => !(seq in window.pixels));
    for (const seq of fresh) window.pixels[seq] = 0;
    if (fresh.length) requestAnimationFrame(() => setTimeout(() => { for (const seq of fresh) window.pixels[seq] = Date.now() }));
  }).observe(log, { childList: true, subtree: true, attributes: true });
}"""


@contextmanager
def serving() -> Iterator[tuple[str, str]]:
    """A server of its own process and home: its address and its owner's token."""
    with tempfile.TemporaryDirectory() as home, socket.socket() as probe:
        os.chmod(home, 0o711)  # an unprivileged Postgres must pass through
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        env = {**os.environ, "TIZMORET_HOME": home, "TIZMORET_MODEL": "offline", "TIZMORET_LANG": "en", "PYTHONUNBUFFERED": "1"}
        env["TIZMORET_SLOTS"] = str(WIDTH)
        command = [sys.executable, "-m", "tizmoret", "serve", "--no-open", "--port", str(port)]
        with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) as server:
            assert server.stdout is not None
            link = next(word for line in server.stdout for word in line.split() if "token=" in word)
            try:
                yield f"http://127.0.0.1:{port}", link.split("token=")[1]
            finally:
                server.terminate()


def thousand(seconds: float = 0.0) -> dict[str, Any]:
    """Twenty layers of fifty steps of so many seconds, behind a gate, so that the page is open before the first begins."""
    steps: list[dict[str, Any]] = [{"id": "go", "tool": "time.now", "needs_approval": True}]
    work: dict[str, Any] = {"tool": "time.wait", "args": {"seconds": seconds}} if seconds else {"tool": "time.now"}
    for layer in range(20):
        for row in range(WIDTH):
            before = [f"s{layer - 1}_{row}", f"s{layer - 1}_{(row + 1) % WIDTH}"] if layer else ["go"]
            steps.append({"id": f"s{layer}_{row}", **work, "after": before})
    return {"request": "a thousand steps", "steps": steps}


class Client:
    def __init__(self, address: str, token: str) -> None:
        self._http = httpx2.Client(base_url=address, headers={"Authorization": f"Bearer {token}"}, timeout=60)

    def get(self, path: str) -> Any:
        return self._http.get(f"/api/orchestrate{path}").raise_for_status().json()

    def post(self, path: str, body: Any = None) -> Any:
        return self._http.post(f"/api/orchestrate{path}", json=body).raise_for_status().json()

    def waiting(self, seconds: float = 0.0) -> str:
        """A thousand steps that wait for their gate."""
        id: str = self.post("", {"query": "", "plan": thousand(seconds)})["id"]
        while self.get(f"/{id}")["status"] != "waiting":
            time.sleep(0.02)
        return id

    def go(self, id: str) -> None:
        (gate,) = self.get(f"/{id}/approvals?status=pending")
        self.post(f"/{id}/approvals/{gate['id']}/approve")


def run() -> list[Row]:
    with serving() as (address, token), sync_playwright() as playwright:
        path = os.environ.get("TIZMORET_CHROMIUM") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=path, args=ARGS.split())
        client = Client(address, token)
        try:
            return [
                *cold_load(browser, address, token),
                *bytes_of_routes(browser, address, token, client),
                *flood(browser, address, token, client),
                *paced(browser, address, token, client),
                *to_pixels(browser, address, token, client),
            ]
        finally:
            browser.close()


def opened(browser: Browser, address: str, token: str) -> Page:
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.goto(f"{address}/orchestrate?token={token}")
    page.locator("#query").wait_for()
    return page


def cold_load(browser: Browser, address: str, token: str) -> list[Row]:
    paints, readies = [], []
    for _ in range(LOADS):
        page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
        page.add_init_script(READY)
        page.goto(f"{address}/orchestrate?token={token}")
        page.locator("#query").wait_for()
        page.wait_for_function("performance.getEntriesByName('first-contentful-paint').length")
        paints.append(page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime"))
        readies.append(page.evaluate("window.ready"))
        page.context.close()
    paint, ready = statistics.median(paints), statistics.median(readies)
    return [
        Row(f"dashboard, cold load, median of {LOADS}: first contentful paint", f"{paint:.0f} ms", None, "≤ 1 s", paint <= 1000),
        Row("dashboard, cold load: a request can be written", f"{ready:.0f} ms", None, "≤ 1.5 s", ready <= 1500),
    ]


WEIGHT = """() => {
  const files = performance.getEntriesByType('resource').filter((one) => one.name.includes('/assets/'));
  const weight = (font) => files.filter((one) => one.name.endsWith('woff2') === font).reduce((sum, one) => sum + one.encodedBodySize, 0);
  return [weight(false), weight(true)];
}"""


def bytes_of_routes(browser: Browser, address: str, token: str, client: Client) -> list[Row]:
    """As they went over the wire, scripts and styles packed; fonts apart, since only those of the letters shown are loaded."""
    execution = client.waiting()
    found = {}
    compare = f"/compare/{execution}/{execution}"
    for route in (*ROUTES, f"/{execution}", compare):
        page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
        page.goto(f"{address}/orchestrate?token={token}")
        page.locator("#query").wait_for()
        fresh = page.context.new_page()
        fresh.goto(f"{address}/orchestrate{route}")
        fresh.locator("main h1").first.wait_for(state="attached")
        fresh.wait_for_timeout(1000)
        found[{f"/{execution}": "/$id", compare: "/compare"}.get(route, route) or "/"] = fresh.evaluate(WEIGHT)
        page.context.close()
    client.post(f"/{execution}/cancel")
    first = found["/"][0] / 1000
    most = max(found, key=lambda route: found[route][0])
    value = ", ".join(f"{route} {weight[0] / 1000:.0f}" for route, weight in found.items())
    return [
        Row(
            "dashboard, first page: scripts and styles, packed",
            f"{first:.0f} kB, fonts {found['/'][1] / 1000:.0f} kB",
            None,
            "≤ 250 kB",
            first <= 250,
        ),
        Row("dashboard, each route from nothing (kB, packed)", value, None, "≤ 250 kB", found[most][0] <= 250_000),
    ]


def flood(browser: Browser, address: str, token: str, client: Client) -> list[Row]:
    page = opened(browser, address, token)
    devtools = page.context.new_cdp_session(page)
    idle = frames_of(page, lambda: page.wait_for_timeout(2000))
    seen, rates, frames, heaps = 0, [], [], []
    while seen < EVENTS:
        found, events, rate = watched(page, client, client.waiting())
        frames += found
        seen += events
        rates.append(rate)
        if len(heaps) < seen // 10_000:
            heaps.append(heap(devtools))
    page.context.close()
    p95 = statistics.quantiles(frames, n=20)[-1]
    calm = statistics.quantiles(idle, n=20)[-1]
    grown = heaps[-1] - heaps[0]
    return [
        Row(
            f"dashboard, {len(rates)} x 1,001 steps live, {statistics.median(rates):,.0f} events/s: frames",
            f"p95 {p95:.0f} ms, longest {max(frames):.0f} ms (idle p95 {calm:.0f} ms)", p95 / calm, "p95 ≤ 50 ms", round(p95) <= 50,
        ),
        Row(
            f"dashboard, memory after {seen:,} events", f"{heaps[-1]:.0f} MiB, {grown:+.1f} MiB since the first 10,000", None,
            "≤ 20 MiB more", grown <= 20,
        ),
    ]  # fmt: skip


def paced(browser: Browser, address: str, token: str, client: Client) -> list[Row]:
    """Calls of a twenty-fifth of a second, fifty at a time: two events each."""
    page = opened(browser, address, token)
    runs = [watched(page, client, client.waiting(WIDTH / 1250)) for _ in range(PACED)]
    page.context.close()
    frames = [frame for found, _, _ in runs for frame in found]
    p95, rate = statistics.quantiles(frames, n=20)[-1], statistics.median(rate for _, _, rate in runs)
    whole = sum(frame <= 20 for frame in frames) / len(frames)  # a sixtieth of a second, and what the clock is wrong by
    what = f"dashboard, {PACED} x 1,001 steps live, {rate:,.0f} events/s by the clock: frames"
    return [Row(what, f"p95 {p95:.0f} ms, {whole:.0%} at 60 a second", None, "p95 ≤ 17 ms", round(p95) <= 17)]


def watched(page: Page, client: Client, id: str) -> tuple[list[float], int, float]:
    """Frames in ms, events, and events a second, while an execution runs in the page."""
    page.evaluate("address => { history.pushState(null, '', address); dispatchEvent(new PopStateEvent('popstate')) }", f"/orchestrate/{id}")
    page.locator("[data-purpose=approval]").wait_for()
    page.locator("[data-connection=live]").wait_for()

    def whole() -> None:
        client.go(id)
        page.locator("[data-head] [data-status=completed]").wait_for(timeout=60_000)

    frames = frames_of(page, whole)
    execution, began = client.get(f"/{id}"), client.get(f"/{id}/steps")[1]["startedAt"]
    took = (datetime.fromisoformat(execution["finishedAt"]) - datetime.fromisoformat(began)).total_seconds()
    return frames, execution["seq"], execution["seq"] / took


def frames_of(page: Page, act: Any) -> list[float]:
    page.evaluate("window.stop_ = false")
    page.evaluate(FRAMES)
    act()
    found: list[float] = page.evaluate("() => { window.stop_ = true; return window.frames_ }")
    return found[1:]


def heap(devtools: CDPSession) -> float:
    devtools.send("HeapProfiler.collectGarbage")
    return float(devtools.send("Runtime.getHeapUsage")["usedSize"]) / 2**20


def to_pixels(browser: Browser, address: str, token: str, client: Client) -> list[Row]:
    """Pause and resume by turns: one event each, with nothing else to do. The event's time is from before its commit."""
    page = opened(browser, address, token)
    id = client.waiting()  # of a thousand steps, all of them in the page
    page.goto(f"{address}/orchestrate/{id}")
    page.locator("[data-connection=live]").wait_for()
    page.locator("[role=log] [data-seq]").first.wait_for()
    before = client.get(f"/{id}")["seq"]
    page.evaluate(PIXELS)
    for turn in range(CHANGES):
        client.post(f"/{id}/{'resume' if turn % 2 else 'pause'}")
        time.sleep(0.06)
    time.sleep(1)
    pixels = page.evaluate("window.pixels")
    events = client.get(f"/{id}/logs?after={before}&limit=1000")["items"]
    times = [
        pixels[str(event["seq"])] - datetime.fromisoformat(event["at"]).timestamp() * 1000
        for event in events
        if pixels.get(str(event["seq"]))
    ]
    page.context.close()
    p95 = statistics.quantiles(times, n=20)[-1]
    return [
        Row(
            f"dashboard, from an event to its pixels, {len(times)} events",
            f"p50 {statistics.median(times):.0f} ms, p95 {p95:.0f} ms", None, "p95 ≤ 100 ms", p95 <= 100,
        )
    ]  # fmt: skip
