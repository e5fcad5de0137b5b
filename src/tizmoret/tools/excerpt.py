"""The part of a text that shows why it was found."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from tizmoret.words import normalise

WIDTH = 240  # characters

_WORD = re.compile(r"""[^\W_]+(?:["'״׳’][^\W_]+)*""")
_LOOKED_AT = 200_000  # characters of a text: beyond it the beginning serves


def excerpt(text: str, meant: Sequence[Mapping[str, float]]) -> str:
    """About 240 characters round the place where most of the words stand; the beginning where none does.

    meant: for each word of the question, the tokens that answer it (see `WordIndex.meant`)."""
    hits = _hits(text[:_LOOKED_AT], meant)
    if not hits:
        return _window(text, 0)
    best, most = hits[0][0], 0
    for place, (start, _) in enumerate(hits):
        near = {word for at, word in hits[place : place + 20] if at - start <= WIDTH * 0.7}
        if len(near) > most:
            best, most = start, len(near)
    return _window(text, best)


def _hits(text: str, meant: Sequence[Mapping[str, float]]) -> list[tuple[int, int]]:
    answers: dict[str, int] = {}
    for number, candidates in enumerate(meant):
        for token in candidates:
            answers.setdefault(token, number)
    if not answers:
        return []
    return [(match.start(), answers[token]) for match in _WORD.finditer(text) if (token := normalise(match.group())) in answers][:500]


def _window(text: str, hit: int) -> str:
    start = max(0, hit - WIDTH // 4)
    if start:  # begin with a whole word
        space = re.search(r"\s", text[start:hit])
        start = start + space.end() if space else start
    end = min(len(text), start + WIDTH)
    if end < len(text):
        cut = text.rfind(" ", start + WIDTH // 2, end)
        end = cut if cut > 0 else end
    body = " ".join(text[start:end].replace("#", " ").split())
    return ("… " if start else "") + body + (" …" if end < len(text) else "")
