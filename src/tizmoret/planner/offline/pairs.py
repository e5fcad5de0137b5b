"""Arguments that stand side by side: "100 dollars to shekels", "customer against month", "לקוח מול חודש"."""

from __future__ import annotations

import re

_UNIT = r"(?:[₪$€£]|[^\W\d_][^\s,.;:?!]*)"
_BEFORE = r"(?P<sign>[₪$€£])\s?\d[\d,]*(?:\.\d+)?"
_CONVERSION = re.compile(
    rf"(?:{_BEFORE}|\d[\d,]*(?:\.\d+)?\s?(?P<unit>{_UNIT}))(?:\s+(?:to|in|into|as)\s+(?:the\s+)?(?P<en>{_UNIT})|\s+[לב]-?(?P<he>[א-ת][^\s,.;:?!]*))",
    re.IGNORECASE,
)
_ASKED = re.compile(
    rf"(?:how\s+(?:many|much)\s+(?P<en>{_UNIT})\s+(?:is|are|in|make|do|does)(?:\s+there\s+in)?|כמה\s+(?P<he>[א-ת][^\s,.;:?!]*)\s+(?:זה|הם|הן|יש\s+ב-?|שווים|ב-?))"
    rf"\s*(?:{_BEFORE}|\d[\d,]*(?:\.\d+)?\s?(?P<unit>{_UNIT}))",
    re.IGNORECASE,
)
_AGAINST = re.compile(r"(?P<down>[^\W\d_]+)\s+(?:against|with|versus|vs|מול|לעומת)\s+(?P<across>[^\W\d_]+)", re.IGNORECASE)


def conversion(text: str) -> tuple[str, str] | None:
    """(what is given in, what it is wanted in)."""
    found = _CONVERSION.search(text) or _ASKED.search(text)
    return (found["sign"] or found["unit"], found["en"] or found["he"]) if found else None


def crossing(text: str) -> tuple[str, str] | None:
    """(what goes down, what goes across)."""
    found = _AGAINST.search(text)
    return (found["down"], found["across"]) if found else None
