"""Visual order, for terminals that draw the characters of a line from left to right whatever they are (VS Code, kitty, Alacritty, xterm).

The rules of UAX #9 for one line, with isolates but without the older embeddings, which `terminal.plain` has left out. Each W, N and L
below names its rule there. A letter and its niqqud are one unit, so that marks stay on their letter (L3)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

LRI, RLI, FSI, PDI = "\u2066", "\u2067", "\u2068", "\u2069"
_OPENS = frozenset((LRI, RLI, FSI))
_MIRRORED = dict(zip("()[]{}<>«»‹›⟪⟫⟨⟩", ")(][}{><»«›‹⟫⟪⟩⟨", strict=True))

Unit = tuple[str, str]  # what is drawn, and its bidirectional class


def reorder(text: str, level: int = 0) -> str:
    """One line in the order it is drawn in, its isolates resolved and left out. level: 0 left to right, 1 right to left."""
    units = list(_units(text))
    classes = _resolved([kind for _, kind in units], level)
    levels = [_level(kind, level) for kind in classes]
    drawn = [_MIRRORED.get(shown, shown) if deep % 2 else shown for (shown, _), deep in zip(units, levels, strict=True)]
    return "".join(_turned(drawn, levels))


def _units(text: str) -> Iterator[Unit]:
    """Letters with their marks; an isolate, drawn by its own rules, is one neutral unit."""
    place = 0
    while place < len(text):
        char = text[place]
        if char in _OPENS:
            end = _closing(text, place)
            inner = text[place + 1 : end]
            yield reorder(inner, _base(char, inner)), "ON"
            place = end + 1
            continue
        start, place = place, place + 1
        while place < len(text) and unicodedata.bidirectional(text[place]) == "NSM":
            place += 1
        if char != PDI:
            yield text[start:place], unicodedata.bidirectional(char) or "ON"


def _closing(text: str, opened: int) -> int:
    depth = 0
    for place in range(opened, len(text)):
        depth += (text[place] in _OPENS) - (text[place] == PDI)
        if not depth:
            return place
    return len(text)


def _base(opening: str, inner: str) -> int:
    if opening != FSI:
        return int(opening == RLI)
    return next((int(kind != "L") for char in inner if (kind := unicodedata.bidirectional(char)) in ("L", "R", "AL")), 0)


def _resolved(classes: Sequence[str], level: int) -> list[str]:
    """Only L, R, EN and AN are left."""
    outside = "R" if level else "L"
    return _neutrals(_numbers(list(classes), outside), outside)


def _numbers(kinds: list[str], outside: str) -> list[str]:
    strong = outside
    for place, kind in enumerate(kinds):
        if kind in ("L", "R", "AL"):
            strong = kind
        elif kind == "EN" and strong == "AL":
            kinds[place] = "AN"  # W2
    kinds = ["R" if kind == "AL" else kind for kind in kinds]  # W3
    for place in range(1, len(kinds) - 1):  # W4: 09:00 and 1,000 and 12-3 are one number
        before, after = kinds[place - 1], kinds[place + 1]
        if before == after and ((before == "EN" and kinds[place] in ("ES", "CS")) or (before == "AN" and kinds[place] == "CS")):
            kinds[place] = before
    for run in _runs(kinds, frozenset({"ET"})):  # W5: a sign of percent or currency goes with its number
        neighbours = kinds[run.start - 1 : run.start] if run.start else []
        if "EN" in (*neighbours, *kinds[run.stop : run.stop + 1]):
            kinds[run.start : run.stop] = ["EN"] * len(run)
    kinds = ["ON" if kind in ("ES", "ET", "CS") else kind for kind in kinds]  # W6
    strong = outside
    for place, kind in enumerate(kinds):
        if kind in ("L", "R"):
            strong = kind
        elif kind == "EN" and strong == "L":
            kinds[place] = "L"  # W7
    return kinds


def _neutrals(kinds: list[str], outside: str) -> list[str]:
    neutral = frozenset(kinds) - {"L", "R", "EN", "AN"}
    for run in _runs(kinds, neutral):
        before = _side(kinds[run.start - 1]) if run.start else outside
        after = _side(kinds[run.stop]) if run.stop < len(kinds) else outside
        kinds[run.start : run.stop] = [before if before == after else outside] * len(run)  # N1, N2
    return kinds


def _side(kind: str) -> str:
    return "L" if kind == "L" else "R"


def _runs(kinds: Sequence[str], wanted: frozenset[str]) -> Iterator[range]:
    start = None
    for place, kind in enumerate((*kinds, "")):
        if kind in wanted:
            start = place if start is None else start
        elif start is not None:
            yield range(start, place)
            start = None


def _level(kind: str, base: int) -> int:
    """I1 and I2."""
    if base % 2:
        return base + (kind != "R")
    return base + {"L": 0, "R": 1}.get(kind, 2)


def _turned(drawn: list[str], levels: list[int]) -> list[str]:
    """From the deepest level up to 1, each run at or above it is turned round (L2)."""
    order = list(range(len(drawn)))
    for level in range(max(levels, default=0), 0, -1):
        start = None
        for place in range(len(order) + 1):
            if place < len(order) and levels[order[place]] >= level:
                start = place if start is None else start
            elif start is not None:
                order[start:place] = order[start:place][::-1]
                start = None
    return [drawn[place] for place in order]
