"""Markdown to Word. Each paragraph reads in the direction of its own letters, as Word itself stores it: the paragraph is marked `bidi`, its
Hebrew runs `rtl`, a table `bidiVisual`. Links are written out and pictures named, never fetched."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tizmoret.words import is_hebrew

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph
    from markdown_it.token import Token

# XML 1.0 takes no other control characters, and no lone surrogates.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ADDRESS = re.compile(r"https?://\S+")
_FONT = "Arial"  # has Hebrew and Latin letters on every system


@dataclass(frozen=True, slots=True)
class Span:
    text: str
    bold: bool = False
    italic: bool = False
    code: bool = False


def to_docx(title: str, content: str, *, key: str, now: dt.datetime) -> bytes:
    """A Word file of `content` under `title`. `key` goes into its core properties as the identifier."""
    import docx
    from markdown_it import MarkdownIt

    document = docx.Document()
    _properties(document, title, key, now)
    document.styles["Normal"].font.name = _FONT
    tokens = MarkdownIt("commonmark", {"html": False}).enable("table").parse(_NOT_XML.sub("", content))
    if not _begins_with(tokens, title):
        _paragraph(document, [Span(" ".join(_NOT_XML.sub("", title).split()))], "Title")
    _blocks(document, tokens)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _properties(document: Document, title: str, key: str, now: dt.datetime) -> None:
    properties = document.core_properties
    properties.title = _NOT_XML.sub("", title)[:255]
    properties.identifier = key[:255]
    properties.author = properties.last_modified_by = "Tizmoret"
    properties.comments = ""
    # Core properties are in UTC and python-docx writes what it is given.
    properties.created = properties.modified = now.astimezone(dt.UTC).replace(tzinfo=None)


def _begins_with(tokens: Sequence[Token], title: str) -> bool:
    return len(tokens) > 1 and tokens[0].type == "heading_open" and tokens[1].content.strip() == title.strip()


def _blocks(document: Document, tokens: Sequence[Token]) -> None:
    """Walk the flat list of tokens. `lists` holds, for each list that is open, the number of its next item, None for bullets."""
    lists: list[int | None] = []
    lead, place = "", 0
    heading = 0
    while place < len(tokens):
        token = tokens[place]
        match token.type:
            case "heading_open":
                heading = min(int(token.tag[1:]), 6)
            case "heading_close":
                heading = 0
            case "bullet_list_open":
                lists.append(None)
            case "ordered_list_open":
                lists.append(int(token.attrs.get("start", 1)))
            case "bullet_list_close" | "ordered_list_close":
                lists.pop()
            case "list_item_open":
                # Numbers are written out: Word would go on counting from the list before.
                number = lists[-1]
                lead = "• " if number is None else f"{number}. "
                lists[-1] = None if number is None else number + 1
            case "inline":
                spans = [Span(lead), *_spans(token.children or [])] if lead else list(_spans(token.children or []))
                _paragraph(document, spans, f"Heading {heading}" if heading else "", len(lists), bool(lead))
                lead = ""
            case "fence" | "code_block":
                for line in token.content.rstrip("\n").split("\n"):
                    _paragraph(document, [Span(line, code=True)])
            case "table_open":
                end = next(at for at in range(place, len(tokens)) if tokens[at].type == "table_close")
                _table(document, tokens[place:end])
                place = end
        place += 1


def _spans(children: Sequence[Token]) -> Iterator[Span]:
    bold = italic = 0
    target = ""
    for child in children:
        match child.type:
            case "strong_open":
                bold += 1
            case "strong_close":
                bold -= 1
            case "em_open":
                italic += 1
            case "em_close":
                italic -= 1
            case "link_open":
                target = str(child.attrs.get("href", ""))
            case "link_close":
                yield Span(f" ({target})")
            case "softbreak":
                yield Span(" ")
            case "hardbreak":
                yield Span("\n")
            case "image":
                yield Span(f"[{child.content}] ({child.attrs.get('src', '')})")
            case "code_inline":
                yield Span(child.content, bool(bold), bool(italic), code=True)
            case _:
                yield Span(child.content, bool(bold), bool(italic))


def _paragraph(document: Document, spans: Sequence[Span], style: str = "", depth: int = 0, item: bool = False) -> None:
    from docx.shared import Cm

    paragraph = document.add_paragraph(style=style or None)
    if depth:
        paragraph.paragraph_format.left_indent = Cm(0.75 * depth)
        paragraph.paragraph_format.first_line_indent = Cm(-0.5) if item else None
        paragraph.paragraph_format.space_after = Cm(0.1)
    _fill(paragraph, spans)


def _fill(paragraph: Paragraph, spans: Sequence[Span]) -> None:
    from docx.oxml.ns import qn
    from docx.oxml.parser import OxmlElement

    # Addresses and names of files are Latin in any language: they say nothing of the direction.
    right_to_left = is_hebrew(_ADDRESS.sub("", "".join(span.text for span in spans if not span.code)))
    if right_to_left:
        # The schema fixes the order of these children; python-docx knows it for its own ones, so ours is put before them.
        paragraph.paragraph_format.element.get_or_add_pPr().insert_element_before(
            OxmlElement("w:bidi"), "w:adjustRightInd", "w:snapToGrid", "w:spacing", "w:ind", "w:contextualSpacing", "w:mirrorIndents",
            "w:suppressOverlap", "w:jc", "w:textDirection", "w:textAlignment", "w:textboxTightWrap", "w:outlineLvl", "w:rPr",
        )  # fmt: skip
    for span in spans:
        if not span.text:
            continue
        run = paragraph.add_run(span.text)
        run.font.name = "Courier New" if span.code else _FONT
        run.bold, run.italic = span.bold or None, span.italic or None
        run.font.cs_bold, run.font.cs_italic = span.bold or None, span.italic or None
        run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:cs"), _FONT)
        if right_to_left and not span.code:
            run.font.rtl = True


def _table(document: Document, tokens: Sequence[Token]) -> None:
    rows: list[list[Sequence[Span]]] = []
    for token in tokens:
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline":
            rows[-1].append(list(_spans(token.children or [])))
    if not rows or not rows[0]:
        return
    table = document.add_table(rows=len(rows), cols=len(rows[0]), style="Table Grid")
    if is_hebrew(" ".join(span.text for cell in rows[0] for span in cell)):
        from docx.enum.table import WD_TABLE_DIRECTION

        table.table_direction = WD_TABLE_DIRECTION.RTL
    for number, row in enumerate(rows):
        for cell, spans in zip(table.rows[number].cells, row, strict=False):
            _fill(cell.paragraphs[0], [Span(span.text, span.bold or number == 0, span.italic, span.code) for span in spans])
    document.add_paragraph()
