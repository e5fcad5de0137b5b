"""Whom a request names: after "with", "עם" and their like, before "'s". Hebrew has no capital letters, so the place must tell."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from tizmoret.lexicon import translations
from tizmoret.planner.language import english, hebrew
from tizmoret.planner.language.acts import verbs
from tizmoret.planner.language.company import company, given, is_given
from tizmoret.planner.language.things import inside
from tizmoret.planner.language.tongues import tongues
from tizmoret.planner.language.wordset import wordset
from tizmoret.words import STOP_WORDS, forms, normalise

Relation = Literal["with", "of", "to"]
_MAX_NAME = 3  # words

_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|['\"-](?=[^\W\d_]))*")
_WITH = re.compile(r"(?<!\w)(?:with|ו?עם|together\s+with|invite|meet|ו?אצל)\s+", re.IGNORECASE)
_INVITE = re.compile(r"(?<!\w)ו?(?:ת?הזמן|ת?הזמיני|תזמין|תזמיני|להזמין|זמן|תזמן|לזמן)\s+את\s+")
_OTHER = re.compile(r"(?<!\w)(?:(?P<of>of|by|is|contact|from)|(?P<to>to|for|(?i:email|mail|call|message|text|ask|send)))\s+(?=[A-Z])")
_LOOKED_UP = re.compile(r"(?<!\w)(?:look\s+up|Look\s+up|find|Find)\s+(?=[A-Z][a-z]+(?:\s+[A-Z][a-z]+)?\s*(?:[,.;]|$|and\s))")
_TOLD_OF = re.compile(r"(?:[Tt]ell\s+(?:me|us)|know|learn|heard?)\s+about\s+(?=[A-Z])")
_OTHER_HE = re.compile(r"(?<!\w)(?P<of>ו?של|מאת|ומאת|(?<=מי\s)(?:זה|זאת|זו)|מיהו|מיהי|בשם)\s+")
_SEND_TO_HE = re.compile(r"(?<!\w)ו?ת?(?:שלח|שלחי|לשלוח)\s+ל(?=[א-ת]{2})")
_POSSESSIVE = re.compile(r"(?<!\w)([A-Z][\w-]*(?:\s+[A-Z][\w-]*)?)'s?(?!\w)")
_JOIN = re.compile(r"\s*,\s*(?:and\s+)?|\s+and\s+|\s*&\s*|\s+ו(?=[א-ת])")
_WHO = re.compile(r"(?<!\w)(?:who\s+is|who's)\s+", re.IGNORECASE)

# Surnames that begin with a letter which is otherwise a joined word (ב-, ל-, מ-, כ-, ה-, ש-).
SURNAMES = wordset("""כהן לוי מזרחי ביטון ברק בר בן הראל הרשקוביץ מור מלכה משה לביא ליבוביץ שרון שפירא שגב שלום שמש שטרן מזור ברגר בלום ברנשטיין
    לנדאו לב לוין לרנר מאיר מנדל מרקוביץ כץ כספי כרמי הלוי הורוביץ הדר בכר בוזגלו ברוך ברכה לחמי למברג מימון מועלם מנור שחר שקד שני שור שמואלי""")
_WITH_HE = wordset("הדר הילה הילי הלל הגר הדס הדסה הודיה הלנה הושע הראל הרצל")
_GROUPS = wordset(
    """team everyone everybody all staff group client customer supplier board management people colleague company department me us you myself
    family משפחה משפחת צוות כולם הנהלה לקוח ספק קבוצה מחלקה אנשים אנשי חברה עובדים כל הנהלת מי מישהו עצמי לי לנו"""
)


@dataclass(frozen=True, slots=True)
class Person:
    """A name and where it stands. relation: "with" takes part in it, "of" it belongs to, "to" it goes to."""

    start: int
    end: int
    name: str
    relation: Relation


def find_people(text: str, taken: Sequence[tuple[int, int]] = ()) -> list[Person]:
    """The people that `text` names, in order. taken: places of times and things, where no name can be."""
    found: list[Person] = []
    openers: list[tuple[int, Relation]] = [(match.end(), "with") for pattern in (_WITH, _INVITE) for match in pattern.finditer(text)]
    openers += [(match.end(), "of") for match in _WHO.finditer(text)]
    openers += [(match.end(), "of" if match["of"] else "to") for match in _OTHER.finditer(text)]
    openers += [(match.end(), "of") for match in _LOOKED_UP.finditer(text)]
    openers += [(match.end(), "of") for match in _TOLD_OF.finditer(text)]
    openers += [(match.end(), "to") for match in _SEND_TO_HE.finditer(text)]
    openers += [(match.end(), "of") for match in _OTHER_HE.finditer(text)]
    openers += list(given(text))
    for place, relation in sorted(openers):
        _names_from(text, place, relation, taken, found)
    for match in _POSSESSIVE.finditer(text):
        start, name = match.start(), match[1]
        if " " in name and not _may_be_name(name.split()[0], capital=True):  # "Find Dana's"
            start, name = start + len(name) - len(name.split()[1]), name.split()[1]
        if not inside(start, taken) and not _covered(start, found) and _may_be_name(name.split()[0], capital=True):
            found.append(Person(start, match.end(), name, "of"))
    for start, name, how in company(text, lambda word: _may_be_name(word, capital=word.isascii())):
        if not inside(start, taken) and not _covered(start, found):
            found.append(Person(start, start + len(name), name, how))
    return sorted(found, key=lambda person: person.start)


def _names_from(text: str, place: int, relation: Relation, taken: Sequence[tuple[int, int]], found: list[Person]) -> None:
    """One name at `place`, and those that "and" joins to it."""
    first = True
    while place < len(text) and not _covered(place, found):
        words = _name_at(text, place, relation, taken, first=first)
        if not words:
            return
        start, end = words[0].start(), words[-1].end()
        name = " ".join(word[0] for word in words)
        if not first and name.startswith("ל") and is_given(words[0][0][1:]):  # "לדנה, לאבי"
            start, name = start + 1, name[1:]
        if end < len(text) and name.endswith("'s"):
            name = name[:-2]
        found.append(Person(start, end, name, relation))
        join = _JOIN.match(text, end)
        if join is None:
            return
        place, first = join.end(), False


def _name_at(text: str, place: int, relation: Relation, taken: Sequence[tuple[int, int]], *, first: bool) -> list[re.Match[str]]:
    words: list[re.Match[str]] = []
    while len(words) < _MAX_NAME:
        match = _WORD.match(text, place)
        if match is None or inside(match.start(), taken):
            break
        word = match[0]
        latin = word.isascii()
        careful = (not first or relation != "with") if not words else True
        if latin and not word[0].isupper() and (careful or words or not _may_be_name(word, capital=False)):
            break
        if not latin and not (_second_word(word) if words else _may_be_name(word, capital=False)):
            break
        if latin and word[0].isupper() and not _may_be_name(word, capital=True):
            break
        words.append(match)
        space = re.compile(r" ").match(text, match.end())
        if space is None or word.endswith("'s"):
            break
        place = space.end()
    return words


def _may_be_name(word: str, *, capital: bool) -> bool:
    plain = normalise(word.removesuffix("'s"))
    if plain in _not_names() or plain in verbs() or (not capital and plain in STOP_WORDS):
        return False
    if not forms(plain).isdisjoint(_GROUPS):
        return False
    if plain[0] == "ה" and len(plain) > 3 and plain not in _WITH_HE and plain not in SURNAMES:
        return False  # "the pump"
    return capital or not translations(plain)


def _second_word(word: str) -> bool:
    """Whether a Hebrew word may go on a name: not one of the words that end it, and not one with a joined preposition."""
    plain = normalise(word)
    if plain in SURNAMES:
        return True
    if not _may_be_name(word, capital=False):
        return False
    if plain.startswith("מה") and len(plain) > 4:
        return False  # "from the": "דנה מהרשימה"
    return len(plain) > 1 and not (plain[0] in "בל" and len(plain) > 3) and plain[0] != "ו"  # "יואב ל-050"


@cache
def _not_names() -> frozenset[str]:
    shaping = f"{english.AFTER_PERSON} {hebrew.AFTER_PERSON} {english.QUESTIONS} {hebrew.QUESTIONS}"
    words = f"{shaping} i my our your his its their all any some both him himself herself someone somebody "
    return wordset(words) | tongues()  # "translate it to Hebrew"


def _covered(place: int, people: Sequence[Person]) -> bool:
    return any(person.start <= place < person.end for person in people)
