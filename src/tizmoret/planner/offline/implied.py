"""What a clause asks for without saying so: "half an hour with Omer tomorrow at 11?" sets a meeting, "another one: ..." is another of the same."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache

from tizmoret.catalog.search import concepts
from tizmoret.planner.language import clauses
from tizmoret.planner.language.acts import CHANGING, same_sense
from tizmoret.planner.language.clauses import Clause
from tizmoret.planner.language.wordset import wordset
from tizmoret.planner.offline.heads import head_words
from tizmoret.planner.offline.reading import Reading
from tizmoret.words import normalise, tokens

_DO = wordset("do get have")  # verbs that say nothing of what is done
_KINDS = frozenset({"=task", "=note", "=meeting", "=document", "=contact"})
_ONE_MORE = re.compile(
    r"(?<!\w)(a\s+new|another|one\s+more|a\s+further|yet\s+another)\s+one(?!\w)|(?<!\w)one\s+more(?=\s*[:,-])", re.IGNORECASE
)
_ONE_MORE_HE = re.compile(r"(?<!\w)(?:עוד\s+אח[דת]|אח[דת]\s+נוס(?:ף|פת)|אח[דת]\s+חדשה?)(?!\w)")


def implied(reading: Reading) -> Reading:
    """The reading as a clause that begins a task where one is opened, or that sets a meeting where it names a day, an hour and either a length
    or a repetition, with somebody or as a meeting, and nothing else; any other as it is."""
    if reading.act == "read" and same_sense(reading.clause.verb, "open") and _begun(reading):
        return Reading(replace(reading.clause, act="create"), reading.language, reading.now)
    if not (reading.act in (None, "fetch") or (reading.act == "ask" and normalise(reading.clause.verb) in _DO)):
        return reading
    when = reading.when("future")
    length = when.minutes or when.repeat is not None or any(word.plain == "together" for word in reading.words)
    met = any(person.relation == "with" for person in reading.people) or any("=meeting" in concepts(word.plain) for word in reading.content)
    if when.start is None or not length or not met or not all(_of_meeting(word.plain) for word in reading.content):
        return reading
    return Reading(replace(reading.clause, act="schedule"), reading.language, reading.now)


def _begun(reading: Reading) -> bool:
    """ "Open a task": one that is not there yet."""
    existing = _THE.match(reading.clause.rest) is not None
    return not existing and any(not concepts(word).isdisjoint({"=task", "=note"}) for word in head_words(reading))


_THE = re.compile(r"(?:the|my|our|this|that)\s|את\s|ה[א-ת]", re.IGNORECASE)


@cache
def _of_meeting(word: str) -> bool:
    return "=meeting" in concepts(word) or word in wordset("do get together starting start begin beginning החל")


def one_more(found: Sequence[Clause]) -> Iterator[Clause]:
    """ "New task: water the plants; another one: check the fence": what "one" stands for, from the clause before."""
    before = ""
    for clause in found:
        pattern = _ONE_MORE_HE if _ONE_MORE_HE.search(clause.text) else _ONE_MORE
        if before and not clause.negated and pattern.search(clause.text):
            text = pattern.sub(f"עוד {before}" if pattern is _ONE_MORE_HE else f"new {before}", clause.text, count=1)
            clause = replace(clauses.read(text), follows=clause.follows)
        if clause.act in CHANGING or clause.act in ("other", None):
            before = next((word for word in tokens(clause.text) if not concepts(word).isdisjoint(_KINDS)), before)
        yield clause
