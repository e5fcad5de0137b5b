"""A mailbox on any server that speaks IMAP (RFC 3501) and SMTP (RFC 5321). A connection lives for one call: none is kept while people think.

What a password goes over is encrypted, or stays on this machine."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import imaplib
import re
import smtplib
import ssl
from collections.abc import Iterator, Sequence
from email.message import EmailMessage
from email.utils import getaddresses
from typing import Any

import structlog

from tizmoret.errors import NotFound, StepFailed, TryAgain
from tizmoret.settings import MailAccount
from tizmoret.tools.models import Letter, Period
from tizmoret.tools.providers.mail_message import about, read_letter

SECONDS = 30.0  # that a server may take for one answer
MAX_BYTES = 10 * 1024 * 1024  # of one letter
_WORDS = 6  # of a query that the server is asked about
_LOOKED_INTO = 60  # newest letters that are read for words that the server did not find
_SPECIAL = {
    "sent": ("\\Sent", ("Sent", "Sent Items", "Sent Mail", "INBOX.Sent")),
    "drafts": ("\\Drafts", ("Drafts", "Draft", "INBOX.Drafts")),
}
_LISTED = re.compile(rb'^\((?P<flags>[^)]*)\) (?:"(?:\\.|[^"])*"|NIL) (?P<name>.+)$')

log = structlog.get_logger(__name__)


class ImapMailbox:
    """A `Mailbox`. Blocking work runs in threads."""

    def __init__(self, account: MailAccount) -> None:
        self._account = account

    async def sender(self) -> str:
        return self._account.sender

    async def search(self, query: str, *, period: Period | None, folder: str, unread: bool, limit: int) -> tuple[Sequence[Letter], int]:
        return await asyncio.to_thread(self._search, query, period, folder, unread, limit)

    async def read(self, id: str) -> Letter:
        return await asyncio.to_thread(self._read, id)

    async def draft(self, letter: EmailMessage) -> bool:
        return await asyncio.to_thread(self._draft, letter)

    async def discard(self, message_id: str) -> bool:
        return await asyncio.to_thread(self._discard, message_id)

    async def send(self, letter: EmailMessage) -> None:
        await asyncio.to_thread(self._send, letter)
        try:
            await asyncio.to_thread(self._keep, "sent", letter, r"(\Seen)")
        except (StepFailed, OSError, imaplib.IMAP4.error) as error:
            log.warning("a letter was sent but could not be kept", error=str(error))  # it went out: that is what counts

    async def was_sent(self, message_id: str) -> bool:
        return await asyncio.to_thread(self._holds, "sent", message_id)

    # -- reading

    def _search(self, query: str, period: Period | None, folder: str, unread: bool, limit: int) -> tuple[list[Letter], int]:
        wanted = ["UNSEEN"] if unread else ["ALL"]
        if period is not None:
            wanted += ["SINCE", _day(period.start), "BEFORE", _day(period.end + dt.timedelta(days=1))]
        with self._imap() as imap:
            validity = _select(imap, folder)
            found = _uids(imap.uid("SEARCH", *wanted))
            if query.strip():
                found = self._about(imap, folder, validity, query, found)
            newest = sorted(found, reverse=True)[:limit]
            letters = [letter for uid in newest if (letter := self._letter(imap, folder, validity, uid)) is not None]
        return letters, len(found)

    def _about(self, imap: imaplib.IMAP4, folder: str, validity: str, query: str, among: set[int]) -> set[int]:
        """Those that hold every word: by the server's search, and of the newest also by ours, which knows the forms of words and reads
        what is encoded."""
        hits = set(among)
        for word in query.split()[:_WORDS]:
            imap.literal = word.encode()  # type: ignore[assignment]  # typeshed says str, the library sends bytes
            hits &= _uids(imap.uid("SEARCH", "CHARSET", "UTF-8", "TEXT"))
        for uid in sorted(among - hits, reverse=True)[:_LOOKED_INTO]:
            letter = self._letter(imap, folder, validity, uid)
            if letter is not None and about(query, letter):
                hits.add(uid)
        return hits

    def _read(self, id: str) -> Letter:
        folder, _, rest = id.rpartition(":")[0].rpartition(":")[0], None, id.split(":")[-2:]
        if not folder or len(rest) != 2 or not all(part.isdecimal() for part in rest):
            raise _no_letter(id)
        with self._imap() as imap:
            if _select(imap, folder) != rest[0]:
                raise _no_letter(id)
            letter = self._letter(imap, folder, rest[0], int(rest[1]))
        if letter is None:
            raise _no_letter(id)
        return letter

    def _letter(self, imap: imaplib.IMAP4, folder: str, validity: str, uid: int) -> Letter | None:
        """Without marking it as read. None where it is gone; of one that is too large, its head."""
        _, sizes = imap.uid("FETCH", str(uid), "(RFC822.SIZE FLAGS)")
        line = b" ".join(part for part in sizes if isinstance(part, bytes))
        match = re.search(rb"RFC822\.SIZE (\d+)", line)
        if match is None:
            return None
        part = "BODY.PEEK[]" if int(match[1]) <= MAX_BYTES else "BODY.PEEK[HEADER]"
        _, fetched = imap.uid("FETCH", str(uid), f"({part})")
        content = next((item[1] for item in fetched if isinstance(item, tuple)), None)
        if content is None:
            return None
        return read_letter(f"{folder}:{validity}:{uid}", bytes(content), seen=rb"\Seen" in line)

    # -- writing

    def _draft(self, letter: EmailMessage) -> bool:
        """False where there is one of this Message-ID already."""
        if self._holds("drafts", str(letter["Message-ID"])):
            return False
        self._keep("drafts", letter, r"(\Draft \Seen)")
        return True

    def _keep(self, kind: str, letter: EmailMessage, flags: str) -> None:
        with self._imap() as imap:
            folder = _special(imap, kind)
            if folder is None:
                folder = _SPECIAL[kind][1][0]
                imap.create(_quoted(folder))
            status, answer = imap.append(_quoted(folder), flags, None, letter.as_bytes())
            if status != "OK":
                raise StepFailed(f"The mail server would not keep the letter: {answer!r}.", cure="Check the room in the mailbox.")

    def _holds(self, kind: str, message_id: str) -> bool:
        with self._imap() as imap:
            folder = _special(imap, kind)
            if folder is None:
                return False
            _select(imap, folder)
            return bool(_uids(imap.uid("SEARCH", "HEADER", "Message-ID", _quoted(message_id))))

    def _discard(self, message_id: str) -> bool:
        with self._imap() as imap:
            folder = _special(imap, "drafts")
            if folder is None:
                return False
            _select(imap, folder, readonly=False)
            found = _uids(imap.uid("SEARCH", "HEADER", "Message-ID", _quoted(message_id)))
            for uid in found:
                imap.uid("STORE", str(uid), "+FLAGS", r"(\Deleted)")
                if b"UIDPLUS" in b" ".join(imap.capability()[1]):
                    imap.uid("EXPUNGE", str(uid))  # this one alone, and not what somebody else has marked
            return bool(found)

    def _send(self, letter: EmailMessage) -> None:
        """Raises StepFailed or TryAgain where nobody got it; any other error where that is not known."""
        account = self._account
        to = [address for _, address in getaddresses([str(letter["To"]), str(letter.get("Cc", ""))]) if address]
        with contextlib.ExitStack() as stack:
            try:
                smtp = stack.enter_context(self._smtp())
                _accepted(smtp.mail(_bare(account.sender)), "the sender")
                for address in to:
                    _accepted(smtp.rcpt(address), address)
            except (OSError, smtplib.SMTPException) as error:
                raise TryAgain(f"The mail server cannot be reached: {type(error).__name__}.", cure="Nothing was sent.") from error
            try:
                code, answer = smtp.data(letter.as_bytes())
            except smtplib.SMTPDataError as error:
                code, answer = error.smtp_code, error.smtp_error if isinstance(error.smtp_error, bytes) else error.smtp_error.encode()
            _accepted((code, answer), "the letter")

    # -- connections

    @contextlib.contextmanager
    def _imap(self) -> Iterator[imaplib.IMAP4]:
        where = self._account.imap
        try:
            made: imaplib.IMAP4
            if where.encrypted:
                made = imaplib.IMAP4_SSL(where.host, where.port, ssl_context=ssl.create_default_context(), timeout=SECONDS)
            else:
                made = imaplib.IMAP4(where.host, where.port, timeout=SECONDS)
                if not where.here:
                    made.starttls(ssl.create_default_context())
        except (OSError, imaplib.IMAP4.error) as error:
            raise TryAgain(
                f"The mail server {where.host} cannot be reached: {type(error).__name__}.", cure="Check TIZMORET_IMAP."
            ) from error
        try:
            try:
                made.login(where.user, self._account.password)
            except imaplib.IMAP4.abort as error:
                raise TryAgain("The mail server closed the connection.") from error
            except imaplib.IMAP4.error as error:
                raise _no_login("IMAP") from error
            yield made
        except (imaplib.IMAP4.error, OSError) as error:
            raise TryAgain(f"The mail server broke off: {error}.", cure="Try again.") from error
        finally:
            with contextlib.suppress(OSError, imaplib.IMAP4.error):
                made.logout()

    @contextlib.contextmanager
    def _smtp(self) -> Iterator[smtplib.SMTP]:
        where = self._account.smtp
        if where.encrypted:
            made: smtplib.SMTP = smtplib.SMTP_SSL(where.host, where.port, timeout=SECONDS, context=ssl.create_default_context())
        else:
            made = smtplib.SMTP(where.host, where.port, timeout=SECONDS)
            if not where.here:
                made.starttls(context=ssl.create_default_context())
        try:
            made.ehlo()
            if made.has_extn("auth"):
                try:
                    made.login(where.user, self._account.password)
                except (smtplib.SMTPAuthenticationError, smtplib.SMTPServerDisconnected) as error:
                    raise _no_login("SMTP") from error
            yield made
        finally:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                made.quit()


def _accepted(answer: tuple[int, bytes], what: str) -> None:
    """Raises StepFailed for a refusal, TryAgain for one that may pass; the letter has not gone out then."""
    code, text = answer
    if 200 <= code < 300:
        return
    kind = TryAgain if 400 <= code < 500 else StepFailed
    told = text.decode("utf-8", "replace")[:200]
    raise kind(f"The mail server refused {what}: {code} {told}.", cure="Nothing was sent.", field="to" if "@" in what else None)


def _bare(address: str) -> str:
    return getaddresses([address])[0][1]


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _day(date: dt.date) -> str:
    """As IMAP writes it, whatever the locale: 05-Jan-2026."""
    month = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")[date.month - 1]
    return f"{date.day:02}-{month}-{date.year}"


def _uids(answer: tuple[str, list[Any]]) -> set[int]:
    status, data = answer
    if status != "OK":
        raise StepFailed("The mail server cannot search for that.", cure="Use other words.", field="query")
    return {int(uid) for line in data if line for uid in line.split()}


def _select(imap: imaplib.IMAP4, folder: str, *, readonly: bool = True) -> str:
    """Opens a folder; its UIDVALIDITY, by which an id is known to mean the same letter still."""
    status, _ = imap.select(_quoted(folder), readonly=readonly)
    if status != "OK":
        raise NotFound(f"There is no mail folder “{folder[:100]}”.", cure="INBOX is always there.", field="folder")
    _, validity = imap.response("UIDVALIDITY")
    return validity[0].decode() if validity and validity[0] else "0"


def _special(imap: imaplib.IMAP4, kind: str) -> str | None:
    """The folder for sent letters or for drafts: by its mark (RFC 6154), else by its usual name."""
    mark, usual = _SPECIAL[kind]
    _, listed = imap.list()
    names: list[str] = []
    for line in listed:
        match = _LISTED.match(line) if isinstance(line, bytes) else None
        if match is None:
            continue
        name = match["name"].decode("ascii", "replace").strip('"')
        if mark.encode().lower() in match["flags"].lower():
            return name
        names.append(name)
    return next((name for wanted in usual for name in names if name.lower() == wanted.lower()), None)


def _no_login(protocol: str) -> StepFailed:
    return StepFailed(f"The mail server did not let us in ({protocol}).", cure="Check the user name and TIZMORET_MAIL_PASSWORD.")


def _no_letter(id: str) -> NotFound:
    return NotFound(f"There is no letter {id[:100]}.", cure="Search for it first.", field="letter")
