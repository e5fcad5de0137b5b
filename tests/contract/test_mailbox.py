"""What every `Mailbox` keeps to, through the tools that use it: a real IMAP and SMTP server, and servers that speak as Gmail
and Microsoft Graph do."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any, Protocol

import pytest

from tests.contract.conftest import google_session, microsoft_session
from tests.unit.tools.conftest import JERUSALEM, MakeCall
from tests.unit.tools.mail_servers import SENDER, MailServers, mail_servers
from tests.wire.gmail import ADDRESS
from tests.wire.google import Google
from tests.wire.microsoft import Microsoft
from tizmoret.errors import Conflict, NotFound, StepFailed, Unavailable
from tizmoret.settings import Settings
from tizmoret.tools.mail import Letters, ReadLetter, SearchMail, Write, Written, draft, read, search, send
from tizmoret.tools.models import Letter
from tizmoret.tools.providers import graph_mail, microsoft_client, rest_client
from tizmoret.tools.providers.gmail import GmailBox
from tizmoret.tools.providers.google_client import Endpoints
from tizmoret.tools.providers.graph_mail import GraphMailbox
from tizmoret.tools.providers.mailbox import ImapMailbox
from tizmoret.tools.providers.ports import Mailbox

pytestmark = [pytest.mark.anyio, pytest.mark.filterwarnings("ignore:Requiring AUTH")]

HEBREW = """From: =?utf-8?b?15nXldeQ15E=?= <yoav@x.example>\r
To: dana@farm.example\r
Subject: =?utf-8?b?157Xl9eZ16gg15TXl9eZ15jXlA==?=\r
Date: Mon, 12 Jan 2026 09:00:00 +0200\r
Message-ID: <one@x.example>\r
Content-Type: text/plain; charset=utf-8\r
Content-Transfer-Encoding: 8bit\r
\r
המחיר לטון הוא 1,210 שקל.\r
""".encode()
PAGE = b"""From: shop@y.example\r
To: dana@farm.example\r
Subject: Your order\r
Date: Tue, 13 Jan 2026 09:00:00 +0000\r
Content-Type: multipart/mixed; boundary=b\r
\r
--b\r
Content-Type: text/html; charset=utf-8\r
\r
<html><head><title>x</title><script>evil()</script></head><body><p>The pump is on its <b>way</b>.</p></body></html>\r
--b\r
Content-Type: application/pdf; name=bill.pdf\r
Content-Disposition: attachment; filename=bill.pdf\r
\r
%PDF\r
--b--\r
"""
YOAV = {"name": "Yoav", "email": "yoav@x.example", "phone": "050"}


class Post(Protocol):
    """The far side of a mailbox."""

    sender: str

    def deliver(self, content: bytes) -> None: ...
    def drafts(self) -> Sequence[bytes]: ...
    def sent(self) -> Sequence[bytes]: ...
    def seen(self) -> bool: ...
    def refuse(self, address: str) -> None: ...


@dataclass
class ByImap:
    servers: MailServers
    sender: str = SENDER

    def deliver(self, content: bytes) -> None:
        self.servers.deliver(content)

    def drafts(self) -> Sequence[bytes]:
        return self.servers.folder("Drafts")

    def sent(self) -> Sequence[bytes]:
        assert len(self.servers.outbox.taken) == len(self.servers.folder("Sent"))
        return [bytes(one.content or b"") for one in self.servers.outbox.taken]

    def seen(self) -> bool:
        return b"Seen" in self.servers.flags()

    def refuse(self, address: str) -> None:
        self.servers.outbox.refuses = address


@dataclass
class ByGoogle:
    account: Google
    sender: str = field(default=ADDRESS)

    def deliver(self, content: bytes) -> None:
        self.account.mail.deliver(content)

    def drafts(self) -> Sequence[bytes]:
        return [one.raw for one in self.account.mail.labelled("DRAFT")]

    def sent(self) -> Sequence[bytes]:
        return [one.raw for one in self.account.mail.labelled("SENT")]

    def seen(self) -> bool:
        return not self.account.mail.labelled("UNREAD")

    def refuse(self, address: str) -> None:
        self.account.mail.refuses = address


@dataclass
class ByMicrosoft:
    account: Microsoft
    sender: str = field(default=ADDRESS)

    def deliver(self, content: bytes) -> None:
        self.account.deliver(content)

    def drafts(self) -> Sequence[bytes]:
        return [one.raw for one in self.account.labelled("DRAFT")]

    def sent(self) -> Sequence[bytes]:
        return [one.raw for one in self.account.labelled("SENT")]

    def seen(self) -> bool:
        return not self.account.labelled("UNREAD")

    def refuse(self, address: str) -> None:
        self.account.refuses_address = address


def outlook(account: Microsoft) -> GraphMailbox:
    return GraphMailbox(microsoft_session(account), microsoft_client.Endpoints(account.address).graph, ADDRESS, JERUSALEM)


def gmail(account: Google) -> GmailBox:
    return GmailBox(google_session(account), Endpoints(account.address).gmail, ADDRESS, JERUSALEM)


@pytest.fixture(params=["imap", "google", "google lagging", "microsoft", "microsoft lagging"])
def reached(request: pytest.FixtureRequest) -> Iterator[tuple[Mailbox, Post]]:
    if request.param == "imap":
        with mail_servers() as running:
            account = Settings.from_env(running.env).mail
            assert account is not None
            yield ImapMailbox(account), ByImap(running)
        return
    if request.param.startswith("microsoft"):
        at_microsoft: Microsoft = request.getfixturevalue("at_microsoft")
        at_microsoft.lags = request.param == "microsoft lagging"
        yield outlook(at_microsoft), ByMicrosoft(at_microsoft)
        return
    at_google: Google = request.getfixturevalue("account")
    at_google.mail.lags = request.param == "google lagging"
    yield gmail(at_google), ByGoogle(at_google)


@pytest.fixture
def post(reached: tuple[Mailbox, Post]) -> Post:
    return reached[1]


@pytest.fixture
def make(call: MakeCall, reached: tuple[Mailbox, Post]) -> MakeCall:
    return lambda *args, **more: call(*args, **{"providers": {Mailbox: reached[0]}, **more})


async def found(call: Any, **args: Any) -> list[Letter]:
    return Letters.model_validate(await search(SearchMail(**args), call)).letters


def letter(**more: Any) -> Write:
    return Write.model_validate({"to": [YOAV], "subject": "מחיר", "text": "שלום יואב,\nמקובל.", **more})


def parsed(content: bytes) -> EmailMessage:
    made = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(made, EmailMessage)
    return made


async def test_letters_are_found_by_words_in_hebrew_and_english(post: Post, make: MakeCall) -> None:
    post.deliver(HEBREW)
    post.deliver(PAGE)

    assert [one.subject for one in await found(make())] == ["Your order", "מחיר החיטה"]
    assert [one.sender for one in await found(make(), query="המחיר לטון")] == ["יואב <yoav@x.example>"]
    assert [one.attachments for one in await found(make(), query="pump")] == [["bill.pdf"]]
    assert await found(make(), query="tractor") == []
    assert [one.subject for one in await found(make(), query="מחירי החיטה")] == ["מחיר החיטה"]  # another form, in an encoded header
    assert len(await found(make(), limit=1)) == 1


async def test_reading_leaves_a_letter_unread(post: Post, make: MakeCall) -> None:
    post.deliver(PAGE)
    (one,) = await found(make())

    whole = Letter.model_validate(await read(ReadLetter(letter=one.id), make()))

    assert whole.text == "The pump is on its way."  # without the script and the title
    assert (whole.to, whole.seen) == (["dana@farm.example"], False)
    assert not post.seen()


@pytest.mark.parametrize("id", ["INBOX:1:1", "nothing", "INBOX:0:x", "No such folder:1:1", "18c7", "../labels", "AAMkAG-nobody="])
async def test_a_letter_that_is_not_there_is_not_found(make: MakeCall, id: str) -> None:
    with pytest.raises(NotFound):
        await read(ReadLetter(letter=id), make())


async def test_a_folder_that_is_not_there_is_named(make: MakeCall) -> None:
    with pytest.raises(NotFound, match="No such") as missing:
        await found(make(), folder="No such")
    assert missing.value.field == "folder"
    assert await found(make(), folder="INBOX") == []


async def test_a_draft_is_kept_once_and_can_be_taken_back(post: Post, make: MakeCall) -> None:
    first = Written.model_validate(await draft(letter(), make("k")))
    assert Written.model_validate(await draft(letter(), make("k"))) == first
    await draft(letter(), make("other"))

    kept = parsed(post.drafts()[0])
    assert (len(post.drafts()), kept["From"], kept["To"], kept["Subject"]) == (2, post.sender, "yoav@x.example", "מחיר")
    assert post.sent() == []
    assert draft.undo is not None
    for _ in range(2):
        await draft.undo(None, first.model_dump(), make("k"))
    assert len(post.drafts()) == 1


async def test_a_letter_goes_out_and_is_kept_among_the_sent(post: Post, make: MakeCall) -> None:
    args = letter(cc=[{"email": "noa@x.example"}], answers="<one@x.example>")
    sent = Written.model_validate(await send(args, make("k")))

    (one,) = post.sent()
    made = parsed(one)
    assert (made["To"], made["Cc"], made["In-Reply-To"]) == ("yoav@x.example", "noa@x.example", "<one@x.example>")
    assert made.get_content().split() == ["שלום", "יואב,", "מקובל."]
    assert sent.message_id in (made["Message-ID"], str(made["X-Google-Original-Message-ID"]).strip())
    assert send.probe is not None
    assert await send.probe(args, make("k")) == sent


async def test_what_is_not_among_the_sent_may_still_have_been_sent(make: MakeCall) -> None:
    assert send.probe is not None
    await send(letter(), make("another"))
    with pytest.raises(Unavailable, match="does not prove"):
        await send.probe(letter(), make("k"))


async def test_where_one_address_is_refused_nobody_gets_it(post: Post, make: MakeCall) -> None:
    post.refuse("noa@x.example")
    with pytest.raises(StepFailed, match=r"noa@x.example"):
        await send(letter(cc=[{"email": "noa@x.example"}]), make())
    assert post.sent() == []


async def test_somebody_without_an_address_is_named(make: MakeCall) -> None:
    with pytest.raises(Conflict, match="Noa"):
        await send(letter(to=[{"name": "Noa"}]), make())


# -- of Google alone


async def test_a_letter_of_which_the_answer_is_lost_is_looked_up(call: MakeCall, account: Google) -> None:
    account.mail.lags = True
    at_google = call(key="k", providers={Mailbox: gmail(account)})
    account.cuts = "answer"
    with pytest.raises(ConnectionError):  # none of ours: the engine then takes the outcome as not known
        await send(letter(), at_google)
    assert send.probe is not None
    assert (await send.probe(letter(), at_google)) is not None
    assert len(account.mail.labelled("SENT")) == 1


@pytest.mark.parametrize(("days", "subjects"), [(("12", "12"), ["מחיר החיטה"]), (("13", "14"), ["Your order"]), (("14", "15"), [])])
async def test_a_day_begins_where_the_workspace_is(call: MakeCall, account: Google, days: tuple[str, str], subjects: list[str]) -> None:
    account.mail.deliver(HEBREW)
    account.mail.deliver(PAGE)
    period = {"start": f"2026-01-{days[0]}", "end": f"2026-01-{days[1]}"}
    assert [one.subject for one in await found(call(providers={Mailbox: gmail(account)}), period=period)] == subjects


async def test_of_a_letter_without_end_the_head_is_shown(call: MakeCall, account: Google, monkeypatch: pytest.MonkeyPatch) -> None:
    account.mail.deliver(PAGE + b"x" * 30_000)
    monkeypatch.setattr(rest_client, "MAX_BYTES", 20_000)
    (one,) = await found(call(providers={Mailbox: gmail(account)}))
    assert (one.subject, one.text) == ("Your order", "")


async def test_letters_of_a_label_and_unread_ones(call: MakeCall, account: Google) -> None:
    account.mail.deliver(HEBREW)
    account.mail.deliver(PAGE)
    account.mail.messages[0].labels = {"Label_7"}
    at_google = call(providers={Mailbox: gmail(account)})
    assert [one.subject for one in await found(at_google, folder="ספקים")] == ["מחיר החיטה"]
    assert [one.subject for one in await found(at_google, folder="Inbox", unread=True)] == ["Your order"]
    assert await found(at_google, folder="ספקים", unread=True) == []


@pytest.mark.parametrize("body", [{"messages": "x"}, {"messages": [7, {}, {"id": "18c0000000000000"}]}, {}])
async def test_a_list_that_makes_no_sense_is_no_list(call: MakeCall, account: Google, body: dict[str, Any]) -> None:
    box = gmail(account)
    await box.was_sent("<x@y>")  # signed in
    account.refuses = [(200, body, {})]
    assert await found(call(providers={Mailbox: box})) == []


async def test_a_letter_that_is_none_ends_in_a_sentence(call: MakeCall, account: Google) -> None:
    box = gmail(account)
    await box.was_sent("<x@y>")
    for content in ({}, {"raw": "*"}, {"raw": "a"}, []):
        account.refuses = [(200, content, {})]
        with pytest.raises(StepFailed, match="cannot be read"):
            await read(ReadLetter(letter="18c0"), call(providers={Mailbox: box}))


# -- of Microsoft alone


async def test_letters_at_microsoft_are_narrowed_by_day_and_what_is_unread_also_beside_words(
    call: MakeCall, at_microsoft: Microsoft
) -> None:
    at_microsoft.deliver(HEBREW)
    at_microsoft.deliver(PAGE)
    at_microsoft.deliver(HEBREW.replace(b"12 Jan", b"19 Jan").replace(b"<one@", b"<two@"))
    at_microsoft.messages[2].labels = {"AQMk-suppliers"}
    at = call(providers={Mailbox: outlook(at_microsoft)})
    monday = {"start": "2026-01-12", "end": "2026-01-12"}
    assert [one.subject for one in await found(at, period=monday)] == ["מחיר החיטה"]
    assert await found(at, query="pump", period=monday) == []
    assert [one.subject for one in await found(at, folder="ספקים", query="לטון")] == ["מחיר החיטה"]
    at_microsoft.messages[1].labels = {"INBOX"}
    assert await found(at, query="pump", unread=True) == []
    assert [one.subject for one in await found(at, query='"pump\\', unread=False)] == ["Your order"]


async def test_a_letter_at_microsoft_of_which_the_answer_is_lost_is_looked_up(call: MakeCall, at_microsoft: Microsoft) -> None:
    at_microsoft.lags = True
    at = call(key="k", providers={Mailbox: outlook(at_microsoft)})
    at_microsoft.cuts = "answer"
    with pytest.raises(ConnectionError):
        await send(letter(), at)
    assert send.probe is not None
    assert (await send.probe(letter(), at)) is not None
    assert len(at_microsoft.labelled("SENT")) == 1


async def test_of_a_letter_at_microsoft_without_end_the_head_is_shown(
    call: MakeCall, at_microsoft: Microsoft, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_microsoft.deliver(PAGE)
    monkeypatch.setattr(graph_mail, "MAX_BYTES", 100)
    (one,) = await found(call(providers={Mailbox: outlook(at_microsoft)}))
    assert (one.subject, one.sender, one.text) == ("Your order", "shop@y.example", "")
