"""Markdown that tools write: text of others made inert, tables, lists of sources."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tizmoret.plan.model import Language
from tizmoret.tools.models import Source

_SPECIAL = re.compile(r"([\\`*\[\]<|])")
_LINE_START = re.compile(r"^([#+=>~-]|\d{1,9}(?=[.)]))")
# Overrides and isolates can make a text read as something else than it is (SECURITY row 11); marks (LRM, RLM) are harmless.
_OVERRIDES = re.compile("[\u202a-\u202e\u2066-\u2069]")

SOURCES = {"he": "מקורות", "en": "Sources"}


def escape(text: str) -> str:
    """One line of somebody's text that renders as it reads: no links, images, HTML or headings can come of it."""
    line = _SPECIAL.sub(r"\\\1", _OVERRIDES.sub("", " ".join(text.split())))
    return _LINE_START.sub(lambda match: f"{match[1]}\\" if match[1].isdigit() else f"\\{match[1]}", line)


def table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A pipe table; numbers with separators of thousands."""
    head = "| " + " | ".join(escape(column) or " " for column in columns) + " |"
    rule = "|" + "|".join(" --- " for _ in columns) + "|"
    return "\n".join([head, rule, *("| " + " | ".join(cell(value) for value in row) + " |" for row in rows)])


def cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "✓" if value else "✗"
    if isinstance(value, int):
        # A whole number of four digits is as likely a year as an amount.
        return str(value) if abs(value) < 10_000 else f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.2f}".rstrip("0").rstrip(".") if abs(value) < 1e15 else f"{value:g}"
    return escape(str(value))


def sources(found: Sequence[Source], language: Language) -> str:
    """The numbered list that `[1]` in a text points to; empty for none."""
    if not found:
        return ""
    lines = [f"{place}. {escape(source.title or source.id)} (`{source.id.replace('`', '')}`)" for place, source in enumerate(found, 1)]
    return "\n".join([f"**{SOURCES[language]}**", "", *lines])
