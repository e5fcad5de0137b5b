"""Which tool or agent would find a value that an argument needs. Only those that look are asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tizmoret.catalog.search import concepts
from tizmoret.planner.offline.draft import matches
from tizmoret.planner.offline.intents import Intents
from tizmoret.planner.offline.reading import Reading
from tizmoret.planner.offline.skills import Outlet, Skill, Slot

_SORTS = frozenset({"=table", "=document", "=slides"})
_RECKONING = frozenset({"=total", "=average", "=most", "=least"})


def producers(slot: Slot, skill: Skill, reading: Reading, skills: Mapping[str, Skill], intents: Intents) -> Iterator[tuple[Skill, Outlet]]:
    """What gives a value for `slot` of `skill`, with the place in its output, the fittest first."""
    if slot.kind == "document.id" and not slot.many and not _names_document(skill, reading):
        return
    found: list[tuple[float, str, Skill, Outlet]] = []
    for other in skills.values():
        if not other.looks or other is skill or skill.name == other.same_as or other.name == skill.same_as:
            continue
        if slot.kind in ("document", "document.id") and (other.material or (reading.named("file") and not searches(other))):
            continue  # what reads documents cites them, what counts them names some; neither finds the one that is named
        if slot.kind == "date-time" and "=free" not in other.things:
            continue  # the hour of some other event is none that anybody chose
        outlets = [outlet for outlet in other.outlets if matches(outlet, slot) and _may_give(outlet, slot)]
        if outlets:
            outlet = min(outlets, key=lambda outlet: (outlet.many != slot.many, outlet.path.count("."), outlet.path))
            found.append((_fitness(other, outlet, slot, reading, intents), other.name, other, outlet))
    for _, _, other, outlet in sorted(found, key=lambda one: (-one[0], one[1])):
        yield other, outlet


def searcher(skills: Mapping[str, Skill]) -> Skill | None:
    """What finds documents by words: an agent before the tool that it works with."""
    return max(filter(searches, skills.values()), key=lambda skill: (skill.same_as is not None, skill.name), default=None)


def searches(skill: Skill) -> bool:
    return skill.looks and skill.gives("document") is not None and skill.slot("words") is not None


def tellers(skills: Mapping[str, Skill]) -> list[Skill]:
    """What tells what documents say: those that take documents as they were found, else those that take their texts."""
    telling = [skill for skill in skills.values() if skill.looks and skill.gives("markdown") and skill.material]
    direct = [skill for skill in telling if any(slot.kind == "document" for slot in skill.material)]
    return direct or [skill for skill in telling if not skill.slot("document.id")]


def finders_of_people(skills: Mapping[str, Skill]) -> list[Skill]:
    """What finds the one contact of a name, an agent before its tool."""
    found = [skill for skill in skills.values() if skill.looks and skill.slot("person.name") and skill.gives("contact")]
    return sorted(
        found, key=lambda skill: (any(outlet.kind == "contact" and outlet.many for outlet in skill.outlets), not skill.same_as, skill.name)
    )


def _fitness(other: Skill, outlet: Outlet, slot: Slot, reading: Reading, intents: Intents) -> float:
    score = 0.3 * intents.similarity(other, reading) - 0.2 * outlet.path.count(".") - 0.3 * (outlet.many != slot.many)
    score += 0.4 * (outlet.path.rpartition(".")[2] == slot.name)
    score += 0.1 * (other.same_as is not None)
    score += 0.3 * ("=free" in other.things and slot.kind == "date-time")
    if other.slot("url"):
        score += 1.0 if reading.named("url") else -1.0
    if slot.kind in ("text", "markdown") or not slot.kind:
        score += 0.2 * bool(other.material) - 0.2 * any(own.kind == "words" and not other.material for own in other.slots)
    return score - 0.5 * ("=clock" in other.things or "=system" in other.things)


def _names_document(skill: Skill, reading: Reading) -> bool:
    """Whether the clause says which document: by its name, or as one of some subject."""
    if reading.named("file") or reading.named("quote"):
        return True
    named = any(not concepts(word.plain).isdisjoint(_SORTS) for word in reading.content)
    if not named and not skill.looks and " and " not in reading.text and " ו" not in reading.text:
        named = reading.act in ("change", "book")  # "archive the lease"
    if not named and sum(slot.required and slot.kind == "document.id" for slot in skill.slots) > 1:
        named = True  # "compare the two contracts"
    return named and bool(reading.topic(_SORTS | _RECKONING))


def _may_give(outlet: Outlet, slot: Slot) -> bool:
    """A time is taken only from what answers with a time of that name (a free slot's start), never out of some event or document."""
    return slot.kind != "date-time" or outlet.path == slot.name
