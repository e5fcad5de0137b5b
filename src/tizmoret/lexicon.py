"""A small dictionary of office words, so that a question in one language finds documents in the other. Pure; read once from lexicon.txt."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from tizmoret.words import forms, is_hebrew, normalise


def translations(word: str) -> frozenset[str]:
    """What `word` (in any of its forms) is called in the other language; empty where the dictionary does not say."""
    book = _book()
    found = frozenset[str]().union(*(book.get(form, frozenset()) for form in forms(word)))
    hebrew = is_hebrew(word)
    return frozenset(other for other in found if is_hebrew(other) != hebrew)


def holds(form: str) -> bool:
    """Whether this very form, normalised, is in the dictionary; nothing is taken off it."""
    return form in _book()


@cache
def _book() -> dict[str, frozenset[str]]:
    book: dict[str, set[str]] = {}
    for line in Path(__file__).with_name("lexicon.txt").read_text("utf-8").splitlines():
        hebrew, equals, english = line.partition("=")
        if not equals or line.startswith("#"):
            continue
        ours, theirs = ({normalise(word) for word in side.split()} for side in (hebrew, english))
        for words, others in ((ours, theirs), (theirs, ours)):
            for word in words:
                book.setdefault(word, set()).update(others)
    return {word: frozenset(others) for word, others in book.items()}
