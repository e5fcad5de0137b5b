"""Notes: what somebody jots down, kept as Markdown files apart from the documents."""

from __future__ import annotations

from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from tizmoret.catalog.tool import Call, Kind, Text, Tool, tool
from tizmoret.errors import Conflict
from tizmoret.plan.labels import Label
from tizmoret.plan.model import Language
from tizmoret.tools.models import Document, Period
from tizmoret.tools.providers.ports import NewDocument, NoteStore
from tizmoret.tools.when import day

OWN = Label("trusted", "internal", frozenset({"notes"}))
TITLE = 60  # characters of a note's first line that become its title
SHOWN = 500  # characters of a note in a list


class _Arguments(BaseModel):
    model_config = ConfigDict(extra="forbid")


class AddNote(_Arguments):
    note: Annotated[str, Kind("note.text")] = Field(min_length=1, max_length=100_000, description="Markdown")
    title: str = Field("", max_length=300, description="empty: its first words")


class SearchNotes(_Arguments):
    query: Annotated[str, Kind("words")] = Field(min_length=1, max_length=2000)
    limit: int = Field(20, ge=1, le=200)


class ListNotes(_Arguments):
    period: Annotated[Period | None, Kind("period")] = Field(None, description="only notes written within it")
    limit: int = Field(20, ge=1, le=200)


class Note(BaseModel):
    id: str
    title: str
    text: str
    written: AwareDatetime


class Notes(BaseModel):
    notes: list[Note]
    total: int


class Added(BaseModel):
    note: Note
    fingerprint: str = Field(description="SHA-256 of the file as it was written")


def _show(found: Notes, language: Language) -> str:
    if not found.notes:
        return "אין פתקים כאלה." if language == "he" else "There are no such notes."
    head = f"{found.total} פתקים:" if language == "he" else f"{found.total} notes:"
    return "\n".join([head, *(f"- {day(one.written, language)}: {' '.join(one.text.split())[:SHOWN]}" for one in found.notes)])


def _title(text: str) -> str:
    first = " ".join(text.strip().splitlines()[0].lstrip("# ").split()) if text.strip() else ""
    return first if len(first) <= TITLE else first[:TITLE].rsplit(" ", 1)[0] + "…"


async def _note(document: Document, call: Call) -> Note:
    text = (await call.provider(NoteStore).read(document.id, characters=100_000)).text
    body = text.removeprefix(f"# {document.title}").strip()
    return Note(id=document.id, title=document.title, text=body, written=document.modified)


async def _remove(_args: object, output: object, call: Call) -> None:
    added = Added.model_validate(output)
    if not await call.provider(NoteStore).remove(added.note.id, added.fingerprint):
        raise Conflict(f"“{added.note.title}” was changed since, so it was left as it is.", cure="Look at your notes.")


@tool(
    "notes.add",
    title=Text(he="הוספת פתק", en="Jot down"),
    description=Text(he="כותב פתק חדש ושומר אותו בין הפתקים", en="Jot something down and keep it among the notes"),
    examples={
        "he": ["רשום לי פתק שהמפתח אצל משה", "כתוב פתק", "הוסף פתק: לבדוק את המשאבה", "רשום לעצמי שהקוד הוא 12"],
        "en": ["jot down that the key is with Moshe", "jot down: check the pump", "add a sticky note", "note to self: the code is 12"],
    },
    show=lambda added, language: f"{'נרשם פתק' if language == 'he' else 'Noted'}: {added.note.title}",
    effect="write", recovery="keyed", label=OWN, undo=_remove, seconds=0.1,
)  # fmt: skip
async def add(args: AddNote, call: Call) -> Added:
    title = " ".join(args.title.split()) or _title(args.note) or call.now.strftime("%Y-%m-%d %H:%M")
    new = NewDocument(title=title, content=f"# {title}\n\n{args.note}", key=call.key, format="md", language=call.language)
    document, fingerprint = await call.provider(NoteStore).write(new, call.now)
    return Added(note=await _note(document, call), fingerprint=fingerprint)


@tool(
    "notes.search",
    title=Text(he="חיפוש בפתקים", en="Search notes"),
    description=Text(he="מוצא פתקים לפי מילים שכתובות בהם", en="Find notes by words that are written in them"),
    examples={
        "he": ["מה רשמתי בפתקים על המפתח", "חפש בפתקים שלי", "מה רשמתי על המפתח"],
        "en": ["what did I jot down about the key", "search my notes", "what did I note about the key"],
    },
    show=_show, label=OWN, seconds=0.2,
)  # fmt: skip
async def search(args: SearchNotes, call: Call) -> Notes:
    found = await call.provider(NoteStore).search(args.query, period=None, kinds=("md",), limit=args.limit, timezone=call.timezone)
    return Notes(notes=[await _note(document, call) for document in found.documents], total=found.total)


@tool(
    "notes.list",
    title=Text(he="רשימת פתקים", en="List notes"),
    description=Text(he="מציג את הפתקים, החדש ראשון, גם לפי תקופה", en="List the notes, newest first, also of a period"),
    examples={"he": ["אילו פתקים יש לי", "הצג את כל הפתקים שלי"], "en": ["which notes do I have", "show all my notes"]},
    show=_show, label=OWN, seconds=0.2,
)  # fmt: skip
async def list_notes(args: ListNotes, call: Call) -> Notes:
    found = await call.provider(NoteStore).search("", period=args.period, kinds=("md",), limit=args.limit, timezone=call.timezone)
    return Notes(notes=[await _note(document, call) for document in found.documents], total=found.total)


TOOLS: tuple[Tool, ...] = (add, search, list_notes)
