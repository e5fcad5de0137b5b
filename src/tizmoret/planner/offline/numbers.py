"""Which number of a clause an argument means: the one that its name or description counts in ("20 boxes", "a tree of 2 metres")."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from tizmoret.catalog.search import concepts
from tizmoret.lexicon import translations
from tizmoret.planner.offline.reading import Reading
from tizmoret.planner.offline.skills import Skill, Slot
from tizmoret.words import STOP_WORDS, forms, tokens

_NUMBER = re.compile(r"(?<![\w.#])-?\d[\d,]*(?:\.\d+)?(?![\w:/])(?:\s*(?:more|extra|עוד)(?!\w))?(?:\s+([^\W\d_][^\W_]*))?")


def counted_for(slot: Slot, skill: Skill, reading: Reading) -> int | float | None:
    """The number that is said to count what `slot` is, and no other."""
    if slot.type not in ("integer", "number"):
        return None
    return next((_as(slot, value) for value, unit in _numbers(reading) if unit and _counts(slot, unit)), None)


def number_for(slot: Slot, skill: Skill, reading: Reading) -> int | float | None:
    """The number that counts what `slot` is; for a required one else the first that counts nothing another argument is."""
    free = None
    for value, unit in _numbers(reading):
        if unit and _counts(slot, unit):
            return _as(slot, value)
        others = [other for other in skill.slots if other is not slot and other.type in ("integer", "number")]
        if free is None and not (unit and any(_counts(other, unit) for other in others)):
            free = value
    return _as(slot, free) if slot.required and free is not None else None


def units(reading: Reading) -> frozenset[str]:
    """The words that stand behind numbers, and name no subject."""
    return frozenset(unit for _, unit in _numbers(reading) if unit)


def _numbers(reading: Reading) -> Iterator[tuple[str, str]]:
    taken = [(mention.start, mention.end) for mention in reading.times("future")]
    taken += [(thing.start, thing.end) for thing in reading.things]
    for match in _NUMBER.finditer(reading.text):
        if not any(start <= match.start() < end for start, end in taken):
            unit = next(iter(tokens(match[1] or "")), "")
            yield re.match(r"-?[\d,]+(?:\.\d+)?", match[0])[0].replace(",", ""), unit  # type: ignore[index]


def _counts(slot: Slot, unit: str) -> bool:
    return not (forms(unit) | concepts(unit)).isdisjoint(_measures(f"{slot.name.replace('_', ' ')} {slot.schema.get('description', '')}"))


@lru_cache(maxsize=4096)
def _measures(said: str) -> frozenset[str]:
    words = [word for word in tokens(said) if word not in STOP_WORDS]
    words += [other for word in words for other in translations(word)]
    return frozenset[str]().union(*(forms(word) | concepts(word) for word in words))


def _as(slot: Slot, value: str) -> int | float:
    return float(value) if "." in value and slot.type == "number" else int(float(value))
