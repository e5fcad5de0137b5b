"""What a clause calls a tool by: the words it is about, the noun its verb is said of, and whether these are the tool's own."""

from __future__ import annotations

from tizmoret.catalog.search import concepts
from tizmoret.planner.language.acts import senses
from tizmoret.planner.offline.heads import head_words
from tizmoret.planner.offline.places import zone_words
from tizmoret.planner.offline.reading import Reading
from tizmoret.planner.offline.skills import Skill
from tizmoret.words import forms, normalise, tokens

# What too many titles speak of to tell one tool from another.
COMMON = frozenset({"=document", "=meeting", "=table", "=contact", "=calendar", "=task", "=note", "=summary"})


def asked_words(reading: Reading) -> list[str]:
    """What the clause is about, normalised, with the verb that heads it where that is no mere question word."""
    head = [normalise(reading.clause.verb)] if reading.clause.verb and reading.act not in ("ask", "show", "other", None) else []
    places = zone_words(reading.text)
    return head + [word.plain for word in reading.content if word.plain not in places]


def asks_by_name(skill: Skill, reading: Reading) -> bool:
    """Whether the clause begins with a verb of the skill's own examples."""
    head = reading.clause.verb or next(iter(tokens(reading.clause.rest)), "")
    if not head or reading.act == "ask":
        return False
    if reading.act is None and not skill.looks:
        return normalise(head) in skill.heads and not senses(head)  # "moved documents", "changes in the lease": no verbs of those who ask
    named = reading.act == "other" and bool((concepts(head) & skill.things) - COMMON)  # "graph the rainfall"
    return named or not skill.verbs.isdisjoint(forms(head)) or not skill.senses.isdisjoint(senses(head))


def names_itself(skill: Skill, reading: Reading) -> bool:
    """Whether the clause says a word of the skill's own title, or another word for it."""
    return any(in_title(word.plain, skill) for word in reading.content)


def in_title(word: str, skill: Skill) -> bool:
    meant = concepts(word)
    if meant & COMMON:
        return False
    return not forms(word).isdisjoint(skill.title_words) or not meant.isdisjoint(skill.things)


def makes(skill: Skill, reading: Reading) -> bool:
    """ "Make a chart": what is to be made is what the skill's title says that it makes."""
    if skill_changes(skill) or reading.act != "create":
        return False
    return any(in_title(word, skill) for word in head_words(reading))


def skill_changes(skill: Skill) -> bool:
    """Whether it changes or removes something that is there, which it takes by its id."""
    taken = not skill.looks and any(slot.required and slot.kind.endswith(".id") for slot in skill.slots)
    capability = skill.capability
    return taken and bool(capability.locks or capability.effect == "delete" or skill.acts & {"change", "delete"})
