"""Signing in from the page, over HTTP, against servers that speak as Google and Microsoft do: there and back, and everything that can be wrong
with what comes back."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import psycopg
import pytest

from tests.integration.access.conftest import Person, other, person, signed
from tests.integration.connections.conftest import HERE
from tests.integration.server.conftest import Running, ServerThread, running, server_thread
from tests.wire.google import CLIENT, SECRET, Google, google
from tests.wire.google import person as contact
from tests.wire.microsoft import microsoft
from tizmoret.connections.google import ACCOUNT
from tizmoret.settings import RegisteredClient, Settings

__all__ = ["other", "person", "running", "server_thread", "signed"]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """With a client of the operator's at Google itself, which no test may reach."""
    return dataclasses.replace(settings, networks=HERE, google=RegisteredClient("operators.apps.example", "operator-canary"))


@pytest.fixture
def account() -> Iterator[Google]:
    with google() as running:
        running.people = [contact(1, "Yoav Levi")]
        yield running


def asked(account: Any, **more: Any) -> dict[str, Any]:
    return {"name": "work", "kind": "google", "address": account.address, "clientId": CLIENT, "clientSecret": SECRET, **more}


def begin(client: httpx2.Client, account: Any, **more: Any) -> str:
    """Where the browser is sent."""
    answer = client.post("/api/sign-ins", json=asked(account, **more))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["address"])


def came_back(address: str, **changed: str) -> dict[str, Any]:
    """As the page tells it: the browser went there, somebody agreed or did not, and it was sent back."""
    went = httpx2.get(address)
    assert went.status_code == 302, went.text
    back = httpx2.URL(went.headers["location"])
    return {"redirect": str(back.copy_with(query=None)), "answer": {**dict(back.params), **changed}}


def finish(client: httpx2.Client, came: dict[str, Any]) -> httpx2.Response:
    return client.post("/api/sign-ins/finish", json=came)


def refused(answer: httpx2.Response) -> str:
    """Why, by the field that it names."""
    assert (answer.status_code, answer.json()["code"]) == (422, "sign-in-failed"), answer.text
    assert answer.json()["cure"]
    return str(answer.json()["field"])


def test_who_signs_in_at_google_is_connected_and_nothing_is_told_of_it(running: Running, account: Google, settings: Settings) -> None:
    account.names = account.address
    came = came_back(begin(running.client, account))
    assert came["redirect"] == f"{running.address}/orchestrate/connected/google-elsewhere"
    made = finish(running.client, came)
    assert (made.status_code, made.json()["offers"][:2]) == (201, ["calendar me@x.example", "contacts Google"]), made.text
    assert running.client.get("/api/connections").json()[0]["name"] == "work"
    assert refused(finish(running.client, came)) == "state"
    with psycopg.connect(settings.database_url or "") as connection:
        kept = str(connection.execute("select * from connections").fetchall())
        assert connection.execute("select count(*) from sign_ins").fetchone() == (0,)
    for secret in (SECRET, *account.refresh, *account.access):
        assert secret not in kept + made.text


def test_while_it_is_under_way_what_it_needs_is_sealed(running: Running, account: Google, settings: Settings) -> None:
    address = begin(running.client, account)
    with psycopg.connect(settings.database_url or "") as connection:
        ((kept,),) = connection.execute("select sealed from sign_ins").fetchall()
    assert SECRET.encode() not in kept
    assert httpx2.URL(address).params["state"].encode() not in kept
    assert "code_verifier" not in address
    assert httpx2.URL(address).params["code_challenge_method"] == "S256"


def test_who_signs_in_at_microsoft_is_connected(running: Running) -> None:
    with microsoft() as account:
        page = httpx2.Client(base_url=running.address.replace("127.0.0.1", "localhost"), headers=running.client.headers)
        page.headers["Origin"] = str(page.base_url).rstrip("/")
        came = came_back(begin(page, account, kind="microsoft", clientSecret="", only=["contacts"]))
        assert came["redirect"].startswith("http://localhost:")
        made = finish(page, came)
        assert (made.status_code, made.json()["offers"]) == (201, ["contacts Microsoft"]), made.text


def test_a_no_is_told_as_one(running: Running, account: Google) -> None:
    account.denies = True
    came = came_back(begin(running.client, account))
    assert refused(finish(running.client, came)) == "error"
    assert refused(finish(running.client, came)) == "state"
    assert running.client.get("/api/connections").json() == []


def test_a_state_that_is_nobodys_is_refused(running: Running, account: Google) -> None:
    came = came_back(begin(running.client, account))
    for state in ("", "guessed", came["answer"]["state"] + "x"):
        assert refused(finish(running.client, {**came, "answer": {**came["answer"], "state": state}})) == "state"
    assert finish(running.client, came).status_code == 201


def test_a_sign_in_ends_after_ten_minutes(running: Running, account: Google, settings: Settings) -> None:
    came = came_back(begin(running.client, account))
    with psycopg.connect(settings.database_url or "") as connection:
        ((left,),) = connection.execute("select extract(epoch from expires_at - now()) from sign_ins").fetchall()
        connection.execute("update sign_ins set expires_at = now() - interval '1 second'")
    assert 0 < left <= 600
    assert refused(finish(running.client, came)) == "state"
    assert "/token" not in account.asked


def test_of_two_answers_at_once_one_counts(running: Running, account: Google) -> None:
    came = came_back(begin(running.client, account))
    with ThreadPoolExecutor(4) as pool:
        found = [answer.status_code for answer in pool.map(lambda _: finish(running.client, came), range(4))]
    assert sorted(found) == [201, 422, 422, 422]


