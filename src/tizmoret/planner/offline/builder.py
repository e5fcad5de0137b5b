"""From clauses to goals: which skill each clause means, tried in the order of likelihood until one has all it needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tizmoret.catalog.search import concepts
from tizmoret.plan.model import Language
from tizmoret.planner.language.acts import LOOKING
from tizmoret.planner.language.wordset import wordset
from tizmoret.planner.offline import titles
from tizmoret.planner.offline.agenda import add_agenda
from tizmoret.planner.offline.arguments import fill
from tizmoret.planner.offline.asking import lists
from tizmoret.planner.offline.draft import Draft, DraftStep, matches
from tizmoret.planner.offline.intents import MARGIN, Intents
from tizmoret.planner.offline.naming import asks_by_name, skill_changes
from tizmoret.planner.offline.producers import searcher, searches
from tizmoret.planner.offline.reading import Reading
from tizmoret.planner.offline.skills import Skill
from tizmoret.planner.offline.steps import Missing, Steps
from tizmoret.words import forms


class NotUnderstood(Exception):
    def __init__(self, reading: Reading) -> None:
        super().__init__(reading.text)
        self.reading = reading


class Builder:
    def __init__(self, skills: Mapping[str, Skill], intents: Intents, language: Language) -> None:
        self.draft = Draft()
        self._skills = skills
        self._intents = intents
        self._language = language
        self._steps = Steps(self.draft, skills, intents)

    def carry_out(self, reading: Reading) -> DraftStep:
        """The steps for one clause; its last one. Raises NotUnderstood, Missing or TooManySteps."""
        goals = self.draft.goals
        if goals and (_keeps(goals[-1], reading) or _asks_more(goals[-1], reading)):
            return goals[-1]
        step = self._likeliest(reading)
        if reading.clause.follows and not step.skill.looks and goals and goals[-1] is not step:
            step.after.append(goals[-1].id)
        goals.append(step)
        self._title()
        return step

    def agenda(self) -> None:
        """The agenda, where the request is for one (see `agenda`)."""
        step = add_agenda(self.draft, self._skills, self._language)
        if step is not None:
            self.draft.goals.append(step)
            self._title()

    def _title(self) -> None:
        for step in self.draft.steps:
            step.title = step.title or titles.step_title(step, self._language)

    def _likeliest(self, reading: Reading) -> DraftStep:
        lack: Missing | None = None
        for skill in self._in_order(reading):
            mark = self.draft.mark()
            try:
                return self._goal(skill, reading)
            except Missing as missing:
                self.draft.back_to(mark)
                lack = lack or missing
        raise lack or NotUnderstood(reading)

    def _same(self, skill: Skill, reading: Reading) -> tuple[DraftStep, dict[str, Any]] | None:
        """The last step and what is to be added to it, where the clause says more of what it changes, or nothing new: "rename it and put it
        into the folder offers"."""
        last = next(iter(self.draft.goals[-1:]), None)
        if last is None or last.skill is not skill or last.for_each is not None:
            return None
        if skill.looks:  # "when did it all happen? give me a chronology"
            own = all(not (forms(w.plain) | concepts(w.plain)).isdisjoint(skill.title_words | skill.things) for w in reading.content)
            return (last, {}) if own and not (reading.things or reading.people or reading.times("past")) else None
        if reading.takes_up and not reading.times("future"):
            return last, {}
        more = fill(skill, reading)
        if skill_changes(skill) and reading.speaks_of_it and not (more or reading.things or reading.people or reading.times("future")):
            return last, {}  # "I finished the fence, mark it done"
        adds = skill_changes(skill) and reading.refers and more and more.keys().isdisjoint(last.args)
        return (last, more) if adds else None

    def _in_order(self, reading: Reading) -> list[Skill]:
        """The likeliest first; where the clause takes up what was before ("and sum it up"), those that can take it."""
        kinds = {outlet.kind for step in self.draft.steps for outlet in step.skill.outlets if outlet.kind.endswith(".id")}
        found, last = self._intents.choose(reading, kinds), self.draft.goals[-1:]
        if last and last[0].skill in found and self._same(last[0].skill, reading) is not None:
            return [last[0].skill]
        if not reading.takes_up or not last:
            return found
        if reading.act in LOOKING and not any(skill.material for skill in found):
            wide = self._intents.choose(reading, kinds, margin=3 * MARGIN)  # what can take it up may come further down
            found = [
                skill for skill in wide if _takes(skill, last[0]) and reading.act in skill.acts and asks_by_name(skill, reading)
            ] or found
        return sorted(found, key=lambda skill: not _takes(skill, last[0]))

    def _goal(self, skill: Skill, reading: Reading) -> DraftStep:
        if (same := self._same(skill, reading)) is not None:
            step, more = same
            step.args.update(more)
            return step
        listed = lists(reading)
        if listed and any(slot.kind in ("document", "document.id") for slot in skill.material) and not reading.named("file"):
            skill = searcher(self._skills) or skill
        if searches(skill) and reading.act not in ("find", "fetch") and not listed:
            return self._steps.digest(skill, reading)
        if reading.named("url") and reading.act in ("summarise", "analyse") and not skill.gives("markdown"):
            return self._steps.gist(reading) or self._steps.make(skill, reading)
        if skill.looks and skill.material and skill.gives("text") and not skill.gives("markdown"):
            return self._steps.gist(reading) or self._steps.make(skill, reading)  # a text alone answers nobody
        # A skill that searches by itself would hide which documents it found.
        if skill.slot("url") and not reading.named("url") and skill.gives("markdown") and not asks_by_name(skill, reading):
            return self._steps.digest(skill, reading)
        if skill.looks and skill.slot("person.name") and len(reading.people) > 1:
            steps = [self._steps.people.look_up(skill, person.name, reading) for person in reading.people]
            self.draft.goals += steps[:-1]
            return steps[-1]
        return self._steps.make(skill, reading)


def _takes(skill: Skill, step: DraftStep) -> bool:
    """Whether it reads what the step gives."""
    return any(matches(outlet, slot) for slot in skill.material for outlet in step.skill.outlets)


def _asks_more(last: DraftStep, reading: Reading) -> bool:
    """ "... and how long will it take": a further question about what is looked up already."""
    if reading.act != "ask" or not last.skill.looks or not reading.speaks_of_it or reading.things or reading.people:
        return False
    return all(word.plain in _MORE for word in reading.content)


_MORE = wordset("long take takes last cost costs change changed new newer different mean means זמן ייקח יקח לוקח עולה יעלה השתנה חדש אומר")


def _keeps(last: DraftStep, reading: Reading) -> bool:
    """ "... and save it", where the step before has just written it down."""
    names = reading.content or reading.things or reading.people or reading.times("past")
    return reading.act == "write" and not names and not last.skill.looks and last.skill.gives("document") is not None
