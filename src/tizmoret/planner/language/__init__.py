"""What a request says, read without a model: its language, clauses, times, people and things, in Hebrew and in English."""

from __future__ import annotations

import re

from tizmoret.plan.model import Language
from tizmoret.words import is_hebrew

_LOOKED_AT = 4_000  # characters; the language of a longer text shows long before
_ADDRESS = re.compile(r"\S+(?:://|@)\S+|\S+\.[A-Za-z]{2,5}\b")


def detect_language(text: str) -> Language:
    """Hebrew where its letters are at least as many as Latin ones; English otherwise, also for a text of neither.

    Links, e-mail addresses and file names do not count: they are Latin in every language."""
    shown = text[:_LOOKED_AT]
    return "he" if is_hebrew(_ADDRESS.sub(" ", shown)) or is_hebrew(shown) else "en"
