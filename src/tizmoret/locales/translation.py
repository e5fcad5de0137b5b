"""Finds a sentence in a catalog of templates. `he.json` has the Hebrew of every error and cure; the page reads the same file."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

_PLACE, _WORD = re.compile(r"\{(\d+)\}"), re.compile("[A-Za-z]+")
_ANYTHING, _NAME = "(.*?)", r"((?!(?:It|Nobody|That|There|They|This|What|You)\b)\S+(?: [A-Z]\S*)*)"
_JOINTS = (". ", ": ")  # a detail and its cure; said of something: "Search the folder: There is no such document."
_DEPTH = 2  # of sentences within sentences: "The plan was refused: ..."
_LONGEST = 600  # characters; what is longer is no sentence of ours


def translated(text: str, language: str, *, depth: int = _DEPTH) -> str:
    """The sentence in `language`, with what it quotes as it was; unchanged where the catalog has no template of it."""
    if len(text) > _LONGEST:
        return text
    for english, template in _templates(language):
        if found := english.fullmatch(text):
            quoted = [translated(one, language, depth=depth - 1) if depth else one for one in found.groups()]
            return _filled(template, quoted)
    return _in_parts(text, language, depth - 1) if depth else text


def _in_parts(text: str, language: str, depth: int) -> str:
    for joint in _JOINTS:
        before, found, after = text.partition(joint)
        if found:
            parts = [translated(part, language, depth=depth) for part in (before + joint.rstrip(), after)]
            if (whole := " ".join(parts)) != text:
                return whole
    return text


def _filled(template: str, quoted: Sequence[str]) -> str:
    return _PLACE.sub(lambda place: quoted[int(place[1])], template)


@cache
def _templates(language: str) -> list[tuple[re.Pattern[str], str]]:
    """The most specific first: of those that fit, the one with the most words of its own."""
    path = Path(__file__).with_name(f"{language}.json")
    if not path.is_file():
        return []
    catalog: dict[str, str] = json.loads(path.read_text("utf-8"))
    ranked = sorted(catalog.items(), key=lambda one: -len(_PLACE.sub("", one[0])))
    return [(_pattern(english), template) for english, template in ranked]


def _pattern(english: str) -> re.Pattern[str]:
    """{0}, {1}, ... stand for anything, as little of it as fits. What a template of one word of its own ("{0} needs {1}.") begins with is a
    name: it would fit half of all the sentences that others say."""
    parts = [re.escape(part) for part in _PLACE.split(english)[::2]]
    first = _NAME if len(_WORD.findall(english)) < 2 else _ANYTHING
    return re.compile(parts[0] + "".join((_ANYTHING if place else first) + part for place, part in enumerate(parts[1:])), re.DOTALL)
