"""Real files of every kind, made as an office makes them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path


def docx_file(
    path: Path, title: str, *paragraphs: str, modified: dt.datetime | None = None, rows: tuple[tuple[str, ...], ...] = ()
) -> Path:
    import docx

    document = docx.Document()
    document.core_properties.title = title
    document.core_properties.modified = document.core_properties.created = modified or dt.datetime(2025, 12, 10)
    document.add_heading(title, 1)
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    if rows:
        table = document.add_table(rows=len(rows), cols=len(rows[0]))
        for number, row in enumerate(rows):
            for cell, text in zip(table.rows[number].cells, row, strict=True):
                cell.text = text
    document.save(str(path))
    return path


def pptx_file(path: Path, title: str, *points: str, modified: dt.datetime | None = None) -> Path:
    import pptx

    presentation = pptx.Presentation()
    presentation.core_properties.title = title
    presentation.core_properties.modified = modified or dt.datetime(2025, 12, 10)
    slide = presentation.slides.add_slide(presentation.slide_layouts[1])
    slide.shapes.title.text = title
    slide.placeholders[1].text = "\n".join(points)
    presentation.save(str(path))
    return path


def xlsx_file(path: Path, sheets: dict[str, list[list[object]]], modified: dt.datetime | None = None) -> Path:
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)
    book.properties.modified = modified or dt.datetime(2025, 12, 10)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def pdf_file(path: Path, title: str, *paragraphs: str, date: dt.date = dt.date(2025, 12, 10)) -> Path:
    import typst

    body = "\n\n".join(paragraphs)
    stamp = f"datetime(year: {date.year}, month: {date.month}, day: {date.day})"
    source = f'#set document(title: "{title}", date: {stamp})\n= {title}\n\n{body}\n'
    path.write_bytes(typst.compile(source.encode()))
    return path
