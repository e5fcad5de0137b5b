"""The ports: what a tool may ask of the place where its data lives. A tool gets one by `call.provider(ContactBook)`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Literal, Protocol
from zoneinfo import ZoneInfo

from tizmoret.plan.model import Language
from tizmoret.tools.models import Check, Contact, Document, DocumentText, Event, Letter, Period, Task

WrittenFormat = Literal["docx", "md"]


@dataclass(frozen=True, slots=True)
class Found:
    documents: tuple[Document, ...]  # best first
    total: int  # all that fit, also beyond the limit


@dataclass(frozen=True, slots=True)
class NewDocument:
    """A document to write. `key` is the idempotency key: the same key is the same document. `citations` are listed at its end."""

    title: str
    content: str  # Markdown
    key: str
    format: WrittenFormat = "docx"
    folder: str = ""
    citations: tuple[Document, ...] = ()
    language: Language = "en"


class DocumentStore(Protocol):
    """Every method raises StepFailed (or TryAgain for a passing fault) with a cure."""

    async def search(self, query: str, *, period: Period | None, kinds: Sequence[str], limit: int, timezone: ZoneInfo) -> Found:
        """Documents that fit by words of their title, name and text; all of the period, newest first, for an empty query.

        kinds: empty for all. timezone: where the days of `period` begin and end."""

    async def read(self, document: str, *, characters: int) -> DocumentText:
        """The text of one document, cut after `characters`. NotFound where there is none."""

    async def content(self, document: str, *, limit: int) -> bytes:
        """The file itself. TooLarge over `limit` bytes, NotFound where there is none."""

    async def write(self, document: NewDocument, now: dt.datetime) -> tuple[Document, str]:
        """Write it once and return it with the fingerprint of its content. A repeat with the same key returns what the first call wrote."""

    async def remove(self, document: str, fingerprint: str) -> bool:
        """Take back what `write` made; what is gone already is taken back. False, and nothing is touched, where it was changed since."""

    async def move(self, document: str, folder: str, name: str) -> Document | None:
        """Give it another place or name. None, and nothing is touched, where another document is there. A repeat finds it there already.

        NotFound where there is none."""


class NoteStore(DocumentStore, Protocol):
    """Notes: documents of their own, apart from those of the workspace, so that a search for documents does not find what somebody jotted down."""


@dataclass(frozen=True, slots=True)
class ContactChanged:
    """`before` is None for a new one."""

    before: Contact | None
    contact: Contact


class ContactBook(Protocol):
    """`key` is the idempotency key of a change, as of a `CalendarStore`. Every method raises StepFailed (or TryAgain for a passing fault) with
    a cure."""

    async def contacts(self) -> Sequence[Contact]:
        """Every contact. Matching names is the tools' work, so that it is the same for every provider."""

    async def add(self, contact: Contact, *, key: str) -> Contact:
        """Add it under an id of the book's own; a repeat makes no second one."""

    async def change(self, contact: str, said: Mapping[str, str], gone: Mapping[str, str], *, key: str) -> ContactChanged:
        """Give the one of this id other values: name, email, phone, organization, role. gone: what is taken out, field by value, and only where
        it is still that value. All else that its source says stays. NotFound where there is none."""

    async def done(self, key: str) -> ContactChanged | None:
        """What was added or changed under `key`; None where nothing was."""

    async def undo(self, key: str) -> bool:
        """Take back what was done under `key`: an added one is removed, a changed one is as it was. False, and nothing is touched, where it was
        changed again since."""


@dataclass(frozen=True, slots=True)
class Changed:
    """`event` as it is now (what it was, of a deleted one); `before` is None for a new one."""

    before: Event | None
    event: Event


