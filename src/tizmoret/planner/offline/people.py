"""The people of a request as arguments: looked up by name, or taken up as "him"; addresses as they are written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tizmoret.planner.language.people import Person
from tizmoret.planner.offline.draft import Draft, DraftStep
from tizmoret.planner.offline.producers import finders_of_people
from tizmoret.planner.offline.reading import Reading
from tizmoret.planner.offline.skills import Skill, Slot

_FIRST = re.compile(r"(?<!\w)(?:the\s+first(?:\s+one)?|the\s+top\s+one|ה?ראשונה?|את\s+הראשונה?)(?!\w)(?!\s+\w+\s+of)", re.IGNORECASE)


def holds_people(slot: Slot) -> bool:
    return slot.kind in ("contact", "email") or (slot.many and "email" in slot.fields)


class People:
    def __init__(self, draft: Draft, skills: Mapping[str, Skill]) -> None:
        self._draft = draft
        self._finders = finders_of_people(skills)

    def invited(self, slot: Slot, reading: Reading, *, anyone: bool = False) -> Any:
        """Those that the clause names, for `slot`; None where it names none or nobody can be looked up. anyone: however it speaks of them."""
        values: list[Any] = []
        steps = [
            self.look_up(self._finders[0], person.name, reading)
            for person in (reading.people if anyone else self._meant(slot, reading))
            if self._finders
        ]
        if not steps and (reading.refers_to_person or _FIRST.search(reading.text)):
            steps = self._before()[-1:] or self._listed()[-1:]
        for step in steps:
            outlet = step.skill.gives("email" if slot.kind == "email" else "contact")
            if outlet is not None:
                values.append(step.reference(outlet, many=False))
        values += [{"email": address} if "email" in slot.fields else address for address in reading.named("email")]
        if not values:
            return None
        return values if slot.many else values[0]

    def owner(self, slot: Slot, reading: Reading) -> Any:
        """Whose it is that the clause speaks of: "Yoav's phone", "her e-mail". None where that is nobody."""
        named = [
            self.look_up(self._finders[0], person.name, reading) for person in reading.people if person.relation == "of" and self._finders
        ]
        step = next(iter(named or self._before()[-1:]), None)
        outlet = step.skill.gives(slot.kind) if step else None
        return step.reference(outlet, many=False) if step and outlet else None

    def _meant(self, slot: Slot, reading: Reading) -> list[Person]:
        """Who takes part. "to" names somebody only where something is sent: one flies to Paris, and writes to Dana."""
        sent = slot.kind == "email" or reading.act == "send"
        return [person for person in reading.people if person.relation == "with" or (sent and person.relation == "to")]

    @property
    def known(self) -> bool:
        """Whether somebody was spoken of before."""
        return bool(self._before() or self._listed())

    def look_up(self, skill: Skill, name: str, reading: Reading) -> DraftStep:
        """The step that finds `name`; the same one for the same name."""
        slot = skill.slot("person.name")
        args = {slot.name: name} if slot else {}
        return self._draft.same(skill, args) or self._draft.add(skill, reading, args)

    def spoken_of(self, reading: Reading) -> list[str]:
        """The name of "him" in the clause; nothing where it names people itself."""
        if reading.people or not reading.refers_to_person:
            return []
        before = ((step, step.skill.slot("person.name")) for step in self._before()[-1:])
        return [str(step.args[slot.name]) for step, slot in before if slot and slot.name in step.args]

    def _listed(self) -> list[DraftStep]:
        """The first of those that a step has listed is meant."""
        return [step for step in self._draft.goals if step.skill.looks and step.skill.gives("contact")]

    def _before(self) -> list[DraftStep]:
        return [step for step in self._draft.steps if step.skill.looks and step.skill.gives("contact") and step.skill.slot("person.name")]
