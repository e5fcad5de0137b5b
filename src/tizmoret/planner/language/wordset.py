"""Sets of words, written as they are read."""

from __future__ import annotations

from tizmoret.words import normalise


def wordset(text: str) -> frozenset[str]:
    """The words of `text`, parted by spaces, normalised."""
    return frozenset(normalise(word) for word in text.split())
