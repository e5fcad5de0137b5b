"""Office files with a date of their own: what a person would have written on that day."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Sequence
from typing import Any

from tizmoret.tools.writing.word import to_docx
from tizmoret.words import is_hebrew

Rows = Sequence[Sequence[Any]]


def docx(title: str, text: str, when: dt.datetime) -> bytes:
    return to_docx(title, text, key="", now=when)


def markdown(title: str, text: str, when: dt.datetime) -> bytes:
    return f"---\ntitle: {title}\ndate: {when.isoformat()}\n---\n# {title}\n\n{text}\n".encode()


def plain(title: str, text: str) -> bytes:
    return f"{title}\n\n{text}\n".encode()


def table(rows: Rows) -> bytes:
    """A .csv, with the mark by which spreadsheets know UTF-8."""
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def xlsx(title: str, rows: Rows, when: dt.datetime) -> bytes:
    from xlsxwriter import Workbook  # openpyxl dates every file it writes with today

    buffer = io.BytesIO()
    book = Workbook(buffer)
    book.set_properties({"title": title, "created": when.astimezone(dt.UTC).replace(tzinfo=None)})
    sheet = book.add_worksheet("data")
    if is_hebrew(str(rows[0][0])):
        sheet.right_to_left()
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    book.close()
    return buffer.getvalue()


def pptx(title: str, slides: Sequence[Sequence[str]], when: dt.datetime) -> bytes:
    from pptx import Presentation

    show = Presentation()
    for heading, body in slides:
        slide = show.slides.add_slide(show.slide_layouts[1])
        slide.shapes.title.text = heading
        slide.placeholders[1].text = body
    show.core_properties.title = title
    show.core_properties.created = show.core_properties.modified = when.astimezone(dt.UTC).replace(tzinfo=None)
    buffer = io.BytesIO()
    show.save(buffer)
    return buffer.getvalue()


def pdf(title: str, text: str, when: dt.datetime) -> bytes:
    import typst

    source = (
        f'#set document(title: "{_quoted(title)}", date: datetime(year: {when.year}, month: {when.month}, day: {when.day}, hour: 9, '
        f'minute: 0, second: 0))\n#set page(paper: "a4")\n= #"{_quoted(title)}"\n\n#"{_quoted(text)}"\n'
    )
    made = typst.compile(source.encode(), format="pdf")
    assert isinstance(made, bytes)
    return made


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
