"""Tools over the folder of documents as a whole: what there is, how two of them differ, and putting them where they belong."""

from __future__ import annotations

import difflib
from collections import Counter
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from tizmoret.catalog.tool import Call, Kind, Text, Tool, tool
from tizmoret.errors import Conflict, NotFound
from tizmoret.plan.model import Language
from tizmoret.tools import markdown
from tizmoret.tools.documents import UNTRUSTED
from tizmoret.tools.models import Document, DocumentText, Period
from tizmoret.tools.providers.ports import DocumentStore, NewDocument, WrittenFormat
from tizmoret.tools.sentences import split

MOST = 10_000  # documents that an overview counts
COMPARED = 400_000  # characters of each document
FIRST = 2_000  # characters in which the first sentence is looked for
ARCHIVE = "archive"
SHOWN = 40  # differing sentences of each side


class _Arguments(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Survey(_Arguments):
    period: Annotated[Period | None, Kind("period")] = Field(None, description="only documents dated within it")


class Count(BaseModel):
    name: str
    documents: int
    words: int


class Inventory(BaseModel):
    total: int
    kinds: list[Count]
    folders: list[Count]
    months: list[Count]
    unreadable: list[Annotated[Document, Kind("document")]]
    markdown: Annotated[str, Kind("markdown")]


class Compare(_Arguments):
    first: Annotated[str, Kind("document.id")]
    second: Annotated[str, Kind("document.id")]


class Comparison(BaseModel):
    alike: float = Field(description="0 to 1: how much of the two texts is the same")
    only_first: list[str]
    only_second: list[str]
    markdown: Annotated[str, Kind("markdown")]


class Move(_Arguments):
    document: Annotated[str, Kind("document.id")]
    folder: str | None = Field(None, max_length=300, description="where to; empty is the top; leave out to keep the folder")
    title: str = Field("", max_length=300, description="a new file name without its ending; empty keeps it")


class Archive(_Arguments):
    document: Annotated[str, Kind("document.id")]


class Index(_Arguments):
    period: Annotated[Period | None, Kind("period")] = Field(None, description="only documents dated within it")
    title: str = Field("", max_length=300)
    format: WrittenFormat = "docx"


class Indexed(BaseModel):
    document: Annotated[Document, Kind("document")]
    fingerprint: str = Field(description="SHA-256 of the file as it was written")
    count: int


class Moved(BaseModel):
    document: Annotated[Document, Kind("document")]
    before: str = Field(description="the id that it had")


def _counts(documents: list[Document], name: str) -> list[Count]:
    numbers: Counter[str] = Counter()
    words: Counter[str] = Counter()
    for document in documents:
        key = {"kind": document.kind, "folder": document.id.rpartition("/")[0], "month": f"{document.modified:%Y-%m}"}[name]
        numbers[key] += 1
        words[key] += document.words
    return [
        Count(name=key, documents=number, words=words[key]) for key, number in sorted(numbers.items(), key=lambda item: (-item[1], item[0]))
    ]


@tool(
    "documents.count",
    title=Text(he="ספירת מסמכים", en="Count documents"),
    description=Text(
        he="סופר את המסמכים בתיקייה לפי סוג, תיקיית משנה וחודש, ומונה את הפגומים",
        en="Count the documents of the folder by kind, subfolder and month, and name the damaged ones",
    ),
    examples={
        "he": ["כמה מסמכים יש בתיקייה", "ספור את הקבצים לפי סוג", "אילו קבצים פגומים", "מה מספר המסמכים שנכתבו השנה"],
        "en": ["how many documents are there", "count the files by kind", "which files are damaged", "number of documents written this year"],
    },
    show=lambda found, language: found.markdown, label=UNTRUSTED, timeout=120, seconds=1.0,
)  # fmt: skip
async def count(args: Survey, call: Call) -> Inventory:
    found = await call.provider(DocumentStore).search("", period=args.period, kinds=(), limit=MOST, timezone=call.timezone)
    documents = list(found.documents)
    kinds, folders, months = (_counts(documents, name) for name in ("kind", "folder", "month"))
    he = call.language == "he"
    heads = {"he": ("סוג", "מסמכים", "מילים"), "en": ("kind", "documents", "words")}[call.language]
    bad = [document for document in documents if document.note]
    parts = [
        f"{len(documents)} מסמכים" if he else f"{len(documents)} documents",
        markdown.table(heads, [(one.name, one.documents, one.words) for one in kinds]),
    ]
    if bad:
        parts.append("לא ניתנים לקריאה:" if he else "Cannot be read:")
        parts.append("\n".join(f"- {markdown.escape(document.title)} ({document.note})" for document in bad[:SHOWN]))
    return Inventory(total=len(documents), kinds=kinds, folders=folders, months=sorted(months, key=lambda one: one.name), unreadable=bad,
                    markdown="\n\n".join(parts))  # fmt: skip


def compare_texts(first: str, second: str) -> tuple[float, list[str], list[str]]:
    """(how alike, the sentences only in the first, those only in the second), by sentences."""
    one, other = split(first), split(second)
    matcher = difflib.SequenceMatcher(None, one, other, autojunk=False)
    here: list[str] = []
    there: list[str] = []
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag != "equal":
            here += one[a:b]
            there += other[c:d]
    return matcher.ratio() if one or other else 1.0, here, there


def _told(one: DocumentText, other: DocumentText, alike: float, here: list[str], there: list[str], language: Language) -> str:
    if not here and not there:
        return "שני המסמכים זהים." if language == "he" else "The two documents say the same."
    head = f"{alike:.0%} משותף" if language == "he" else f"{alike:.0%} is the same"
    only = "רק ב" if language == "he" else "Only in "
    parts = [head]
    for text, sentences in ((one, here), (other, there)):
        if sentences:
            lines = "\n".join(f"- {markdown.escape(sentence)}" for sentence in sentences[:SHOWN])
            parts.append(f"**{only}{markdown.escape(text.title)}**\n\n{lines}")
    return "\n\n".join(parts)


@tool(
    "documents.compare",
    title=Text(he="השוואת מסמכים", en="Compare documents"),
    description=Text(he="משווה שני מסמכים ואומר מה נוסף ומה הוסר", en="Compare two documents and say what each has that the other has not"),
    examples={
        "he": ["השווה בין שני החוזים", "מה ההבדל בין הגרסאות של המסמך", "מה השתנה בין הדוחות", "במה שונים שני הקבצים"],
        "en": [
            "compare the two contracts", "what is the difference between the versions", "what changed between the reports",
            "what is different between the two files",
        ],
    },
    show=lambda comparison, language: comparison.markdown, label=UNTRUSTED, timeout=120, seconds=1.0,
)  # fmt: skip
async def compare(args: Compare, call: Call) -> Comparison:
    store = call.provider(DocumentStore)
    one = await store.read(args.first, characters=COMPARED)
    other = await store.read(args.second, characters=COMPARED)
    alike, here, there = compare_texts(one.text, other.text)
    told = _told(one, other, alike, here, there, call.language)
    return Comparison(alike=round(alike, 4), only_first=here[:500], only_second=there[:500], markdown=told)


async def _back(_args: object, output: object, call: Call) -> None:
    moved = Moved.model_validate(output)
    folder, _, name = moved.before.rpartition("/")
    if not await call.provider(DocumentStore).move(moved.document.id, folder, name):
        raise Conflict(f"“{moved.document.title}” cannot be put back.", cure="Look where it is, and whether its old place is taken.")


@tool(
    "documents.move",
    title=Text(he="העברת מסמך", en="Move or rename a document"),
    description=Text(
        he="מעביר מסמך לתיקייה אחרת או משנה את שמו; לעולם אינו דורס מסמך אחר",
        en="Move a document to another folder, or give it another name; never overwrites another document",
    ),
    examples={
        "he": ["העבר את החוזה לתיקייה ארכיון", "שנה את שם הקובץ", "תייק את המסמכים של 2024 בארכיון", "שים את הקובץ בתיקייה אחרת", "תן לקובץ שם אחר"],
        "en": [
            "move the contract to the archive folder", "rename the file", "file the report under 2024",
            "put the file in another folder", "give the file another name",
        ],
    },
    show=lambda moved, language: f"{moved.before} → {moved.document.id}",
    effect="write", recovery="keyed", approval="ask", locks=("document:{document}",), label=UNTRUSTED, undo=_back, seconds=0.2,
)  # fmt: skip
async def move(args: Move, call: Call) -> Moved:
    folder, _, name = args.document.rpartition("/")
    ending = name.rpartition(".")[2]
    target = f"{args.title}.{ending}" if args.title else name
    document = await call.provider(DocumentStore).move(args.document, folder if args.folder is None else args.folder, target)
    if document is None:
        raise Conflict(f"There is another document at “{target}” already.", cure="Choose another name or folder.", field="title")
    return Moved(document=document, before=args.document)


@tool(
    "documents.archive",
    title=Text(he="העברה לארכיון", en="Archive a document"),
    description=Text(
        he="מעביר מסמך לארכיון, לתיקייה של השנה שבה נכתב", en="Put a document away in the archive, in the folder of the year in which it was written"
    ),
    examples={
        "he": ["העבר לארכיון את החוזה הישן", "אפסן את הדוח הישן", "שים את הדוח בארכיון"],
        "en": ["archive the old contract", "put the old report away", "put the report into the archive"],
    },
    show=lambda moved, language: f"{moved.before} → {moved.document.id}",
    effect="write", recovery="keyed", approval="ask", locks=("document:{document}",), label=UNTRUSTED, undo=_back, seconds=0.2,
)  # fmt: skip
async def archive(args: Archive, call: Call) -> Moved:
    """A repeat after a crash finds it in the archive already."""
    store, name = call.provider(DocumentStore), args.document.rpartition("/")[2]
    found = await store.search("", period=None, kinds=(), limit=MOST, timezone=call.timezone)
    here = next((one for one in found.documents if one.id == args.document), None)
    there = [one for one in found.documents if one.id.startswith(f"{ARCHIVE}/") and one.id.rpartition("/")[2] == name]
    if here is None and len(there) == 1:
        return Moved(document=there[0], before=args.document)
    if here is None:
        raise NotFound(f"There is no document “{args.document}”.", cure="Search for it first.", field="document")
    if here.id.startswith(f"{ARCHIVE}/"):
        return Moved(document=here, before=args.document)
    moved = await store.move(here.id, f"{ARCHIVE}/{here.modified.astimezone(call.timezone).year}", name)
    if moved is None:
        raise Conflict(f"There is another document “{name}” in the archive.", cure="Give it another name first.", field="document")
    return Moved(document=moved, before=args.document)


async def _unwrite(_args: object, output: object, call: Call) -> None:
    index = Indexed.model_validate(output)
    if not await call.provider(DocumentStore).remove(index.document.id, index.fingerprint):
        raise Conflict(f"“{index.document.title}” was changed since, so it was left as it is.", cure="Remove it by hand if you wish.")


@tool(
    "documents.index",
    title=Text(he="מפתח המסמכים", en="Index the documents"),
    description=Text(
        he="כותב מסמך מפתח: כל המסמכים לפי תיקייה, עם תאריך ומשפט ראשון",
        en="Write an index document: every document by folder, with its day and first sentence",
    ),
    examples={
        "he": ["מפתח את כל המסמכים בתיקייה", "כתוב תוכן עניינים של התיקייה"],
        "en": ["index all documents of the folder", "make a list of contents of the folder"],
    },
    show=lambda index, language: f"{index.document.title} ({index.count})",
    effect="write", recovery="keyed", locks=("documents",), label=UNTRUSTED, timeout=120, undo=_unwrite, seconds=2.0,
)  # fmt: skip
async def index(args: Index, call: Call) -> Indexed:
    store = call.provider(DocumentStore)
    found = (await store.search("", period=args.period, kinds=(), limit=MOST, timezone=call.timezone)).documents
    folders: dict[str, list[Document]] = {}
    for document in sorted(found, key=lambda one: one.id):
        folders.setdefault(document.id.rpartition("/")[0], []).append(document)
    parts = []
    for place, (folder, documents) in enumerate(folders.items()):
        call.report(folder, (place + 1) / len(folders))
        lines = [f"- **{markdown.escape(one.title)}** · {one.modified:%d.%m.%Y} · {await _first(one, store)}" for one in documents]
        parts.append("\n".join([f"## {markdown.escape(folder or '/')}", "", *lines]))
    title = args.title or ("מפתח המסמכים" if call.language == "he" else "Index of the documents")
    new = NewDocument(title=title, content="\n\n".join(parts), key=call.key, format=args.format, language=call.language)
    document, fingerprint = await store.write(new, call.now)
    return Indexed(document=document, fingerprint=fingerprint, count=len(found))


async def _first(document: Document, store: DocumentStore) -> str:
    """Its first sentence; of one that cannot be read, why."""
    if document.note:
        return document.note
    sentences = split((await store.read(document.id, characters=FIRST)).text)
    return markdown.escape(next((one for one in sentences if one != document.title and len(one.split()) > 2), ""))


TOOLS: tuple[Tool, ...] = (count, compare, move, archive, index)
