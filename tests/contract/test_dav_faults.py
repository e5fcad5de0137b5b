"""What becomes of a call when the server of calendars and contacts is away, refuses, breaks off, or means us ill."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.contract.conftest import HERE, caldav, carddav
from tests.unit.tools.calendar_files import changed, ics, listed, local, made, vevent
from tests.unit.tools.conftest import JERUSALEM, MakeCall
from tests.wire.answers import answering
from tests.wire.proxy import Proxy, proxy
from tests.wire.radicale import DavUser, free_port
from tizmoret.catalog.tool import Call
from tizmoret.errors import StepFailed, TooLarge, TryAgain
from tizmoret.tools.calendar import create
from tizmoret.tools.models import Contact
from tizmoret.tools.providers import dav_client, guarded
from tizmoret.tools.providers.caldav import CalDavCalendar
from tizmoret.tools.providers.carddav import CardDavContacts
from tizmoret.tools.providers.change_records import ChangeRecords
from tizmoret.tools.providers.dav_client import DavAccount
from tizmoret.tools.providers.guarded import Way
from tizmoret.tools.providers.ports import CalendarStore

pytestmark = pytest.mark.anyio

ONE = ics(vevent("a", local("20260118T100000"), end=local("20260118T110000")))


@pytest.fixture
def between(person: DavUser) -> Iterator[Proxy]:
    port = httpx2.URL(person.address).port
    assert port is not None
    with proxy(port) as running:
        yield running


@pytest.fixture
def through(between: Proxy, person: DavUser, tmp_path: Path, call: MakeCall) -> Any:
    """A call whose calendar is reached through the proxy. Each is of a new process: all that it knows is on the disk."""
    person.calendar("a-main", ONE)

    def make(key: str = "k") -> Call:
        return call(key=key, providers={CalendarStore: caldav(person, tmp_path, f"http://127.0.0.1:{between.port}")})

    return make


async def test_an_answer_that_is_lost_is_looked_up_and_the_event_is_there_once(through: Any, between: Proxy) -> None:
    between.cut_next("answer")
    with pytest.raises(ConnectionError):
        await made(through("k"))
    assert create.probe is not None
    assert await create.probe(None, through("k")) is not None
    event = await made(through("k"))
    assert {one.id for one in await listed(through())} == {event.id, "a"}


async def test_a_request_that_is_lost_is_made_by_the_repeat(through: Any, between: Proxy) -> None:
    between.cut_next("request")
    with pytest.raises(ConnectionError):
        await made(through("k"))
    assert create.probe is not None
    assert await create.probe(None, through("k")) is None
    event = await made(through("k"))
    assert event.id in {one.id for one in await listed(through())}


async def test_a_change_of_which_the_answer_is_lost_is_made_once_and_can_be_taken_back(through: Any, between: Proxy) -> None:
    between.cut_next("answer")
    with pytest.raises(ConnectionError):
        await changed(through("u"), "a", title="אחר")
    done = await changed(through("u"), "a", title="אחר")
    assert (done.before.title, done.event.title) == ("פגישה", "אחר")
    assert await through("u").provider(CalendarStore).undo("u")
    assert [one.title for one in await listed(through())] == ["פגישה"]


async def test_taking_back_goes_on_where_its_answer_was_lost(through: Any, between: Proxy) -> None:
    await changed(through("u"), "a", title="אחר")
    between.cut_next("answer")
    with pytest.raises(ConnectionError):
        await through("u").provider(CalendarStore).undo("u")
    assert await through("u").provider(CalendarStore).undo("u")
    assert [one.title for one in await listed(through())] == ["פגישה"]


async def test_what_somebody_changes_at_the_same_moment_is_not_overwritten(
    through: Any, person: DavUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = dav_client.DavSession.put

    async def late(self: Any, href: str, *args: Any, **rest: Any) -> None:
        monkeypatch.undo()
        other = ics(vevent("a", local("20260118T100000"), end=local("20260118T110000"), title="של מישהו אחר"))
        person.ask("PUT", href, other, **{"Content-Type": "text/calendar"})
        await put(self, href, *args, **rest)

    monkeypatch.setattr(dav_client.DavSession, "put", late)
    with pytest.raises(TryAgain, match="somebody else"):
        await changed(through("u"), "a", start="2026-01-19T12:00")
    done = await changed(through("u"), "a", start="2026-01-19T12:00")
    assert (done.event.title, done.event.start.day) == ("של מישהו אחר", 19)


async def test_a_change_of_which_nobody_can_tell_is_not_guessed(through: Any, between: Proxy, person: DavUser) -> None:
    between.cut_next("answer")
    with pytest.raises(ConnectionError):
        await changed(through("u"), "a", title="אחר")
    (href,) = re.findall(r"/[^<]*\.ics", person.ask("PROPFIND", f"/{person.name}/a-main/", Depth="1").text)
    person.ask("PUT", href, ics(vevent("a", local("20260120T100000"), title="שלישי")), **{"Content-Type": "text/calendar"})
    with pytest.raises(StepFailed, match="not known whether"):
        await changed(through("u"), "a", title="אחר")


CARD = "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:yoav\r\nFN:יואב לוי\r\nN:לוי;יואב;;;\r\nTEL:050-2\r\nX-SPOUSE:Noa\r\nEND:VCARD\r\n"


async def test_a_contact_is_written_once_where_the_line_is_cut(between: Proxy, person: DavUser, tmp_path: Path) -> None:
    person.address_book(CARD)

    def book() -> CardDavContacts:
        return carddav(person, tmp_path, f"http://127.0.0.1:{between.port}")

    for cut in ("request", "answer"):
        wanted = Contact(id="", name=f"נועה {cut}", phone="1700")
        between.cut_next(cut)
        with pytest.raises(ConnectionError):
            await book().add(wanted, key=cut)
        assert (await book().done(cut) is None) == (cut == "request")
        assert (await book().add(wanted, key=cut)).phone == "1700"
        between.cut_next(cut)
        with pytest.raises(ConnectionError):
            await book().change("yoav", {"phone": f"03-{cut}"}, {}, key=f"change {cut}")
        assert (await book().change("yoav", {"phone": f"03-{cut}"}, {}, key=f"change {cut}")).contact.phone == f"03-{cut}"
        between.cut_next(cut)
        with pytest.raises(ConnectionError):
            await book().undo(f"change {cut}")
        assert await book().undo(f"change {cut}")
    assert sorted((one.name, one.phone) for one in await book().contacts()) == [
        ("יואב לוי", "050-2"), ("נועה answer", "1700"), ("נועה request", "1700"),
    ]  # fmt: skip


async def test_what_only_the_server_knows_of_a_contact_stays_and_what_changes_meanwhile_is_not_overwritten(
    person: DavUser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    person.address_book(CARD)
    put = dav_client.DavSession.put

    async def late(self: Any, href: str, *args: Any, **rest: Any) -> None:
        monkeypatch.undo()
        person.ask("PUT", href, CARD.replace("Noa", "Gil").encode(), **{"Content-Type": "text/vcard"})
        await put(self, href, *args, **rest)

    monkeypatch.setattr(dav_client.DavSession, "put", late)
    with pytest.raises(TryAgain, match="somebody else"):
        await carddav(person, tmp_path).change("yoav", {"phone": "1700"}, {}, key="k")
    await carddav(person, tmp_path).change("yoav", {"phone": "1700"}, {}, key="k")
    text = person.text("people")
    assert ("X-SPOUSE:Gil" in text, "TEL:1700" in text) == (True, True)


async def test_a_wrong_password_is_said(person: DavUser, tmp_path: Path) -> None:
    store = caldav(person, tmp_path, password="wrong")
    with pytest.raises(StepFailed, match=f"did not let {person.name} in") as failed:
        await store.calendars()
    assert "connect dav again" in failed.value.cure
    assert "wrong" not in str(failed.value).replace("wrong password", "")


async def test_a_server_that_is_away_is_tried_again(person: DavUser, tmp_path: Path) -> None:
    with pytest.raises(TryAgain, match="cannot be reached"):
        await caldav(person, tmp_path, f"http://127.0.0.1:{free_port()}").calendars()


async def test_a_person_without_calendars_is_told(person: DavUser, tmp_path: Path) -> None:
    with pytest.raises(StepFailed, match="has no calendar"):
        await caldav(person, tmp_path).calendars()
    with pytest.raises(StepFailed, match="has no address book"):
        await carddav(person, tmp_path).contacts()


def store_at(address: str, folder: Path, way: Way = HERE) -> CalDavCalendar:
    return CalDavCalendar(DavAccount(address, "dana", "canary"), way, ChangeRecords(folder / "changes"), JERUSALEM)


async def test_a_server_that_does_not_answer_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guarded, "TIMES", httpx2.Timeout(0.2))
    with answering(hangs=True) as server, pytest.raises(TryAgain, match="ReadTimeout"):
        await store_at(server.address, tmp_path).calendars()


async def test_a_password_goes_to_no_other_server(tmp_path: Path) -> None:
    with answering() as elsewhere, answering(status=301, headers={"Location": elsewhere.address}) as server:
        with pytest.raises(StepFailed, match="sends us to"):
            await store_at(server.address, tmp_path).calendars()
        assert elsewhere.asked == []


BOMB = b"""<?xml version="1.0"?><!DOCTYPE m [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>
<multistatus xmlns="DAV:"><response><href>/&b;&f;</href></response></multistatus>"""


@pytest.mark.parametrize("content", [b"", b"not xml", b"<html/>", BOMB, b"<" * 100_000])
async def test_an_answer_that_is_none_ends_in_a_sentence(tmp_path: Path, content: bytes) -> None:
    with answering(status=207, content=content) as server, pytest.raises(StepFailed) as failed:
        await store_at(server.address, tmp_path).calendars()
    assert failed.value.cure
    assert "root:" not in str(failed.value)


async def test_an_answer_without_end_is_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dav_client, "MAX_BYTES", 1000)
    with answering(status=207, content=b"x" * 2000) as server, pytest.raises(TooLarge):
        await store_at(server.address, tmp_path).calendars()


@pytest.mark.parametrize(
    ("status", "raised", "says"),
    [(429, TryAgain, "wait"), (503, TryAgain, "wait"), (507, StepFailed, "room"), (403, StepFailed, "refused")],
)
async def test_what_a_server_refuses_has_a_class(tmp_path: Path, status: int, raised: type[Exception], says: str) -> None:
    with answering(status=status, headers={"Retry-After": "7"}) as server, pytest.raises(raised, match=says) as failed:
        await store_at(server.address, tmp_path).calendars()
    assert getattr(failed.value, "after", None) == (7.0 if raised is TryAgain else None)


async def test_a_server_inside_is_reached_only_where_the_operator_has_opened_its_network(tmp_path: Path) -> None:
    with answering() as server:
        with pytest.raises(StepFailed, match="not on the public internet") as failed:
            await store_at(server.address, tmp_path, Way()).calendars()
        assert "TIZMORET_NETWORKS" in failed.value.cure
        assert server.asked == []
