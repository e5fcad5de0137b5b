"""Which tools and agents fit some words, in Hebrew and in English: titles, descriptions and examples, rarer words counting for more.

A word meets another as itself, in another form, as a synonym (thesaurus.txt), as its translation (lexicon), or nearly spelt."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from weakref import WeakKeyDictionary

from rapidfuzz import fuzz, process

from tizmoret.catalog.agent import Agent
from tizmoret.catalog.catalog import Catalog
from tizmoret.catalog.tool import Tool
from tizmoret.lexicon import translations
from tizmoret.words import STOP_WORDS, content_tokens, forms, normalise, tokens

_EXACT, _SYNONYM, _TRANSLATED, _MISSPELT = 1.0, 0.85, 0.8, 0.6
_TITLE, _EXAMPLES, _DESCRIPTION = 1.0, 0.9, 0.8
_ALIKE = 84  # of 100
MAX_WORDS = 200  # of a query; the rest does not change what it is about


@dataclass(frozen=True, slots=True)
class Match:
    """score: 0 to 1, the part of the words that it answers, weighted by their rarity. known: the same, of the words that any tool or agent
    speaks of. words: those it answers, as they were asked."""

    name: str
    score: float
    known: float
    words: frozenset[str]


@cache
def _thesaurus() -> Mapping[str, frozenset[str]]:
    """Form of a word: the things it may be a word for, written "=meeting"."""
    found: dict[str, set[str]] = {}
    for line in Path(__file__).with_name("thesaurus.txt").read_text("utf-8").splitlines():
        thing, colon, words = line.partition(": ")
        if colon and not line.startswith("#"):
            for word in words.split():
                found.setdefault(normalise(word), set()).add(f"={thing}")
    return {word: frozenset(things) for word, things in found.items()}


def thesaurus_words() -> frozenset[str]:
    """Every word of the thesaurus, normalised."""
    return frozenset(_thesaurus())


@lru_cache(maxsize=16_384)
def concepts(word: str) -> frozenset[str]:
    """The things of the thesaurus that `word` may be a word for, such as "=meeting"."""
    book = _thesaurus()
    exact = book.get(normalise(word))
    return exact if exact else frozenset[str]().union(*(book.get(form, frozenset()) for form in forms(word)))


@lru_cache(maxsize=16_384)
def keys(word: str) -> Mapping[str, float]:
    """All that `word` may be found by, and how well that answers it."""
    found: dict[str, float] = {}
    for translated in translations(word):
        found.update(dict.fromkeys(forms(translated), _TRANSLATED))
    found.update(dict.fromkeys(concepts(word), _SYNONYM))
    found.update(dict.fromkeys(forms(word), _EXACT))
    return found


class CatalogSearch:
    """An index over one catalog."""

    def __init__(self, catalog: Catalog) -> None:
        known: list[Tool | Agent] = [*catalog.tools.values(), *catalog.agents.values()]
        self._entries = {found.name: _entry(found) for found in known}
        holding = Counter(key for entry in self._entries.values() for key in entry)
        count = len(self._entries)
        self._rarity = {key: math.log(1 + (count - held + 0.5) / (held + 0.5)) for key, held in holding.items()}
        self._most = math.log(1 + (count + 0.5) / 0.5)

    def knows(self, word: str) -> bool:
        """Whether some tool or agent speaks of it."""
        return any(key in self._rarity for key in keys(word))

    def rarity(self, word: str) -> float:
        return max((self._rarity[key] for key in keys(word) if key in self._rarity), default=self._most)

    def score(self, words: Iterable[str]) -> dict[str, Match]:
        """Every tool and agent, against normalised words."""
        asked = [(word, self._spelt(word)) for word in list(dict.fromkeys(words))[:MAX_WORDS]]
        weights = {word: self._weight(candidates) for word, candidates in asked}
        total = sum(weights.values())
        spoken = sum(weights[word] for word, candidates in asked if any(key in self._rarity for key in candidates))
        found = {}
        for name, entry in self._entries.items():
            reached, answered = 0.0, set()
            for word, candidates in asked:
                best = max((quality * entry[key] for key, quality in candidates.items() if key in entry), default=0.0)
                if best:
                    reached += weights[word] * best
                    answered.add(word)
            found[name] = Match(name, reached / total if total else 0.0, reached / spoken if spoken else 0.0, frozenset(answered))
        return found

    def find(self, text: str, limit: int = 10) -> list[Match]:
        """The tools and agents that fit `text`, best first; nothing where none does."""
        words = content_tokens(text) or tokens(text)
        scored = [match for match in self.score(words).values() if match.words]
        return sorted(scored, key=lambda match: (-match.score, match.name))[:limit]

    def _weight(self, candidates: Mapping[str, float]) -> float:
        """A word that no entry has weighs as much as the rarest: the catalog lacks what it says."""
        return max((self._rarity[key] for key in candidates if key in self._rarity), default=self._most)

    def _spelt(self, word: str) -> Mapping[str, float]:
        found = keys(word)
        if len(word) < 5 or any(key in self._rarity for key in found):
            return found
        near = process.extract(word, self._rarity.keys(), scorer=fuzz.ratio, score_cutoff=_ALIKE, limit=2)
        return {**found, **{key: _MISSPELT for key, _, _ in near}}


def _entry(found: Tool | Agent) -> dict[str, float]:
    """key: weight."""
    weighted: dict[str, float] = {}
    examples = " ".join(example for language in found.examples.values() for example in language)
    parts = (
        (f"{found.description.he} {found.description.en}", _DESCRIPTION),
        (examples, _EXAMPLES),
        (f"{found.title.he} {found.title.en} {found.name.replace('.', ' ').replace('_', ' ').replace('-', ' ')}", _TITLE),
    )
    for text, weight in parts:
        for word in tokens(text):
            if word not in STOP_WORDS:
                weighted.update(dict.fromkeys(concepts(word) | forms(word), weight))
    return weighted


_known: WeakKeyDictionary[Catalog, CatalogSearch] = WeakKeyDictionary()


def search_of(catalog: Catalog) -> CatalogSearch:
    """The index of `catalog`, made once."""
    found = _known.get(catalog)
    if found is None:
        found = _known[catalog] = CatalogSearch(catalog)
    return found
