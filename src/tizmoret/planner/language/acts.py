"""What a verb asks for. Only the words at the head of a clause count; "read what we scheduled" schedules nothing."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal

from tizmoret.planner.language import english, hebrew
from tizmoret.planner.language.wordset import wordset
from tizmoret.words import forms, normalise

Act = Literal[
    "read", "show", "find", "summarise", "analyse", "ask", "check", "compute", "fetch",  # these only look
    "schedule", "book", "create", "write", "change", "delete", "send",  # these change something
    "other",  # a verb we know, for things that none of these words covers: pay, order, translate
]  # fmt: skip

LOOKING: frozenset[Act] = frozenset({"read", "show", "find", "summarise", "analyse", "ask", "check", "compute", "fetch"})
CHANGING: frozenset[Act] = frozenset({"schedule", "book", "create", "write", "change", "delete", "send"})

# Which acts may stand for one another: "make a meeting" schedules it, "make a report" writes it.
ALIKE: Mapping[Act, frozenset[Act]] = {
    "schedule": frozenset({"schedule", "book", "create"}),
    "book": frozenset({"book", "schedule", "create"}),
    "create": frozenset({"create", "schedule", "write", "book"}),
    "write": frozenset({"write", "create"}),
}


def alike(one: Act, other: Act) -> bool:
    return one == other or other in ALIKE.get(one, frozenset())


@cache
def verbs() -> Mapping[str, Act]:
    """Every form of every verb that asks for something, normalised; of several senses the first."""
    return {form: _senses()[min(numbers)][0] for form, numbers in _forms().items()}


def same_sense(one: str, other: str) -> bool:
    """Whether two verbs ask for the same thing, in any form and in either language: "post" and "פרסמי"."""
    return not senses(one).isdisjoint(senses(other))


@lru_cache(maxsize=4096)
def senses(word: str) -> frozenset[int]:
    """The senses of a verb as it stands, or without "and" and "that" in front of it; none where it is no verb that we know."""
    known, plain = _forms(), normalise(word)
    bare = next((plain.removeprefix(prefix) for prefix in ("וש", "ו", "ש") if plain.removeprefix(prefix) in known), plain)
    return known.get(plain) or known.get(bare) or next((known[form] for form in sorted(forms(plain)) if form in known), frozenset())


@cache
def _forms() -> Mapping[str, frozenset[int]]:
    found: dict[str, set[int]] = {}
    for number, (_, words) in enumerate(_senses()):
        for word in words:
            found.setdefault(word, set()).add(number)
    return {word: frozenset(numbers) for word, numbers in found.items()}


@cache
def _senses() -> tuple[tuple[Act, tuple[str, ...]], ...]:
    """The lines of verbs.txt."""
    found: list[tuple[Act, tuple[str, ...]]] = []
    for line in Path(__file__).with_name("verbs.txt").read_text("utf-8").splitlines():
        act, colon, said = line.partition(":")
        if colon and not line.startswith("#"):
            ours, _, theirs = said.partition("=")
            bent = [form for verb in theirs.split() for form in bend(*verb.split(","))]
            found.append((act, tuple(dict.fromkeys(normalise(word) for word in [*ours.split(), *bent]))))  # type: ignore[arg-type]
    return tuple(found)


def bend(imperative: str, future: str, infinitive: str) -> list[str]:
    """A Hebrew verb, normalised, as it is said to a man, to a woman and to several: כתוב, כתבי, כתבו, תכתוב, תכתבי, תכתבו, לכתוב."""
    imperative, future, infinitive = map(normalise, (imperative, future, infinitive))
    found = [imperative, future, infinitive]
    for stem in (imperative, future):
        bare = stem.removesuffix("ה")
        for ending in "יו":
            found.append(bare + ending)
            if len(bare) > 3 and bare[-2] == "ו":
                found.append(bare[:-2] + bare[-1] + ending)  # כתוב: כתבי
    if imperative.startswith("ה") and future.startswith("ת"):
        found += [f"ה{future.removesuffix('ה')[1:]}{ending}" for ending in "יו"]  # הזמן, תזמין: הזמיני
    return found


@cache
def phrases() -> Mapping[tuple[str, str], Act]:
    """Verbs of two words."""
    pairs = ((act, pair.split("-")) for act, said in english.PHRASES.items() for pair in said.split())
    return {(first, second): act for act, (first, second) in pairs}


@cache
def question_words() -> frozenset[str]:
    return wordset(f"{english.QUESTIONS} {hebrew.QUESTIONS}")