class CalendarStore(Protocol):
    """`key` is the idempotency key of a change: a repeat with the same key changes nothing, and returns what the first call returned.

    An id stands for a single event, for a recurring one as a whole, or for one occurrence of it, which is what `events` gives.
    Every method raises StepFailed (or TryAgain for a passing fault) with a cure."""

    async def calendars(self) -> Sequence[str]:
        """The names of the calendars; the first is the one for new events."""

    async def events(self, start: dt.datetime, end: dt.datetime) -> Sequence[Event]:
        """What overlaps [start, end) in all calendars, recurring events as their occurrences, in order of start."""

    async def busy(self, start: dt.datetime, end: dt.datetime) -> Sequence[tuple[dt.datetime, dt.datetime]]:
        """When the calendars' owner is taken, as start and end; they may overlap."""

    async def busy_of(
        self, people: Sequence[str], start: dt.datetime, end: dt.datetime
    ) -> Mapping[str, Sequence[tuple[dt.datetime, dt.datetime]]]:
        """When each of these e-mail addresses is taken. Whose calendar cannot be looked into is left out."""

    async def get(self, event: str) -> Event | None: ...

    async def create(self, event: Event, *, key: str) -> Changed:
        """Add it under its own id. An event with that id already there is returned as it is: a repeat makes no second one."""

    async def update(self, event: Event, *, key: str) -> Changed:
        """Put it in the place of the one with its id; what its source says beyond an Event stays. NotFound where there is none."""

    async def delete(self, event: str, *, key: str, message: str = "") -> Changed:
        """Remove it. NotFound where there is none. message: to whoever was invited; StepFailed, and nothing is done, where the store passes
        none on."""

    async def done(self, key: str) -> Changed | None:
        """What was changed under `key`; None where nothing was."""

    async def undo(self, key: str) -> bool:
        """Take back the change of `key` exactly. False, and nothing is touched, where the event was changed again since."""


class TaskList(Protocol):
    """Every method raises StepFailed (or TryAgain for a passing fault) with a cure."""

    async def tasks(self) -> Sequence[Task]: ...

    async def add(self, task: Task, now: dt.datetime) -> Task:
        """Add it under its own id; one with that id already there is returned as it is."""

    async def complete(self, task: str, at: dt.datetime, *, key: str) -> Task:
        """Tick it off under an idempotency key. One that is done already stays as it is. NotFound where there is none."""

    async def reopen(self, task: str, *, key: str) -> None:
        """Take back what `complete` did under `key`; a task that was done before it, or again since, stays as it is. NotFound where there
        is none."""

    async def remove(self, task: Task) -> bool:
        """Take back what `add` made; what is gone already is taken back. False, and nothing is touched, where it was changed since."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A page that a search engine names. day: when it was published, YYYY-MM-DD; empty: not known."""

    url: str
    title: str
    excerpt: str
    day: str = ""


class WebSearch(Protocol):
    async def search(self, query: str, *, language: Language, limit: int) -> Sequence[Hit]:
        """The likeliest first, each address once. Raises StepFailed, or TryAgain for a passing fault."""
        ...


class Mailbox(Protocol):
    """Every method raises StepFailed (or TryAgain for a passing fault) with a cure."""

    async def sender(self) -> str:
        """Whose letters these are, as a From header has it."""

    async def search(self, query: str, *, period: Period | None, folder: str, unread: bool, limit: int) -> tuple[Sequence[Letter], int]:
        """The newest that hold every word of the query, and how many there are beyond the limit."""

    async def read(self, id: str) -> Letter: ...

    async def draft(self, letter: EmailMessage) -> bool:
        """Keep it among the drafts; one of its Message-ID that is there already stays, and the answer is False."""

    async def discard(self, message_id: str) -> bool:
        """Remove a draft. False where it is gone already."""

    async def send(self, letter: EmailMessage) -> None:
        """To everybody it is for, or to nobody. An error that is none of ours means that nobody knows whether it went out."""

    async def was_sent(self, message_id: str) -> bool:
        """Whether it is among the sent letters."""


class SystemProbe(Protocol):
    async def checks(self, language: Language) -> Sequence[Check]:
        """What the process knows of itself: the database, the catalog, the model."""
