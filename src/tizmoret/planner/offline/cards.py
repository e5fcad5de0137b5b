"""Somebody's card, as a request says it: "add Dana Levi, 050-1234567, to my contacts", "שנה את הטלפון של יואב ל-050-7654321".

Only what is said to go among the contacts is written there, and only of whom it is said."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from tizmoret.catalog.search import concepts
from tizmoret.planner.language.acts import Act, same_sense
from tizmoret.planner.language.company import is_given
from tizmoret.planner.language.people import SURNAMES
from tizmoret.planner.language.wordset import wordset
from tizmoret.planner.offline.reading import Reading, tidy
from tizmoret.planner.offline.skills import Skill, Slot
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
_LABELS: Mapping[str, str] = {
    "phone": r"(?:(?:phone|mobile|cell|telephone)(?:\s+number)?|tel|number|ה?(?:מספר\s+ה?(?:טלפון|נייד)|טלפון|נייד|פלאפון|מספר|טל'?))",
    "email": r"(?:e-?mail(?:\s+address)?|mail|ה?(?:(?:כתובת\s+)?ה?(?:אימייל|מייל|דוא\"?ל)))",
    "organization": r"(?:company|organi[sz]ation|employer|workplace|ה?(?:חברה|ארגון|מקום\s+ה?עבודה))",
    "role": r"(?:role|position|job(?:\s+title)?|ה?תפקיד)",
}
_REACHED = f"(?:{_LABELS['phone']}|{_LABELS['email']})"
_ANY = f"(?:{'|'.join(_LABELS.values())})"
_NUMBER = r"(?<![\w@.])(?:\+|\*|\()?\d(?:[\d()./ -]{1,22})\d(?![\w@])"
_MAIL = r"[A-Za-z0-9_.+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,5}"
_PHONE = re.compile(_NUMBER)
_THEIRS = r"(?:(?:and|with|whose|his|her|their|the|ו|עם|work|home|office|new)\s+)*ו?"
# With its label, or bare.
_DETAIL = re.compile(
    rf"(?:[\s,;]*(?<!\w){_THEIRS}{_REACHED}(?:\s+(?:is|to|הוא|של[הו])(?!\w))?\s*(?:[:.=]|ל-?)?)?\s*(?:{_MAIL}|{_NUMBER})", re.IGNORECASE
)
# Not "Dana's phone plan".
_WHOLE = r"(?!\s+(?!(?:to|with|by|from|at|in|into|of|for|as|is|and|or|on|number|please)(?!\w))[A-Za-z])"
_OWNED = re.compile(
    rf"(?:(?<=\w)'s|(?<!\w)(?:his|her|their))\s+(?:new\s+|work\s+|home\s+)?(?P<theirs>{_ANY})(?!\w){_WHOLE}|(?<!\w)(?P<of>{_ANY})\s+(?:of\s+(?-i:[A-Z])|של(?:ו|ה|\s))",
    re.IGNORECASE,
)
_NUMBER_OF = re.compile(rf"(?:the\s+|את\s+)?{_REACHED}\s+(?:of|של)\s+", re.IGNORECASE)
_WORKS = re.compile(r"(?:(?:who\s+)?works?\s+(?:at|for)|from|at|of)\s+(.+)|(?:ש?עובדת?\s+ב-?|מחברת\s+|מ-)(.+)", re.IGNORECASE)
_TELLS = re.compile(
    rf"(?:{_LABELS['role']}|ב?תפקיד)\s*:?\s+(?P<role>.+)|{_LABELS['organization']}\s*:?\s+(?P<organization>.+)", re.IGNORECASE
)
_DOES_AT = re.compile(r"(?:the\s+|an?\s+)?(?P<role>.+?)\s+(?:(?:at|in|of|for|with)|בחברת|של)\s+(?P<organization>.+)", re.IGNORECASE)
_SEPARATOR = re.compile(r"[,;()]|\s[-–]\s|\s+with(?!\w)|\s+עם(?!\w)")
_BECOMES = re.compile(r"(?:(?<!\w)to(?!\w)|(?<!\w)(?:ל-)|:|(?<!\w)ל(?=[א-ת]))\s*(.+)$", re.IGNORECASE)
_PUT_INSTEAD = re.compile(r"(?:(?<!\w)(?:with|by)(?!\w)|(?<!\w)ב(?=[א-ת]))\s*(.+)$", re.IGNORECASE)  # behind "replace", "החלף"
_NEW_ONE = re.compile(r"(?:(?<!\w)(?:to|with|by|into)\s+|:\s*|(?<!\w)[לב]-?\s*)$", re.IGNORECASE)
_FIELD = re.compile(rf"(?<!\w)ו?({_ANY})(?!\w)", re.IGNORECASE)
_OUT_OF_BOOK = re.compile(
    r"(?<!\w)(?:from|in|out\s+of)\s+(?:(?:my|our|the)\s+)?(?:contacts(?:\s+list)?|contact\s+list|address\s+book|phone\s*book)(?![\w'])"
    r"|(?<!\w)(?:מ|ב)(?:רשימת\s+)?אנשי\s+ה?קשר(?:\s+של(?:י|נו))?(?!\w)|(?<!\w)[מב]ספר\s+ה?(?:כתובות|טלפונים)(?:\s+של(?:י|נו))?(?!\w)",
    re.IGNORECASE,
)
_NOTHING_ELSE = re.compile(
    r"(?:'s(?!\w)|(?<!\w)(?:the|of|and|his|her|their|also|please|work|home|old|ו?את|ו?של|שלו|שלה|שלהם|וגם|גם|בבקשה|נא|ה?ישן|ה?ישנה)(?!\w)|[\s,.!])*",
    re.IGNORECASE,
)
_ALONE = re.compile(r"(?:(?<!\w)(?:ו?את|ו?גם|או|ל-?|לי|לנו|בבקשה)\s+|,\s*|(?<!\w)ו)$")
_INSIDE = re.compile(r"(?<=[א-ת])\"(?=[א-ת])")  # סמנכ"ל
_MOST_WORDS = 5
_OTHERS = frozenset({"=meeting", "=document", "=task", "=note", "=calendar"})  # what else has a number, a place or a company
_NOBODY = wordset("""a an the my our your this that these those all every some any no new him her them it me us you someone somebody everyone
    everybody people person one number phone email mail details contact contacts list and with
    אותו אותה אותם אותן אותי זה זאת כל מישהו כולם אדם אנשים פרטים הפרטים קשר רשימה מספר המספר טלפון הטלפון מייל המייל""")


def of_card(slot: Slot) -> bool:
    return slot.kind.startswith("card.")


def writes_card(skill: Skill) -> bool:
    return not skill.looks and any(map(of_card, skill.slots))


def asked(skill: Skill, reading: Reading) -> bool:
    """Whether the clause says to put somebody among the contacts, or to change what is kept of somebody."""
    if skill.slot("contact") is not None:
        if reading.act == "delete":
            return bool(_gone(reading))
        whose = any(person.relation == "of" for person in reading.people) or reading.refers_to_owner
        other = any(not concepts(word.plain).isdisjoint(_OTHERS) for word in reading.content)
        return reading.act == "change" and whose and not other and bool(_owned(reading))
    if reading.act not in _ADDING:
        return False
    new = _NEW.match(reading.clause.rest)
    if new is not None and reading.act != "write" and (reading.act is not None or new["new"] or new["he"]):
        return True
    if reading.act is None or _BOOK.search(reading.text) is None:
        return False
    return reading.act != "write" or "name" in _new(reading)  # "write a letter to my contacts"


def lacking(skill: Skill, reading: Reading) -> Slot | None:
    """What nobody can do without: of a new card a name, and how to reach whoever it is or where they work; of a change, what to write."""
    slots = {slot.kind.removeprefix("card."): slot for slot in skill.slots if of_card(slot)}
    if reading.act == "delete":
        return None
    said = _said(skill, reading)
    if "name" in slots and "name" not in said:
        return slots["name"]
    if "name" in slots:
        return None if len(said) > 1 else slots["phone"]
    return None if said else next((slots[field] for field in _named(reading)), slots["phone"])


def value(slot: Slot, skill: Skill, reading: Reading) -> str | list[str] | None:
    if reading.act == "delete":
        return _gone(reading) if slot.kind == "card.removed" else None
    return _said(skill, reading).get(slot.kind.removeprefix("card."))


def details(text: str) -> Iterator[tuple[int, int]]:
    """Where a request says how somebody who is to be kept is reached: "email dana@x.example" sends nothing there."""
    if _BOOK.search(text) or _NEW.match(text) or re.search(r"(?<!\w)(?:new\s+contact|(?:איש|אשת)\s+קשר\s+חדש)", text, re.IGNORECASE):
        yield from (match.span() for match in _DETAIL.finditer(text))
    elif _OWNED.search(text):
        also = re.compile(
            rf"[\s,]*(?:,|(?<!\w)and(?!\w)|(?<!\w)ו)\s*(?:his|her|their|את)?\s*{_ANY}(?:\s+של[הו])?\s+(?:to|ל)[\s-]*", re.IGNORECASE
        )
        yield from (match.span() for match in also.finditer(text))


def _said(skill: Skill, reading: Reading) -> dict[str, str]:
    return _changed(reading) if skill.slot("contact") is not None else _new(reading)


def _reached(reading: Reading) -> dict[str, str]:
    mail, number = next(iter(reading.named("email")), ""), _PHONE.search(reading.text)
    found = {"email": mail, "phone": number[0].strip() if number and sum(letter.isdigit() for letter in number[0]) > 3 else ""}
    return {name: said for name, said in found.items() if said}


def _new(reading: Reading) -> dict[str, str]:
    found = _reached(reading)
    rest = _BOOK.sub(", ", reading.clause.rest)
    if _NEW.match(reading.clause.rest):
        rest = _NEW.sub("", rest, count=1)
    parts = [said for part in _SEPARATOR.split(_DETAIL.sub(", ", rest)) if (said := _tidy(part))]
    first, *others = parts or [""]
    name, organization = _with_work(_NUMBER_OF.sub("", first.removeprefix("את ")).removesuffix("'s"))
    if _is_name(name):
        found["name"] = name
    found |= {"organization": organization} if organization else {}
    for part in others:
        for field, said in _told(part).items():
            found.setdefault(field, said)
    return found


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


def _named(reading: Reading) -> list[str]:
    """The fields that the clause speaks of as somebody's, in order."""
    said = [match["theirs"] or match["of"] for match in _owned(reading)]
    return [field for one in said for field, label in _LABELS.items() if re.fullmatch(label, one, re.IGNORECASE)]


