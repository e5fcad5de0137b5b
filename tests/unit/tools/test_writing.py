"""documents.write: what lands in the folder, once, whole, and nobody else's."""

from __future__ import annotations

import asyncio
import datetime as dt
import errno
import os
from pathlib import Path
from typing import Any

import docx
import pytest
import yaml
from docx.oxml.ns import qn

from tests.unit.tools.conftest import NOW, MakeCall
from tizmoret.errors import Conflict, StepFailed
from tizmoret.tools.documents import WriteDocument, Written, write
from tizmoret.tools.models import Document
from tizmoret.tools.writing.names import file_name

pytestmark = pytest.mark.anyio

AGENDA = """# נושאים

סקירה של **מחירי** החיטה, ראו [קישור](https://example.com/x) ו-![תמונה](https://example.com/p.png).

1. פתיחה
2. החלטות
   - תקציב

| מוצר | טון |
| --- | --- |
| חיטה | 120 |

1. Second list
"""


async def written(call: Any, **args: Any) -> Written:
    return Written.model_validate(await write(WriteDocument(**args), call))


def cited(id: str, title: str) -> Document:
    return Document(id=id, title=title, kind="docx", modified=dt.datetime(2025, 12, 3, tzinfo=dt.UTC))


async def test_markdown_becomes_a_word_file_that_word_reads_from_the_right(documents: Path, call: MakeCall) -> None:
    made = await written(call(language="he"), title="סדר יום", content=AGENDA)
    document = docx.Document(str(documents / made.document.id))
    texts = {paragraph.text: paragraph for paragraph in document.paragraphs}
    assert texts["סדר יום"].style.name == "Title"
    assert texts["נושאים"].style.name == "Heading 1"
    hebrew = texts["סקירה של מחירי החיטה, ראו קישור (https://example.com/x) ו-[תמונה] (https://example.com/p.png)."]
    assert hebrew._element.pPr.find(qn("w:bidi")) is not None
    assert all(run.font.rtl for run in hebrew.runs)
    assert [run.text for run in hebrew.runs if run.bold] == ["מחירי"]
    english = texts["1. Second list"]  # numbered anew after the table
    assert english._element.pPr.find(qn("w:bidi")) is None
    assert {"1. פתיחה", "2. החלטות", "• תקציב"} <= set(texts)
    table = document.tables[0]
    assert [[cell.text for cell in row.cells] for row in table.rows] == [["מוצר", "טון"], ["חיטה", "120"]]
    assert table._tblPr.find(qn("w:bidiVisual")) is not None


async def test_the_properties_tell_title_date_and_call(documents: Path, call: MakeCall) -> None:
    made = await written(call(key="call-7"), title="Report", content="x")
    properties = docx.Document(str(documents / made.document.id)).core_properties
    assert (properties.title, properties.identifier) == ("Report", "call-7")
    assert made.document.modified == NOW
    assert (made.document.title, made.document.kind) == ("Report", "docx")


async def test_markdown_keeps_the_same_in_its_front_matter(documents: Path, call: MakeCall) -> None:
    made = await written(call(key="call-7"), title="דוח: “מחירים”", content="תוכן", format="md")
    head, _, body = (documents / made.document.id).read_text("utf-8").removeprefix("---\n").partition("---\n")
    fields = yaml.safe_load(head)
    assert (fields["title"], fields["identifier"]) == ("דוח: “מחירים”", "call-7")
    assert body.strip() == "# דוח: “מחירים”\n\nתוכן"


@pytest.mark.parametrize(("language", "heading"), [("he", "מקורות"), ("en", "Sources")])
async def test_citations_are_listed_with_title_and_id(documents: Path, call: MakeCall, language: str, heading: str) -> None:
    sources = [cited("a/ישיבה.docx", "ישיבת תבואות"), cited("b.pdf", "Prices [draft]")]
    made = await written(call(language=language), title="Summary", content="text", citations=sources, format="md")
    text = (documents / made.document.id).read_text("utf-8")
    assert f"**{heading}**" in text
    assert "1. ישיבת תבואות (`a/ישיבה.docx`)" in text
    assert "2. Prices \\[draft\\] (`b.pdf`)" in text


async def test_a_document_cited_in_the_content_is_not_listed_twice(documents: Path, call: MakeCall) -> None:
    content = "Point [1]\n\n**Sources**\n\n1. One (`one.docx`)"
    made = await written(call(), title="A", content=content, citations=[cited("one.docx", "One"), cited("two.docx", "Two")], format="md")
    text = (documents / made.document.id).read_text("utf-8")
    assert text.count("one.docx") == 1
    assert "**More documents**\n\n1. Two (`two.docx`)" in text


