"""A Microsoft account, against a server that speaks as Microsoft Graph does: signing in, tokens that are exchanged, pages, limits."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.integration.cli.program import Program
from tests.integration.test_end_to_end import SEED, carry
from tests.wire.imported import contacts_of, load_graph
from tests.wire.microsoft import Microsoft, microsoft
from tests.wire.oauth_server import CLIENT
from tizmoret.connections.connection import Wanted
from tizmoret.connections.microsoft import ACCOUNT
from tizmoret.demo import make_demo
from tizmoret.errors import BadInput, StepFailed, TryAgain
from tizmoret.orchestrator import Tizmoret
from tizmoret.settings import Settings
from tizmoret.tools.providers.ports import ContactBook

pytestmark = pytest.mark.anyio

CARDS = "BEGIN:VCARD\nUID:1\nFN:Yoav Levi\nEMAIL:yoav@x.example\nORG:Osem;Mills\nTITLE:Buyer\nEND:VCARD\n"


@pytest.fixture
def account() -> Iterator[Microsoft]:
    with microsoft() as running:
        running.people = [
            *contacts_of(CARDS),
            {"id": "c9"},
            {"id": 7, "displayName": []},
            *({"id": f"p{n}", "displayName": f"P {n}"} for n in range(3)),
        ]
        running.refresh["refresh-canary"] = ""
        yield running


def wanted(account: Microsoft, **options: Any) -> Wanted:
    secret = json.dumps({"client_secret": "", "refresh_token": "refresh-canary"})
    return Wanted("work", "microsoft", account.address, {"client_id": CLIENT, **options}, secret)


def book(tizmoret: Tizmoret) -> ContactBook:
    found: ContactBook = tizmoret.workplaces.providers(tizmoret.workspace)[ContactBook]
    return found


async def test_contacts_and_mail_of_the_account_are_the_workspaces(tizmoret: Tizmoret, account: Microsoft) -> None:
    made = await tizmoret.connections.add(wanted(account))
    assert made.offer == {
        "addressBooks": ["Microsoft"], "calendars": ["Calendar"], "mailboxes": ["dana@farm.example"], "drives": ["OneDrive"]
    }  # fmt: skip
    assert [(one.name, one.email, one.organization, one.role) for one in await book(tizmoret).contacts() if one.email] == [
        ("Yoav Levi", "yoav@x.example", "Osem", "Buyer")
    ]
    assert len(await book(tizmoret).contacts()) == 4  # of three pages, and without what names nobody
    account.drive.add("report.txt", "דוח על קציר השעורה".encode())
    read = await carry(tizmoret, "סכם את הדוח על השעורה")
    assert (read.status, "report" in str([step.output for step in await tizmoret.executions.steps(read.id)])) == ("completed", True)
    account.deliver(b"From: Noa <noa@x.example>\r\nSubject: wheat\r\nDate: Mon, 12 Jan 2026 09:00:00 +0200\r\n\r\n1,210 for a ton")
    looked = await carry(tizmoret, "search the inbox for letters about wheat")
    assert (looked.status, "noa@x.example" in (looked.answer or "")) == ("completed", True), looked.answer


@pytest.fixture
def demo(tizmoret: Tizmoret, account: Microsoft) -> Microsoft:
    """The account holds the demo's calendar, people and documents; the workspace's own folder is empty."""
    zone = tizmoret.settings.timezone
    folder = tizmoret.workplaces.folder(tizmoret.workspace)
    make_demo(folder, dt.datetime.now(zone).date(), zone)
    calendar, contacts = folder / "calendar" / "main.ics", folder / "contacts" / "contacts.vcf"
    load_graph(account.calendars, account.calendars.main, calendar.read_bytes())
    account.people = contacts_of(contacts.read_text())
    for path in sorted((folder / "documents").rglob("*.*")):
        account.drive.add(path.name, path.read_bytes(), dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC))
        path.unlink()
    calendar.unlink()
    contacts.unlink()
    return account


@pytest.mark.parametrize("language", ["he", "en"])
async def test_the_seed_request_reads_meets_and_writes_in_the_account(tizmoret: Tizmoret, demo: Microsoft, language: str) -> None:
    await tizmoret.connections.add(wanted(demo))
    events = demo.calendars.main.events
    before, files = set(events), demo.drive.here()

    execution = await carry(tizmoret, SEED[language])

    assert execution.status == "completed", execution.answer
    (made,) = set(events) - before
    assert [one["emailAddress"] for one in events[made]["attendees"]] == [{"name": "יואב כהן", "address": "yoav.cohen@sdot-haemek.example"}]
    assert demo.calendars.notified == ["yoav.cohen@sdot-haemek.example invited"]
    steps = {step.id: step for step in await tizmoret.executions.steps(execution.id)}
    assert {one["id"].partition(":")[0] for one in steps["search"].output["documents"]} == {"drive"}
    assert not (tizmoret.workplaces.folder(tizmoret.workspace) / "calendar" / "main.ics").exists()
    (agenda,) = (one for one in demo.drive.here() if one not in files)
    assert (agenda.parent, f"({agenda.name})" in (execution.answer or "")) == ("Tizmoret", True), execution.answer

    await tizmoret.undo(execution.id, by="dana")
    assert (await tizmoret.wait(execution.id)).status == "undone"
    assert (set(demo.calendars.main.events), demo.drive.here()) == (before, files)


@pytest.mark.parametrize(
    ("request_", "answer", "heard"),
    [
        ("הזז את הפגישה עם רמי חדאד למחר ב-15:00", "הפגישה שונתה", "rami.haddad@north-silos.example changed"),
        ("Cancel the meeting with Peter Novak", "was cancelled", "peter.novak@agro-machines.example cancelled"),
    ],
)
async def test_a_meeting_of_the_account_is_found_and_changed(
    tizmoret: Tizmoret, demo: Microsoft, request_: str, answer: str, heard: str
) -> None:
    await tizmoret.connections.add(wanted(demo, only=["calendar", "contacts"]))
    execution = await carry(tizmoret, request_)
    assert (execution.status, answer in (execution.answer or "")) == ("completed", True), execution.answer
    assert heard in demo.calendars.notified


async def test_an_answer_that_breaks_off_makes_one_meeting_all_the_same(tizmoret: Tizmoret, demo: Microsoft) -> None:
    await tizmoret.connections.add(wanted(demo, only=["calendar", "contacts"]))
    before = len(demo.calendars.main.events)
    demo.cuts = "answer"
    execution = await carry(tizmoret, "Schedule a meeting with Noa Segev tomorrow at 14:00")
    assert execution.status == "completed", execution.answer
    assert len(demo.calendars.main.events) == before + 1


async def test_what_lets_us_in_is_exchanged_and_kept_sealed(tizmoret: Tizmoret, open_settings: Settings, account: Microsoft) -> None:
    await tizmoret.connections.add(wanted(account))
    await book(tizmoret).contacts()
    kept = (await tizmoret.connections.get("work")).secret or ""
    assert "refresh-canary" not in kept
    account.refresh = {json.loads(kept)["refresh_token"]: ""}  # those before have ended
    account.expire()
    async with Tizmoret.open(open_settings, run_engine=False) as another:
        assert len(await book(another).contacts()) == 4


async def test_an_exchange_does_not_overwrite_who_has_signed_in_anew(tizmoret: Tizmoret, account: Microsoft) -> None:
    old = await tizmoret.connections.add(wanted(account))
    await tizmoret.connections.add(wanted(account))
    before = (await tizmoret.connections.get("work")).secret
    await tizmoret.connections.renew(old, "of somebody else", workspace=tizmoret.workspace)
    assert (await tizmoret.connections.get("work")).secret == before
    await tizmoret.connections.remove("work")
    await tizmoret.connections.renew(old, "of nobody", workspace=tizmoret.workspace)


@pytest.mark.parametrize(
    ("status", "body", "raised", "says"),
    [
        (429, {"error": {"code": "TooManyRequests", "message": "Please retry."}}, TryAgain, "asks us to wait"),
        (503, {"error": {"code": "ServiceUnavailable"}}, TryAgain, "asks us to wait"),
        (403, {"error": {"code": "ErrorAccessDenied", "message": "Access is denied."}}, StepFailed, "does not open"),
        (400, {"error": {"code": "BadRequest", "message": "Invalid filter"}}, StepFailed, "Invalid filter"),
        (200, {"value": [], "@odata.nextLink": "https://elsewhere.example/next"}, StepFailed, "sends us to elsewhere.example"),
        (200, b"{", StepFailed, "cannot be read"),
    ],
)
async def test_what_microsoft_refuses_has_a_class(
    tizmoret: Tizmoret, account: Microsoft, status: int, body: Any, raised: type[StepFailed], says: str
) -> None:
    await tizmoret.connections.add(wanted(account))
    await book(tizmoret).contacts()
    account.refuses = [(status, body, {"Retry-After": "9"})]
    with pytest.raises(raised, match=says) as failed:
        await book(tizmoret).contacts()
    assert isinstance(failed.value, TryAgain) == (raised is TryAgain)
    assert getattr(failed.value, "after", 9.0) == 9.0


async def test_a_part_that_was_not_agreed_to_is_not_offered(tizmoret: Tizmoret, account: Microsoft) -> None:
    account.refresh["refresh-canary"] = "https://graph.microsoft.com/Contacts.Read"
    assert (await tizmoret.connections.add(wanted(account))).offer == {
        "addressBooks": ["Microsoft"], "calendars": [], "mailboxes": [], "drives": []
    }  # fmt: skip
    with pytest.raises(BadInput, match="does not open"):
        await tizmoret.connections.add(wanted(account, only=["mail"]))
    with pytest.raises(BadInput, match="has no wallet"):
        await tizmoret.connections.add(wanted(account, only=["wallet"]))
    with pytest.raises(BadInput, match="signing in at Microsoft"):
        await tizmoret.connections.add(dataclasses.replace(wanted(account), secret="a password"))


def test_a_part_asks_for_its_own_rights_and_no_more(account: Microsoft) -> None:
    graph = "https://graph.microsoft.com"
    assert list(ACCOUNT.scopes(wanted(account, only=["calendar"]))) == [
        "offline_access",
        f"{graph}/User.Read",
        f"{graph}/Calendars.ReadWrite",
    ]


@pytest.mark.parametrize("denies", [False, True])
def test_a_person_signs_in_with_a_browser(tmp_path: Path, database_url: str, account: Microsoft, denies: bool) -> None:
    program = Program(tmp_path / "home", DATABASE_URL=database_url, TIZMORET_NETWORKS="127.0.0.0/8")
    account.denies = denies
    process = program.start("connect", "add", "microsoft", "work", "--client-id", CLIENT, "--only", "contacts", "--server", account.address)
    assert process.stderr is not None
    link = httpx2.URL(process.stderr.readline().split()[-1])
    assert "offline_access" in link.params["scope"]
    assert "Mail" not in link.params["scope"]
    back = httpx2.get(link)
    httpx2.get(back.headers["location"].replace("localhost", "127.0.0.1"))
    out, err = process.communicate(timeout=60)
    if denies:
        assert (process.returncode, "Nobody signed in at Microsoft" in err) == (2, True)
    else:
        assert (process.returncode, "contacts Microsoft" in out) == (0, True), err
