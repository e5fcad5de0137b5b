"""Mail against real IMAP and SMTP servers on this machine."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.unit.tools.conftest import NOW, MakeCall
from tests.unit.tools.mail_servers import SENDER, MailServers, mail_servers
from tizmoret.errors import BadInput, Conflict, NotFound, StepFailed, TryAgain, Unavailable
from tizmoret.settings import MailAccount, Settings
from tizmoret.tools import builtin_tools
from tizmoret.tools.mail import Letters, ReadLetter, SearchMail, Write, Written, draft, read, search, send
from tizmoret.tools.models import Letter
from tizmoret.tools.providers import mailbox
from tizmoret.tools.providers.mail_message import read_letter
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
DANA = {"name": "Yoav", "email": "yoav@x.example", "phone": "050"}


@pytest.fixture
def servers() -> Iterator[MailServers]:
    with mail_servers() as running:
        yield running


@pytest.fixture
def account(servers: MailServers) -> MailAccount:
    found = Settings.from_env(servers.env).mail
    assert found is not None
    return found


@pytest.fixture
def make(call: MakeCall, account: MailAccount) -> MakeCall:
    return lambda *args, **more: call(*args, **{"providers": {Mailbox: ImapMailbox(account)}, **more})


async def found(call: Any, **args: Any) -> list[Letter]:
    return Letters.model_validate(await search(SearchMail(**args), call)).letters


def letter(**more: Any) -> Write:
    return Write.model_validate({"to": [DANA], "subject": "מחיר", "text": "שלום יואב,\nמקובל.", **more})


async def test_letters_are_found_by_words_in_hebrew_and_english_and_by_day(servers: MailServers, make: MakeCall) -> None:
    servers.deliver(HEBREW)
    servers.deliver(PAGE)

    assert [one.subject for one in await found(make())] == ["Your order", "מחיר החיטה"]
    assert [one.sender for one in await found(make(), query="המחיר לטון")] == ["יואב <yoav@x.example>"]
    assert [one.attachments for one in await found(make(), query="pump")] == [["bill.pdf"]]
    assert await found(make(), query="tractor") == []
    assert [one.subject for one in await found(make(), query="מחירי החיטה")] == ["מחיר החיטה"]  # another form, in an encoded header
    assert len(await found(make(), limit=1)) == 1


async def test_reading_leaves_a_letter_unread(servers: MailServers, make: MakeCall) -> None:
    servers.deliver(PAGE)
    (one,) = await found(make(), unread=True)

    whole = Letter.model_validate(await read(ReadLetter(letter=one.id), make()))

    assert whole.text == "The pump is on its way."  # without the script and the title
    assert whole.to == ["dana@farm.example"]
    assert b"Seen" not in servers.flags()


@pytest.mark.parametrize("id", ["INBOX:1:1", "nothing", "INBOX:0:x", "No such folder:1:1"])
async def test_a_letter_that_is_not_there_is_not_found(make: MakeCall, id: str) -> None:
    with pytest.raises(NotFound):
        await read(ReadLetter(letter=id), make())


async def test_a_draft_is_kept_once_and_can_be_taken_back(servers: MailServers, make: MakeCall) -> None:
    first = Written.model_validate(await draft(letter(), make("k")))
    assert Written.model_validate(await draft(letter(), make("k"))) == first

    (kept,) = servers.folder("Drafts")
    parsed = email.message_from_bytes(kept, policy=email.policy.default)
    assert (parsed["From"], parsed["To"], parsed["Subject"]) == (SENDER, "yoav@x.example", "מחיר")
    assert servers.outbox.taken == []
    assert draft.undo is not None
    for _ in range(2):
        await draft.undo(None, first.model_dump(), make("k"))
    assert servers.folder("Drafts") == []


async def test_a_letter_goes_out_and_is_kept_among_the_sent(servers: MailServers, make: MakeCall) -> None:
    args = letter(cc=[{"email": "noa@x.example"}], answers="<one@x.example>")
    sent = Written.model_validate(await send(args, make("k")))

    (taken,) = servers.outbox.taken
    assert taken.rcpt_tos == ["yoav@x.example", "noa@x.example"]
    parsed = email.message_from_bytes(bytes(taken.content or b""), policy=email.policy.default)
    assert parsed.get_content().split() == ["שלום", "יואב,", "מקובל."]  # type: ignore[attr-defined]
    assert (parsed["Message-ID"], parsed["In-Reply-To"]) == (sent.message_id, "<one@x.example>")
    assert len(servers.folder("Sent")) == 1
    assert send.probe is not None
    assert await send.probe(args, make("k")) == sent


async def test_what_is_not_among_the_sent_may_still_have_been_sent(servers: MailServers, make: MakeCall) -> None:
    assert send.probe is not None
    with pytest.raises(Unavailable, match="does not prove"):
        await send.probe(letter(), make("k"))


async def test_where_one_address_is_refused_nobody_gets_it(servers: MailServers, make: MakeCall) -> None:
    servers.outbox.refuses = "noa@x.example"
    with pytest.raises(StepFailed, match=r"noa@x.example") as caught:
        await send(letter(cc=[{"email": "noa@x.example"}]), make())
    assert caught.value.cure == "Nothing was sent."
    assert (servers.outbox.taken, servers.folder("Sent")) == ([], [])


@pytest.mark.parametrize(("answer", "kind"), [("451 later", TryAgain), ("554 spam", StepFailed)])
async def test_a_letter_that_the_server_refuses_has_not_gone_out(
    servers: MailServers, make: MakeCall, answer: str, kind: type[Exception]
) -> None:
    servers.outbox.answer = answer
    with pytest.raises(kind, match=answer[:3]) as caught:
        await send(letter(), make())
    assert type(caught.value) is kind


async def test_where_the_server_hangs_up_after_the_letter_nobody_says_it_failed(servers: MailServers, make: MakeCall) -> None:
    servers.outbox.answer = None
    with pytest.raises(Exception) as caught:  # noqa: PT011 - any but ours: the engine then takes the outcome as not known
        await send(letter(), make())
    assert not isinstance(caught.value, StepFailed)
    assert len(servers.outbox.taken) == 1


async def test_a_wrong_password_and_a_server_that_is_not_there_are_told(
    make: MakeCall, call: MakeCall, account: MailAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailbox, "SECONDS", 1.0)  # this SMTP server says nothing more after a wrong password
    wrong = call(providers={Mailbox: ImapMailbox(replace(account, password="no"))})
    for work in (search(SearchMail(), wrong), send(letter(), wrong)):
        with pytest.raises(StepFailed, match="did not let us in") as caught:
            await work
        assert "TIZMORET_MAIL_PASSWORD" in caught.value.cure
    away = replace(account, imap=replace(account.imap, port=1), smtp=replace(account.smtp, port=1))
    gone = call(providers={Mailbox: ImapMailbox(away)})
    for work in (search(SearchMail(), gone), send(letter(), gone)):
        with pytest.raises(TryAgain, match="cannot be reached"):
            await work


async def test_somebody_without_an_address_is_named(make: MakeCall) -> None:
    with pytest.raises(Conflict, match="Noa"):
        await send(letter(to=[{"name": "Noa"}]), make())


def test_a_line_break_in_a_subject_makes_no_header() -> None:
    from tizmoret.tools.providers.mail_message import compose

    made = compose(SENDER, ["a@b.example"], [], "hi\r\nBcc: evil@x.example", "t", key="k", now=NOW)
    assert made["Bcc"] is None
    assert made["Subject"] == "hi Bcc: evil@x.example"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\x00",
        b"Subject: =?x-none?q?=FF?=\r\nFrom: <<<\r\nDate: never\r\nContent-Type: text/plain; charset=nope\r\n\r\n\xff",
        b"Content-Type: text/html\r\n\r\n",
        b"Content-Type: text/html\r\n\r\n<!-- nothing but a comment -->",
    ],
)
def test_whatever_bytes_come_are_some_letter(content: bytes) -> None:
    assert read_letter("x", content, seen=False).id == "x"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"TIZMORET_IMAP": "http://x"}, "TIZMORET_IMAP"),
        ({"TIZMORET_IMAP": "imaps://dana:secret@x"}, "TIZMORET_IMAP"),
        ({"TIZMORET_SMTP": ""}, "TIZMORET_SMTP"),
        ({"TIZMORET_MAIL_PASSWORD": ""}, "TIZMORET_MAIL_PASSWORD"),
        ({"TIZMORET_MAIL_FROM": "nobody"}, "TIZMORET_MAIL_FROM"),
    ],
)
def test_half_a_mailbox_is_told_with_the_setting(changed: dict[str, str], field: str) -> None:
    whole = {
        "TIZMORET_IMAP": "imaps://dana%40x.example@mail.example",
        "TIZMORET_SMTP": "smtps://dana@mail.example",
        "TIZMORET_MAIL_PASSWORD": "s3cret",
    }
    account = Settings.from_env(whole).mail
    assert account is not None
    assert (account.imap.user, account.imap.port, account.smtp.port, account.sender) == ("dana@x.example", 993, 465, "dana@mail.example")
    assert "s3cret" not in repr(Settings.from_env(whole))
    with pytest.raises(BadInput) as caught:
        Settings.from_env({**whole, **changed})
    assert caught.value.field == field
    assert "secret" not in str(caught.value)


def test_mail_is_offered_only_where_there_is_a_mailbox() -> None:
    assert not any(tool.name.startswith("mail.") for tool in builtin_tools())
    assert {"mail.search", "mail.read", "mail.draft", "mail.send"} <= {tool.name for tool in builtin_tools("mail")}
    assert Settings.from_env({}).mail is None
