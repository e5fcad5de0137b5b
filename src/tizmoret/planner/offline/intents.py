"""Which tool or agent a clause asks for: the likeliest of those that it gives leave for."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from tizmoret.catalog.search import CatalogSearch, Match, concepts
from tizmoret.planner.language.acts import CHANGING, alike, same_sense
from tizmoret.planner.language.wordset import wordset
from tizmoret.planner.offline.asking import SAYS, claims, exists, lists, lists_time
from tizmoret.planner.offline.heads import head_words
from tizmoret.planner.offline.idioms import meant_by
from tizmoret.planner.offline.likeness import Likeness
from tizmoret.planner.offline.named_slots import WRITTEN_OUT
from tizmoret.planner.offline.naming import COMMON, asked_words, asks_by_name, in_title, names_itself
from tizmoret.planner.offline.numbers import number_for
from tizmoret.planner.offline.pairs import conversion
from tizmoret.planner.offline.permission import WRITINGS, Permission
from tizmoret.planner.offline.reading import Reading
from tizmoret.planner.offline.skills import Skill, takes_words
from tizmoret.words import STOP_WORDS, forms, normalise

_SURE = 0.42  # what a skill must reach to be taken
MARGIN = 0.15  # how much less another may reach, to be tried where the first lacks an argument
_LIKE_EXAMPLE = 0.55  # an example that close needs nothing else
_DOUBT = 0.1  # by how much what changes something must be likelier than what looks
_LOOKED = frozenset({"ask", "show", "find", "check", "fetch", None})
_IDIOM = 0.45
_NAMED = 4  # words that a question names
_TAKES_UP = 0.3
_TABLES = (".csv", ".xlsx", ".xls", ".tsv")
_CONVERTED = 1.0
_OWN_PRODUCT = 0.3  # and than what makes just that thing without keeping it: "draft an agenda" writes no file
_COMMAND = re.compile(r"\s*(?:(?:me|us)\s+)?(?:the|all|every|my|our|this|that)\s|\s*(?:(?:לי|לנו)\s+)?את\s", re.IGNORECASE)

_WHO = wordset("who who's whose מי ומי מיהו מיהי ומיהו ומיהי")


@dataclass(frozen=True, slots=True)
class Candidate:
    skill: Skill
    score: float


class Intents:
    """The choice among the skills of one catalog."""

    def __init__(self, skills: Mapping[str, Skill], search: CatalogSearch) -> None:
        self._skills = skills
        self._search = search
        self._permission = Permission(skills, search)
        self._likeness = Likeness(skills, search)
        # An agent that does the work of a tool can reason about it where a model is set.
        self._agent_of = {skill.same_as: skill for skill in skills.values() if skill.same_as}
        # What is asked of other tools than those that find and read documents: meetings, contacts, the system.
        others = [skill.things for skill in skills.values() if not skill.material and not skill.gives("document")]
        self._elsewhere = frozenset[str]().union(*others) - WRITINGS

    def ranked(self, reading: Reading) -> list[Candidate]:
        """Every skill that the clause may mean, the likeliest first."""
        words = asked_words(reading)
        matched = self._search.score(words)
        found = [
            Candidate(skill, self._score(skill, reading, matched[skill.name], words))
            for skill in self._skills.values() if self._permission.allowed(skill, reading)
        ]  # fmt: skip
        return sorted(found, key=lambda one: (-one.score, one.skill.name))

    def choose(self, reading: Reading, given: Collection[str] = (), *, margin: float = MARGIN) -> list[Skill]:
        """The skills that the clause may ask for, the likeliest first, those less likely by a margin left out; none where none is likely.

        given: the kinds of what was found before, which the clause may take up ("book him for Monday")."""
        ranked = self.ranked(reading)
        if given and (reading.refers_to_owner or reading.speaks_of_it):
            ranked = sorted((_taking_up(one, given) for one in ranked), key=lambda one: (-one.score, one.skill.name))
        if not ranked or ranked[0].score < _SURE or _says_nothing(reading) or self._strange_command(reading):
            return []
        if not ranked[0].skill.looks:  # in doubt nothing is changed
            ranked = _fuller_named(ranked, reading)
            ranked.sort(key=lambda one: (-one.score - _benefit(one.skill, reading), one.skill.name))
        near = [one.skill for one in ranked if one.score >= max(_SURE, ranked[0].score - margin)]
        return list(dict.fromkeys(self._agent_of.get(skill.name, skill) for skill in near))

    def _strange_command(self, reading: Reading) -> bool:
        """Whether it begins with what can only be a verb, and one that no tool knows: "shred all the files" counts no files."""
        head = next((word for word in reading.words), None) if reading.act is None else None
        if head is None or head.text[0].isupper() or _COMMAND.match(reading.text, head.end) is None:
            return False
        return head.start == reading.clause.body and not self._search.knows(head.plain)

    def nearest(self, reading: Reading, count: int = 3) -> list[Skill]:
        """What comes closest, for a question: also what the clause's verb does not ask for."""
        matched = self._search.score(asked_words(reading))
        scored = sorted(self._skills.values(), key=lambda skill: (-matched[skill.name].score, not skill.looks, skill.name))
        some = [skill for skill in scored if matched[skill.name].score >= 0.15]
        return some[:count]

    def strange(self, reading: Reading) -> list[str]:
        """The words of the clause that no tool speaks of, as they were written; the first few."""
        words = [word for word in reading.words if word.start != reading.clause.body or reading.act != "ask"]
        told = [word.text for word in words if len(word.plain) > 2 and word.plain not in STOP_WORDS and not self._search.knows(word.plain)]
        return list(dict.fromkeys(told))[:_NAMED]

    def similarity(self, skill: Skill, reading: Reading) -> float:
        """How near the clause comes to the nearest example of `skill`, from 0 to 1."""
        return self._likeness.of(skill, reading)

    def _score(self, skill: Skill, reading: Reading, match: Match, words: list[str]) -> float:
        example = self.similarity(skill, reading)
        free = self._open_to_any(skill, reading, match)
        score = 0.5 * (match.known if free else match.score) + 0.5 * example + self._entities(skill, reading)
        if asks_by_name(skill, reading) and reading.act != "ask":
            score += 0.15
        elif reading.act is not None and reading.act in skill.acts:
            score += 0.1
        if not skill.looks:
            return score + 0.4  # its verb and its object are both in the clause
        if example >= _LIKE_EXAMPLE:
            score += 0.15
        head = normalise(reading.clause.verb)
        loose = [word for word in words if word not in match.words and word != head]
        if loose and not any(takes_words(slot) for slot in skill.slots) and not _has_place(skill):
            score -= 0.15 * len(loose)
        elif loose and not match.words and not self._plainly_searches(skill, reading):
            score -= 0.5
        if self._plainly_searches(skill, reading):
            score += 0.45
        if claims(reading) and skill.slot("claim"):
            score += 1.0
        if lists_time(skill, reading):
            score += 0.4  # "do I have anything on Thursday?"
        if skill.material and reading.takes_up and reading.act in skill.acts:
            score += 0.4  # "and sum it up"
        if any(slot.required and slot.name in WRITTEN_OUT for slot in skill.slots):
            score -= 0.5  # nobody says SQL in passing
        return score

    def _open_to_any(self, skill: Skill, reading: Reading, match: Match) -> bool:
        """Whether what no tool speaks of may be the subject of this one: it takes words, and two others of the clause are its own."""
        if not skill.looks or reading.act not in _LOOKED or not any(takes_words(slot) for slot in skill.slots):
            return False
        own = [word for word in reading.content if word.plain in match.words and concepts(word.plain).isdisjoint(COMMON)]
        return len(own) > 1

    def _plainly_searches(self, skill: Skill, reading: Reading) -> bool:
        """Documents are what is read where nothing else is named: "find the grain prices", "what did we decide about silos"."""
        if skill.gives("document") is None or skill.slot("words") is None or not skill.looks:
            return False
        if reading.named("url") or (any(person.relation == "of" for person in reading.people) and len(reading.content) < 2):
            return False  # "find Yoav's number"
        if reading.act in ("find", "read", "summarise", "analyse") and (reading.content or reading.named("quote") or reading.times("past")):
            return True
        if reading.act not in ("ask", "show", None) or reading.named("file"):
            return False
        if reading.act == "show" and reading.about and same_sense(reading.clause.verb, "tell") and not self._named_elsewhere(reading):
            return bool(reading.content)  # "tell me about the pump"
        if reading.act in ("show", None) and lists(reading) and reading.topic({"=document", "=slides", "=table"}):
            return True  # "show me the compost papers", "I need the pdf about soil"
        if reading.act == "ask" and reading.about and any(word.plain in SAYS for word in reading.words):
            return True  # "what does the lease say about the notice"
        if reading.about and bool(reading.content) and (lists(reading) or (exists(reading) and not self._named_elsewhere(reading))):
            return True  # "is there anything about crop rotation?", "show me the papers on compost"
        other = self._named_elsewhere(reading)
        return reading.tells_of_doing or (reading.speaks_of_past and not other and bool(reading.content))

    def _named_elsewhere(self, reading: Reading) -> bool:
        return any(not concepts(word.plain).isdisjoint(self._elsewhere) for word in reading.content)

    def _entities(self, skill: Skill, reading: Reading) -> float:
        """Whether what stands in the clause has a place in the skill: a link, a file, a name."""
        score = self._converted(skill, reading)
        numbers = [slot for slot in skill.slots if slot.required and slot.type in ("integer", "number")] if skill.looks else []
        score += sum(0.15 if number_for(slot, skill, reading) is not None else -0.3 for slot in numbers)
        if not skill.title_words.isdisjoint(meant_by(reading.text)):
            score += _IDIOM
        if any(name.lower().endswith(_TABLES) for name in reading.named("file")) and "=table" in skill.things:
            score += 0.15
        if reading.named("url"):
            score += 0.5 if skill.slot("url") else -0.3
        if reading.named("file"):
            score += 0.25 if skill.slot("document.id") or skill.slot("document") else -0.2
        only = bool(reading.people) and not (reading.content or reading.things) and reading.act in ("find", "show", "fetch")
        score += 0.4 * (only and skill.slot("person.name") is not None and skill.gives("contact") is not None)  # "look up Omer"
        score -= 0.3 * (only and skill.slot("words") is not None and skill.gives("contact") is None)
        if (slot := skill.slot("person.name")) is not None and skill.looks:
            score += 0.2 * (bool(reading.people) and normalise(reading.clause.verb) in _WHO)
            score += 0.3 if any(person.relation == "of" for person in reading.people) else 0.0 if reading.people else -0.25 * slot.required
        return score

    def _converted(self, skill: Skill, reading: Reading) -> float:
        """Whether an amount is given in one measure and wanted in another: of money, or of something else."""
        pair = conversion(reading.text) if reading.act not in CHANGING and (skill.slot("unit") or skill.slot("currency")) else None
        if pair is None:
            return 0.0
        money = all("=currency" in concepts(word) or word in "₪$€£" for word in pair)
        return _CONVERTED if money == (skill.slot("currency") is not None) else 0.0


