"""What a clause gives leave for. Similarity only proposes; what changes the world must be asked for by the clause's own verb and object."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from tizmoret.catalog.search import CatalogSearch, concepts
from tizmoret.planner.language import english, hebrew
from tizmoret.planner.language.acts import CHANGING, LOOKING, Act, alike, same_sense, senses
from tizmoret.planner.offline.cards import asked, writes_card
from tizmoret.planner.offline.heads import head_words
from tizmoret.planner.offline.messages import to_place, told
from tizmoret.planner.offline.naming import COMMON, asks_by_name, in_title, makes, names_itself, skill_changes
from tizmoret.planner.offline.numbers import counted_for
from tizmoret.planner.offline.parts import names_argument
from tizmoret.planner.offline.reading import Reading
from tizmoret.planner.offline.skills import Skill, takes_words
from tizmoret.words import forms, normalise

_TO_EXISTING = re.compile(
    r"(?<!\w)(?:to|into)\s+(?:the|my|our|this|that|\S+'s)\s+(?:\w+\s+){0,3}(?:meeting|call|event|session)(?!\w)|(?<!\w)ל(?:פגישה|ישיבה|אירוע|שיחה|מפגש)(?!\w)|(?<!\w)ל(?:פגישת|ישיבת|שיחת|ארוחת)\s+ה[א-ת]",
    re.IGNORECASE,
)
_ADDED = re.compile(r"(?<!\w)(?:add|invite)\s+[A-Z]|(?<!\w)ת?(?:וסיפי?|צרפי?|הוסף|הוסיפי|צרף|זמני?)\s+את\s+[א-ת]", re.IGNORECASE)
_AS_DONE = re.compile(
    r"(?<!\w)(?:as\s+|it'?s\s+)?(?:done|finished|complete|completed)(?!\w)"
    r"|(?<!\w)(?:סיימתי|השלמתי|גמרתי)(?!\w)|(?<!\w)כ?(?:בוצע|הושלם|גמור|נגמר)ה?(?!\w)",
    re.IGNORECASE,
)
# "Prepare me for ...": what is prepared is a person, and nothing is to be written down.
_OF_ME = re.compile(r"(?<!\w)(?:prepare|make|get)\s+(?:me|us)\s+(?:ready\s+)?for(?!\w)|(?<!\w)(?:אותי|אותנו)(?!\w)", re.IGNORECASE)
WRITINGS = frozenset({"=document", "=summary", "=memo", "=agenda", "=slides"})


_IT_FIRST = re.compile(r"(?:it|them|that|this|אותו|אותה|אותם|אותן|את\s+זה)(?!\w)(?!\s+(?:is|was|the)\s)", re.IGNORECASE)
_ONLY_LOOKING: frozenset[Act] = LOOKING - {"analyse", "read"}  # "take out an invoice", "open a task" make something


class Permission:
    """Over the skills of one catalog."""

    def __init__(self, skills: Mapping[str, Skill], search: CatalogSearch) -> None:
        self._skills = skills
        self._search = search

    def allowed(self, skill: Skill, reading: Reading) -> bool:
        if writes_card(skill):
            return asked(skill, reading)
        literal = asks_by_name(skill, reading)
        act = reading.act
        if skill.looks:
            if act == "book" and any(word in _bought() for word in head_words(reading)):
                return False  # "book a table" looks for no hour either
            made = act in ("create", "write") and (names_itself(skill, reading) or _OF_ME.search(reading.text) is not None)
            return made if act in ("create", "write") else literal or act is None or act in LOOKING
        if act == "ask" or (act is None and not literal) or (act in ("write", "create") and _OF_ME.search(reading.text)):
            return False
        if skill_changes(skill) and act not in ("change", "delete", "other", None):
            return (literal or act == "create") and act in ("book", "create") and self._into_existing(skill, reading)
        if act in _ONLY_LOOKING:
            return False  # "search the orchard": what is said to change something is not asked for
        if act == "schedule" and not literal and skill.slot("date-time") is None:
            return False  # what takes no time is not set for one
        if act == "write" and skill.gives("event") is not None and not literal:
            return False  # what is written down is no meeting
        if not (literal or (act in CHANGING and any(alike(act, own) for own in skill.acts & CHANGING)) or makes(skill, reading)):
            return False
        if act == "change" and not literal and not _could_be_otherwise(skill, reading):
            return False
        return self._has_object(skill, reading, literal=literal)

    def _into_existing(self, skill: Skill, reading: Reading) -> bool:
        """ "Put it into the archive", "invite Dana to the team meeting": its own verb, and what it changes, or where to, is named."""
        if any(slot.name == "invite" for slot in skill.slots):
            return bool(reading.people or _ADDED.search(reading.text)) and _TO_EXISTING.search(reading.text) is not None
        if reading.act != "book":
            return False
        if skill.slot("document.id") is not None and names_itself(skill, reading):
            return True  # "put the lease in the archive"
        if not (reading.named("file") or reading.refers):
            return False
        named = frozenset[str]().union(*(concepts(slot.name) | forms(slot.name) for slot in skill.slots))
        return names_itself(skill, reading) or any(not (concepts(w.plain) | forms(w.plain)).isdisjoint(named) for w in reading.content)

    def _has_object(self, skill: Skill, reading: Reading, *, literal: bool) -> bool:
        """Whether what the verb is said of is what the tool changes: "book a meeting", not "book a table"."""
        head = head_words(reading)
        if any(word in _bought() for word in head) or (_adds_to_existing(reading) and not skill_changes(skill)):
            return False
        if _loses_the_hour(skill, reading):
            return False
        if skill_changes(skill) and reading.act in ("book", "create"):
            return True  # see `_into_existing`
        if to_place(skill):  # "to Slack"
            return names_itself(skill, reading) or in_title(normalise(reading.clause.verb), skill)
        if reading.act == "send" and "send" in skill.acts:
            return bool(reading.people or reading.named("email"))
        if literal and (concepts(reading.clause.verb) & skill.things) - COMMON:
            return True  # "graph the rainfall"
        if literal and any(slot.required and counted_for(slot, skill, reading) is not None for slot in skill.slots):
            return True  # "write down that Rex weighs 31 kilos"
        if literal and told(reading) is not None and any(slot.required and slot.kind.endswith(".text") for slot in skill.slots):
            return not self._counted_by_another(skill, reading)  # "write down that the alarm code is 9921"
        if skill.gives("document") is not None and not skill_changes(skill) and head and not _writes_that(skill, head[0], reading):
            return False
        if literal and skill_changes(skill) and _IT_FIRST.match(reading.clause.rest):
            return True  # "and file it under offers"
        if literal and reading.named("file") and skill.slot("document.id") is not None:
            return True
        if skill_changes(skill) and reading.act == "change" and names_argument(skill, reading):
            return True  # "move the date of the meeting"
        if makes(skill, reading) or (reading.named("quote") and _onto_list(skill, reading)):
            return True
        if not head:  # "cancel it", "book an hour with Dana"
            return _has_place_for(skill, reading)
        if not all(skill.objects.isdisjoint(forms(word) | concepts(word)) for word in head):
            return True
        if skill.gives("document") and not skill_changes(skill) and any(not concepts(word).isdisjoint(WRITINGS) for word in head):
            return True
        if literal and skill_changes(skill) and _AS_DONE.search(reading.text):
            return True  # "mark the order of seeds as finished"
        if literal and skill_changes(skill) and not any(self._search.knows(word) for word in head):
            return bool(reading.people or reading.times("future"))  # "reschedule the budget review to Sunday"
        if reading.act == "schedule" and "schedule" in skill.acts and "=meeting" in skill.things | _things(skill):
            return bool(reading.people or reading.times("future")) and not self._named_by_another(skill, reading)
        said = any(slot.kind.endswith((".title", ".text")) for slot in skill.slots if slot.required)  # "remind me to ...", whatever it is
        needed = [slot for slot in skill.slots if slot.required]
        anything = reading.act == "other" and any(map(takes_words, needed)) and not any(slot.kind.endswith(".id") for slot in needed)
        if anything and senses(reading.clause.verb).isdisjoint(_trades()) and not any(self._search.knows(word) for word in head):
            return literal  # "water the tomatoes"
        return literal and said and reading.act not in CHANGING

    def _counted_by_another(self, skill: Skill, reading: Reading) -> bool:
        """Whether another tool that is asked for by this verb takes a number that is said."""
        others = (other for other in self._skills.values() if other is not skill and not other.looks and asks_by_name(other, reading))
        return any(slot.required and counted_for(slot, other, reading) is not None for other in others for slot in other.slots)

    def _named_by_another(self, skill: Skill, reading: Reading) -> bool:
        """Whether another tool that does the like speaks of what is named, and this one does not: a visit to a clinic is no meeting."""
        said = [forms(word.plain) | concepts(word.plain) for word in reading.content]
        own = [one for one in said if skill.nouns.isdisjoint(one)]
        act = reading.act
        return act is not None and any(
            not other.nouns.isdisjoint(one)
            for other in self._skills.values() if other is not skill and not other.looks and any(alike(act, its) for its in other.acts)
            for one in own
        )  # fmt: skip


def _could_be_otherwise(skill: Skill, reading: Reading) -> bool:
    """Whether a verb that is not the tool's own may mean it. What takes the thing and nothing else does one thing, which its own verbs name:
    "modify the file" archives none. What is to be put right ("correct", "replace") is not the whole: "correct the report" moves none."""
    if not any(not slot.required for slot in skill.slots):
        return False
    put_right = any(same_sense(reading.clause.verb, verb) for verb in ("correct", "replace"))
    return not put_right or names_argument(skill, reading)


def _has_place_for(skill: Skill, reading: Reading) -> bool:
    """Whether a clause that names no object says something that the tool takes: who, when, or what was spoken of before."""
    if reading.people or reading.named("email"):
        return any(slot.kind in ("contact", "email", "person.name") or "email" in slot.fields for slot in skill.slots)
    if reading.times("future") and skill.slot("date-time") is not None:
        return True
    if skill.slot("date-time") is not None:
        return reading.refers and sum(word.plain != "את" for word in reading.words) < 2  # "and book it"
    return reading.refers and any(slot.kind.endswith(".id") or slot.kind in ("markdown", "text", "document") for slot in skill.slots)


def _writes_that(skill: Skill, head: str, reading: Reading) -> bool:
    """Whether what is to be written is a sort of writing, or what the tool is named for; "prepare the meeting" writes nothing."""
    if skill.slot("markdown") is None:
        return names_itself(skill, reading)  # many tools make a list
    return not concepts(head).isdisjoint(WRITINGS | {"=point"}) or names_itself(skill, reading)


@cache
def _trades() -> frozenset[int]:
    """The senses of verbs of which only the object says who does it: nobody orders a sofa from a chemist."""
    return frozenset[int]().union(*(senses(verb) for verb in ("order", "pay", "sell", "hire", "call")))


def _onto_list(skill: Skill, reading: Reading) -> bool:
    """ "Put 'buy gloves' on my to-do list": the words in quotes go where the clause says."""
    titled = any(slot.required and slot.kind.endswith((".title", ".text")) for slot in skill.slots)
    return titled and any(not concepts(word.plain).isdisjoint(skill.things) for word in reading.content)


def _things(skill: Skill) -> frozenset[str]:
    return frozenset[str]().union(*(concepts(word) for example in skill.examples for word in example))


@cache
def _bought() -> frozenset[str]:
    return frozenset[str]().union(*(forms(word) for word in f"{english.BOUGHT} {hebrew.BOUGHT}".split()))


def _loses_the_hour(skill: Skill, reading: Reading) -> bool:
    """Whether an hour was set that the skill, which only knows days, could not keep."""
    dates = any(slot.format == "date" or any(c.get("format") == "date" for c in slot.schema.get("anyOf", ())) for slot in skill.slots)
    return dates and skill.slot("date-time") is None and reading.when("future").start is not None


def _adds_to_existing(reading: Reading) -> bool:
    """ "Add Dana to the meeting": there is one already, and no new one is wanted."""
    return reading.act in ("create", "book") and _TO_EXISTING.search(reading.text) is not None
