"""What is to be said to somebody, and where: "tell the team on Slack that the truck has left", "תכתוב ל-#wine שהחביות הגיעו"."""

from __future__ import annotations

import re

from tizmoret.catalog.search import concepts
from tizmoret.planner.language.company import is_given
from tizmoret.planner.language.wordset import wordset
from tizmoret.planner.offline.reading import Reading, is_known
from tizmoret.planner.offline.skills import Skill, Slot
from tizmoret.words import STOP_WORDS, normalise

_TEXTS = frozenset({"content", "text", "texts", "material", "markdown", "body", "message"})
_SAYING = re.compile(
    r"(?<!\w)(?:saying|that\s+says|telling\s+\w+|לומר|שאומר|שאומרת|בנוסח|עם\s+הטקסט)\s*(?:that\s+|ש)?:?\s*(.+)$", re.IGNORECASE
)
_TOLD = re.compile(r"(?:(?<=\w):|(?<!\w)that(?=\s))\s*(.+)$", re.IGNORECASE)  # "notify me: the truck has left"
_HE_WORD = re.compile(r"(?<![\w\"'])ש[א-ת]{2,}(?![\w\"'])")
_HE_SUBJECTS = wordset("אני אנחנו אתה אתם את הוא היא הם הן יש אין לא זה זאת כל כבר")
# What a message may be made of where it is not written out: the documents, or what they say.
_MADE_OF = frozenset({"=document", "=summary", "=point", "=slides", "=memo", "=agenda", "=minutes", "=web"})
_OF = wordset("שלה שלו שלי שלנו שלהם שלהן שלך שלכם שמה שמו שנה שעה")


def is_found(slot: Slot) -> bool:
    """Whether a text is one that steps find, rather than one that a person writes."""
    return slot.name in _TEXTS


def said(reading: Reading) -> str | None:
    """The words that a person gives for a message or a note: "saying I am late"."""
    match = _SAYING.search(reading.text)
    return match[1].strip() if match else None


def message(reading: Reading) -> str | None:
    """The words of what is to be sent: behind "that", ש or a colon, or in quotes."""
    return said(reading) or next(iter(reading.named("quote")), None) or told(reading)


def told(reading: Reading) -> str | None:
    """The same, but what is in quotes: that may be a title."""
    found = _TOLD.search(reading.text, reading.clause.body)
    words = found[1] if found else _behind_she(reading)
    return words.strip() or None if words else None


def _behind_she(reading: Reading) -> str | None:
    """ "שהחביות הגיעו" from the ש on that opens a sentence, and is no part of the word."""
    taken = [(mention.start, mention.end) for mention in reading.times("future")]
    for match in _HE_WORD.finditer(reading.text, reading.clause.body):
        plain = normalise(match[0])
        if plain in STOP_WORDS or plain in _OF or any(start <= match.start() < end for start, end in taken):
            continue
        rest = plain[1:]
        opens = rest in _HE_SUBJECTS or (rest[0] == "ה" and len(rest) > 2)
        if opens or (not is_known(plain) and (is_known(rest) or is_given(rest))):
            return reading.text[match.start() + 1 :].strip(" .!")
    return None


def message_slot(skill: Skill) -> Slot | None:
    """The argument that holds what is said."""
    if skill.looks or "send" not in skill.acts:
        return None
    return next((slot for slot in skill.slots if is_found(slot) and slot.type == "string"), None)


def to_place(skill: Skill) -> bool:
    """Whether its message goes to no person, but to a place that it is named for: a channel of Slack."""
    return message_slot(skill) is not None and not any(skill.slot(kind) for kind in ("contact", "email", "phone"))


def made_of_documents(reading: Reading) -> bool:
    """Whether the clause names something written that the message may tell of."""
    return bool(reading.named("file") or reading.named("url")) or any(
        not concepts(word.plain).isdisjoint(_MADE_OF) for word in reading.content
    )
