"""The terminal: what may be printed on it, and how Hebrew and English stand on one line.

Text is printed in logical order; the terminal reorders it. Two things go wrong without help, and both are helped here, only where
output goes to a terminal: a value of the other direction drags its neighbours along (so it is put in an isolate, Unicode UAX #9), and
a Hebrew line on a left-to-right screen puts its full stop on the wrong side (so the line is an RTL isolate).
A terminal that does no reordering at all gets the order from us (`visual`), if TIZMORET_BIDI says so: no terminal tells.
Text from outside can also hold control characters, which could move the cursor or reorder what a person approves; none goes through."""

from __future__ import annotations

import os
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from rich.console import Console
from rich.text import Text

from tizmoret.cli.messages import LANGUAGE, Language, say
from tizmoret.cli.visual import FSI, PDI, RLI, reorder

PIPED = 10_000  # cells of a line that no terminal shows: it is not wrapped
_DIRECTION = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_BLANK_LETTERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")  # letters and signs that draw nothing
_UNSAFE = frozenset({"Cc", "Cs", "Zl", "Zp"})


def visible(text: str) -> str:
    """Every character that draws nothing or changes the order of others, shown as its number: for what a person approves."""
    return "".join(_shown(char) if _hidden(char) else char for char in text)


def plain(text: str) -> str:
    """Safe to print: control characters are shown as their numbers, direction controls (which draw nothing) are left out."""
    return "".join(_shown(char) if _controls(char) else char for char in text if char not in _DIRECTION)


def _shown(char: str) -> str:
    return f"⟪U+{ord(char):04X}⟫"


def _controls(char: str) -> bool:
    return char not in "\n\t" and unicodedata.category(char) in _UNSAFE


def _hidden(char: str) -> bool:
    return _controls(char) or unicodedata.category(char) == "Cf" or char in _BLANK_LETTERS


def _count(text: str, *classes: str) -> int:
    return sum(unicodedata.bidirectional(char) in classes for char in text)


def runs_right_to_left(paragraph: str) -> bool:
    """By what most of its words are: a Hebrew sentence may begin with an English name, and the other way round."""
    hebrew = english = 0
    for word in paragraph.split():
        if _count(word, "R", "AL"):
            hebrew += 1
        elif _count(word, "L"):
            english += 1
    return 0 < hebrew >= english


def isolate(text: str, base: Language = "en") -> str:
    """`text` in an isolate, if a line of the language `base` would let it disturb its neighbours."""
    disturbs = _count(text, "L", "EN") if base == "he" else _count(text, "R", "AL")
    return f"{FSI}{text}{PDI}" if disturbs else text


def line(text: str, paragraph: str | None = None) -> str:
    """A whole line, marked as its own paragraph; or as a row of a longer `paragraph` that gives the direction."""
    return f"{RLI}{text}{PDI}" if runs_right_to_left(text if paragraph is None else paragraph) else text


def fit(text: str, width: int) -> str:
    """`text` on one line of at most `width` cells; niqqud takes none. Cut before it is isolated, so that no isolate stays open."""
    cut = Text(" ".join(text.split()))
    cut.truncate(max(width, 1), overflow="ellipsis")
    return cut.plain


def pad(text: str, width: int) -> str:
    """`text` filled up to `width` cells, after its isolates have closed."""
    return text + " " * (width - Text(text).cell_len)


class Screen:
    """Standard output and standard error, and what they can do. `live`: a person watches; `asks`: and can answer."""

    def __init__(self) -> None:
        for stream in (sys.stdout, sys.stderr):
            if not (stream.encoding or "").lower().startswith("utf"):
                stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
        self.out = _console(stderr=False)
        self.err = _console(stderr=True)
        self.live = self.out.is_terminal
        self.asks = self.live and sys.stdin is not None and sys.stdin.isatty()
        bidi = os.environ.get("TIZMORET_BIDI") if self.live else "off"
        self.bidi: Literal["isolates", "visual", "off"] = "off" if bidi == "off" else "visual" if bidi == "visual" else "isolates"

    @property
    def width(self) -> int:
        return self.out.width

    def value(self, text: object, base: Language = "en", *, exact: bool = False) -> str:
        """A value to stand in a line of the language `base`. exact: with everything hidden made visible."""
        safe = visible(str(text)) if exact else plain(str(text))
        return safe if self.bidi == "off" else self._ordered(isolate(safe, base))

    def words(self, key: str, **values: object) -> str:
        """A sentence of the catalog, its values isolated."""
        safe = {name: plain(str(value)) for name, value in values.items()}
        if self.bidi == "off":
            return say(key, **safe)
        sentence = say(key, **{name: isolate(value, LANGUAGE) for name, value in safe.items()})
        return self._line(sentence) if LANGUAGE == "he" else self._ordered(sentence)

    def _line(self, text: str, paragraph: str | None = None) -> str:
        return text if self.bidi == "off" else self._ordered(line(text, paragraph))

    def _ordered(self, marked: str) -> str:
        return reorder(marked) if self.bidi == "visual" else marked

    def say(self, key: str, style: str = "", **values: object) -> None:
        self.print(self.words(key, **values), style)

    def print(self, text: str = "", style: str = "") -> None:
        """One line, with the marks it already has."""
        self.out.print(Text(text, style=style, overflow="fold"), soft_wrap=not self.live)

    def hint(self, key: str, **values: object) -> None:
        """A sentence beside the output proper, on standard error."""
        self.err.print(Text(self.words(key, **values), style="dim" if self.live else ""), soft_wrap=True)

    def prose(self, text: str, before: str = "", *, exact: bool = False) -> None:
        """Lines of text, each after `before`, wrapped before they are marked. exact: with everything hidden made visible."""
        shown = visible(text) if exact else plain(text)
        for paragraph in shown.expandtabs(4).split("\n"):
            if not self.live:
                self.print(before + paragraph)
                continue
            for row in Text(paragraph).wrap(self.out, max(self.width - len(before), 10), overflow="fold") or [Text("")]:
                self.print(before + self._line(row.plain.rstrip(), paragraph))

    @contextmanager
    def patience(self, key: str) -> Iterator[None]:
        """Say that something takes a moment, where a person watches."""
        if not (self.live and self.err.is_terminal):
            yield
            return
        with self.err.status(self.words(key)):
            yield


def _console(*, stderr: bool) -> Console:
    console = Console(stderr=stderr, highlight=False, markup=False, emoji=False)
    if not console.is_terminal:
        console.width = PIPED
    return console
