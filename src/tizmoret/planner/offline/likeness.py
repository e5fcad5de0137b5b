"""How near a clause comes to the examples of tools and agents, each word weighed by how few of them speak of it.

Worked out for every skill and clause, so what does not change with the clause is kept for the catalog, and what does not change with the
skill for the clause."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from weakref import WeakKeyDictionary

from tizmoret.catalog.search import CatalogSearch, concepts
from tizmoret.planner.offline.places import zone_words
from tizmoret.planner.offline.reading import Reading
from tizmoret.planner.offline.skills import Skill
from tizmoret.words import forms, normalise, tokens

_FREE_WORD = 0.3  # what a word that no tool knows weighs against an example: it is a subject, and any subject would do
_KEPT = 20_000  # words of requests that are remembered


class Examples:
    """All examples of one catalog: what their words weigh, and which of them a word of a request means."""

    def __init__(self, skills: Iterable[Skill], search: CatalogSearch) -> None:
        self._search = search
        every = frozenset(example for skill in skills for example in skill.examples)
        self._words = frozenset[str]().union(*every)
        weights = {word: self.weight(word) for word in self._words}
        self._weights = weights
        self._totals = {example: sum(weights[word] for word in example) for example in every}
        self._meant: dict[str, frozenset[str]] = {}

    def weight(self, word: str) -> float:
        return self._search.rarity(word) if self._search.knows(word) else _FREE_WORD

    def meant(self, word: str) -> frozenset[str]:
        """The words of examples that are `word`, in another form or by another name."""
        found = self._meant.get(word)
        if found is None:
            if len(self._meant) >= _KEPT:
                self._meant.clear()
            found = self._meant[word] = frozenset(other for other in self._words if _meets(word, other))
        return found

    def likeness(self, weights: Mapping[str, float], total: float, met: frozenset[str], example: frozenset[str]) -> float:
        """The part of both that both have, by weight. met: all that the words of the clause mean."""
        if not example:
            return 0.0
        reached = sum(weight for word, weight in weights.items() if not self.meant(word).isdisjoint(example))
        answered = sum(self._weights[word] for word in example & met)
        return 2 * min(reached, answered) / (total + self._totals[example] or 1.0)


class Likeness:
    """The examples beside the clauses of one request."""

    def __init__(self, skills: Mapping[str, Skill], search: CatalogSearch) -> None:
        found = _known.get(search)
        if found is None:
            found = _known[search] = Examples(skills.values(), search)
        self._examples = found
        self._clauses: dict[str, tuple[Mapping[str, float], float, frozenset[str]]] = {}

    def of(self, skill: Skill, reading: Reading) -> float:
        """From 0 to 1, by the nearest example."""
        weights, total, met = self._weighed(reading)
        return max((self._examples.likeness(weights, total, met, example) for example in skill.examples), default=0.0)

    def _weighed(self, reading: Reading) -> tuple[Mapping[str, float], float, frozenset[str]]:
        """The words of the clause but names and places: what each weighs, all together, and what they mean."""
        found = self._clauses.get(reading.text)
        if found is None:
            words = set(tokens(reading.text)) - {normalise(w) for person in reading.people for w in tokens(person.name)}
            weights = {word: self._examples.weight(word) for word in words - zone_words(reading.text)}
            met = frozenset[str]().union(*(self._examples.meant(word) for word in weights))
            found = self._clauses[reading.text] = weights, sum(weights.values()), met
        return found


_known: WeakKeyDictionary[CatalogSearch, Examples] = WeakKeyDictionary()


def _meets(one: str, other: str) -> bool:
    if one == other or not forms(one).isdisjoint(forms(other)):
        return True
    return not concepts(one).isdisjoint(concepts(other))
