"""A document to write as a file, the same wherever it is put: the names it may get, and its bytes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from tizmoret.errors import StepFailed
from tizmoret.tools.providers.ports import NewDocument
from tizmoret.tools.writing.citations import with_sources
from tizmoret.tools.writing.names import file_name
from tizmoret.tools.writing.plain import to_markdown

MAX_COPIES = 1_000  # documents of one title in one folder


def names(new: NewDocument) -> Iterator[str]:
    """One after the other, where those before are another document's."""
    stem = file_name(_title(new), "מסמך" if new.language == "he" else "Document")
    yield f"{stem}.{new.format}"
    for copy in range(2, MAX_COPIES):
        yield f"{stem} ({copy}).{new.format}"


def content_of(new: NewDocument, now: dt.datetime) -> bytes:
    """It bears the key, by which a repeat knows it."""
    content = with_sources(new.content, new.citations, new.language)
    if new.format == "md":
        return to_markdown(_title(new), content, key=new.key, now=now)
    from tizmoret.tools.writing.word import to_docx

    return to_docx(_title(new), content, key=new.key, now=now)


def no_name_left(new: NewDocument) -> StepFailed:
    what = f"There are already {MAX_COPIES} documents called “{_title(new)}”."
    return StepFailed(what, cure="Choose another title.", field="title")


def _title(new: NewDocument) -> str:
    return " ".join(new.title.split())
