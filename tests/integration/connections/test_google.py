"""A Google account, against a server that speaks as Google does: signing in, pages, quotas, tokens that end; and the whole engine on it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import docx
import httpx2
import pytest

from tests.demo_files import lay_out
from tests.integration.cli.program import Program
from tests.integration.test_end_to_end import SEED, carry
from tests.wire.google import CLIENT, SECRET, Google, google, person
from tests.wire.imported import load, people_of
from tizmoret.connections.connection import Wanted
from tizmoret.errors import BadInput, SignInFailed, StepFailed, TryAgain, Unavailable
from tizmoret.orchestrator import Tizmoret
from tizmoret.plan.model import Plan, Step
from tizmoret.tools.models import Contact
from tizmoret.tools.providers.change_records import ContactRecords
from tizmoret.tools.providers.google_client import Endpoints
from tizmoret.tools.providers.google_contacts import GoogleContacts
from tizmoret.tools.providers.guarded import Way
from tizmoret.tools.providers.oauth import Access, Client, ask, exchange
from tizmoret.tools.providers.ports import ContactBook
from tizmoret.tools.providers.rest_client import RestSession

pytestmark = pytest.mark.anyio

HERE = Way(anywhere=True)


@pytest.fixture
def account() -> Iterator[Google]:
    with google() as running:
        more = {"nicknames": [{"value": "יואב"}], "organizations": [{"name": "Osem", "title": "Buyer"}], "phoneNumbers": [{"value": "050"}]}
        running.people = [person(1, "Yoav Levi", **more), *(person(number, f"Person {number}") for number in range(2, 6))]
        running.people.append({"resourceName": "people/c9", "names": "nonsense", "emailAddresses": [None]})
        running.refresh["refresh-canary"] = ""
        yield running


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def book_of(account: Google, clock: Clock | None = None) -> GoogleContacts:
    where = Endpoints(account.address)
    access = Access(where.issuer, HERE, Client(CLIENT, SECRET), "refresh-canary", clock=clock or Clock())
    return GoogleContacts(RestSession(access, HERE, "work"), where.people, ContactRecords(Path("nothing is written")))


def wanted(account: Google) -> Wanted:
    secret = json.dumps({"client_secret": SECRET, "refresh_token": "refresh-canary"})
    return Wanted("work", "google", account.address, {"client_id": CLIENT}, secret)


async def test_all_pages_are_read_and_what_makes_no_sense_is_left_out(account: Google) -> None:
    found = await book_of(account).contacts()
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
    book = book_of(account, clock)
    await book.contacts()
    account.expire()
    assert len(await book.contacts()) == 5  # told by a 401
    clock.now += 3600
    assert len(await book.contacts()) == 5  # known by the clock
    assert account.asked.count("/token") == 3


async def test_withdrawn_access_says_what_to_do(account: Google) -> None:
    book = book_of(account)
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
        await book_of(account).contacts()
    assert isinstance(failed.value, TryAgain) == (raised is TryAgain)
    assert getattr(failed.value, "after", 9.0) == 9.0
    assert not {"refresh-canary", SECRET} & set(re.findall(r"[\w-]+", str(failed.value)))


async def test_a_code_is_worth_nothing_without_its_verifier(account: Google) -> None:
    client, issuer = Client(CLIENT, SECRET), Endpoints(account.address).issuer
    mine, other = (ask(issuer, client, ("contacts",), "http://127.0.0.1:1/") for _ in range(2))
    code = httpx2.URL(httpx2.get(mine.address).headers["location"]).params["code"]
    with pytest.raises(SignInFailed, match="withdrawn or has ended"):
        await exchange(issuer, HERE, client, other, code)
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


@pytest.fixture
def demo(tizmoret: Tizmoret, account: Google) -> Google:
    """The account holds the demo's calendar and people; the workspace's own folder has only its documents."""
    zone = tizmoret.settings.timezone
    folder = tizmoret.workplaces.folder(tizmoret.workspace)
    lay_out(folder, zone)
    calendar, contacts = folder / "calendar" / "main.ics", folder / "contacts" / "contacts.vcf"
    load(account.calendars.main, calendar.read_bytes())
    account.people = people_of(contacts.read_text())
    calendar.unlink()
    contacts.unlink()
    return account


def there(account: Google) -> set[str]:
    return {id for id, one in account.calendars.main.events.items() if one["status"] == "confirmed"}


@pytest.mark.parametrize("language", ["he", "en"])
async def test_the_seed_request_reads_meets_and_writes_in_the_account(tizmoret: Tizmoret, demo: Google, language: str) -> None:
    documents = tizmoret.workplaces.folder(tizmoret.workspace) / "documents"
    for path in sorted(documents.rglob("*.*")):
        modified = dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC)
        demo.drive.add(path.name, path.read_bytes(), modified, own=path.suffix in (".docx", ".xlsx", ".pptx"))
        path.unlink()
    await tizmoret.connections.add(wanted(demo))
    before, files = there(demo), demo.drive.here()

    execution = await carry(tizmoret, SEED[language])

    assert execution.status == "completed", execution.answer
    (made,) = there(demo) - before
    invited = [(one["email"], one["displayName"]) for one in demo.calendars.main.events[made]["attendees"]]
    assert (invited, demo.calendars.main.notified) == ([("yoav.cohen@sdot-haemek.example", "יואב כהן")], ["POST "])
    assert not (tizmoret.workplaces.folder(tizmoret.workspace) / "calendar" / "main.ics").exists()
    steps = {step.id: step for step in await tizmoret.executions.steps(execution.id)}
    found = steps["search"].output["documents"]
    assert (len(found), {one["id"].partition(":")[0] for one in found}) == (15, {"drive"})
    (agenda,) = (one for one in demo.drive.here() if one not in files)
    (folder,) = (one for one in demo.drive.files if one.id == agenda.parent)
    assert (folder.name, folder.parent, list(documents.rglob("*.docx"))) == ("Tizmoret", "", [])
    text = "\n".join(paragraph.text for paragraph in docx.Document(io.BytesIO(agenda.content)).paragraphs)
    assert sum(one["title"] in text for one in found) == 15
    assert f"({agenda.name})" in (execution.answer or "")

    await tizmoret.undo(execution.id, by="dana")
    assert (await tizmoret.wait(execution.id)).status == "undone"
    assert (there(demo), demo.drive.here(), agenda.trashed) == (before, files, True)


@pytest.mark.parametrize(
    ("request_", "answer"),
    [("הזז את הפגישה עם רמי חדאד למחר ב-15:00", "הפגישה שונתה"), ("Cancel the meeting with Peter Novak", "was cancelled")],
)
async def test_a_meeting_of_the_account_is_found_and_changed(tizmoret: Tizmoret, demo: Google, request_: str, answer: str) -> None:
    await tizmoret.connections.add(wanted(demo))
    execution = await carry(tizmoret, request_)
    assert (execution.status, answer in (execution.answer or "")) == ("completed", True), execution.answer
    assert len(demo.calendars.main.notified) == 1


async def test_an_answer_that_breaks_off_makes_one_meeting_all_the_same(tizmoret: Tizmoret, demo: Google) -> None:
    await tizmoret.connections.add(wanted(demo))
    before = len(demo.calendars.main.events)
    demo.cuts = "answer"
    execution = await carry(tizmoret, "Schedule a meeting with Noa Segev tomorrow at 14:00")
    assert execution.status == "completed", execution.answer
    assert len(demo.calendars.main.events) == before + 1


async def test_mail_of_the_account_is_planned_with_once_it_is_connected_and_goes_out_once(tizmoret: Tizmoret, account: Google) -> None:
    assert not [name for name in tizmoret.catalog.tools if name.startswith("mail.")]
    made = await tizmoret.connections.add(wanted(account))
    assert made.offer["mailboxes"] == ["dana@farm.example"]
    assert "mail.send" in tizmoret.catalog.tools
    account.mail.deliver(b"From: Noa <noa@x.example>\r\nSubject: wheat\r\nDate: Mon, 12 Jan 2026 09:00:00 +0200\r\n\r\n1,210 for a ton")
    looked = await carry(tizmoret, "search the inbox for letters about wheat")
    assert (looked.status, "noa@x.example" in (looked.answer or "")) == ("completed", True), looked.answer

    account.cuts = "answer"
    args = {"to": [{"email": "noa@x.example"}], "subject": "wheat", "text": "Agreed."}
    step = Step(id="send", title="Send", tool="mail.send", args=args)
    execution = await tizmoret.submit("send it", plan=Plan(request="send it", goal="send", language="en", steps=(step,)))
    await tizmoret.wait(execution.id)
    (gate,) = await tizmoret.executions.approvals(execution.id, status="pending")
    await tizmoret.approve(execution.id, gate.id, by="dana")
    assert (await tizmoret.wait(execution.id)).status == "completed"
    assert len(account.mail.labelled("SENT")) == 1

    await tizmoret.connections.remove("work")
    assert not [name for name in tizmoret.catalog.tools if name.startswith("mail.")]


def writing(title: str) -> Plan:
    step = Step(id="write", title="Write", tool="documents.write", args={"title": title, "content": "- wheat", "format": "md"})
    return Plan(request="write it", goal="write", language="en", steps=(step,))


async def test_a_document_is_written_once_and_left_where_somebody_has_changed_it(tizmoret: Tizmoret, account: Google) -> None:
    await tizmoret.connections.add(wanted(account))
    account.cuts = "answer"  # of the folder's
    await tizmoret.wait((await tizmoret.submit("write it", plan=writing("first"))).id)
    account.cuts = "answer"
    execution = await tizmoret.submit("write it", plan=writing("second"))
    assert (await tizmoret.wait(execution.id)).status == "completed"
    assert [one.name for one in account.drive.here()] == ["first.md", "second.md"]
    account.drive.here()[1].content += b"- barley"
    await tizmoret.undo(execution.id, by="dana")
    await tizmoret.wait(execution.id)
    (gate,) = await tizmoret.executions.approvals(execution.id, status="pending")
    assert "changed since" in str(gate)
    assert len(account.drive.here()) == 2


async def test_an_account_that_was_connected_to_be_read_says_how_it_is_written_to(tizmoret: Tizmoret, account: Google) -> None:
    account.refresh["refresh-canary"] = "https://www.googleapis.com/auth/drive.readonly"
    await tizmoret.connections.add(wanted(account))
    execution = await tizmoret.submit("write it", plan=writing("first"))
    assert (await tizmoret.wait(execution.id)).status == "failed"
    (step,) = await tizmoret.executions.steps(execution.id)
    assert "right to write documents" in str(step.error)
    assert "tizmoret connect add google work" in str(step.error)
    assert "right to write documents" in (await tizmoret.connections.get("work")).trouble  # there the page offers to sign in again
    account.refresh["refresh-canary"] += " https://www.googleapis.com/auth/drive.file"
    account.expire()
    await tizmoret.connections.add(wanted(account))
    assert (await tizmoret.wait((await tizmoret.submit("write it", plan=writing("first"))).id)).status == "completed"
    assert [one.name for one in account.drive.here()] == ["first.md"]
    assert (await tizmoret.connections.get("work")).trouble == ""


async def test_a_contact_is_added_once_by_who_may_and_who_may_not_is_told_to_sign_in_again(tizmoret: Tizmoret, account: Google) -> None:
    account.refresh["refresh-canary"] = "https://www.googleapis.com/auth/contacts.readonly"
    await tizmoret.connections.add(wanted(account))
    asked = "Add Dana Levi, 050-1234567, to my contacts"
    execution = await carry(tizmoret, asked)
    (step,) = await tizmoret.executions.steps(execution.id)
    assert (execution.status, "right to change contacts" in str(step.error), len(account.people)) == ("failed", True, 6)
    assert "tizmoret connect add google work" in str(step.error)
    assert "right to change contacts" in (await tizmoret.connections.get("work")).trouble

    account.refresh["refresh-canary"] = "https://www.googleapis.com/auth/contacts"
    account.expire()
    await tizmoret.connections.add(wanted(account))
    account.cuts = "answer"
    execution = await carry(tizmoret, asked)
    assert execution.status == "completed", execution.answer
    assert [(one["names"][0]["displayName"], one["phoneNumbers"][0]["value"]) for one in account.people[6:]] == [
        ("Dana Levi", "050-1234567")
    ]
    await tizmoret.undo(execution.id, by="dana")
    assert (await tizmoret.wait(execution.id)).status == "undone"
    assert len(account.people) == 6


async def test_only_what_was_agreed_to_is_offered(tizmoret: Tizmoret, account: Google) -> None:
    account.refresh["refresh-canary"] = "https://www.googleapis.com/auth/contacts.readonly"
    assert (await tizmoret.connections.add(wanted(account))).offer == {
        "calendars": [],
        "addressBooks": ["Google"],
        "mailboxes": [],
        "drives": [],
    }
    account.refresh["refresh-canary"] = ""
    account.expire()
    one = wanted(account)
    part = dataclasses.replace(one, options={**one.options, "only": ["calendar"]})
    made = await tizmoret.connections.add(part)
    assert made.offer == {"calendars": ["me@x.example"], "addressBooks": [], "mailboxes": [], "drives": []}
    account.refresh["refresh-canary"] = "nothing at all"
    account.expire()
    assert "does not open" in (await tizmoret.connections.check("work")).trouble
    with pytest.raises(BadInput, match="does not open"):
        await tizmoret.connections.add(one)
    with pytest.raises(BadInput, match="has no wallet"):
        await tizmoret.connections.add(dataclasses.replace(one, options={**one.options, "only": ["wallet"]}))


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
    assert (process.returncode, "contacts Google" in out, "calendar me@x.example" in out) == (0, True, True), err
    found = program("try", "contacts.search", "--query", "Yoav Levi")
    assert (found.code, "p1@x.example" in found.out) == (0, True)
    assert SECRET not in out + err + found.out
