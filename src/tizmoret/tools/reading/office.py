"""Text of Word, Excel and PowerPoint files. Raises Encrypted, Broken or TooBig."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tizmoret.tools.reading.archive import Broken, Unreadable, check_archive
from tizmoret.tools.reading.sheets import workbook_rows
from tizmoret.tools.reading.text import Content, in_utc

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from docx.table import Table as WordTable
    from pptx.slide import Slide


_CORE = "docProps/core.xml"


def read_docx(content: bytes, characters: int) -> Content:
    import docx

    check_archive(content)
    try:
        return _content(_joined(_word_lines(docx.Document(io.BytesIO(content))), characters), content)
    except Exception as error:  # python-docx lets KeyError, ValueError, XMLSyntaxError and more out of a damaged file
        raise Broken from error


def read_pptx(content: bytes, characters: int) -> Content:
    import pptx

    check_archive(content)
    try:
        slides = pptx.Presentation(io.BytesIO(content)).slides
        return _content(_joined((line for slide in slides for line in _slide_lines(slide)), characters), content)
    except Exception as error:
        raise Broken from error


def read_xlsx(content: bytes, characters: int) -> Content:
    try:
        return _content(_joined(_workbook_lines(content), characters), content)
    except Unreadable:
        raise
    except Exception as error:
        raise Broken from error


def _content(text: str, content: bytes) -> Content:
    """The text with the file's core properties (ECMA-376 part 2, section 11).

    Read from the XML: the libraries say "now" for a date that is not there."""
    from lxml import etree

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if _CORE not in archive.namelist():
            return Content(text=text)
        root = etree.fromstring(archive.read(_CORE), etree.XMLParser(resolve_entities=False, no_network=True))
    fields = {etree.QName(child).localname: (child.text or "").strip() for child in root if isinstance(child.tag, str)}
    return Content(
        text=text,
        title=fields.get("title", ""),
        keywords=f"{fields.get('keywords', '')} {fields.get('subject', '')}".strip(),
        modified=_moment(fields.get("modified", "")) or _moment(fields.get("created", "")),
        key=fields.get("identifier", ""),
    )


def _moment(text: str) -> dt.datetime | None:
    try:
        return in_utc(dt.datetime.fromisoformat(text)) if text else None
    except ValueError:
        return None


def _joined(lines: Iterator[str], characters: int) -> str:
    kept: list[str] = []
    for line in lines:
        kept.append(line[:characters])
        characters -= len(line) + 1
        if characters <= 0:
            break
    return "\n".join(kept).strip()


def _word_lines(document: WordDocument) -> Iterator[str]:
    from docx.table import Table

    for block in document.iter_inner_content():
        if isinstance(block, Table):
            yield from _table_lines(block)
            yield ""
            continue
        style = (block.style.name or "") if block.style is not None else ""
        text = block.text.strip()
        if text and (style.startswith("Heading") or style == "Title"):
            yield f"\n# {text}"
        elif text:
            yield f"- {text}" if style.startswith("List") else f"{text}\n"


def _table_lines(table: WordTable) -> Iterator[str]:
    for row in table.rows:
        cells = [" ".join(cell.text.split()) for cell in row.cells]
        # A merged cell is given once for each column that it spans.
        yield " | ".join(cell for place, cell in enumerate(cells) if place == 0 or cell != cells[place - 1])


def _slide_lines(slide: Slide) -> Iterator[str]:
    title = slide.shapes.title
    if title is not None and title.text_frame.text.strip():
        yield f"\n# {' '.join(title.text_frame.text.split())}"
    for shape in slide.shapes:
        if title is not None and shape.shape_id == title.shape_id:
            continue
        frame: Any = shape
        if shape.has_text_frame:
            yield from (f"- {line.text.strip()}" for line in frame.text_frame.paragraphs if line.text.strip())
        elif shape.has_table:
            yield from (" | ".join(" ".join(cell.text.split()) for cell in row.cells) for row in frame.table.rows)
    if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
        yield slide.notes_slide.notes_text_frame.text


def _workbook_lines(content: bytes) -> Iterator[str]:
    for name, rows in workbook_rows(content):
        yield f"\n# {name}"
        for row in rows:
            cells = [str(cell) for cell in row if cell is not None and str(cell).strip()]
            if cells:
                yield " | ".join(cells)
