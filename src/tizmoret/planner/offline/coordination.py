"""Several things asked for in one breath: "list the contacts and tomorrow's meetings" is two clauses with one verb."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tizmoret.catalog.search import concepts
from tizmoret.planner.language import clauses
from tizmoret.planner.language.clauses import Clause
from tizmoret.words import content_tokens

_BETWEEN = re.compile(r"\s*,\s*(?:and\s+)?|\s+and\s+|\s+ו(?=[א-ת]{3})", re.IGNORECASE)
_MOST = 6


def parted(clause: Clause) -> Iterator[Clause]:
    """The clause itself, or one for each of the things that it shows: only where each part names one thing, and each another."""
    rest = clause.rest
    parts = [part.strip() for part in _BETWEEN.split(rest) if part.strip()]
    things = [_thing(part) for part in parts]
    apart = len(set(things)) == len(things) and all(things)
    if clause.act not in ("show", "find", "check") or clause.negated or not 1 < len(parts) <= _MOST or not apart:
        yield clause
        return
    for part in parts:
        yield clauses.read(f"{clause.verb} {part}")


def _thing(part: str) -> frozenset[str]:
    """What the part is a list of, where its words say that and no more than one thing."""
    found = {concepts(word) for word in content_tokens(part) if concepts(word)}
    return found.pop() if len(found) == 1 else frozenset()