@pytest.mark.parametrize("format", ["docx", "md"])
async def test_the_same_call_twice_writes_one_file(documents: Path, call: MakeCall, format: str) -> None:
    first = await written(call(key="k"), title="Plan", content="one", format=format)
    again = await written(call(key="k"), title="Plan", content="one", format=format)
    assert first == again
    assert len(list(documents.iterdir())) == 1


async def test_the_same_call_side_by_side_writes_one_file(documents: Path, call: MakeCall) -> None:
    made = await asyncio.gather(*(written(call(key="k"), title="Plan", content="one") for _ in range(6)))
    assert {one.document.id for one in made} == {"Plan.docx"}
    assert [path.name for path in documents.iterdir()] == ["Plan.docx"]


async def test_another_document_of_that_name_is_left_alone(documents: Path, call: MakeCall) -> None:
    (documents / "Plan.docx").write_bytes(b"mine")
    made = [await written(call(key=f"k{number}"), title="Plan", content="x") for number in range(2)]
    assert [one.document.id for one in made] == ["Plan (2).docx", "Plan (3).docx"]
    assert (documents / "Plan.docx").read_bytes() == b"mine"


async def test_a_file_system_without_links_still_overwrites_nothing(
    documents: Path, call: MakeCall, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", refuse)
    (documents / "Plan.md").write_text("mine")
    made = await written(call(), title="Plan", content="theirs", format="md")
    assert made.document.id == "Plan (2).md"
    assert (documents / "Plan.md").read_text() == "mine"
    assert "theirs" in (documents / made.document.id).read_text("utf-8")


@pytest.mark.parametrize(
    ("fault", "says"), [(errno.ENOSPC, "disk is full"), (errno.EROFS, "may not be written"), (errno.EIO, "could not be written")]
)
async def test_a_disk_that_fails_leaves_nothing_behind(
    documents: Path, call: MakeCall, monkeypatch: pytest.MonkeyPatch, fault: int, says: str
) -> None:
    def fail(_: int) -> None:
        raise OSError(fault, os.strerror(fault))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(StepFailed, match=says) as failure:
        await written(call(), title="Plan", content="x")
    assert failure.value.cure
    assert list(documents.iterdir()) == []


async def test_undo_takes_back_what_was_written(documents: Path, call: MakeCall) -> None:
    args = WriteDocument(title="Plan", content="x")
    made = await write(args, call())
    assert write.undo is not None
    await write.undo(args, made, call())
    assert list(documents.iterdir()) == []
    await write.undo(args, made, call())  # again: nothing left to do


async def test_undo_leaves_what_somebody_has_changed_since(documents: Path, call: MakeCall) -> None:
    args = WriteDocument(title="Plan", content="x", format="md")
    made = await written(call(), title="Plan", content="x", format="md")
    (documents / made.document.id).write_text("my own words")
    assert write.undo is not None
    with pytest.raises(Conflict, match="Plan"):
        await write.undo(args, made, call())
    assert (documents / made.document.id).read_text() == "my own words"


async def test_a_folder_inside_is_made_where_it_is_missing(documents: Path, call: MakeCall) -> None:
    made = await written(call(), title="Plan", content="x", folder="סיכומים/2026")
    assert made.document.id == "סיכומים/2026/Plan.docx"
    assert (documents / "סיכומים" / "2026" / "Plan.docx").is_file()


async def test_characters_that_no_office_file_takes_are_left_out(documents: Path, call: MakeCall) -> None:
    made = await written(call(), title="a\x00b\x0bc", content="one \x1btwo\uffff <script>x</script>")
    assert made.document.id == "a b c.docx"
    assert docx.Document(str(documents / made.document.id)).paragraphs[1].text == "one two <script>x</script>"


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("סדר יום: פגישה עם יואב", "סדר יום פגישה עם יואב"),
        ("../../etc/passwd", "etc passwd"),
        ("a\\b|c?d*e", "a b c d e"),
        (".hidden", "hidden"),
        ("gnp\u202eexe.doc", "gnpexe.doc"),
        ("CON", "Document"),
        ("lpt1.txt", "Document"),
        ("...", "Document"),
        ("\u200f", "Document"),
        ("line\nbreak\ttab", "line break tab"),
        ("e\u0301", "é"),
    ],
)  # fmt: skip
def test_a_title_makes_a_name_that_every_file_system_takes(title: str, name: str) -> None:
    assert file_name(title, "Document") == name


def test_a_long_title_is_cut_at_whole_letters_within_the_limit_of_bytes() -> None:
    name = file_name("ש" * 400, "x")
    assert name == "ש" * 90
