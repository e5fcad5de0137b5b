"""Mail: over IMAP and SMTP, or of a connected account. In the catalog only where a mailbox is connected: what cannot be done is not offered."""

from __future__ import annotations

from email.message import EmailMessage
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from tizmoret.catalog.tool import Call, Kind, Text, Tool, tool
from tizmoret.errors import Conflict, Unavailable
from tizmoret.plan.labels import Label
from tizmoret.plan.model import Language
from tizmoret.tools.calendar.models import Invitee
from tizmoret.tools.models import Letter, Period
from tizmoret.tools.providers.mail_message import compose, message_id
from tizmoret.tools.providers.ports import Mailbox
from tizmoret.tools.when import moment

UNTRUSTED = Label("untrusted", "internal", frozenset({"mail"}))
SHOWN = 200  # characters of a letter in a list


class _Arguments(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SearchMail(_Arguments):
    query: Annotated[str, Kind("words")] = Field("", max_length=1000, description="words of subject, sender or text; empty finds all")
    period: Annotated[Period | None, Kind("period")] = None
    folder: str = Field("INBOX", max_length=200)
    unread: bool = False
    limit: int = Field(20, ge=1, le=100)


class Letters(BaseModel):
    letters: list[Annotated[Letter, Kind("letter")]]
    total: int


class ReadLetter(_Arguments):
    letter: Annotated[str, Kind("letter.id")] = Field(min_length=1, max_length=500, description="the id of a letter that was found")


class Write(_Arguments):
    to: list[Annotated[Invitee, Kind("contact")]] = Field(min_length=1, max_length=100, description="each with an e-mail address")
    cc: list[Invitee] = Field(default_factory=list, max_length=100)
    subject: Annotated[str, Kind("text")] = Field(min_length=1, max_length=300)
    text: Annotated[str, Kind("markdown")] = Field(min_length=1, max_length=500_000)
    answers: str = Field("", max_length=500, description="the message_id of the letter that this one answers")


class Written(BaseModel):
    message_id: str
    to: list[str]
    subject: str


def _show_letters(found: Letters, language: Language) -> str:
    if not found.letters:
        return "לא נמצאו הודעות." if language == "he" else "No letters were found."
    head = f"{found.total} הודעות:" if language == "he" else f"{found.total} letters:"
    return "\n".join([head, *(f"- {_line(letter, language)}" for letter in found.letters)])


def _line(letter: Letter, language: Language) -> str:
    when = f"{moment(letter.date, language)} · " if letter.date else ""
    return f"{when}{letter.sender} · {letter.subject}: {' '.join(letter.text.split())[:SHOWN]}"


def _show_letter(letter: Letter, language: Language) -> str:
    attached = f"\n\n📎 {', '.join(letter.attachments)}" if letter.attachments else ""
    return f"{letter.subject}\n{letter.sender}\n\n{letter.text}{attached}"


def _addresses(people: list[Invitee], field: str) -> list[str]:
    lacking = [one.name for one in people if not one.email]
    if lacking:
        raise Conflict(f"There is no address of {', '.join(lacking)}.", cure="Add it to the contacts.", field=field)
    return [one.email for one in people]


async def _letter(args: Write, call: Call) -> tuple[Written, EmailMessage]:
    to, cc = _addresses(args.to, "to"), _addresses(args.cc, "cc")
    sender = await call.provider(Mailbox).sender()
    made = compose(sender, to, cc, args.subject, args.text, key=call.key, now=call.now, answers=args.answers)
    return Written(message_id=str(made["Message-ID"]), to=[*to, *cc], subject=str(made["Subject"])), made


@tool(
    "mail.search",
    title=Text(he="חיפוש בדואר", en="Search mail"),
    description=Text(he="מוצא הודעות דואר לפי מילים, תקופה ומה שטרם נקרא", en="Find letters in the mailbox by words, period and what is unread"),
    examples={
        "he": ["אילו מיילים חדשים קיבלתי", "חפש בדואר הודעות מהספק", "מה כתבו לי במייל על ההזמנה", "הגיעו מכתבים מהבנק"],
        "en": [
            "which new mails did I get", "search the inbox for letters from the supplier", "what did they mail me about the order",
            "any new letters from the bank",
        ],
    },
    show=_show_letters, label=UNTRUSTED, timeout=90, seconds=2.0,
)  # fmt: skip
async def search(args: SearchMail, call: Call) -> Letters:
    mailbox = call.provider(Mailbox)
    found, total = await mailbox.search(args.query, period=args.period, folder=args.folder, unread=args.unread, limit=args.limit)
    return Letters(letters=list(found), total=total)


@tool(
    "mail.read",
    title=Text(he="קריאת הודעת דואר", en="Read a letter"),
    description=Text(he="קורא הודעת דואר אחת במלואה, בלי לסמן אותה כנקראה", en="Read one letter in full, without marking it as read"),
    examples={"he": ["קרא את ההודעה בדואר"], "en": ["read the letter in the mailbox"]},
    show=_show_letter, label=UNTRUSTED, timeout=60, seconds=1.0,
)  # fmt: skip
async def read(args: ReadLetter, call: Call) -> Letter:
    return await call.provider(Mailbox).read(args.letter)


async def _discard(_args: object, output: object, call: Call) -> None:
    await call.provider(Mailbox).discard(Written.model_validate(output).message_id)


@tool(
    "mail.draft",
    title=Text(he="טיוטת הודעה", en="Draft a letter"),
    description=Text(
        he="כותב טיוטה של הודעת דואר ושומר אותה בתיבה; אינו שולח", en="Write a draft of a letter and keep it in the mailbox; sends nothing"
    ),
    examples={"he": ["הכן טיוטת מייל לדנה"], "en": ["draft a mail to Dana"]},
    show=lambda written, language: f"{'טיוטה' if language == 'he' else 'Draft'}: {written.subject} → {', '.join(written.to)}",
    effect="write", recovery="keyed", label=UNTRUSTED, timeout=60, undo=_discard, seconds=2.0,
)  # fmt: skip
async def draft(args: Write, call: Call) -> Written:
    written, made = await _letter(args, call)
    await call.provider(Mailbox).draft(made)
    return written


async def _sent(args: Write, call: Call) -> Written | None:
    """What is among the sent letters was sent. What is not may have been: the server may have taken it before we could keep it."""
    mailbox = call.provider(Mailbox)
    id = message_id(call.key, await mailbox.sender())
    if await mailbox.was_sent(id):
        return Written(message_id=id, to=[one.email for one in [*args.to, *args.cc]], subject=" ".join(args.subject.split()))
    raise Unavailable(
        f"It is not among the sent letters, which does not prove that it was not sent: {id}.", cure="Ask who should have got it."
    )


@tool(
    "mail.send",
    title=Text(he="שליחת הודעה", en="Send a letter"),
    description=Text(he="שולח הודעת דואר לאנשים", en="Send a letter by mail to people"),
    examples={"he": ["שלח מייל לדנה", "שלח לדנה את הסיכום במייל"], "en": ["send a mail to Dana", "mail the summary to Dana"]},
    show=lambda written, language: f"{'נשלח' if language == 'he' else 'Sent'}: {written.subject} → {', '.join(written.to)}",
    effect="send", recovery="once", approval="ask", reversible=False, label=UNTRUSTED, timeout=90, probe=_sent, seconds=3.0,
)  # fmt: skip
async def send(args: Write, call: Call) -> Written:
    written, made = await _letter(args, call)
    await call.provider(Mailbox).send(made)
    return written


TOOLS: tuple[Tool, ...] = (search, read, draft, send)
