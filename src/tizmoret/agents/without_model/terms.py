"""The words that documents use: which say what they are about, and what these are called in the other language."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tizmoret.agents.without_model.material import Statement, Writing, statements
from tizmoret.lexicon import translations
from tizmoret.words import content_tokens, forms, is_hebrew

_SHORT = 3  # letters: what is shorter is seldom a term


@dataclass(frozen=True, slots=True)
class Term:
    word: str
    times: int
    said: str
    of: Writing


def terms_of(writings: Sequence[Writing], most: int) -> list[Term]:
    """Those that stand in two documents or more and in few of them: a word that all use says nothing of any."""
    told: dict[str, list[Statement]] = defaultdict(list)
    written: dict[str, Counter[str]] = defaultdict(Counter)
    for one in statements(writings):
        for token in content_tokens(one.text):
            if len(token) > _SHORT and not token[0].isdigit():
                stem = min(forms(token), key=lambda form: (len(form), form))
                told[stem].append(one)
                written[stem][token] += 1
    scored = []
    for stem, found in told.items():
        documents = {one.of.id for one in found}
        if len(documents) > 1 and len(stem) > 2:
            scored.append((len(found) * math.log(1 + len(writings) / len(documents)), stem))
    chosen = [stem for _, stem in sorted(scored, key=lambda one: (-one[0], one[1]))[:most]]
    return [_term(stem, told[stem], written[stem]) for stem in chosen]


def _term(stem: str, told: Sequence[Statement], written: Counter[str]) -> Term:
    word = min(written, key=lambda token: (-written[token], len(token), token))
    best = min(told, key=lambda one: (abs(len(one.text) - 100), one.of.id))
    return Term(_spelt(word, best.text), len(told), best.text, best.of)


def _spelt(word: str, text: str) -> str:
    """As the sentence writes it: normalised words have no final letters."""
    return next((raw for raw in text.replace(",", " ").replace(".", " ").split() if word in content_tokens(raw)), word)


def pairs_of(writings: Sequence[Writing], most: int) -> list[dict[str, Any]]:
    """Hebrew and English words that mean the same, by the dictionary, of which the documents use at least one."""
    used: Counter[str] = Counter()
    for writing in writings:
        for token in content_tokens(writing.text):
            used.update(forms(token))
    pairs: dict[tuple[str, str], dict[str, Any]] = {}
    for word in used:
        for other in translations(word):
            he, en = (word, other) if is_hebrew(word) else (other, word)
            if len(he) > 2 and len(en) > 2:
                pairs[he, en] = {"he": _final(he), "en": en, "heTimes": used[he], "enTimes": used[en]}
    found = sorted(
        pairs.values(), key=lambda one: (-min(one["heTimes"], one["enTimes"]), -one["heTimes"] - one["enTimes"], one["he"], one["en"])
    )
    return found[:most]


def _final(word: str) -> str:
    """With its last letter as it is written at the end of a word."""
    return word[:-1] + word[-1].translate(str.maketrans("כמנפצ", "ךםןףץ"))
