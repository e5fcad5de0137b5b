"""People who are named beside whoever speaks ("Dana, Avi and me", "לי ולגדי"), and those of a given name that needs no other sign."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Literal

from tizmoret.words import normalise

Found = tuple[int, str, Literal["with", "of", "to"]]  # where the name starts, the name, and how it is spoken of

_NAME = r"[A-Z][\w-]+(?: [A-Z][\w-]+)?"
_AND = r"(?:\s*,\s*(?:and\s+)?|\s+and\s+|\s*&\s*)"
_BEFORE_ME = re.compile(rf"(?<!\w)({_NAME}(?:{_AND}{_NAME})*){_AND}(?:me|I|myself)(?!\w)")
_AFTER_ME = re.compile(rf"(?<!\w)(?:me|I|myself){_AND}({_NAME}(?:{_AND}{_NAME})*)")
_ONE = re.compile(_NAME)
_HE_BEFORE = re.compile(r"(?<!\w)((?:[א-ת']{2,}\s*,\s*ו?)*[א-ת']{2,})\s*,?\s+ו(אני|לי)(?!\w)")
_HE_AFTER = re.compile(r"(?<!\w)ו?(אני|לי)\s+(ו[א-ת']{2,}(?:(?:\s*,\s*|\s+ו)[א-ת']{2,})*)")
_HE_ONE = re.compile(r"[א-ת']{2,}")
_GIVEN = re.compile(r"(?<!\w)(?:(על|את)\s+|(ו?ל))([א-ת']{2,})(?!\w)")
_RELATIONS: dict[str, Literal["with", "of", "to"]] = {"על": "of", "את": "with"}


def company(text: str, may_be_name: Callable[[str], bool]) -> Iterator[Found]:
    """Those who are named together with "me" or "I", in either order."""
    for match in [*_BEFORE_ME.finditer(text), *_AFTER_ME.finditer(text)]:
        for one in _ONE.finditer(text, *match.span(1)):
            first, _, rest = one[0].partition(" ")
            if may_be_name(first):
                yield one.start(), one[0], "with"
            elif rest:  # "Find Dana and me"
                yield one.start() + len(first) + 1, rest, "with"
    for match in _HE_BEFORE.finditer(text):
        yield from _bare(text, match.span(1), match[2] == "לי", may_be_name)
    for match in _HE_AFTER.finditer(text):
        yield from _bare(text, match.span(2), match[1] == "לי", may_be_name)


def _bare(text: str, span: tuple[int, int], to_me: bool, may_be_name: Callable[[str], bool]) -> Iterator[Found]:
    """Hebrew names without the letters that are joined to them: "לי ולגדי"."""
    for one in _HE_ONE.finditer(text, *span):
        name = one[0]
        if name.startswith("ו") and one.start() > 0 and not is_given(name):
            name = name[1:]
        if to_me:
            if not name.startswith("ל") or len(name) < 3:
                continue  # "קבע לי ותזכיר"
            name = name[1:]
        if len(name) >= 2 and (is_given(name) or may_be_name(name)):
            yield one.end() - len(name), name, "with"


def given(text: str) -> Iterator[tuple[int, Literal["with", "of", "to"]]]:
    """Where given names stand that are written to, spoken of or brought in: "לדנה", "על דנה", "את דנה"."""
    for match in _GIVEN.finditer(text):
        if is_given(match[3]):
            yield match.start(3), _RELATIONS.get(match[1], "to")


def is_given(word: str) -> bool:
    return normalise(word) in _names()


@cache
def _names() -> frozenset[str]:
    lines = Path(__file__).with_name("names.txt").read_text("utf-8").splitlines()
    return frozenset(normalise(word) for line in lines if not line.startswith("#") for word in line.split())
