"""Tools over the folder of documents as a whole: what there is, how two of them differ, and putting them where they belong."""

from __future__ import annotations

import difflib
from collections import Counter
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from tizmoret.catalog.tool import Call, Kind, Text, Tool, tool
from tizmoret.errors import Conflict
from tizmoret.plan.model import Language
from tizmoret.tools import markdown
from tizmoret.tools.documents import UNTRUSTED
from tizmoret.tools.models import Document, DocumentText, Period
from tizmoret.tools.providers.ports import DocumentStore
from tizmoret.tools.sentences import split

MOST = 10_000  # documents that an overview counts
COMPARED = 400_000  # characters of each document
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
        "he": ["כמה מסמכים יש בתיקייה", "ספור את הקבצים לפי סוג", "אילו קבצים פגומים"],
        "en": ["how many documents are there", "count the files by kind", "which files are damaged"],
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
        "he": ["השווה בין שני החוזים", "מה ההבדל בין הגרסאות של המסמך", "מה השתנה בין הדוחות"],
        "en": ["compare the two contracts", "what is the difference between the versions", "what changed between the reports"],
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
        "he": ["העבר את החוזה לתיקייה ארכיון", "שנה את שם הקובץ", "תייק את המסמכים של 2024 בארכיון"],
        "en": ["move the contract to the archive folder", "rename the file", "file the report under 2024"],
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


TOOLS: tuple[Tool, ...] = (count, compare, move)
