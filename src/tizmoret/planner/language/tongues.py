"""Languages by the names that people use for them."""

from __future__ import annotations

import re

_NAMES = {
    "English": "english אנגלית", "Hebrew": "hebrew עברית", "Arabic": "arabic ערבית", "Russian": "russian רוסית", "French": "french צרפתית",
    "German": "german גרמנית", "Spanish": "spanish ספרדית", "Italian": "italian איטלקית", "Portuguese": "portuguese פורטוגזית",
    "Ukrainian": "ukrainian אוקראינית", "Amharic": "amharic אמהרית", "Yiddish": "yiddish יידיש", "Chinese": "chinese סינית",
    "Japanese": "japanese יפנית", "Greek": "greek יוונית", "Turkish": "turkish טורקית", "Romanian": "romanian רומנית", "Thai": "thai תאית",
}  # fmt: skip
_BY_NAME = {name: language for language, names in _NAMES.items() for name in names.split()}
_INTO = re.compile(rf"(?<!\w)(?:to|into|in)\s+({'|'.join(_BY_NAME)})(?!\w)|(?<!\w)[לב]-?({'|'.join(_BY_NAME)})(?!\w)", re.IGNORECASE)


def language_in(text: str) -> str | None:
    """The language that something is wanted in, in English."""
    found = _INTO.search(text)
    return _BY_NAME[(found[1] or found[2]).lower()] if found else None


def tongues() -> frozenset[str]:
    """Every name of a language."""
    return frozenset(_BY_NAME)
