"""web.search, against a local server that answers as SearxNG does."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.unit.tools.conftest import MakeCall
from tizmoret.agents.installed import Installed
from tizmoret.errors import BadInput, StepFailed, TooLarge, TryAgain
from tizmoret.ids import uuid7
from tizmoret.settings import Settings
from tizmoret.tools.providers.ports import WebSearch
from tizmoret.tools.providers.searxng import MOST_BYTES, SearxNG
from tizmoret.tools.websearch import TOOLS, SearchWeb, WebResults, search

pytestmark = pytest.mark.anyio
RESULT = {
    "url": "https://grain.example/a",
    "title": "Wheat\n prices",
    "content": "1,240 a ton",
    "publishedDate": "2026-03-01T10:00:00",
    "engine": "x",
}


class Engine(ThreadingHTTPServer):
    """asked: the parameters of each request. answer: (status, headers, body)."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[tuple[str, dict[str, list[str]]]] = []
        self.answer: tuple[int, dict[str, str], bytes] = (200, {}, b"{}")

    def finds(self, *results: Any) -> None:
        self.answer = (200, {"Content-Type": "application/json"}, json.dumps({"query": "q", "results": results}).encode())

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Engine

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        self.server.asked.append((parts.path, parse_qs(parts.query)))
        status, headers, body = self.server.answer
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def engine() -> Iterator[Engine]:
    with Engine() as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server
        server.shutdown()


async def found(call: MakeCall, engine: Engine, query: str = "wheat", **more: Any) -> WebResults:
    return WebResults.model_validate(await search(SearchWeb(query=query, **more), call(providers={WebSearch: SearxNG(engine.url + "/")})))


async def test_what_is_found_has_address_title_excerpt_and_day(call: MakeCall, engine: Engine) -> None:
    engine.finds(RESULT, {**RESULT, "url": "https://grain.example/b", "publishedDate": None, "content": None})
    one, other = (await found(call, engine, "מחיר חיטה")).results
    assert (one.url, one.title, one.excerpt, one.day) == ("https://grain.example/a", "Wheat prices", "1,240 a ton", "2026-03-01")
    assert (other.excerpt, other.day) == ("", "")
    ((path, parameters),) = engine.asked
    assert (path, parameters["q"], parameters["format"], parameters["language"]) == ("/search", ["מחיר חיטה"], ["json"], ["en"])


async def test_each_address_comes_once_and_no_more_than_asked_for(call: MakeCall, engine: Engine) -> None:
    engine.finds(RESULT, RESULT, *({**RESULT, "url": f"https://grain.example/{number}"} for number in range(20)))
    assert [result.url[-1] for result in (await found(call, engine, limit=4)).results] == ["a", "0", "1", "2"]


async def test_what_is_no_page_is_left_out(call: MakeCall, engine: Engine) -> None:
    engine.finds(
        {"title": "no address"}, {**RESULT, "url": "javascript:alert(1)"}, "text", None, {**RESULT, "url": "file:///etc/passwd"}, RESULT
    )
    assert [result.url for result in (await found(call, engine)).results] == [RESULT["url"]]


async def test_nothing_found_is_an_answer_too(call: MakeCall, engine: Engine) -> None:
    engine.finds()
    nothing = await found(call, engine)
    assert nothing.results == []
    assert TOOLS[0].show(nothing, "he") == "לא נמצא דבר באינטרנט."


async def test_others_words_are_shown_as_text(call: MakeCall, engine: Engine) -> None:
    engine.finds({**RESULT, "title": "[click](javascript:x)", "content": "# big"})
    shown = TOOLS[0].show(await found(call, engine), "en")
    assert "[click](javascript:x)" not in shown


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ((429, {"Retry-After": "7"}, b""), TryAgain), ((503, {}, b""), TryAgain), ((403, {}, b"<html>"), StepFailed), ((404, {}, b""), StepFailed),
        ((302, {"Location": "http://169.254.169.254/"}, b""), StepFailed), ((200, {}, b"<html>"), StepFailed), ((200, {}, b"[]"), StepFailed),
        ((200, {}, b'{"results": 7}'), StepFailed), ((200, {}, b"x" * (MOST_BYTES + 1)), TooLarge),
        ((200, {"Content-Length": "99"}, b"{"), TryAgain),
    ],
)  # fmt: skip
async def test_a_bad_answer_ends_in_a_clear_error(call: MakeCall, engine: Engine, answer: Any, error: type[Exception]) -> None:
    engine.answer = answer
    with pytest.raises(error) as caught:
        await found(call, engine)
    assert "search engine" in str(caught.value)
    assert getattr(caught.value, "after", None) == (7.0 if answer[0] == 429 else None)


async def test_an_engine_that_is_not_there_may_come_back(call: MakeCall) -> None:
    gone = SearxNG("http://127.0.0.1:9")
    with pytest.raises(TryAgain):
        await search(SearchWeb(query="x"), call(providers={WebSearch: gone}))


def test_it_is_offered_only_where_an_engine_is_set() -> None:
    without = Installed(Settings.from_env({}), uuid7())
    settings = Settings.from_env({"TIZMORET_SEARCH": "http://search.example"})
    assert "web.search" in Installed(settings, uuid7()).catalog().tools
    assert "web.search" not in without.catalog().tools
    with pytest.raises(BadInput) as caught:
        Settings.from_env({"TIZMORET_SEARCH": "search.example"})
    assert caught.value.field == "TIZMORET_SEARCH"
