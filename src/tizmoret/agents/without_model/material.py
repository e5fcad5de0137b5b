"""The documents that an agent works on: those it was given, else those that its words and its period find."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tizmoret.agents.with_model import Use
from tizmoret.agents.without_model import Args, Output
from tizmoret.catalog.tool import Call
from tizmoret.tools import markdown
from tizmoret.tools.models import Source
from tizmoret.tools.sentences import split

MOST = 100  # documents read in one call of an agent


@dataclass(frozen=True, slots=True)
class Writing:
    """A document with its text. day: its own date; None where it was given without one."""

    id: str
    title: str
    text: str
    day: dt.date | None

    @property
    def source(self) -> Output:
        return {"id": self.id, "title": self.title}

    @property
    def shown(self) -> Output:
        """As `text.summarise` and others take it."""
        return {"id": self.id, "title": self.title, "text": self.text}


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence, of the document that says it."""

    text: str
    of: Writing


async def read_material(args: Args, use: Use, call: Call, *, kinds: Sequence[str] = (), most: int = MOST) -> list[Writing]:
    """Those that hold text, as they were found: the likeliest first."""
    found = list(args.get("documents") or [])
    if not found:
        wanted = {"query": args.get("query") or "", "period": args.get("period"), "kinds": list(kinds), "limit": most}
        found = (await use("documents.search", wanted))["documents"]
    found = [document for document in found if not document.get("note")]  # damaged, encrypted or empty: nothing can be read of it
    if not found:
        return []
    call.report(f"{len(found)}", 0.2)
    texts = (await use("documents.read", {"documents": [document["id"] for document in found[:most]]}))["texts"]
    days = {document["id"]: _day(document.get("modified")) for document in found}
    call.report(f"{len(texts)}/{len(found)}", 0.6)
    return [Writing(text["id"], text["title"], text["text"], days.get(text["id"])) for text in texts if text["text"].strip()]


def statements(writings: Iterable[Writing]) -> list[Statement]:
    return [Statement(sentence, writing) for writing in writings for sentence in split(writing.text)]


def sources_of(found: Iterable[Writing]) -> list[Output]:
    """Each document once, in the order in which it is first named."""
    return list({writing.id: writing.source for writing in found}.values())


def cited(lines: Sequence[tuple[str, Writing]], call: Call) -> str:
    """A list of lines, each with the number of its document, and the documents below. What others wrote is made inert."""
    order = list(dict.fromkeys(writing.id for _, writing in lines))
    titles = {writing.id: writing.title for _, writing in lines}
    body = "\n".join(f"- {line} [{order.index(writing.id) + 1}]" for line, writing in lines)
    listed = markdown.sources([Source(id=id, title=titles[id]) for id in order], call.language)
    return f"{body}\n\n{listed}" if body else ""


def say(call: Call, he: str, en: str) -> str:
    return he if call.language == "he" else en


def nothing_read(call: Call) -> str:
    return say(call, "לא נמצאו מסמכים שאפשר לקרוא.", "No documents that can be read were found.")


def _day(modified: object) -> dt.date | None:
    if isinstance(modified, dt.datetime):
        return modified.date()
    try:
        return dt.datetime.fromisoformat(str(modified)).date() if modified else None
    except ValueError:
        return None
