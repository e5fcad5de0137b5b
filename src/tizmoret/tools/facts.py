"""Facts out of a text without a model: addresses, numbers, days, amounts and links, each as it is written."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from tizmoret.catalog.tool import Call, Kind, Text, Tool, tool
from tizmoret.plan.model import Language
from tizmoret.tools import markdown
from tizmoret.tools.models import DocumentText, Source

MOST = 500  # of each sort

_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
_URL = re.compile(r"https?://[^\s<>\"'\])}]{1,2000}")
_PHONE = re.compile(
    r"(?<![\w.])(?:\+?\d{1,3}[- ]?)?(?:\(0?\d{1,3}\)|0\d{1,2})[- ]?\d{3}[- ]?\d{3,4}(?![\w])|\+\d{1,3}(?:[- ]?\d){7,11}(?!\d)"
)
_DAY = re.compile(r"(?<!\d)(?:\d{4}-\d{2}-\d{2}|\d{1,2}[./]\d{1,2}[./](?:\d{4}|\d{2}))(?!\d)")
_AMOUNT = re.compile(
    r"(?:[₪$€£]\s?\d[\d,]*(?:\.\d+)?|(?<![\d.,])\d[\d,]*(?:\.\d+)?\s?(?:₪|\$|€|£|ש[\"״]ח|שקל(?:ים)?|דולר(?:ים)?|אירו|יורו|NIS|ILS|USD|EUR|%))"
)
_SORTS = (("emails", _EMAIL), ("links", _URL), ("phones", _PHONE), ("dates", _DAY), ("amounts", _AMOUNT))
_NAMES = {
    "emails": Text("כתובות דוא״ל", "E-mail addresses"), "links": Text("קישורים", "Links"), "phones": Text("טלפונים", "Phone numbers"),
    "dates": Text("תאריכים", "Dates"), "amounts": Text("סכומים", "Amounts"),
}  # fmt: skip

_NOTHING = Text("לא נמצאו כתובות, טלפונים, תאריכים או סכומים.", "No addresses, phone numbers, dates or amounts were found.")


class Extract(BaseModel):
    model_config = ConfigDict(extra="forbid")
    texts: list[DocumentText] = Field(default_factory=list, max_length=500)
    text: Annotated[str, Kind("text")] = Field("", max_length=2_000_000)


class Fact(BaseModel):
    value: str
    times: int
    source: Source | None = Field(description="the first document that has it; null for a text of its own")


class Facts(BaseModel):
    emails: list[Fact]
    links: list[Fact]
    phones: list[Fact]
    dates: list[Fact]
    amounts: list[Fact]
    markdown: Annotated[str, Kind("markdown")]


def _found(pattern: re.Pattern[str], parts: list[tuple[Source | None, str]]) -> list[Fact]:
    facts: dict[str, Fact] = {}
    for source, text in parts:
        for match in pattern.finditer(text):
            value = match.group().strip().rstrip(".,;:")
            known = facts.get(value)
            if known is not None:
                known.times += 1
            elif len(facts) < MOST:
                facts[value] = Fact(value=value, times=1, source=source)
    return list(facts.values())


def _told(found: dict[str, list[Fact]], language: Language) -> str:
    parts = []
    for sort, facts in found.items():
        if facts:
            lines = "\n".join(f"- {markdown.escape(fact.value)}" + (f" ×{fact.times}" if fact.times > 1 else "") for fact in facts[:50])
            parts.append(f"**{_NAMES[sort][language]}**\n\n{lines}")
    return "\n\n".join(parts) or _NOTHING[language]


@tool(
    "text.extract",
    title=Text(he="חילוץ פרטים", en="Extract facts"),
    description=Text(
        he="מוציא מטקסט או ממסמכים כתובות דוא״ל, טלפונים, קישורים, תאריכים וסכומים",
        en="Extract e-mail addresses, phone numbers, links, dates and amounts of money from a text or from documents",
    ),
    examples={
        "he": ["חלץ את כל הסכומים מהחוזה", "אילו טלפונים מופיעים במסמך", "הוצא את כתובות המייל מהקבצים"],
        "en": ["extract all amounts from the contract", "which phone numbers are in the document", "pull the e-mail addresses out of the files"],
    },
    show=lambda facts, language: facts.markdown, seconds=0.3,
)  # fmt: skip
async def extract(args: Extract, call: Call) -> Facts:
    parts: list[tuple[Source | None, str]] = [(None, args.text)] if args.text else []
    parts += [(Source(id=text.id, title=text.title), text.text) for text in args.texts]
    found = {sort: _found(pattern, parts) for sort, pattern in _SORTS}
    return Facts(**found, markdown=_told(found, call.language))


TOOLS: tuple[Tool, ...] = (extract,)