def _benefit(skill: Skill, reading: Reading) -> float:
    if not skill.looks:
        return 0.0
    kept = any("=document" in concepts(word.plain) for word in reading.content)
    head = any(not forms(word).isdisjoint(skill.title_words) or in_title(word, skill) for word in head_words(reading))
    makes_it = asks_by_name(skill, reading) and head and names_itself(skill, reading)
    return _OWN_PRODUCT if makes_it and not kept else _DOUBT


def _taking_up(one: Candidate, given: Collection[str]) -> Candidate:
    takes = not one.skill.looks and any(slot.required and slot.kind in given for slot in one.skill.slots)
    return Candidate(one.skill, one.score + _TAKES_UP * takes)


def _named_in(skill: Skill, word: str) -> bool:
    return not forms(word).isdisjoint(skill.title_words) or not concepts(word).isdisjoint(skill.things)


def _fuller_named(ranked: list[Candidate], reading: Reading) -> list[Candidate]:
    """What looks first, where it is called by more of its name than what would change something: "generate release notes"."""
    said = {one.skill.name: sum(_named_in(one.skill, word.plain) for word in reading.content) for one in ranked}
    most = max(said[one.skill.name] for one in ranked if not one.skill.looks)
    made = [one for one in ranked if one.skill.looks and reading.act is not None and any(alike(reading.act, own) for own in one.skill.acts)]
    best = max(made, key=lambda one: said[one.skill.name], default=None)
    if best is None or said[best.skill.name] < 2 or said[best.skill.name] <= most:
        return ranked
    return [best, *(one for one in ranked if one.skill.looks and one is not best)]


def _says_nothing(reading: Reading) -> bool:
    """A bare noun: it may be meant in any way."""
    return reading.act is None and len(reading.content) < 2 and not (reading.people or reading.things or reading.times("future"))


def _has_place(skill: Skill) -> bool:
    return any(slot.name in ("timezone", "place", "city", "location") for slot in skill.slots)
