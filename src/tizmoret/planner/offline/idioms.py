"""Turns of speech that name what they ask for by none of its words: "how is the silo project going?" asks for its status."""

from __future__ import annotations

import re
from functools import lru_cache

_IDIOMS = tuple(
    (word, re.compile(said, re.IGNORECASE))
    for word, said in {
        "status": r"how(?:'s|\s+is|\s+are)\s.+\s(?:going|doing|coming\s+along|progressing)(?!\w)"
        r"|where\s+do(?:es)?\s.+\sstand(?!\w)|איך\s+(?:מתקדם|מתקדמת|הולך)",
        "briefing": r"what(?:'s|\s+is)\s+(?:up|on|new)\s+(?:for\s+)?today|what\s+does\s+my\s+day|מה\s+(?:קורה|חדש)\s+היום|איך\s+נראה\s+היום",
        "person": r"(?:tell\s+(?:me|us)|know)\s+about\s+(?-i:[A-Z])|(?:ספרי?|תספרי?|יודעים|יודע)\s+(?:לי\s+|לנו\s+)?על\s",
        "comparer": r"(?:compare|differences?\s+between)\s(?!(?:them|these|those|it)(?!\w)|.*(?<!\w)(?:two|both|2)(?!\w)|.*\.\w{3,4}\b)"
        r"|ה?הבדל(?:ים)?\s+(?:בין|ביניהם)|(?:ו?ת?השוו?ה|השוו|תשוו)\s(?!אות[םן]|ביניהם|.*(?:שני|שתי)\s|.*\.\w{3,4}\b)",
        "reading": r"what\s+(?:should|could|can|shall)\s+(?:I|we)\s+read(?!\w)|worth\s+reading|מה\s+(?:כדאי|שווה|מומלץ)\s+(?:לי\s+|לנו\s+)?לקרוא",
    }.items()
)


@lru_cache(maxsize=512)
def meant_by(text: str) -> frozenset[str]:
    """The words that a tool for it has in its title."""
    return frozenset(word for word, said in _IDIOMS if said.search(text))
