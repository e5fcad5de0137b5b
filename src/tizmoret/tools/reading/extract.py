"""The content of a file of any kind that is known."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from tizmoret.tools.reading.plain import decode, front_matter
from tizmoret.tools.reading.text import MAX_CHARACTERS, Content, in_utc

MAX_BYTES = 50 * 1024 * 1024  # of a file whose text is read

_HEADING = re.compile(r"^#{1,2}[ \t]+(.+?)[ \t#]*$", re.MULTILINE)


def extract(content: bytes, kind: str) -> Content:
    """Text, title and own date of a file. Raises Encrypted, Broken or TooBig, and KeyError for a kind not in KINDS."""
    return KINDS[kind](content)


def _docx(content: bytes) -> Content:
    from tizmoret.tools.reading.office import read_docx

    return read_docx(content, MAX_CHARACTERS)


def _pptx(content: bytes) -> Content:
    from tizmoret.tools.reading.office import read_pptx

    return read_pptx(content, MAX_CHARACTERS)


def _xlsx(content: bytes) -> Content:
    from tizmoret.tools.reading.office import read_xlsx

    return read_xlsx(content, MAX_CHARACTERS)


def _pdf(content: bytes) -> Content:
    from tizmoret.tools.reading.pdf import read_pdf

    return read_pdf(content, MAX_CHARACTERS)


def _text(content: bytes) -> Content:
    return Content(text=decode(content)[:MAX_CHARACTERS].replace("\x00", "").strip())


def _markdown(content: bytes) -> Content:
    fields, body = front_matter(decode(content)[:MAX_CHARACTERS].replace("\x00", ""))
    heading = _HEADING.search(body[:4_000])
    return Content(
        text=body.strip(),
        title=str(fields["title"]) if isinstance(fields.get("title"), str | int) else heading[1] if heading else "",
        keywords=_words(fields.get("keywords")),
        modified=in_utc(fields.get("date")),
        key=_words(fields.get("identifier")),
    )


def _words(field: object) -> str:
    """A text, or the texts of a list. Nothing else is turned to text: aliases can make a few bytes of YAML print as gigabytes."""
    parts = field[:100] if isinstance(field, list) else [field]
    return " ".join(part[:2_000] for part in parts if isinstance(part, str))


KINDS: Mapping[str, Callable[[bytes], Content]] = {
    "docx": _docx, "xlsx": _xlsx, "pptx": _pptx, "pdf": _pdf, "md": _markdown, "txt": _text, "csv": _text,
}  # fmt: skip
