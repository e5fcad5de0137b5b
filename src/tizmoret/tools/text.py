"""Summaries and key points without a model: sentences quoted from the texts themselves, each with its source."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from tizmoret.catalog.tool import Call, Kind, Text, Tool, tool
from tizmoret.plan.labels import Label
from tizmoret.plan.model import Language
from tizmoret.tools import markdown
from tizmoret.tools.models import DocumentText, Source
from tizmoret.tools.sentences import Sentence, choose


class _Texts(BaseModel):
    """Texts of documents, or one text of its own."""

    model_config = ConfigDict(extra="forbid")
    texts: list[DocumentText] = Field(default_factory=list, max_length=500)
    text: Annotated[str, Kind("text")] = Field("", max_length=2_000_000)
    question: Annotated[str, Kind("words")] = Field("", max_length=2000, description="what to look for; empty: whatever says the most")

    @model_validator(mode="after")
    def _some(self) -> Self:
        if not self.texts and not self.text.strip():
            raise ValueError("give `texts` or `text`")
        return self

    def parts(self) -> list[tuple[Source, str]]:
        """What there is to quote from, with its source."""
        own = [(Source(), self.text)] if self.text.strip() else []
        return own + [(Source(id=text.id, title=text.title), text.text) for text in self.texts]


class Summarise(_Texts):
    sentences: int = Field(5, ge=1, le=50)


class Summary(BaseModel):
    markdown: Annotated[str, Kind("markdown")]
    sources: list[Source]


class KeyPointsOf(_Texts):
    points: int = Field(7, ge=1, le=50)


class Point(BaseModel):
    text: Annotated[str, Kind("text")]
    source: Source | None = Field(description="the document it is quoted from; null for a text of its own")


class KeyPoints(BaseModel):
    points: list[Point]
    markdown: Annotated[str, Kind("markdown")]
    sources: list[Source]


def _cited(chosen: Sequence[Sentence], parts: Sequence[tuple[Source, str]]) -> tuple[list[Source], list[int]]:
    """The sources in the order in which they are first quoted, and for each sentence its number among them (0: none)."""
    found: list[Source] = []
    numbers = []
    for sentence in chosen:
        source = parts[sentence.document][0]
        if not source.id:
            numbers.append(0)
            continue
        if source not in found:
            found.append(source)
        numbers.append(found.index(source) + 1)
    return found, numbers


def _quote(sentence: Sentence, number: int) -> str:
    return markdown.escape(sentence.text) + (f" [{number}]" if number else "")


def _nothing(language: Language) -> str:
    return "אין בטקסטים תוכן לסכם." if language == "he" else "The texts hold nothing to summarise."


def _finish(body: str, sources: Sequence[Source], language: Language) -> str:
    return "\n\n".join(part for part in (body, markdown.sources(sources, language)) if part)


def _show_summary(summary: Summary, language: Language) -> str:
    return summary.markdown


def _show_points(points: KeyPoints, language: Language) -> str:
    return points.markdown


@tool(
    "text.summarise",
    title=Text(he="סיכום טקסט", en="Summarise text"),
    description=Text(
        he="מסכם טקסט או מסמכים בכמה משפטים מצוטטים, עם מקורות, ללא מודל שפה",
        en="Summarise a text or documents in a few quoted sentences with sources, without a language model",
    ),
    examples={
        "he": ["סכם את המסמכים", "תן תקציר של הדוח", "מה עיקר הדברים בטקסט", "סכם לי מה עשינו"],
        "en": ["summarise the documents", "give a short version of the report", "sum up what we did", "what is the gist of this text"],
    },
    show=_show_summary, label=Label(sources=frozenset({"text.summarise"})), timeout=60, seconds=0.3,
)  # fmt: skip
async def summarise(args: Summarise, call: Call) -> Summary:
    parts = args.parts()
    chosen = await asyncio.to_thread(choose, [text for _, text in parts], args.sentences, question=args.question)
    # A summary is read as one text: sentences in the order in which the documents tell them.
    chosen.sort(key=lambda sentence: (sentence.document, sentence.place))
    sources, numbers = _cited(chosen, parts)
    body = " ".join(_quote(sentence, number) for sentence, number in zip(chosen, numbers, strict=True))
    return Summary(markdown=_finish(body or _nothing(call.language), sources, call.language), sources=sources)


@tool(
    "text.key_points",
    title=Text(he="נקודות עיקריות", en="Key points"),
    description=Text(
        he="מוציא מטקסט או ממסמכים את הנקודות העיקריות: החלטות, מספרים ועובדות, כל אחת עם המסמך שממנו באה",
        en="Extract the key points of a text or documents: decisions, figures and facts, each with the document it comes from",
    ),
    examples={
        "he": ["מה הנקודות העיקריות במסמכים", "אילו החלטות התקבלו", "נתח את המסמכים", "הוצא את העיקר מהפרוטוקולים"],
        "en": ["what are the key points of the documents", "which decisions were made", "analyse the documents", "extract the main facts"],
    },
    show=_show_points, label=Label(sources=frozenset({"text.key_points"})), timeout=60, seconds=0.3,
)  # fmt: skip
async def key_points(args: KeyPointsOf, call: Call) -> KeyPoints:
    parts = args.parts()
    chosen = await asyncio.to_thread(choose, [text for _, text in parts], args.points, question=args.question)
    sources, numbers = _cited(chosen, parts)
    points = [
        Point(text=sentence.text, source=sources[number - 1] if number else None)
        for sentence, number in zip(chosen, numbers, strict=True)
    ]  # fmt: skip
    body = "\n".join("- " + _quote(sentence, number) for sentence, number in zip(chosen, numbers, strict=True))
    return KeyPoints(points=points, markdown=_finish(body or _nothing(call.language), sources, call.language), sources=sources)


TOOLS: tuple[Tool, ...] = (summarise, key_points)
