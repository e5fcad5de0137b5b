"""Somebody who is to be put among the contacts, as a request says it: "add Dana Levi, 050-1234567, to my contacts"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tizmoret.planner.language.acts import Act
from tizmoret.planner.language.company import is_given
from tizmoret.planner.language.people import SURNAMES
from tizmoret.planner.language.wordset import wordset
from tizmoret.planner.offline.card_words import LABELS, MAIL, NUMBER, REACHED, phones, tidily
from tizmoret.planner.offline.reading import Reading
from tizmoret.words import STOP_WORDS, normalise

_ADDING: frozenset[Act | None] = frozenset({"create", "book", "write", None})
_BOOK = re.compile(
    r"(?<!\w)(?:to|in|into|among)\s+(?:(?:my|our|the)\s+)?(?:contacts(?:\s+list)?|contact\s+list|address\s+book|phone\s*book)(?![\w'])"
    r"(?!\s+(?:folder|file|sheet|table|document|page)(?!\w))"
    r"|(?<!\w)as\s+a\s+(?:new\s+)?contact(?!\w)"
    r"|(?<!\w)(?:[לב]|[לב]רשימת\s+)אנשי\s+ה?קשר(?:\s+של(?:י|נו))?(?!\w)|(?<!\w)[לב]ספר\s+ה?(?:כתובות|טלפונים)(?:\s+של(?:י|נו))?(?!\w)"
    r"|(?<!\w)כ(?:איש|אשת)\s+קשר(?:\s+חדשה?)?(?!\w)",
    re.IGNORECASE,
)
_NEW = re.compile(
    r"\W*(?:a\s+)?(?P<new>new\s+)?contact(?!\w)(?!\s+(?:list|sheet|form|book|page|report|details|search|with|from|in|to)(?!\w))"
    r"(?:\s+(?:for|named|called)(?!\w))?\W*"
    r"|\W*(?:איש|אשת)\s+קשר(?!\w)(?P<he>\s+חדשה?(?!\w))?(?:\s+(?:בשם|עבור)(?!\w))?\W*",
    re.IGNORECASE,
)
_THEIRS = r"(?:(?:and|with|whose|his|her|their|the|ו|עם|work|home|office|new)\s+)*ו?"
# With its label, or bare.
_DETAIL = re.compile(
    rf"(?:[\s,;]*(?<!\w){_THEIRS}{REACHED}(?:\s+(?:is|to|הוא|של[הו])(?!\w))?\s*(?:[:.=]|ל-?)?)?\s*(?:{MAIL}|{NUMBER})", re.IGNORECASE
)
_NUMBER_OF = re.compile(rf"(?:the\s+|את\s+)?{REACHED}\s+(?:of|של)\s+", re.IGNORECASE)
_WORKS = re.compile(r"(?:(?:who\s+)?works?\s+(?:at|for)|from|at|of)\s+(.+)|(?:ש?עובדת?\s+ב-?|מחברת\s+|מ-)(.+)", re.IGNORECASE)
_TELLS = re.compile(
    rf"(?:{LABELS['role']}|ב?תפקיד)\s*:?\s+(?P<role>.+)|{LABELS['organization']}\s*:?\s+(?P<organization>.+)", re.IGNORECASE
)
_DOES_AT = re.compile(r"(?:the\s+|an?\s+)?(?P<role>.+?)\s+(?:(?:at|in|of|for|with)|בחברת|של)\s+(?P<organization>.+)", re.IGNORECASE)
_SEPARATOR = re.compile(r"[,;()]|\s[-–]\s|\s+with(?!\w)|\s+עם(?!\w)")
_MOST_WORDS = 5
_NOBODY = wordset("""a an the my our your this that these those all every some any no new him her them it me us you someone somebody everyone
    everybody people person one number phone email mail details contact contacts list and with
    אותו אותה אותם אותן אותי זה זאת כל מישהו כולם אדם אנשים פרטים הפרטים קשר רשימה מספר המספר טלפון הטלפון מייל המייל""")


def is_added(reading: Reading) -> bool:
    """Whether the clause says to put somebody among the contacts."""
    if reading.act not in _ADDING:
        return False
    new = _NEW.match(reading.clause.rest)
    if new is not None and reading.act != "write" and (reading.act is not None or new["new"] or new["he"]):
        return True
    if reading.act is None or _BOOK.search(reading.text) is None:
        return False
    return reading.act != "write" or "name" in values(reading)  # "write a letter to my contacts"


def speaks_of_new(text: str) -> bool:
    said = _BOOK.search(text) or _NEW.match(text) or re.search(r"(?<!\w)(?:new\s+contact|(?:איש|אשת)\s+קשר\s+חדש)", text, re.IGNORECASE)
    return said is not None


def details(text: str) -> Iterator[tuple[int, int]]:
    yield from (match.span() for match in _DETAIL.finditer(text))


def values(reading: Reading) -> dict[str, str]:
    found = _reached(reading)
    rest = _BOOK.sub(", ", reading.clause.rest)
    if _NEW.match(reading.clause.rest):
        rest = _NEW.sub("", rest, count=1)
    parts = [said for part in _SEPARATOR.split(_DETAIL.sub(", ", rest)) if (said := tidily(part))]
    first, *others = parts or [""]
    name, organization = _with_work(_NUMBER_OF.sub("", first.removeprefix("את ")).removesuffix("'s"))
    if _is_name(name):
        found["name"] = name
    found |= {"organization": organization} if organization else {}
    for part in others:
        for field, said in _told(part).items():
            found.setdefault(field, said)
    return found


def _reached(reading: Reading) -> dict[str, str]:
    mail, number = next(iter(reading.named("email")), ""), next(iter(phones(reading.text)), None)
    found = {"email": mail, "phone": number[0].strip() if number else ""}
    return {name: value for name, value in found.items() if value}


def _with_work(said: str) -> tuple[str, str]:
    """ "Dana Levi from Osem", "דנה לוי מאסם": a name, and where they work."""
    words = said.split()
    for place in range(1, len(words)):
        match = _WORKS.fullmatch(" ".join(words[place:]))
        if match is not None:
            return " ".join(words[:place]), match[1] or match[2]
        if place > 1 and words[place][0] == "מ" and len(words[place]) > 3 and normalise(words[place]) not in SURNAMES:
            return " ".join(words[:place]), " ".join([words[place][1:], *words[place + 1 :]])
    return said, ""


def _told(part: str) -> dict[str, str]:
    if (match := _TELLS.fullmatch(part)) is not None:
        return {name: said for name, said in match.groupdict().items() if said}
    if (match := _WORKS.fullmatch(part)) is not None:
        return {"organization": match[1] or match[2]}
    if (match := _DOES_AT.fullmatch(part)) is not None:
        return match.groupdict()
    bare = re.sub(r"^(?:the|an?)\s+", "", part)
    return {"role": bare} if 0 < len(bare.split()) <= _MOST_WORDS and not re.search(r"[\d@]", bare) else {}


def _is_name(said: str) -> bool:
    """Whether it is one person's: no "her", no "the supplier", and not two of them."""
    words = said.split()
    if not words or len(words) > _MOST_WORDS or re.search(r"[\d@:\"]|'s(?!\w)", said):
        return False
    if any(word[0] == "ו" and is_given(word[1:]) for word in words[1:] if len(word) > 2):
        return False
    return not any(normalise(word) in _NOBODY or (word.isascii() and normalise(word) in STOP_WORDS) for word in words)
