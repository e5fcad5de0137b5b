"""Documents: find, read, write. Everything in them was written by somebody else, so all that comes out is labelled untrusted."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from tizmoret.catalog.tool import Call, Kind, Text, Tool, tool
from tizmoret.errors import Conflict
from tizmoret.plan.labels import Label
from tizmoret.plan.model import Language
from tizmoret.tools.models import DRIVE, DRIVE_FOLDER, Document, DocumentText, Note, Period
from tizmoret.tools.providers.ports import DocumentStore, NewDocument, WrittenFormat

UNTRUSTED = Label("untrusted", "internal", frozenset({"documents"}))
MAX_TOTAL_CHARACTERS = 2_000_000  # one call of documents.read

NOTES: dict[Note, Text] = {
    "encrypted": Text(he="מוגן בסיסמה", en="protected by a password"),
    "broken": Text(he="הקובץ פגום", en="the file is damaged"),
    "too-large": Text(he="גדול מכדי להיקרא", en="too large to read"),
    "no-text": Text(he="אין בו טקסט", en="holds no text"),
    "closed": Text(he="בעליו אינו מתיר להוריד אותו", en="its owner lets nobody download it"),
}


class _Arguments(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SearchDocuments(_Arguments):
    query: Annotated[str, Kind("words")] = Field("", max_length=2000, description="words in Hebrew or English; empty finds all")
    period: Annotated[Period | None, Kind("period")] = Field(None, description="only documents dated within it")
    kinds: list[str] = Field(default_factory=list, max_length=20, description="docx, xlsx, pdf, pptx, md, txt, csv; empty means all")
    limit: int = Field(50, ge=1, le=500)


class Documents(BaseModel):
    documents: list[Annotated[Document, Kind("document")]]
    total: int = Field(description="how many fit, also beyond the limit")


class ReadDocuments(_Arguments):
    documents: list[Annotated[str, Kind("document.id")]] = Field(min_length=1, max_length=500)
    characters: int = Field(100_000, ge=1, le=1_000_000, description="of each document at most")


class Texts(BaseModel):
    texts: list[DocumentText]


class WriteDocument(_Arguments):
    title: Annotated[str, Kind("text")] = Field(min_length=1, max_length=300)
    content: Annotated[str, Kind("markdown")] = Field(max_length=1_000_000, description="Markdown")
    citations: list[Annotated[Document, Kind("document")]] = Field(default_factory=list, max_length=500)
    format: WrittenFormat = "docx"
    folder: str = Field("", max_length=300, description="a folder inside the documents; empty is the top")


class Written(BaseModel):
    document: Annotated[Document, Kind("document")]
    fingerprint: str = Field(description="SHA-256 of the file as it was written")


def describe_document(document: Document, language: Language) -> str:
    note = f" ({NOTES[document.note][language]})" if document.note else ""
    return f"- {document.title} · {document.modified:%d.%m.%Y} · {document.id}{note}"


def _show_found(found: Documents, language: Language) -> str:
    if not found.documents:
        return "לא נמצאו מסמכים." if language == "he" else "No documents were found."
    shown = [describe_document(document, language) for document in found.documents[:20]]
    head = f"נמצאו {found.total} מסמכים:" if language == "he" else f"{found.total} documents were found:"
    if found.total > len(shown):
        shown.append(f"… ועוד {found.total - len(shown)}" if language == "he" else f"… and {found.total - len(shown)} more")
    return "\n".join([head, *shown])


def _show_texts(read: Texts, language: Language) -> str:
    words = sum(len(text.text.split()) for text in read.texts)
    titles = ", ".join(text.title for text in read.texts[:5]) + (" …" if len(read.texts) > 5 else "")
    if language == "he":
        return f"נקראו {len(read.texts)} מסמכים ({words:,} מילים): {titles}"
    return f"Read {len(read.texts)} documents ({words:,} words): {titles}"


def _show_written(written: Written, language: Language) -> str:
    title, id = written.document.title, written.document.id
    if not id.startswith(DRIVE):
        return f"נכתב המסמך „{title}” ({id})" if language == "he" else f"Wrote “{title}” ({id})"
    name = id.rpartition(":")[2]
    if language == "he":
        return f"נכתב המסמך „{title}” ({name}) בכונן המחובר, בתיקייה {DRIVE_FOLDER}"
    return f"Wrote “{title}” ({name}) into the folder {DRIVE_FOLDER} of the connected drive"


@tool(
    "documents.search",
    title=Text(he="חיפוש מסמכים", en="Search documents"),
    description=Text(
        he="מוצא מסמכים בתיקייה לפי מילים בשם ובתוכן, לפי תקופה ולפי סוג הקובץ",
        en="Find documents in the folder by words of their name and text, by period and by kind of file",
    ),
    examples={
        "he": [
            "מצא את המסמכים על תבואות", "תקרא מה עשינו בדצמבר בתבואות", "אילו קבצים נכתבו בחודש שעבר",
            "חפש מצגות על התקציב", "איפה החוזה עם הספק",
        ],
        "en": [
            "find the documents about grain", "read what we did in December about grain", "which files were written last month",
            "search for presentations about the budget", "where is the contract with the supplier",
        ],
    },
    show=_show_found, label=UNTRUSTED, timeout=120, seconds=1.0,
)  # fmt: skip
async def search(args: SearchDocuments, call: Call) -> Documents:
    kinds = [kind.lower().lstrip(".") for kind in args.kinds]
    store = call.provider(DocumentStore)
    found = await store.search(args.query, period=args.period, kinds=kinds, limit=args.limit, timezone=call.timezone)
    return Documents(documents=list(found.documents), total=found.total)


@tool(
    "documents.read",
    title=Text(he="קריאת מסמכים", en="Read documents"),
    description=Text(
        he="קורא את הטקסט של מסמכים: Word, Excel, PDF, מצגות, Markdown, טקסט ו-CSV",
        en="Read the text of documents: Word, Excel, PDF, presentations, Markdown, plain text and CSV",
    ),
    examples={
        "he": ["קרא את המסמך", "מה כתוב בדוח", "תקרא את הפרוטוקול מהישיבה", "הצג את תוכן הקובץ"],
        "en": ["read the document", "what does the report say", "read the minutes of the meeting", "show what is in the file"],
    },
    show=_show_texts, label=UNTRUSTED, timeout=120, seconds=0.5,
)  # fmt: skip
async def read(args: ReadDocuments, call: Call) -> Texts:
    store, texts, left = call.provider(DocumentStore), [], MAX_TOTAL_CHARACTERS
    wanted = list(dict.fromkeys(args.documents))
    for place, document in enumerate(wanted):
        text = await store.read(document, characters=max(1, min(args.characters, left)))
        left -= len(text.text)
        texts.append(text)
        call.report(text.title, (place + 1) / len(wanted))
        if left <= 0:
            break
    return Texts(texts=texts)


async def _undo(_args: object, output: object, call: Call) -> None:
    written = Written.model_validate(output)
    if not await call.provider(DocumentStore).remove(written.document.id, written.fingerprint):
        raise Conflict(f"“{written.document.title}” was changed since, so it was left as it is.", cure="Look at it, and remove it by hand.")


@tool(
    "documents.write",
    title=Text(he="כתיבת מסמך", en="Write a document"),
    description=Text(
        he="כותב מסמך Word או Markdown חדש מתוכן נתון, עם רשימת מקורות; לעולם אינו דורס מסמך קיים",
        en="Write a new Word or Markdown document from given content, with a list of sources; never overwrites another document",
    ),
    examples={
        "he": ["כתוב מסמך סיכום", "הכן סדר יום לפגישה", "שמור את הסיכום בקובץ Word", "תכין דוח על המכירות"],
        "en": ["write a summary document", "prepare an agenda for the meeting", "save it as a Word file", "make a report on the sales"],
    },
    show=_show_written, effect="write", recovery="keyed", approval="never", locks=("document:{folder}/{title}",),
    label=UNTRUSTED, timeout=60, seconds=0.5, undo=_undo,
)  # fmt: skip
async def write(args: WriteDocument, call: Call) -> Written:
    new = NewDocument(
        title=args.title, content=args.content, key=call.key, format=args.format, folder=args.folder,
        citations=tuple(args.citations), language=call.language,
    )  # fmt: skip
    document, fingerprint = await call.provider(DocumentStore).write(new, call.now)
    return Written(document=document, fingerprint=fingerprint)


TOOLS: tuple[Tool, ...] = (search, read, write)
