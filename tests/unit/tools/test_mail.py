"""Mail against real IMAP and SMTP servers on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.unit.tools.conftest import NOW, MakeCall
from tests.unit.tools.mail_servers import SENDER, MailServers, mail_servers
from tizmoret.errors import BadInput, StepFailed, TryAgain
from tizmoret.settings import MailAccount, Settings
from tizmoret.tools import builtin_tools
from tizmoret.tools.mail import Letters, SearchMail, Write, search, send
from tizmoret.tools.models import Letter
from tizmoret.tools.providers import mailbox
from tizmoret.tools.providers.mail_message import read_letter
from tizmoret.tools.providers.mailbox import ImapMailbox
from tizmoret.tools.providers.ports import Mailbox

pytestmark = [pytest.mark.anyio, pytest.mark.filterwarnings("ignore:Requiring AUTH")]

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
