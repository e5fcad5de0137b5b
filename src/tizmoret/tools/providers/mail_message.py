"""Letters as bytes: written so that a repeat is the same letter, and read whatever others have put into them."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import hashlib
from collections.abc import Sequence
from email.message import EmailMessage
from email.utils import format_datetime, getaddresses, parseaddr, parsedate_to_datetime

from lxml import etree, html

from tizmoret.tools.models import Letter
from tizmoret.words import content_tokens, forms

MAX_TEXT = 200_000  # characters of one letter


def message_id(key: str, sender: str) -> str:
    """Comes of the idempotency key, so that a letter can be looked for by it."""
    domain = parseaddr(sender)[1].rpartition("@")[2] or "localhost"
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:40]}@{domain}>"


def compose(
    sender: str, to: Sequence[str], cc: Sequence[str], subject: str, text: str, *, key: str, now: dt.datetime, answers: str = ""
) -> EmailMessage:
    """answers: the Message-ID of the letter that this one answers."""
    made = EmailMessage(policy=email.policy.SMTP)
    made["From"], made["To"] = sender, ", ".join(to)
    if cc:
        made["Cc"] = ", ".join(cc)
    made["Subject"] = " ".join(subject.split())
    made["Date"] = format_datetime(now)
    made["Message-ID"] = message_id(key, sender)
    if answers:
        made["In-Reply-To"] = made["References"] = answers
    made.set_content(text)
    return made


def about(query: str, letter: Letter) -> bool:
    """Whether it holds every word that tells something, in any of its forms."""
    said = frozenset[str]().union(*(forms(word) for word in content_tokens(f"{letter.subject} {letter.sender} {letter.text}")))
    words = [forms(word) for word in content_tokens(query)]
    return bool(words) and all(not word.isdisjoint(said) for word in words)


def read_letter(id: str, content: bytes, *, seen: bool) -> Letter:
    """Of any bytes: what cannot be decoded is shown as it can be."""
    parsed = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(parsed, EmailMessage)
    return Letter(
        id=id,
        message_id=_header(parsed, "Message-ID"),
        subject=_header(parsed, "Subject"),
        sender=_header(parsed, "From"),
        to=[address for _, address in getaddresses([_header(parsed, "To"), _header(parsed, "Cc")]) if address],
        date=_date(_header(parsed, "Date")),
        text=_text(parsed)[:MAX_TEXT],
        attachments=[name for part in parsed.iter_attachments() if (name := part.get_filename())],
        seen=seen,
    )


def _header(parsed: EmailMessage, name: str) -> str:
    try:
        return " ".join(str(parsed.get(name, "")).split())
    except (ValueError, IndexError, AttributeError):  # headers that the library cannot parse
        return ""


def _date(text: str) -> dt.datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=dt.UTC)


def _text(parsed: EmailMessage) -> str:
    body = parsed.get_body(preferencelist=("plain", "html"))
    if body is None:
        return ""
    try:
        text = str(body.get_content())
    except (LookupError, ValueError, KeyError):  # a charset that nobody knows
        payload = body.get_payload(decode=True)
        text = payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
    if body.get_content_type() != "text/html" or not text.strip():
        return text.strip()
    try:
        page = html.document_fromstring(text.encode(), parser=html.HTMLParser(encoding="utf-8"))
    except etree.ParserError:  # there is nothing in it
        return ""
    for hidden in page.xpath("//script|//style|//head"):
        hidden.getparent().remove(hidden)
    return "\n".join(line for raw in page.text_content().splitlines() if (line := " ".join(raw.split())))
