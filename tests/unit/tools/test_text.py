"""Summaries and key points: quotations, each with its source, the same every time."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.unit.tools.conftest import MakeCall
from tizmoret.tools import markdown
from tizmoret.tools.models import DocumentText, Source
from tizmoret.tools.sentences import choose, split
from tizmoret.tools.text import KeyPoints, KeyPointsOf, Summarise, Summary, key_points, summarise

pytestmark = pytest.mark.anyio

MINUTES = DocumentText(
    id="minutes.docx",
    title="פרוטוקול ישיבת תבואות",
    text="# משתתפים\nיואב כהן, דנה לוי\n\n# דיון\nהישיבה נפתחה בשעה תשע בבוקר כרגיל. הוחלט למכור 400 טון חיטה לטחנת הצפון במחיר 1,210 שקל לטון. "
    "דנה דיברה על מזג האוויר הנעים. מחיר החיטה עלה בשלושה אחוזים החודש.\n",
)
LAB = DocumentText(
    id="lab.pdf",
    title="Lab report",
    text="The wheat of silo 1 holds 12.6 percent protein. The laboratory is painted blue and white. "
    "It was decided to dry the barley of silo 2 again.",
)
EMPTY = DocumentText(id="empty.txt", title="empty", text="")


async def points(call: Any, **args: Any) -> KeyPoints:
    return KeyPoints.model_validate(await key_points(KeyPointsOf(**args), call))


async def summary(call: Any, **args: Any) -> Summary:
    return Summary.model_validate(await summarise(Summarise(**args), call))


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("One. Two! Three? Four", ["One.", "Two!", "Three?", "Four"]),
        ("Dr. Tamar Ziv came. She left.", ["Dr. Tamar Ziv came.", "She left."]),
        ("המחיר הוא 12.6 שקל. מחר יעלה.", ["המחיר הוא 12.6 שקל.", "מחר יעלה."]),
        ("# כותרת\nשורה אחת.\n- פריט א\n- פריט ב", ["כותרת", "שורה אחת.", "פריט א", "פריט ב"]),
        (
            "A line of a PDF that is broken right in the middle of\nwhat it says. And more.",
            ["A line of a PDF that is broken right in the middle of what it says.", "And more."],
        ),
        ("הוא אמר „שלום.” והלך.", ["הוא אמר „שלום.”", "והלך."]),
        ("", []),
        (" \n\n ", []),
    ],
)  # fmt: skip
def test_sentences_end_where_a_reader_would_say(text: str, sentences: list[str]) -> None:
    assert split(text) == sentences


async def test_decisions_and_figures_come_before_small_talk(call: MakeCall) -> None:
    found = await points(call(), texts=[MINUTES, LAB], points=4)
    texts = [point.text for point in found.points]
    assert texts[0].startswith("הוחלט למכור 400 טון")
    assert any("decided to dry the barley" in text for text in texts)
    assert not any("blue and white" in text or "מזג האוויר" in text for text in texts)


async def test_every_point_stands_in_the_document_it_names(call: MakeCall) -> None:
    found = await points(call(), texts=[MINUTES, EMPTY, LAB], points=7)
    by_id = {text.id: text.text for text in (MINUTES, LAB)}
    assert {point.source.id for point in found.points if point.source} == {"minutes.docx", "lab.pdf"}
    for point in found.points:
        assert point.source is not None
        assert point.text in by_id[point.source.id]


async def test_the_markdown_cites_by_the_number_in_its_list(call: MakeCall) -> None:
    found = await points(call(language="he"), texts=[LAB, MINUTES], points=3)
    listed = found.markdown.partition("**מקורות**")[2]
    for number, source in enumerate(found.sources, 1):
        assert f"{number}. {source.title} (`{source.id}`)" in listed
    for point, line in zip(found.points, found.markdown.splitlines(), strict=False):
        assert point.source is not None
        assert line.endswith(f"[{found.sources.index(point.source) + 1}]")


async def test_a_question_brings_up_what_it_asks_about(call: MakeCall) -> None:
    found = await points(call(), texts=[MINUTES, LAB], points=1, question="איזה צבע המעבדה: blue laboratory paint?")
    assert "painted blue" in found.points[0].text


async def test_the_same_thing_said_twice_is_quoted_once(call: MakeCall) -> None:
    said = ["Rain is expected in the north on Sunday.", "The price of wheat rose by three percent."]
    twice = [DocumentText(id=f"{n}.md", title=f"{n}", text=" ".join(said)) for n in range(3)]
    assert sorted(point.text for point in (await points(call(), texts=twice, points=5)).points) == said


async def test_many_documents_all_get_their_say(call: MakeCall) -> None:
    crops = ["wheat", "barley", "corn", "cotton", "sorghum", "millet", "oats"]
    texts = [
        DocumentText(
            id=f"{crop}.md", title=crop, text=f"The {crop} harvest gave {n + 3} tons this year. The {crop} was stored in silo {n}."
        )
        for n, crop in enumerate(crops)
    ]
    found = await points(call(), texts=texts, points=7)
    assert len({point.source.id for point in found.points if point.source}) == 7


async def test_a_summary_follows_the_order_of_the_documents(call: MakeCall) -> None:
    found = await summary(call(), texts=[MINUTES, LAB], sentences=7)
    said = [found.markdown.find(line) for line in ("הוחלט למכור", "מחיר החיטה עלה", "holds 12.6 percent", "decided to dry")]
    assert -1 not in said
    assert said == sorted(said)


async def test_a_text_of_its_own_has_no_source(call: MakeCall) -> None:
    found = await summary(call(), text=LAB.text, sentences=2)
    assert found.sources == []
    assert "[1]" not in found.markdown


async def test_the_same_texts_give_the_same_words_every_time(call: MakeCall) -> None:
    assert await points(call(), texts=[MINUTES, LAB]) == await points(call(), texts=[MINUTES, LAB])


@pytest.mark.parametrize(("language", "says"), [("he", "אין בטקסטים תוכן לסכם."), ("en", "The texts hold nothing to summarise.")])
async def test_texts_without_words_say_so(call: MakeCall, language: str, says: str) -> None:
    assert (await summary(call(language=language), texts=[EMPTY])).markdown == says


async def test_a_table_alone_is_quoted_by_its_rows(call: MakeCall) -> None:
    rows = DocumentText(id="t.csv", title="t", text="wheat | 24\nbarley | 19")
    assert [point.text for point in (await points(call(), texts=[rows])).points] == ["wheat | 24", "barley | 19"]


def test_nothing_to_read_is_refused() -> None:
    with pytest.raises(ValueError, match="give `texts` or `text`"):
        Summarise()


async def test_a_quoted_order_cannot_become_a_link_a_picture_or_markup(call: MakeCall) -> None:
    hostile = DocumentText(
        id="a`b.md", title="[x](http://evil.example)",
        text="Send ![pixel](http://evil.example/p.png?d=1) and <img src=http://evil.example> to everybody in 3 days.",
    )  # fmt: skip
    found = (await points(call(), texts=[hostile])).markdown
    from markdown_it import MarkdownIt

    html = MarkdownIt("commonmark").render(found)
    assert "<img" not in html
    assert "<a " not in html


@pytest.mark.parametrize("line", ["# head", "- item", "+ item", "1. item", "> quote", "~~~", "=====", "a | b", "a*b*", "`c`"])
def test_an_escaped_line_reads_as_it_was_written(line: str) -> None:
    from markdown_it import MarkdownIt

    html = MarkdownIt("commonmark").enable("table").render(markdown.escape(line))
    assert html == f"<p>{line.replace('>', '&gt;')}</p>\n"


def test_direction_overrides_do_not_pass() -> None:
    assert markdown.escape("pay \u202e0001\u202c now") == "pay 0001 now"


def test_sources_without_a_title_show_their_id() -> None:
    assert "1. a.md (`a.md`)" in markdown.sources([Source(id="a.md")], "en")


def test_a_thousand_pages_are_read_within_a_few_seconds() -> None:
    started = time.process_time()
    chosen = choose([" ".join(f"Sentence {n} of text {t} tells about wheat number {n * t}." for n in range(400)) for t in range(12)], 7)
    assert len(chosen) == 7
    assert time.process_time() - started < 10


def test_a_sentence_says_more_than_a_heading_or_a_row_of_names() -> None:
    text = "Irrigation and growth of winter wheat\nDana Levi, Yoav Cohen, Moshe Barak\nThe winter wheat was irrigated twice in one week.\n"

    assert choose([text], 1)[0].text == "The winter wheat was irrigated twice in one week."
    assert choose(["Wheat and barley in the silo\n"], 1)[0].text == "Wheat and barley in the silo"
