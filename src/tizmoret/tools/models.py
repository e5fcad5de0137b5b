"""What the built-in tools pass between them: documents, contacts, events. The outputs of one tool are the arguments of the next."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from tizmoret.catalog.tool import Kind

DRIVE = "drive:"  # begins the id of a document of a drive
DRIVE_FOLDER = "Tizmoret"  # of a drive: where documents are written

Note = Literal["", "encrypted", "broken", "too-large", "no-text", "closed"]


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True)


class Period(_Value):
    """Whole days, both ends included."""

    start: dt.date
    end: dt.date

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.start > self.end:
            raise ValueError("a period starts before it ends")
        return self

    def holds(self, day: dt.date) -> bool:
        return self.start <= day <= self.end


class Document(_Value):
    """A document without its text. `excerpt` and `score` belong to the search that found it."""

    id: Annotated[str, Kind("document.id")] = Field(
        description="path relative to the documents folder, parted by /; of a drive, drive: and its own id", max_length=1000
    )
    title: str
    kind: str = Field(description="docx, xlsx, pdf, pptx, md, txt or csv")
    modified: AwareDatetime = Field(description="the document's own date; the file's where it carries none")
    words: int = 0
    excerpt: str = ""
    score: float = 0.0
    note: Note = Field("", description="why its text could not be read; empty where it could")


class DocumentText(_Value):
    """A document's text. `truncated`: there is more than was asked for."""

    id: Annotated[str, Kind("document.id")]
    title: str
    text: Annotated[str, Kind("text")]
    truncated: bool = False


class Source(_Value):
    """What a statement rests on."""

    id: Annotated[str, Kind("document.id")] = ""
    title: str = ""


class Contact(_Value):
    id: str
    name: Annotated[str, Kind("person.name")]
    email: Annotated[str, Kind("email")] = ""
    phone: str = ""
    organization: str = ""
    role: str = ""
    nicknames: tuple[str, ...] = Field((), description="other names, such as the same name in the other script")


Response = Literal["", "accepted", "tentative", "declined"]


class Attendee(_Value):
    name: Annotated[str, Kind("person.name")] = ""
    email: Annotated[str, Kind("email")] = ""
    response: Response = Field("", description="to the invitation; empty: none yet")


class Event(_Value):
    """A meeting. One occurrence of a recurring one has its own start and the `recurrence` of the whole."""

    id: Annotated[str, Kind("event.id")]
    calendar: str = "main"
    title: str
    start: Annotated[AwareDatetime, Kind("date-time")]
    end: Annotated[AwareDatetime, Kind("date-time")] = Field(description="exclusive")
    timezone: str = Field("", description="IANA zone in which it was set")
    all_day: bool = False
    attendees: list[Attendee] = Field(default_factory=list)
    location: str = ""
    description: str = ""
    recurrence: str | None = Field(None, description="RFC 5545 RRULE")
    series: str = Field("", description="of one occurrence: the id of the whole recurring event")

    @property
    def invited(self) -> list[tuple[str, str]]:
        """By name and address, whatever they have answered."""
        return [(one.name, one.email) for one in self.attendees]


class Task(_Value):
    """Something to do. `remind`: when to be told of it. `whose`: of which member that reminder is; empty: of everybody in the workspace.
    `done_at`: when it was ticked off."""

    id: Annotated[str, Kind("task.id")]
    title: Annotated[str, Kind("task.title")]
    due: dt.date | None = None
    remind: AwareDatetime | None = None
    whose: str = ""
    note: str = ""
    done_at: AwareDatetime | None = None

    @property
    def done(self) -> bool:
        return self.done_at is not None


class Letter(_Value):
    """A letter of a mailbox. `id` holds while the server keeps its numbers; `message_id` is the letter's own."""

    id: Annotated[str, Kind("letter.id")]
    message_id: str = ""
    subject: str = ""
    sender: str = ""
    to: list[str] = Field(default_factory=list)
    date: AwareDatetime | None = None
    text: Annotated[str, Kind("text")] = ""
    attachments: list[str] = Field(default_factory=list, description="their names")
    seen: bool = False


class Check(_Value):
    """One thing that was looked at: whether it is well, and what was seen."""

    name: str
    ok: bool
    detail: str = ""
