"""What a verb asks for. Only the words at the head of a clause count; "read what we scheduled" schedules nothing."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Literal

from tizmoret.planner.language import english, hebrew
from tizmoret.planner.language.wordset import wordset
from tizmoret.words import normalise

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
    """Every form of every verb that asks for something, normalised."""
    return {normalise(form): act for table in (english.VERBS, hebrew.VERBS) for act, forms in table.items() for form in forms.split()}


@cache
def phrases() -> Mapping[tuple[str, str], Act]:
    """Verbs of two words."""
    pairs = ((act, pair.split("-")) for act, said in english.PHRASES.items() for pair in said.split())
    return {(first, second): act for act, (first, second) in pairs}


@cache
def question_words() -> frozenset[str]:
    return wordset(f"{english.QUESTIONS} {hebrew.QUESTIONS}")
