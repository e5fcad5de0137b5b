"""What of a thing is to be another: "the date of the meeting", "the meeting's title", "שעת הפגישה". Not the meeting is said to change, but an
argument of the tool that changes meetings."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tizmoret.catalog.search import concepts
from tizmoret.planner.language.wordset import wordset
from tizmoret.planner.offline.reading import TITLE_WORDS, Reading, Word
from tizmoret.planner.offline.skills import Skill, Slot
from tizmoret.words import forms, is_hebrew, tokens

_TIMES = wordset("date time hour day תאריך שעה שעת מועד יום")
_LENGTHS = wordset("length duration אורך משך")
_SHAPING = _TIMES | _LENGTHS | TITLE_WORDS  # what everything in a calendar or a folder has
_OF = re.compile(r"\s+of(?:\s+(?:the|a|an|my|our|his|her|their|this|that)(?!\w))?(?:\s|$)", re.IGNORECASE)
_OF_HE = re.compile(r"\s+(?:של(?:\s|$))?\s*")


@dataclass(frozen=True, slots=True)
class Part:
    """what: the noun that the verb is said of. whole: what it is a part of, empty where that is no word (a file)."""

    what: str
    whole: str


def part(reading: Reading) -> Part | None:
    """None where the verb is said of a whole thing."""
    content = reading.content
    if not content:
        return None
    if is_hebrew(content[0].text):
        return _behind(reading, content[0], content[1:2], _OF_HE)
    phrase = _phrase(reading, content)
    if len(phrase) > 1 and _OF.match(reading.text, phrase[-1].end) is None:
        return Part(phrase[-1].plain, phrase[-2].plain.removesuffix("'s"))  # "the meeting date"
    return _behind(reading, phrase[-1], _phrase(reading, content[len(phrase) :]), _OF)


def argument(skill: Skill, reading: Reading) -> Slot | None:
    """The one of the tool's arguments that the clause names as what is to be another."""
    found = part(reading)
    return next((slot for slot in skill.slots if _called(slot, found.what)), None) if found is not None else None


def part_words(reading: Reading) -> frozenset[str]:
    """The noun that says which part, where it only says that its time, length or title is meant."""
    found = part(reading)
    return frozenset({found.what}) if found is not None and not forms(found.what).isdisjoint(_SHAPING) else frozenset()


def names_argument(skill: Skill, reading: Reading) -> bool:
    """Whether the clause says of something that the tool changes which of the tool's arguments it is to have otherwise."""
    found = part(reading)
    if found is None or argument(skill, reading) is None:
        return False
    if not found.whole:
        return bool(reading.named("file")) and skill.slot("document.id") is not None
    return not skill.objects.isdisjoint(forms(found.whole) | concepts(found.whole))


def _behind(reading: Reading, what: Word, behind: list[Word], of: re.Pattern[str]) -> Part | None:
    """behind: the words of which the last may be the whole."""
    match = of.match(reading.text, what.end)
    file = next((thing for thing in reading.things if thing.sort == "file" and match and thing.start <= match.end() + 1), None)
    if match is None or (file is None and not behind):
        return None
    if file is not None and (not behind or file.start < behind[0].start):
        return Part(what.plain, "")
    between = reading.text[match.end() : behind[0].start]
    if _says_more(between, reading, match.end()):
        return None
    return Part(what.plain, behind[-1].plain.removesuffix("'s"))


def _says_more(between: str, reading: Reading, start: int) -> bool:
    """Whether anything but a time stands there: "the time of tomorrow's team meeting"."""
    for mention in reading.times("future"):
        if start <= mention.start < start + len(between):
            between = between.replace(reading.text[mention.start : mention.end], " ")
    return any(word != "s" for word in tokens(between))


def _phrase(reading: Reading, words: list[Word]) -> list[Word]:
    """Those of them that stand together."""
    phrase = words[:1]
    for word in words[1:]:
        if reading.text[phrase[-1].end : word.start].strip():
            break
        phrase.append(word)
    return phrase


def _called(slot: Slot, word: str) -> bool:
    own = forms(word)
    if slot.kind == "date-time" and slot.name in ("start", "due", "remind", "date", "time"):
        return not own.isdisjoint(_TIMES)
    if slot.name in ("minutes", "duration"):
        return not own.isdisjoint(_LENGTHS)
    if slot.name in ("title", "name", "subject"):
        return not own.isdisjoint(TITLE_WORDS)
    return any(not own.isdisjoint(forms(name)) for name in tokens(slot.name.replace("_", " ")))
