"""Arguments that no kind describes, read by what they are called: a time zone, a place, a folder, a channel, a name."""

from __future__ import annotations

import re

from tizmoret.planner.language.tongues import language_in
from tizmoret.planner.offline import table_words
from tizmoret.planner.offline.messages import is_found
from tizmoret.planner.offline.numbers import units
from tizmoret.planner.offline.places import zone_in
from tizmoret.planner.offline.reading import Reading, is_known
from tizmoret.planner.offline.skills import Skill, Slot, takes_words
from tizmoret.words import content_tokens, forms, is_hebrew

# Texts that are not said in passing: only a person who writes them out, or a model, can give them.
WRITTEN_OUT = frozenset({"sql", "code", "script", "expression", "formula", "regex", "pattern", "template", "command"})
_PLACE = re.compile(
    r"(?<!\w)(?:(?P<remote>ב-?(?:זום|טימס|טלפון|וידאו)|(?:on|via|over|by)\s+(?:zoom|teams|google\s+meet|phone|video))"
    r"|(?P<room>ב(?:חדר\s+ה?[^\W\d_]+(?:\s+\d+)?|משרד|מטה|אולם|בית\s+קפה|מפעל|מחסן)|(?:in|at)\s+(?:the\s+)?(?:[\w-]+\s+){0,2}(?:room|office|hall|warehouse|cafe|headquarters|lobby)(?:\s+\d+)?))(?!\w)",
    re.IGNORECASE,
)
_CHANNELS = frozenset({"channel", "room", "topic"})
_CHANNEL = re.compile(
    r"(?<!\w)(?:channel|[ובל]?ערוץ)\s+(?:called\s+|named\s+|בשם\s+)?([\w-]{2,80})|(?<!\w)(?:the\s+)?([\w-]{2,80})\s+channel(?!\w)",
    re.IGNORECASE,
)
_FOLDER = re.compile(
    r"(?:folder|directory)\s+(?:called\s+|named\s+)?\"?([\w\-/]+)|(?:to|into|in|under)\s+(?:the\s+)?(?!the\s)\"?([\w\-/]+)\"?\s+(?:folder|directory)"
    r"|(?<!\w)(?:under|beneath)\s+(?:the\s+)?\"?([\w\-/]+)\"?$|(?<!\w)תחת\s+\"?([א-ת\w\-/]+)\"?$"
    r"|תיקי?[יה]?[הת]\s+(?:בשם\s+)?\"?([א-ת\w\-/]+)",
    re.IGNORECASE,
)


def by_name(slot: Slot, skill: Skill, reading: Reading) -> str | None:
    if slot.name in _CHANNELS:
        return channel(slot, skill, reading)
    if slot.name in ("timezone", "tz", "time_zone"):
        return zone_in(reading.text)
    if slot.name in ("to", "language", "target_language", "lang") and "language" in f"{slot.name} {slot.schema.get('description', '')}":
        return language_in(reading.text)
    if slot.name in ("recurrence", "rrule", "repeat"):
        repeat = reading.when("future").repeat
        return repeat.rule if repeat else None
    if slot.name in ("location", "place", "where") and not table_words.reckons(skill):
        match = _PLACE.search(reading.text)
        return re.sub(r"^(?:ב-?|in\s+|at\s+|on\s+|via\s+|over\s+|by\s+)(?:the\s+)?", "", match[0], flags=re.IGNORECASE) if match else None
    if slot.name == "folder" and not skill.looks:
        found = _FOLDER.search(reading.text)
        return next((group for group in found.groups() if group), None) if found else None
    if slot.name in ("title", "subject") and not skill.looks:
        return None
    if slot.kind and not takes_words(slot):
        return None  # found by a step that gives this kind
    if not slot.required or is_found(slot) or slot.name in WRITTEN_OUT or slot.name in ("id", "path") or slot.name.endswith("_id"):
        return None
    quoted = reading.named("quote")
    if quoted:
        return quoted[0]
    if slot.name == "name" and reading.people:
        return reading.people[0].name
    if listed := _listed(slot, reading):
        return listed
    if slot.name == "name" and (proper := _proper(skill, reading)):
        return proper
    own = {form for word in skill.title_words for form in forms(word)}
    counted = {form for word in units(reading) for form in forms(word)}
    phrase = reading.topic(set(skill.things) | own | counted, people=skill.slot("person.name") is None)
    return phrase or None


def channel(slot: Slot, skill: Skill, reading: Reading) -> str | None:
    """ "#grain", "the channel grain"."""
    if tagged := reading.named("channel"):
        return tagged[0]
    found = _CHANNEL.search(reading.text)
    return (found[1] or found[2]) if found and not skill.looks else None


def _listed(slot: Slot, reading: Reading) -> str:
    """Of what the argument's description lists ("olive, fig or almond"), that which the clause says."""
    listed = frozenset[str]().union(*(forms(word) for word in content_tokens(str(slot.schema.get("description", ""))))) - forms(slot.name)
    return " ".join(word.text for word in reading.content if not forms(word.plain).isdisjoint(listed))


def _proper(skill: Skill, reading: Reading) -> str:
    """What stands for a name: a capital inside the clause, or in Hebrew what is no word of the tool's and none that we know."""
    words = [word for word in reading.content if word.start > reading.clause.body and word.text[0].isupper()]
    if not words and reading.language == "he":
        words = [word for word in reading.content if forms(word.plain).isdisjoint(skill.nouns) and not is_known(word.plain)][:1]
    return " ".join(_unjoined(word.text) for word in words[:3])


def _unjoined(word: str) -> str:
    """A Hebrew name without the letter that joins it: "לרקס"."""
    return word[1:] if len(word) > 3 and word[0] in "לשבו" and is_hebrew(word) else word
