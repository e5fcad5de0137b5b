"""Which texts are about some words: BM25 (Robertson & Zaragoza 2009) over titles and texts, in Hebrew and English.

A word of the question finds every word of the texts that may be the same one (see `words.forms`), its translation, and where
neither is there, the nearest spelling. The exact word counts for more than a form of it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from tizmoret.lexicon import translations
from tizmoret.words import content_tokens, forms, tokens

_K, _B = 1.2, 0.5
_TITLE, _KEYWORDS = 5.0, 2.5  # a word there is worth that many in the text
_EXACT, _FORM, _TRANSLATED, _MISSPELT = 1.0, 0.8, 0.6, 0.4
# A text with less of the question (by rarity of its words) than this part of what the best one has is not about it.
_COVERAGE = 0.6
_ALIKE = 85  # of 100


@dataclass(frozen=True, slots=True)
class Entry:
    id: str
    counts: Mapping[str, float]  # of each token, those of title and keywords weighted
    length: int


@dataclass(frozen=True, slots=True)
class Hit:
    id: str
    score: float


def entry(id: str, title: str, keywords: str, text: str) -> Entry:
    in_text = tokens(text)
    counts: Counter[str] = Counter(in_text)
    weighted: dict[str, float] = dict(counts)
    for words, weight in ((title, _TITLE), (keywords, _KEYWORDS)):
        for token in set(tokens(words)):
            weighted[token] = weighted.get(token, 0.0) + weight
    return Entry(id, weighted, max(1, len(in_text)))


class WordIndex:
    def __init__(self) -> None:
        self._entries: dict[str, Entry] = {}
        self._holding: Counter[str] = Counter()  # token: in how many entries
        self._spelt: dict[str, set[str]] = {}  # form: tokens of the texts that may be it

    def __contains__(self, id: str) -> bool:
        return id in self._entries

    def keep_only(self, ids: Set[str]) -> None:
        for gone in self._entries.keys() - ids:
            self.drop(gone)

    def put(self, new: Entry) -> None:
        self.drop(new.id)
        self._entries[new.id] = new
        for token in new.counts:
            self._holding[token] += 1
            if self._holding[token] == 1:
                for form in forms(token):
                    self._spelt.setdefault(form, set()).add(token)

    def drop(self, id: str) -> None:
        old = self._entries.pop(id, None)
        for token in old.counts if old else ():
            self._holding[token] -= 1
            if not self._holding[token]:
                del self._holding[token]
                for form in forms(token):
                    self._spelt[form].discard(token)
                    if not self._spelt[form]:
                        del self._spelt[form]

    def meant(self, query: str) -> list[dict[str, float]]:
        """For each word of `query`, the tokens of the texts that answer it and how well, from 0 to 1."""
        return [self._candidates(word) for word in dict.fromkeys(content_tokens(query) or tokens(query))]

    def search(self, query: str, allowed: Callable[[str], bool]) -> list[Hit]:
        """The entries about `query`, best first. Nothing for a query without words."""
        asked = self.meant(query)
        scored = []
        weights = [self._rarity(candidates) for candidates in asked]
        average = sum(one.length for one in self._entries.values()) / max(1, len(self._entries))
        for one in self._entries.values():
            if not allowed(one.id):
                continue
            parts = [_strength(one, candidates, average) for candidates in asked]
            covered = sum(weight for weight, part in zip(weights, parts, strict=True) if part)
            if covered:
                scored.append((covered, Hit(one.id, sum(weight * part for weight, part in zip(weights, parts, strict=True)))))
        best = max((covered for covered, _ in scored), default=0.0)
        hits = [hit for covered, hit in scored if covered >= _COVERAGE * best]
        return sorted(hits, key=lambda hit: (-hit.score, hit.id))

    def _candidates(self, word: str) -> dict[str, float]:
        found: dict[str, float] = {}
        for translated in sorted(translations(word)):
            for form in forms(translated):
                found.update(dict.fromkeys(self._spelt.get(form, ()), _TRANSLATED))
        for form in forms(word):
            found.update(dict.fromkeys(self._spelt.get(form, ()), _FORM))
        if word in self._holding:
            found[word] = _EXACT
        if not found and len(word) >= 4:
            near = process.extract(word, self._holding.keys(), scorer=fuzz.ratio, score_cutoff=_ALIKE, limit=5)
            found = {token: _MISSPELT for token, _, _ in near}
        return found

    def _rarity(self, candidates: Mapping[str, float]) -> float:
        holding = sum(1 for one in self._entries.values() if any(token in one.counts for token in candidates))
        return math.log(1 + (len(self._entries) - holding + 0.5) / (holding + 0.5))


def _strength(one: Entry, candidates: Mapping[str, float], average: float) -> float:
    frequency = sum(weight * one.counts[token] for token, weight in candidates.items() if token in one.counts)
    return frequency * (_K + 1) / (frequency + _K * (1 - _B + _B * one.length / average)) if frequency else 0.0
