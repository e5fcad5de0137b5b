"""What is kept of somebody, as a request says that it is another or gone: "שנה את הטלפון של יואב ל-050-7654321", "remove Dana's number"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tizmoret.catalog.search import concepts
from tizmoret.planner.language.acts import same_sense
from tizmoret.planner.offline.card_words import ANY, fields, phones, tidily
from tizmoret.planner.offline.reading import Reading

# Not "Dana's phone plan".
_WHOLE = r"(?!\s+(?!(?:to|with|by|from|at|in|into|of|for|as|is|and|or|on|number|please)(?!\w))[A-Za-z])"
_OWNED = re.compile(
    rf"(?:(?<=\w)'s|(?<!\w)(?:his|her|their))\s+(?:new\s+|work\s+|home\s+)?(?P<theirs>{ANY})(?!\w){_WHOLE}|(?<!\w)(?P<of>{ANY})\s+(?:of\s+(?-i:[A-Z])|של(?:ו|ה|\s))",
    re.IGNORECASE,
)
_BECOMES = re.compile(r"(?:(?<!\w)to(?!\w)|(?<!\w)(?:ל-)|:|(?<!\w)ל(?=[א-ת]))\s*(.+)$", re.IGNORECASE)
_PUT_INSTEAD = re.compile(r"(?:(?<!\w)(?:with|by)(?!\w)|(?<!\w)ב(?=[א-ת]))\s*(.+)$", re.IGNORECASE)  # behind "replace", "החלף"
_NEW_ONE = re.compile(r"(?:(?<!\w)(?:to|with|by|into)\s+|:\s*|(?<!\w)[לב]-?\s*)$", re.IGNORECASE)
_FIELD = re.compile(rf"(?<!\w)ו?({ANY})(?!\w)", re.IGNORECASE)
_OUT_OF_BOOK = re.compile(
    r"(?<!\w)(?:from|in|out\s+of)\s+(?:(?:my|our|the)\s+)?(?:contacts(?:\s+list)?|contact\s+list|address\s+book|phone\s*book)(?![\w'])"
    r"|(?<!\w)(?:מ|ב)(?:רשימת\s+)?אנשי\s+ה?קשר(?:\s+של(?:י|נו))?(?!\w)|(?<!\w)[מב]ספר\s+ה?(?:כתובות|טלפונים)(?:\s+של(?:י|נו))?(?!\w)",
    re.IGNORECASE,
)
# "Home", "old" and the like say which of several, and a card shows one.
_NOTHING_ELSE = re.compile(
    r"(?:'s(?!\w)|(?<!\w)(?:the|of|and|his|her|their|also|please|ו?את|ו?של|שלו|שלה|שלהם|וגם|גם|בבקשה|נא)(?!\w)|[\s,.!])*", re.IGNORECASE
)
_ALONE = re.compile(r"(?:(?<!\w)(?:ו?את|ו?גם|או|ל-?|לי|לנו|בבקשה)\s+|,\s*|(?<!\w)ו)$")
_OTHERS = frozenset({"=meeting", "=document", "=task", "=note", "=calendar"})  # what else has a number, a place or a company
_ALSO = re.compile(rf"[\s,]*(?:,|(?<!\w)and(?!\w)|(?<!\w)ו)\s*(?:his|her|their|את)?\s*{ANY}(?:\s+של[הו])?\s+(?:to|ל)[\s-]*", re.IGNORECASE)


def is_changed(reading: Reading) -> bool:
    """Whether the clause says that something of somebody's is to be another, or to go."""
    if reading.act == "delete":
        return bool(gone(reading))
    whose = any(person.relation == "of" for person in reading.people) or reading.refers_to_owner
    other = any(not concepts(word.plain).isdisjoint(_OTHERS) for word in reading.content)
    return reading.act == "change" and whose and not other and bool(_owned(reading))


def more(text: str) -> Iterator[tuple[int, int]]:
    """Where it goes on with something else of the same person: "... and his email to y@x.example"."""
    if _OWNED.search(text):
        yield from (match.span() for match in _ALSO.finditer(text))


def named(reading: Reading) -> list[str]:
    """The fields that the clause speaks of as somebody's, in order."""
    said = [match["theirs"] or match["of"] for match in _owned(reading)]
    return [field for one in said for field in fields(one)]


def gone(reading: Reading) -> list[str]:
    """What of somebody's card the clause says to remove, in order. Nothing where it says anything else: "delete Dana's phone call"."""
    owners = [person for person in reading.people if person.relation == "of"]
    text = reading.text[reading.clause.body :]
    if len(reading.people) > 1 or not (owners or reading.refers_to_owner) or _OWNED.search(reading.text) is None:
        return []
    for person in sorted(owners, key=lambda one: -one.start):
        start, end = (max(0, place - reading.clause.body) for place in (person.start, person.end))
        text = f"{text[:start]} {text[end:]}"
    text = _OUT_OF_BOOK.sub(" ", text)
    found = [field for match in _FIELD.finditer(text) for field in fields(match[1])]
    return list(dict.fromkeys(found)) if _NOTHING_ELSE.fullmatch(_FIELD.sub(" ", text)) else []


def values(reading: Reading) -> dict[str, str]:
    """What it becomes."""
    theirs, behind = named(reading), _behind(reading)
    mails = [(thing.start, thing.value) for thing in reading.things if thing.sort == "email"]
    found = {
        "email": _new_one(reading.text, mails),
        "phone": _new_one(reading.text, [(one.start(), one[0].strip()) for one in phones(reading.text)]),
    }
    instead = same_sense(reading.clause.verb, "replace")
    for field in ("organization", "role"):
        match = _BECOMES.search(reading.text, behind) or (_PUT_INSTEAD.search(reading.text, behind) if instead else None)
        if field in theirs and match is not None:
            found[field] = tidily(match[1])
    return {field: value for field, value in found.items() if value}


def _new_one(text: str, found: Sequence[tuple[int, str]]) -> str:
    """Of several the one that it becomes: "from 050-1111111 to 050-2222222". Nothing where that is not said."""
    if len(found) < 2:
        return next((value for _, value in found), "")
    return next((value for start, value in found if _NEW_ONE.search(text[:start])), "")


def _owned(reading: Reading) -> list[re.Match[str]]:
    """Where it says what is somebody's. In Hebrew the noun stands alone: not "רכב החברה של דנה", which is a car."""
    text, found = reading.text, _OWNED.finditer(reading.text)
    return [
        match
        for match in found
        if text[match.start()].isascii() or match.start() <= reading.clause.body + 1 or _ALONE.search(text[: match.start()])
    ]


def _behind(reading: Reading) -> int:
    """Where what is said of whom ends."""
    owned = max((match.end() for match in _owned(reading)), default=0)
    return max([owned - 1, *(person.end for person in reading.people if person.relation == "of" and person.start < owned + 1)])
