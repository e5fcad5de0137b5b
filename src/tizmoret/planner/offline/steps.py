"""One step with all that it needs: arguments from the clause, from earlier steps, or from a step put before it.

Only steps that look are ever put before; a step with an effect exists because a clause asks for it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from tizmoret.catalog.search import concepts
from tizmoret.plan.references import FROM, ITEM, TEXT
from tizmoret.planner.language.times import Toward, When
from tizmoret.planner.offline import cards, titles
from tizmoret.planner.offline.arguments import file_arguments, fill
from tizmoret.planner.offline.draft import Draft, DraftStep, matches
from tizmoret.planner.offline.intents import Intents
from tizmoret.planner.offline.messages import is_found, made_of_documents, message_slot
from tizmoret.planner.offline.naming import skill_changes
from tizmoret.planner.offline.parts import argument
from tizmoret.planner.offline.people import People, holds_people
from tizmoret.planner.offline.producers import producers, searcher, searches, tellers
from tizmoret.planner.offline.reading import Reading
from tizmoret.planner.offline.skills import Skill, Slot, is_material

_LISTED = re.compile(r"\[\*\]\.(?:title|name|subject|summary|note|text)$")  # by which the things of a list are known
_DEEP = 4  # steps put before one another
_SORTS = frozenset({"=document", "=summary", "=point", "=memo", "=slides", "=agenda"})
# What a clause may say of what it takes up from before: "the documents", "the meeting", "this page".
_TAKEN_UP = _SORTS | {"=meeting", "=web", "=table"}


class Missing(Exception):
    """An argument that neither the clause nor any step gives."""

    def __init__(self, skill: Skill, slot: Slot) -> None:
        super().__init__(f"{skill.name}.{slot.name}")
        self.skill = skill
        self.slot = slot


class Steps:
    """Makes the steps of one draft."""

    def __init__(self, draft: Draft, skills: Mapping[str, Skill], intents: Intents) -> None:
        self._draft = draft
        self._skills = skills
        self._intents = intents
        self.people = People(draft, skills)

    def make(self, skill: Skill, reading: Reading, depth: int = 0) -> DraftStep:
        """The step of `skill` that the clause asks for, after those that it needs. Raises Missing or TooManySteps."""
        args = fill(skill, reading)
        if not skill.looks:
            self._says_enough(skill, reading)
            self._name(skill, reading, args)
            if reading.all and (each := self._for_each(skill, reading, args)) is not None:
                return each
        for slot in skill.slots:
            if slot.name not in args and slot.required:
                value = self._value(slot, skill, reading, depth)
                if value is None:
                    raise Missing(skill, slot)
                args[slot.name] = _next_of(value) if value in args.values() else value
        if skill.looks and skill.material and not any(slot.name in args for slot in skill.material):
            self._material(skill, reading, args, depth)
        if not skill.looks:
            for slot in skill.slots:
                if slot.name not in args and (value := self._optional(slot, skill, reading)) is not None:
                    args[slot.name] = value
            if changes(skill, reading):
                _changes_something(skill, reading, args)
        elif not depth:  # a free hour that a meeting is given needs no word of theirs: it is looked for meanwhile
            self._company(skill, reading, args)
        return self._draft.same(skill, args) or self._draft.add(skill, reading, args)

    def digest(self, search: Skill, reading: Reading) -> DraftStep:
        """What the documents say: found by the clause's words, then told by what reads documents."""
        telling = tellers(self._skills)
        if not telling:
            return self.make(search, reading)
        return self.make(max(telling, key=lambda skill: (self._intents.similarity(skill, reading), skill.name)), reading)

    def _says_enough(self, skill: Skill, reading: Reading) -> None:
        """Raises Missing for a card that says too little, and for a meeting in the past, on no date, or of which nothing is said: with whom,
        when, what about."""
        if cards.writes_card(skill) and (lacks := cards.lacking(skill, reading)) is not None:
            raise Missing(skill, lacks)
        said = reading.people or reading.refers_to_person or reading.things or reading.times("future") or self._draft.goals
        guests = next((slot for slot in skill.slots if holds_people(slot)), None)
        if guests is not None and reading.meets_somebody and not reading.people and not self.people.known:
            raise Missing(skill, guests)
        begins = next((slot for slot in skill.slots if slot.required and slot.kind == "date-time"), None)
        if begins is None:
            return
        nothing = not said and all("=meeting" in concepts(word.plain) for word in reading.content)
        when = reading.when("future")
        until = when.start or (when.span or (None, None))[1]
        if nothing or reading.half_read_date or (until is not None and until <= reading.now):
            raise Missing(skill, begins)

    # -- names

    def _name(self, skill: Skill, reading: Reading, args: dict[str, Any]) -> None:
        """The title of a new meeting, document or message."""
        slot = next((slot for slot in skill.slots if slot.name in ("title", "subject") and slot.type == "string"), None)
        if slot is None or slot.name in args:
            return
        if changes(skill, reading):
            if reading.new_title:
                args[slot.name] = reading.new_title
        elif skill.gives("event") is not None:
            args[slot.name] = titles.event_title(reading, self.people.spoken_of(reading))
        elif slot.required or skill.gives("document") is not None:
            args[slot.name] = titles.document_title(reading, self._topic(reading))

    def _topic(self, reading: Reading) -> str:
        """What the clause links to, or else what the latest step that looked was about."""
        if reading.named("url"):
            return urlsplit(reading.named("url")[0]).netloc
        for step in reversed(self._draft.steps):
            for name in ("query", "question", "name", "url"):
                if step.skill.looks and isinstance(step.args.get(name), str) and step.args[name]:
                    return urlsplit(step.args[name]).netloc if name == "url" else str(step.args[name])
        return ""

    # -- values from other steps

    def _value(self, slot: Slot, skill: Skill, reading: Reading, depth: int) -> Any:
        """From an earlier step where the clause takes one up, else from a step put before."""
        if cards.writes_card(skill):
            return self.people.owner(slot, reading)
        if holds_people(slot):
            return self.people.invited(slot, reading)
        earlier = self._earlier(slot, skill, reading)
        if earlier is None and not skill.looks and slot.kind in ("markdown", "text") and (reading.refers or reading.clause.follows):
            earlier = self._written_before(slot)
        if earlier is not None:
            return earlier
        if (not skill.looks and is_material(slot) and slot.kind != "document.id") or is_found(slot):
            made_up = slot is message_slot(skill) and not made_of_documents(reading)
            return None if made_up else self._told(slot, reading, depth)
        return self._produced(slot, skill, reading, depth)

    def _earlier(self, slot: Slot, skill: Skill, reading: Reading) -> Any:
        for step, outlet in self._draft.latest(slot):
            if self._taken_up(step, slot, skill, reading):
                return step.reference(outlet, many=slot.many)
        return None

    def _written_before(self, slot: Slot) -> Any:
        """What the last step has written ("make a report and mail it"), or what it lists, in words."""
        last = next(iter(self._draft.goals[-1:]), None)
        if last is None:
            return None
        if not last.skill.looks:
            own = last.skill.slot("markdown")
            return last.args.get(own.name) if own is not None else None
        if last.skill.gives("document") is not None:
            return None  # what documents say, not what they are called
        listed = next((outlet for outlet in last.skill.outlets if _LISTED.search(outlet.path) and outlet.type == "string"), None)
        return {TEXT: [last.reference(listed, many=True)]} if listed is not None else None

    def _taken_up(self, step: DraftStep, slot: Slot, skill: Skill, reading: Reading) -> bool:
        """Whether the clause, as it stands after `step`, means what that step gave."""
        if step.reading is reading and slot.kind not in ("document", "markdown"):
            return False
        if slot.kind == "date-time":  # a free time that was asked for before
            return "=free" in step.skill.things and not reading.times("future") and slot.name == "start"
        if not skill.looks and slot.kind in ("markdown", "text", "document"):
            return slot.kind == "document" or (step in self._draft.goals and step.skill.gives("markdown") is not None)
        if reading.named("url") or reading.named("file") or reading.people:
            return False
        if slot.kind.endswith(".id") and reading.refers_to_owner:
            return True  # "show her lab results"
        own = any(concepts(word.plain).isdisjoint(_TAKEN_UP) for word in reading.content)
        return reading.refers or not (own or reading.named("quote") or reading.times("past"))

    def _produced(self, slot: Slot, skill: Skill, reading: Reading, depth: int) -> Any:
        """A reference to a step that finds it, put before. None where no tool does, or where it would need what nobody said."""
        if depth >= _DEEP:
            return None
        if slot.many and len(reading.named("file")) > 1 and slot.kind in ("document", "document.id"):
            return self._files(slot, reading)
        if not slot.many and slot.kind == "document.id" and len(reading.named("file")) > 1:
            return self._another_file(slot, reading)
        for other, outlet in producers(slot, skill, reading, self._skills, self._intents):
            mark = self._draft.mark()
            if (second := self._second_of_pair(skill, slot, other, reading)) is not None:
                return second.reference(outlet, many=slot.many)
            try:
                step = self.make(other, reading, depth + 1)
            except Missing:
                self._draft.back_to(mark)
                continue
            if slot.kind == "document.id" and not slot.many and any(own.name == "limit" for own in other.slots):
                step.args["limit"] = 1
            return step.reference(outlet, many=slot.many)
        return None

    def _second_of_pair(self, skill: Skill, slot: Slot, search: Skill, reading: Reading) -> DraftStep | None:
        """What was searched for the first of two arguments: "compare the two leases" searches once, "last year's with this year's" in no period."""
        if sum(own.kind == slot.kind and own.required for own in skill.slots) < 2:
            return None
        before = next((step for step in self._draft.steps if step.skill is search and step.reading is reading), None)
        if before is not None:
            before.args["limit"] = 2
            if len(reading.times("past")) > 1:
                before.args.pop("period", None)
        return before

    def _another_file(self, slot: Slot, reading: Reading) -> Any:
        """Of several files that the clause names, one for each argument."""
        search = searcher(self._skills)
        outlet = next((outlet for outlet in search.outlets if matches(outlet, slot)), None) if search else None
        if search is None or outlet is None:
            return None
        asked = [file_arguments(search, name) for name in reading.named("file")]
        sought = [step.args for step in self._draft.steps if step.skill is search and step.reading is reading]
        args = next((one for one in asked if one not in sought), asked[-1])
        return self._draft.add(search, reading, args).reference(outlet, many=False)

    def _files(self, slot: Slot, reading: Reading) -> Any:
        """Each of several files that the clause names, looked for by its name."""
        search = searcher(self._skills)
        outlet = next((outlet for outlet in search.outlets if matches(outlet, slot)), None) if search else None
        if search is None or outlet is None:
            return None
        steps = [self._draft.add(search, reading, file_arguments(search, name)) for name in reading.named("file")]
        return [step.reference(outlet, many=False) for step in steps]

    def _material(self, skill: Skill, reading: Reading, args: dict[str, Any], depth: int) -> None:
        """Fill one of the arguments that hold documents or texts. Raises Missing."""
        slots = sorted(skill.material, key=lambda slot: (slot.kind == "text") != bool(reading.named("url")))
        for slot in slots:
            if (value := self._earlier(slot, skill, reading)) is not None:
                args[slot.name] = value
                return
        for slot in slots:
            if (value := self._produced(slot, skill, reading, depth)) is not None:
                args[slot.name] = value
                return
        raise Missing(skill, slots[0])

    def _told(self, slot: Slot, reading: Reading, depth: int) -> Any:
        """Content for a document that is to be written: what a page or the documents say of its subject. A message is not made up so."""
        if depth >= _DEEP or (reading.act not in ("write", "create", "send") and not reading.about):
            return None
        subject = reading.topic(_SORTS) or reading.named("file") or reading.named("url") or reading.times("past")
        looked = next((step for step in reversed(self._draft.goals) if step.skill.looks), None)
        source = reading if subject or looked is None else looked.reading
        if looked is not None and reading.refers and looked.skill.gives("contact") is not None:
            return None  # "get Dana's details and write them down": of her, not of what is written about her
        if source is reading and not subject:
            return None
        step = self.gist(source) if source.named("url") else self._documents_told(source)
        outlet = step.skill.gives("markdown") if step else None
        return step.reference(outlet, many=slot.many) if step and outlet else None

    def _documents_told(self, source: Reading) -> DraftStep | None:
        search = searcher(self._skills)
        return self.digest(search, source) if search else None

    def gist(self, source: Reading) -> DraftStep | None:
        """What the page or the file that the clause names says in short."""
        telling = [
            skill
            for skill in self._skills.values()
            if skill.looks and skill.gives("markdown") and any(slot.kind == "text" for slot in skill.material)
        ]
        best = max(telling, key=lambda skill: ("summarise" in skill.acts, skill.name), default=None)
        return self.make(best, source) if best else None

    def _optional(self, slot: Slot, skill: Skill, reading: Reading) -> Any:
        """What an effect may carry along from what the request did before."""
        if changes(skill, reading):
            if slot.name == "invite" and reading.act in ("book", "create"):
                return self.people.invited(slot, reading)
            return self._new_time(slot, skill, reading) if slot.name == "start" and slot.kind == "date-time" else None
        if holds_people(slot):
            return self.people.invited(slot, reading) or self._free_with(slot, reading)
        if slot.kind == "markdown" or (slot.name in ("description", "body", "notes") and slot.type == "string"):
            told = next((step for step in reversed(self._draft.goals) if step.skill.looks and step.skill.gives("markdown")), None)
            outlet = told.skill.gives("markdown") if told else None
            return told.reference(outlet, many=False) if told and outlet else None
        if slot.kind == "document" and skill.gives("document") is not None:
            found = next(((step, outlet) for step, outlet in self._draft.latest(slot) if step.skill.looks), None)
            return found[0].reference(found[1], many=slot.many) if found else None
        return None

    def _company(self, skill: Skill, reading: Reading, args: dict[str, Any]) -> None:
        """Whose time it is that is looked for: "an hour for Dana, Avi and me"."""
        for slot in skill.slots:
            theirs = slot.name not in args and slot.many and not slot.required and slot.kind == "contact"
            if theirs and (value := self.people.invited(slot, reading, anyone=True)) is not None:
                args[slot.name] = value

    def _free_with(self, slot: Slot, reading: Reading) -> Any:
        """ "... and book it": those whose time was found."""
        found = next((step for step in reversed(self._draft.goals) if "=free" in step.skill.things), None)
        if found is None or reading.people or reading.times("future"):
            return None
        return next((found.args.get(own.name) for own in found.skill.slots if own.kind == slot.kind and own.many == slot.many), None)

    def _new_time(self, slot: Slot, skill: Skill, reading: Reading) -> Any:
        """Where a meeting is moved to a day without an hour: a free time of that day."""
        if reading.target.days is None:
            return None
        for other, outlet in producers(slot, skill, reading, self._skills, self._intents):
            if "=free" in other.things:
                args = fill(other, _MovedTo(reading.clause, reading.language, reading.now))
                return self._draft.add(other, reading, args).reference(outlet, many=False)
        return None

    def _for_each(self, skill: Skill, reading: Reading, args: dict[str, Any]) -> DraftStep | None:
        """ "Cancel all meetings of tomorrow": the step mapped over what a step before lists."""
        needed = [slot for slot in skill.slots if slot.required and slot.name not in args]
        if len(needed) != 1 or needed[0].many or not needed[0].kind.endswith(".id"):
            return None
        slot = needed[0]
        period = slot.kind == "document.id" and bool(reading.times("past"))  # "archive everything from 2019"
        listing = [
            (other, outlet) for other in self._skills.values() for outlet in other.outlets
            if other.looks and (other.slot("date-time") or (period and searches(other)))
            and outlet.kind == slot.kind and outlet.path.count("[*]") == 1
        ]  # fmt: skip
        if not listing:
            return None
        other, outlet = max(listing, key=lambda one: (one[0].same_as is not None, one[0].name))
        path, _, item = outlet.path.partition("[*].")
        listed = self.make(other, reading, 1)
        step = self._draft.add(skill, reading, {**args, slot.name: {ITEM: item}})
        step.for_each = {FROM: f"{listed.id}.{path}"}
        return step


class _MovedTo(Reading):
    """A clause that moves something, read for the time it is moved to."""

    def when(self, toward: Toward) -> When:
        return self.target


def changes(skill: Skill, reading: Reading) -> bool:
    """Whether what is there already is changed: by the verb, or since the skill does nothing else."""
    return reading.act == "change" or (reading.act in ("book", "create") and skill_changes(skill))


def _next_of(value: Any) -> Any:
    """Where two arguments take from one list, the second takes the second: "find both contracts and compare them"."""
    if not (isinstance(value, Mapping) and isinstance(value.get(FROM), str)):
        return value
    return {FROM: value[FROM].replace("[0]", "[1]", 1)}


def _changes_something(skill: Skill, reading: Reading, args: Mapping[str, Any]) -> None:
    """Raises Missing where only the thing to change is known, not what about it."""
    optional = [slot for slot in skill.slots if not slot.required]
    if optional and not any(slot.name in args for slot in optional):
        named = argument(skill, reading)
        raise Missing(skill, named if named in optional else next((slot for slot in optional if slot.name == "start"), optional[0]))
