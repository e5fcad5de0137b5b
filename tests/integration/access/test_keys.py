"""Keys over real HTTP: shown once, kept as a hash, closed when they are revoked, and with them whatever they opened."""

from __future__ import annotations

import base64
import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import httpx2
import psycopg
import pytest
from psycopg import sql

from tests.integration.access.conftest import Person, new_key
from tests.integration.server.conftest import Running, ServerThread
from tests.integration.server.test_routes import API, create, submit, until
from tizmoret.server import stream, watch
from tizmoret.settings import Settings

Signed = Callable[[str], httpx2.Client]


def test_a_key_is_shown_once_and_kept_nowhere(
    running: Running, signed: Signed, database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    key = new_key(running.client, "owner", name="laptop")["key"]
    client = signed(key)
    assert client.get("/api/me").json()["name"] == "owner"
    assert client.post("/api/session", json={"token": key}).status_code == 204
    client.post(API, json={"plan": key, "query": "x"})  # a mistake that an error could repeat
    cookie = client.cookies["tizmoret_session"]
    assert signed("tzm_" + "A" * 64).get("/api/me").status_code == 401
    (listed,) = running.client.get("/api/keys").json()
    assert "key" not in listed
    assert key.startswith(listed["prefix"])
    assert listed["lastUsedAt"] is not None
    with psycopg.connect(database_url) as connection:
        tables = connection.execute("select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace").fetchall()
        rows = [
            str(row)
            for (table,) in tables
            for row in connection.execute(sql.SQL("select {0}::text from {0}").format(sql.Identifier(table)))
        ]
    assert any("laptop" in row for row in rows)
    for secret in (key, cookie):
        raw = base64.urlsafe_b64decode(secret[4:])[:32]
        for canary in (secret, secret[12:40], raw.hex(), base64.b64encode(raw).decode()[:40]):
            assert not any(canary in row for row in rows)
            assert not any(canary in record.getMessage() for record in caplog.records if not record.name.startswith("http"))  # the client's


def test_a_revoked_key_opens_nothing_any_more_nor_do_the_pages_that_it_opened(running: Running, person: Person) -> None:
    dana = person(running.client, "Dana")
    (key,) = running.client.get("/api/keys").json()
    with httpx2.Client(base_url=running.address) as page:
        page.post("/api/session", json={"token": dana.headers["authorization"].removeprefix("Bearer ")})
        assert page.get("/api/me").json()["name"] == "Dana"
        assert running.client.delete(f"/api/keys/{key['id']}").status_code == 204
        assert [page.get("/api/me").status_code, dana.get("/api/me").status_code] == [401, 401]
        assert page.post("/api/session", json={"token": dana.headers["authorization"].removeprefix("Bearer ")}).status_code == 401
    assert running.client.delete(f"/api/keys/{key['id']}").status_code == 404


def test_an_expired_key_opens_nothing(running: Running, signed: Signed, database_url: str) -> None:
    key = new_key(running.client, "owner", days=1)
    client = signed(key["key"])
    client.post("/api/session", json={"token": key["key"]})
    with httpx2.Client(base_url=running.address, cookies=dict(client.cookies)) as page:
        assert [page.get("/api/me").status_code, client.get("/api/me").status_code] == [200, 200]
        with psycopg.connect(database_url) as connection:
            connection.execute("update api_tokens set expires_at = now() where id = %s", (key["id"],))
        assert [page.get("/api/me").status_code, client.get("/api/me").status_code] == [401, 401]
    assert [one["id"] for one in running.client.get("/api/keys").json()] == [key["id"]]  # it is still shown, as expired


def test_the_cookie_goes_over_https_alone_where_it_came_over_it(running: Running, person: Person) -> None:
    """Also behind a proxy that ends TLS, which uvicorn trusts on this machine."""
    key = person(running.client, "Dana").headers["authorization"].removeprefix("Bearer ")
    for secret in (key, running.start_link.split("token=")[1]):
        for scheme, secure in (("https", True), ("http", False)):
            with httpx2.Client(base_url=running.address, headers={"X-Forwarded-Proto": scheme}) as page:
                made = page.post("/api/session", json={"token": secret})
                assert made.status_code == 204
                assert ("secure" in made.headers["set-cookie"].lower()) == secure
                assert ("secure" in page.delete("/api/session").headers["set-cookie"].lower()) == secure


def test_signing_out_ends_the_session_wherever_its_cookie_was_copied_to(running: Running, person: Person) -> None:
    dana = person(running.client, "Dana")
    with httpx2.Client(base_url=running.address) as page:
        answer = page.post("/api/session", json={"token": dana.headers["authorization"].removeprefix("Bearer ")})
        cookie = answer.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=strict" in cookie
        copied = dict(page.cookies)
        assert page.delete("/api/session").status_code == 204
    with httpx2.Client(base_url=running.address, cookies=copied) as thief:
        assert thief.get("/api/me").status_code == 401
    assert dana.get("/api/me").status_code == 200


def test_a_key_with_a_role_of_its_own_may_no_more_than_that(running: Running, signed: Signed) -> None:
    full = new_key(running.client, "owner", days=2)
    narrow = signed(new_key(running.client, "owner", role="viewer")["key"])
    assert narrow.get("/api/me").json()["role"] == "viewer"
    assert narrow.post(API, json={"query": "check the system"}).status_code == 403
    assert narrow.delete(f"/api/keys/{full['id']}").status_code == 403  # of the same person, but it may do more
    own = next(one for one in narrow.get("/api/keys").json() if one["role"] == "viewer")
    assert narrow.delete(f"/api/keys/{own['id']}").status_code == 204


def test_a_key_makes_none_that_outlives_it(running: Running, signed: Signed) -> None:
    first = new_key(running.client, "owner", days=2)
    second = new_key(signed(first["key"]), "owner", days=3000)
    assert second["expiresAt"] == first["expiresAt"]


def test_whoever_manages_no_keys_sees_and_revokes_only_their_own(running: Running, person: Person) -> None:
    dana, yoav = person(running.client, "Dana", "viewer"), person(running.client, "Yoav", "admin")
    (own,) = dana.get("/api/keys").json()
    assert own["member"] == "Dana"
    others = next(one for one in yoav.get("/api/keys").json() if one["member"] == "Yoav")
    assert dana.delete(f"/api/keys/{others['id']}").status_code == 404
    assert dana.post("/api/keys", json={}).status_code == 403
    assert dana.delete(f"/api/keys/{own['id']}").status_code == 204
    assert dana.get("/api/me").status_code == 401


@pytest.mark.parametrize("silent", [False, True])
def test_a_stream_is_closed_when_its_key_is_revoked(
    running: Running, person: Person, monkeypatch: pytest.MonkeyPatch, silent: bool
) -> None:
    """silent: nothing happens in it but the sign of life."""
    monkeypatch.setattr(stream, "HEARTBEAT", 0.1 if silent else 60.0)
    id = submit(running, plan=create())["id"]
    until(running, id, "waiting")
    dana = person(running.client, "Dana")
    (key,) = running.client.get("/api/keys").json()
    with dana.stream("GET", f"{API}/stream/{id}") as answer:
        lines = answer.iter_lines()
        assert any(line == "event: execution.waiting" for line in lines)
        assert running.client.delete(f"/api/keys/{key['id']}").status_code == 204
        if not silent:
            (gate,) = running.client.get("/api/approvals").json()
            running.client.post(f"{API}/{id}/approvals/{gate['id']}/approve")
        left = "\n".join(lines)
    assert "event: end" not in left
    assert "execution.completed" not in left
    assert "gate.decided" not in left
    assert dana.get(f"{API}/stream/{id}").status_code == 401


def test_a_stream_is_closed_when_its_key_is_revoked_by_another_process(
    running: Running, person: Person, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "LOOK_EVERY", 0.0)
    monkeypatch.setattr(stream, "HEARTBEAT", 0.1)
    dana = person(running.client, "Dana")
    with dana.stream("GET", f"{API}/changes") as answer:
        lines = answer.iter_lines()
        assert next(lines).startswith("retry")
        with psycopg.connect(database_url) as connection:
            connection.execute("delete from api_tokens where user_id = 'Dana'")
        for _ in lines:
            pass  # until it ends
    assert dana.get("/api/me").status_code == 401


def test_keys_and_sessions_outlive_the_server(server_thread: ServerThread, running: Running, person: Person) -> None:
    dana = person(running.client, "Dana")
    dana.post("/api/session", json={"token": dana.headers["authorization"].removeprefix("Bearer ")})
    server_thread.stop()
    again = server_thread.start()
    with httpx2.Client(base_url=again.address, cookies=dict(dana.cookies)) as page:
        assert page.get("/api/me").json()["name"] == "Dana"
    assert httpx2.get(f"{again.address}/api/me", headers=dict(dana.headers)).status_code == 200


def test_a_key_that_one_process_revokes_opens_nothing_in_another_from_then_on(
    running: Running, person: Person, settings: Settings, tmp_path: Path
) -> None:
    dana = person(running.client, "Dana")
    dana.post("/api/session", json={"token": dana.headers["authorization"].removeprefix("Bearer ")})
    other = ServerThread(replace(settings, home=tmp_path / "another machine"))
    try:
        address = other.start().address
        with httpx2.Client(base_url=address, headers=dict(dana.headers)) as by_key, httpx2.Client(base_url=address) as page:
            page.cookies.update(dict(dana.cookies))
            both = (by_key, page)
            assert [one.get("/api/me").status_code for one in both] == [200, 200]
            (key,) = [one for one in running.client.get("/api/keys").json() if one["member"] == "Dana"]
            assert running.client.delete(f"/api/keys/{key['id']}").status_code == 204
            assert [one.get("/api/me").status_code for one in both] == [401, 401]
    finally:
        other.stop()


@pytest.mark.parametrize("given", ["tzm_", "tzm_" + "A" * 64, "tzs_" + "A" * 64, "tzm_" + "é" * 64, "x" * 5_000, "tzm_" + "=" * 64])
def test_what_is_no_key_is_refused(running: Running, given: str) -> None:
    answer = httpx2.get(f"{running.address}/api/me", headers={"Authorization": b"Bearer " + given.encode()})
    assert (answer.status_code, answer.json()["code"]) == (401, "not-signed-in")
    assert httpx2.get(f"{running.address}/api/me", headers={"Cookie": b"tizmoret_session=" + given.encode()}).status_code == 401
