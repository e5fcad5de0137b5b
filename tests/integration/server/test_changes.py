"""The word that something has happened, for whoever shows lists."""

from __future__ import annotations

import httpx2

from tests.integration.server.conftest import Running, ServerThread
from tests.integration.server.test_routes import API, chain, submit

CHANGES = f"{API}/changes"


def test_whoever_listens_hears_that_something_has_happened_and_nothing_of_what(running: Running) -> None:
    with running.client.stream("GET", CHANGES) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        lines = answer.iter_lines()
        assert next(lines).startswith("retry:")
        submit(running, plan=chain(0))
        heard = next(line for line in lines if line.startswith("event:"))
        assert (heard, next(lines)) == ("event: changed", "data: {}")


def test_nobody_listens_without_the_token(running: Running) -> None:
    assert httpx2.get(running.address + CHANGES).status_code == 401


def test_a_server_that_stops_lets_go_of_whoever_listens(server_thread: ServerThread, running: Running) -> None:
    with running.client.stream("GET", CHANGES) as answer:
        lines = answer.iter_lines()
        next(lines)
        server_thread.stop()
        assert [line for line in lines if line.startswith("event:")] == []
    server_thread.start()
