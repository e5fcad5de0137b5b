"""Somebody's card, as a request says it: "add Dana Levi, 050-1234567, to my contacts", "שנה את הטלפון של יואב ל-050-7654321".

Only what is said to go among the contacts is written there, and only of whom it is said."""

from __future__ import annotations

from collections.abc import Iterator

from tizmoret.planner.offline import kept_cards, new_cards
from tizmoret.planner.offline.reading import Reading
from tizmoret.planner.offline.skills import Skill, Slot


def of_card(slot: Slot) -> bool:
    return slot.kind.startswith("card.")


def writes_card(skill: Skill) -> bool:
    return not skill.looks and any(map(of_card, skill.slots))


def asked(skill: Skill, reading: Reading) -> bool:
    """Whether the clause says to put somebody among the contacts, or to change what is kept of somebody."""
    return kept_cards.is_changed(reading) if _changes(skill) else new_cards.is_added(reading)


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
    return None if said else next((slots[field] for field in kept_cards.named(reading)), slots["phone"])


def value(slot: Slot, skill: Skill, reading: Reading) -> str | list[str] | None:
    if reading.act == "delete":
        return kept_cards.gone(reading) if slot.kind == "card.removed" else None
    return _said(skill, reading).get(slot.kind.removeprefix("card."))


def details(text: str) -> Iterator[tuple[int, int]]:
    """Where a request says how somebody who is to be kept is reached: "email dana@x.example" sends nothing there."""
    yield from new_cards.details(text) if new_cards.speaks_of_new(text) else kept_cards.more(text)


def _said(skill: Skill, reading: Reading) -> dict[str, str]:
    return kept_cards.values(reading) if _changes(skill) else new_cards.values(reading)


def _changes(skill: Skill) -> bool:
    """Whether it takes somebody who is there already."""
    return skill.slot("contact") is not None