def test_nobody_else_can_end_it(running: Running, account: Google, person: Person, other: httpx2.Client) -> None:
    """Another member, an owner of another workspace, and they cannot hang their own account on somebody either."""
    dana, noa = person(running.client, "Dana", "admin"), person(running.client, "Noam", "admin")
    came = came_back(begin(dana, account))
    for stranger in (noa, running.client, other):
        assert refused(finish(stranger, came)) == "state"
    assert finish(dana, came).status_code == 201
    assert other.get("/api/connections").json() == []


def test_who_is_no_admin_any_more_cannot_end_it(running: Running, account: Google, person: Person) -> None:
    dana = person(running.client, "Dana", "admin")
    came = came_back(begin(dana, account))
    assert running.client.patch("/api/members/Dana", json={"role": "member"}).status_code == 200
    assert finish(dana, came).status_code == 403
    assert "/token" not in account.asked


def test_an_answer_of_another_issuer_or_at_anothers_address_is_refused(running: Running, account: Google) -> None:
    mixed_up = came_back(begin(running.client, account), iss="https://evil.example")
    assert refused(finish(running.client, mixed_up)) == "iss"
    moved = {**came_back(begin(running.client, account)), "redirect": f"{running.address}/orchestrate/connected/microsoft"}
    assert refused(finish(running.client, moved)) == "redirect"
    assert "/token" not in account.asked


SAID: list[tuple[int, Any, str, str]] = [
    (400, {"error": "redirect_uri_mismatch"}, "redirect", "/orchestrate/connected/google-elsewhere "),
    (400, {"error": "invalid_request", "error_description": "AADSTS50011: the redirect URI"}, "redirect", "letter by letter"),
    (401, {"error": "invalid_client"}, "clientId", "id and secret"),
    (400, {"error": "invalid_grant"}, "clientId", "withdrawn or has ended"),
    (200, b"<html>", "clientId", "200"),
    (200, {"access_token": ["what"]}, "clientId", "without a token"),
    (200, {"access_token": "short-lived", "expires_in": "soon"}, "clientId", "no lasting access"),
]


def test_what_the_token_endpoint_says_is_told_with_the_cure(running: Running, account: Google) -> None:
    for status, body, field, says in SAID:
        account.says = [(status, body)]
        answer = finish(running.client, came_back(begin(running.client, account)))
        assert refused(answer) == field, body
        assert says in answer.json()["detail"] + answer.json()["cure"]
        assert SECRET not in answer.text
    assert finish(running.client, came_back(begin(running.client, account))).status_code == 201


def test_a_token_endpoint_that_is_down_is_told_as_that(running: Running, account: Google) -> None:
    account.says = [(503, {})]
    answer = finish(running.client, came_back(begin(running.client, account)))
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert "Sign in again" in answer.json()["cure"]
    with google() as gone:
        came = came_back(begin(running.client, gone))
    assert finish(running.client, came).status_code == 503


def test_it_outlives_the_server(settings: Settings, account: Google) -> None:
    server = ServerThread(settings)
    try:
        running = server.start()
        came = came_back(begin(running.client, account))
        server.stop()
        again = server.restart_on(httpx2.URL(running.address).port or 0)
        assert finish(again.client, came).status_code == 201
    finally:
        server.stop()


def test_who_signs_in_anew_need_not_bring_the_client_again_but_to_the_same_server(running: Running, account: Google) -> None:
    assert finish(running.client, came_back(begin(running.client, account, only=["contacts"]))).status_code == 201
    account.withdraw()
    assert "withdrawn" in running.client.post("/api/connections/work/test").json()["trouble"]
    came = came_back(begin(running.client, account, clientId="", clientSecret=""))
    made = finish(running.client, came).json()
    assert (made["trouble"], made["offers"]) == ("", ["contacts Google"])
    with google() as elsewhere:
        answer = running.client.post("/api/sign-ins", json=asked(elsewhere, clientId="", clientSecret=""))
        assert (answer.status_code, answer.json()["field"]) == (422, "clientId")
        assert elsewhere.asked == []


def test_the_operators_client_serves_everybody_at_the_service_itself(running: Running, account: Google) -> None:
    told = {one["kind"]: one for one in running.client.get("/api/sign-ins").json()}
    assert (told["google"]["registered"], told["microsoft"]["registered"]) == (True, False)
    assert told["google"]["parts"] == list(ACCOUNT.parts)
    began = running.client.post("/api/sign-ins", json={"name": "work", "kind": "google"})
    address = httpx2.URL(began.json()["address"])
    assert (address.host, address.params["client_id"]) == ("accounts.google.com", "operators.apps.example")
    answer = running.client.post("/api/sign-ins", json=asked(account, clientId="", clientSecret=""))
    assert answer.json()["field"] == "clientId"
    assert "/orchestrate/connected/google-elsewhere" in answer.json()["cure"]
    assert address.params["redirect_uri"] == f"{running.address}/orchestrate/connected/google"
    assert "operator-canary" not in began.text + answer.text


def test_what_cannot_be_is_refused_before_anybody_is_sent_away(running: Running, account: Google) -> None:
    cases: list[tuple[dict[str, Any], str]] = [
        ({"name": "Work!"}, "name"),
        ({"only": ["wallet"]}, "only"),
        ({"address": "nowhere"}, "address"),
    ]
    for changed, field in cases:
        answer = running.client.post("/api/sign-ins", json=asked(account, **changed))
        assert (answer.status_code, answer.json()["field"]) == (422, field)


def test_a_name_that_is_taken_is_told_when_one_comes_back(running: Running, account: Google) -> None:
    assert finish(running.client, came_back(begin(running.client, account))).status_code == 201
    answer = finish(running.client, came_back(begin(running.client, account, name="another")))
    assert (answer.status_code, answer.json()["field"]) == (409, "name")
