"""A Google account's contacts, against a server that speaks as Google does: signing in, pages, quotas, tokens that end."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.integration.cli.program import Program
from tests.wire.google import CLIENT, SECRET, Google, google, person
from tizmoret.connections.connection import Wanted
from tizmoret.errors import BadInput, StepFailed, TryAgain, Unavailable
from tizmoret.orchestrator import Tizmoret
from tizmoret.tools.models import Contact
from tizmoret.tools.providers.google_client import Client, Endpoints, GoogleSession, ask, exchange
from tizmoret.tools.providers.google_contacts import SCOPE, GoogleContacts
from tizmoret.tools.providers.guarded import Way
from tizmoret.tools.providers.ports import ContactBook

pytestmark = pytest.mark.anyio

HERE = Way(anywhere=True)


@pytest.fixture
def account() -> Iterator[Google]:
    with google() as running:
        more = {"nicknames": [{"value": "יואב"}], "organizations": [{"name": "Osem", "title": "Buyer"}], "phoneNumbers": [{"value": "050"}]}
        running.people = [person(1, "Yoav Levi", **more), *(person(number, f"Person {number}") for number in range(2, 6))]
        running.people.append({"resourceName": "people/c9", "names": "nonsense", "emailAddresses": [None]})
        running.refresh.add("refresh-canary")
        yield running


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def session(account: Google, clock: Clock | None = None, refresh: str = "refresh-canary") -> GoogleSession:
    return GoogleSession(Endpoints(account.address), HERE, Client(CLIENT, SECRET), refresh, "work", clock or Clock())


def wanted(account: Google) -> Wanted:
    secret = json.dumps({"client_secret": SECRET, "refresh_token": "refresh-canary"})
    return Wanted("work", "google", account.address, {"client_id": CLIENT}, secret)


async def test_all_pages_are_read_and_what_makes_no_sense_is_left_out(account: Google) -> None:
    found = await GoogleContacts(session(account)).contacts()
    assert len(found) == 5
    assert found[-1] == Contact(
        id="people/c1",
        name="Yoav Levi",
        email="p1@x.example",
        phone="050",
        organization="Osem",
        role="Buyer",
        nicknames=("old name", "יואב"),
    )
    assert account.asked.count("/v1/people/me/connections") == 3
    assert account.asked.count("/token") == 1


async def test_a_token_that_ends_is_renewed_before_and_one_that_is_withdrawn_after(account: Google) -> None:
    clock = Clock()
    book = GoogleContacts(session(account, clock))
    await book.contacts()
    account.expire()
    assert len(await book.contacts()) == 5  # told by a 401
    clock.now += 3600
    assert len(await book.contacts()) == 5  # known by the clock
    assert account.asked.count("/token") == 3


async def test_withdrawn_access_says_what_to_do(account: Google) -> None:
    book = GoogleContacts(session(account))
    await book.contacts()
    account.withdraw()
    with pytest.raises(StepFailed, match="withdrawn") as failed:
        await book.contacts()
    assert "Connect it again" in failed.value.cure


QUOTA = {"error": {"code": 403, "message": "Quota exceeded", "errors": [{"reason": "userRateLimitExceeded"}]}}
FORBIDDEN = {"error": {"code": 403, "status": "PERMISSION_DENIED", "message": "People API has not been used in project 7"}}


@pytest.mark.parametrize(
    ("status", "body", "raised", "says"),
    [
        (429, {"error": {"status": "RESOURCE_EXHAUSTED"}}, TryAgain, "asks us to wait"),
        (403, QUOTA, TryAgain, "Quota exceeded"),
        (403, FORBIDDEN, StepFailed, "has not been used"),
        (500, {}, TryAgain, "asks us to wait"),
        (400, {"error": {"message": "Bad field"}}, StepFailed, "Bad field"),
        (200, [], StepFailed, "cannot be read"),
    ],
)
async def test_what_google_refuses_has_a_class(account: Google, status: int, body: object, raised: type[Exception], says: str) -> None:
    account.refuses = [(status, body, {"Retry-After": "9"})]  # type: ignore[list-item]
    with pytest.raises(raised, match=says) as failed:
        await GoogleContacts(session(account)).contacts()
    assert isinstance(failed.value, TryAgain) == (raised is TryAgain)
    assert getattr(failed.value, "after", 9.0) == 9.0
    assert not {"refresh-canary", SECRET} & set(re.findall(r"[\w-]+", str(failed.value)))


async def test_a_code_is_worth_nothing_without_its_verifier(account: Google) -> None:
    client, endpoints = Client(CLIENT, SECRET), Endpoints(account.address)
    mine, other = (ask(endpoints, client, (SCOPE,), "http://127.0.0.1:1/") for _ in range(2))
    code = httpx2.URL(httpx2.get(mine.address).headers["location"]).params["code"]
    with pytest.raises(StepFailed, match="withdrawn or has ended"):
        await exchange(endpoints, HERE, client, other, code)
    assert mine.verifier not in mine.address


async def test_a_connected_account_is_the_workspaces_contacts(tizmoret: Tizmoret, account: Google) -> None:
    made = await tizmoret.connections.add(wanted(account))
    assert made.offer["addressBooks"] == ["Google"]
    book = tizmoret.workplaces.providers(tizmoret.workspace)[ContactBook]
    assert {one.email for one in await book.contacts()} >= {"p1@x.example", "p5@x.example"}
    account.withdraw()
    assert "withdrawn" in (await tizmoret.connections.check("work")).trouble


async def test_an_account_that_nobody_signed_in_to_is_refused(tizmoret: Tizmoret, account: Google) -> None:
    for secret in (None, "a password", "{}"):
        with pytest.raises(BadInput, match="signing in at Google"):
            await tizmoret.connections.add(Wanted("work", "google", account.address, {"client_id": CLIENT}, secret))
    account.withdraw()
    with pytest.raises(BadInput, match="withdrawn"):
        await tizmoret.connections.add(wanted(account))
    with pytest.raises(Unavailable):
        await tizmoret.connections.add(Wanted("work", "google", "http://127.0.0.1:1", {"client_id": CLIENT}, wanted(account).secret))


ADD = ("connect", "add", "google", "work", "--client-id", CLIENT, "--server")


@pytest.mark.parametrize("way", ["signs in", "says no", "is somebody else"])
def test_a_person_signs_in_with_a_browser(tmp_path: Path, database_url: str, account: Google, way: str) -> None:
    env = {"DATABASE_URL": database_url, "TIZMORET_NETWORKS": "127.0.0.0/8", "TIZMORET_SECRET": SECRET}
    program = Program(tmp_path / "home", **env)
    account.denies = way == "says no"
    process = program.start(*ADD, account.address)
    assert process.stderr is not None
    link = process.stderr.readline().split()[-1]
    if way == "is somebody else":
        redirect = httpx2.URL(link).params["redirect_uri"]
        httpx2.get(redirect, params={"code": "stolen", "state": "guessed"})
    else:
        back = httpx2.get(link, follow_redirects=True)
        assert back.status_code == 200
    out, err = process.communicate(timeout=60)
    if way != "signs in":
        assert (process.returncode, "Nobody signed in" in err) == (2, True)
        return
    assert (process.returncode, "contacts Google" in out) == (0, True), err
    found = program("try", "contacts.search", "--query", "Yoav Levi")
    assert (found.code, "p1@x.example" in found.out) == (0, True)
    assert SECRET not in out + err + found.out
