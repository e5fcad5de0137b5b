"""Values of named fields, out of documents: by the words that stand beside them and by what kind of value is wanted."""

from __future__ import annotations

import re
from typing import Any
from zoneinfo import ZoneInfo

from tizmoret.agents.with_model import Use
from tizmoret.agents.without_model import Args, Output
from tizmoret.agents.without_model.material import Statement, nothing_read, read_material, say, sources_of, statements
from tizmoret.agents.without_model.phrases import days_in
from tizmoret.catalog.tool import Call
from tizmoret.tools import markdown
from tizmoret.words import content_tokens, forms

_EXTRACTED = {"email": "emails", "phone": "phones", "amount": "amounts", "link": "links"}  # kind: where text.extract puts it
_NUMBER = re.compile(r"-?\d[\d,]*(?:\.\d+)?")
_AFTER = r"\s*(?:[:=–-]|is|was|הוא|היא|היה|הייתה)\s*(?P<value>[^\n.;]{1,200})"


async def field_extractor(args: Args, use: Use, call: Call) -> Output:
    """Each field from the sentence that has most of its words; without a word of it, no value."""
    writings = await read_material(args, use, call, most=20)
    told = statements(writings)
    values: dict[str, Any] = {}
    found: list[tuple[str, Any, Statement]] = []
    for field in args["fields"]:
        words = [forms(word) for name in (field["name"], *field.get("words", [])) for word in content_tokens(name.replace("_", " "))]
        for one in sorted(told, key=lambda one: -_shared(one.text, words)):
            if not _shared(one.text, words):
                break
            value = await _value(field, one, use, call.timezone, call)
            if value is not None:
                values[field["name"]] = value
                found.append((field["name"], value, one))
                break
    missing = [field["name"] for field in args["fields"] if field["name"] not in values]
    rows = [(name, str(value), one.of.title) for name, value, one in found]
    parts = [markdown.table(say(call, "שדה|ערך|מסמך", "field|value|document").split("|"), rows)] if rows else []
    if missing:
        parts.append(f"{say(call, 'לא נמצא', 'Not found')}: {markdown.escape(', '.join(missing))}")
    text = "\n\n".join(parts) if writings else nothing_read(call)
    return {"markdown": text, "values": values, "missing": missing, "sources": sources_of(one.of for _, _, one in found)}


def _shared(text: str, words: list[frozenset[str]]) -> int:
    said = frozenset[str]().union(*(forms(token) for token in content_tokens(text)))
    return sum(not word.isdisjoint(said) for word in words)


async def _value(field: Output, one: Statement, use: Use, zone: ZoneInfo, call: Call) -> Any:
    kind = field.get("kind", "text")
    if kind in _EXTRACTED:
        facts = (await use("text.extract", {"text": one.text}))[_EXTRACTED[kind]]
        return facts[0]["value"] if facts else None
    if kind == "date":
        days = days_in(one.text, one.of.day or call.now.date(), zone)
        return days[0][0].isoformat() if days else None
    if kind == "number":
        match = _NUMBER.search(one.text)
        return float(match[0].replace(",", "")) if match else None
    names = "|".join(re.escape(name) for name in (field["name"], *field.get("words", [])))
    beside = re.search(rf"(?:{names}){_AFTER}", one.text, re.IGNORECASE)
    return beside["value"].strip() if beside else one.text
