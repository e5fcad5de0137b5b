"""What sort of question a clause is: for a list, whether there is something, whether something is true, what is planned."""

from __future__ import annotations

import re

from tizmoret.catalog.search import concepts
from tizmoret.planner.language.wordset import wordset
from tizmoret.planner.offline.reading import Reading
from tizmoret.planner.offline.skills import Skill
from tizmoret.words import normalise

_CLAIMS = re.compile(
    r"(?<!\w)(?:(?:verify|confirm|check|claim)\s+that|(?:true|correct|right)\s+that)\s|(?<!\w)(?:הטענה|נכון)\s+ש"
    r"|(?<!\w)(?:ודאי?|ת?וודאי?|לוודא|ת?בדקי?|ת?בדוק)\s+ש[א-ת]{2}",
    re.IGNORECASE,
)
_TO_DO = re.compile(r"(?<!\w)(?:to\s+do|לעשות)(?!\w)", re.IGNORECASE)
SAYS = wordset("say says said written state states contain contains כתוב אומר אומרים נאמר רשום")
_WHERE = wordset("where where's איפה היכן")
_WHICH = wordset("which how איזה איזו אילו כמה")
_EXISTS = wordset("do does have has is are any anything there יש האם קיים קיימים")
_LISTED = frozenset({"=document", "=slides", "=table"})


def lists(reading: Reading) -> bool:
    """Whether documents themselves are asked for ("which files ...", "show me the reports"), not what they say."""
    words = [word.plain for word in reading.content]
    if any(not concepts(word).isdisjoint({"=summary", "=point"}) for word in words):
        return False
    named = any("=document" in concepts(word) or "=slides" in concepts(word) or "=table" in concepts(word) for word in words)
    if reading.act in ("find", "fetch"):
        return True
    if reading.act == "show":
        return named
    if reading.act is None:
        return named and reading.about
    if reading.act == "ask":
        first = normalise(reading.clause.verb)
        if first in _WHERE or (exists(reading) and (reading.about or (named and not concepts(words[0]).isdisjoint(_LISTED)))):
            return True
        says = any(word in SAYS for word in words) and first not in _WHICH
        return not says and any("=document" in concepts(word) for word in words[:2])
    return False


def exists(reading: Reading) -> bool:
    """Whether the clause asks if there is something: "do we have ...", "any ...", "יש לנו ..."."""
    return reading.act == "ask" and normalise(reading.clause.verb) in _EXISTS


def claims(reading: Reading) -> bool:
    """Whether the clause wants something said to be checked: "verify that ...", "is it true that ..."."""
    return _CLAIMS.search(reading.text) is not None


def lists_time(skill: Skill, reading: Reading) -> bool:
    """Whether the clause names nothing but a time, and the skill lists what is planned then."""
    if (
        reading.content
        or reading.things
        or reading.tells_of_doing
        or not reading.times("future")
        or reading.act not in ("ask", "show", "find")
    ):
        return False
    if _TO_DO.search(reading.text):
        return False
    return any(outlet.kind == "event" and outlet.many for outlet in skill.outlets) and skill.slot("date-time") is not None