def _gone(reading: Reading) -> list[str]:
    """What of somebody's card the clause says to remove, in order. Nothing where it says anything else: "delete Dana's phone call"."""
    owners = [person for person in reading.people if person.relation == "of"]
    text = reading.text[reading.clause.body :]
    if len(reading.people) > 1 or not (owners or reading.refers_to_owner) or _OWNED.search(reading.text) is None:
        return []
    for person in sorted(owners, key=lambda one: -one.start):
        start, end = (max(0, place - reading.clause.body) for place in (person.start, person.end))
        text = f"{text[:start]} {text[end:]}"
    text = _OUT_OF_BOOK.sub(" ", text)
    fields = [field for match in _FIELD.finditer(text) for field, label in _LABELS.items() if re.fullmatch(label, match[1], re.IGNORECASE)]
    return list(dict.fromkeys(fields)) if _NOTHING_ELSE.fullmatch(_FIELD.sub(" ", text)) else []


def _owned(reading: Reading) -> list[re.Match[str]]:
    """Where it says what is somebody's. In Hebrew the noun stands alone: not "רכב החברה של דנה", which is a car."""
    text, found = reading.text, _OWNED.finditer(reading.text)
    return [
        match
        for match in found
        if text[match.start()].isascii() or match.start() <= reading.clause.body + 1 or _ALONE.search(text[: match.start()])
    ]


def _changed(reading: Reading) -> dict[str, str]:
    found, named, behind = _reached(reading), _named(reading), _behind(reading)
    found |= {"phone": phone} if (phone := _new_phone(reading.text)) else {}
    instead = same_sense(reading.clause.verb, "replace")
    for field in ("organization", "role"):
        match = _BECOMES.search(reading.text, behind) or (_PUT_INSTEAD.search(reading.text, behind) if instead else None)
        if field in named and match is not None:
            found[field] = _tidy(match[1])
    return found


def _new_phone(text: str) -> str:
    """Of several numbers the one that it becomes: "from 050-1111111 to 050-2222222"."""
    numbers = [match for match in _PHONE.finditer(text) if sum(letter.isdigit() for letter in match[0]) > 3]
    return next((match[0].strip() for match in numbers if _NEW_ONE.search(text[: match.start()])), "") if len(numbers) > 1 else ""


def _tidy(said: str) -> str:
    return tidy(_INSIDE.sub("״", said))


def _behind(reading: Reading) -> int:
    """Where what is said of whom ends."""
    owned = max((match.end() for match in _owned(reading)), default=0)
    return max([owned - 1, *(person.end for person in reading.people if person.relation == "of" and person.start < owned + 1)])
