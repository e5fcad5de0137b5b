"""Which tool or agent a clause asks for. Similarity only proposes; what changes the world must be asked for by the clause's own verb."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from tizmoret.catalog.search import CatalogSearch, Match, concepts
from tizmoret.planner.language import english, hebrew
from tizmoret.planner.language.acts import CHANGING, LOOKING, alike, senses
from tizmoret.planner.language.wordset import wordset
from tizmoret.planner.offline.arguments import WRITTEN_OUT
from tizmoret.planner.offline.idioms import meant_by
from tizmoret.planner.offline.likeness import Likeness
from tizmoret.planner.offline.messages import to_place
from tizmoret.planner.offline.pairs import conversion
from tizmoret.planner.offline.places import zone_words
from tizmoret.planner.offline.reading import Reading, Word, is_known
from tizmoret.planner.offline.skills import Skill, takes_words
from tizmoret.words import forms, normalise, tokens

_SURE = 0.42  # what a skill must reach to be taken
_MARGIN = 0.15  # how much less another may reach, to be tried where the first lacks an argument
_LIKE_EXAMPLE = 0.55  # an example that close needs nothing else
_TO_EXISTING = re.compile(
    r"(?<!\w)(?:to|into)\s+(?:the|my|our|this|that|\S+'s)\s+(?:\w+\s+){0,3}(?:meeting|call|event|session)(?!\w)|(?<!\w)ל(?:פגישה|ישיבה|אירוע|שיחה|מפגש)(?!\w)|(?<!\w)ל(?:פגישת|ישיבת|שיחת|ארוחת)\s+ה[א-ת]",
    re.IGNORECASE,
)
_ADDED = re.compile(r"(?<!\w)(?:add|invite)\s+[A-Z]|(?<!\w)ת?(?:וסיפי?|צרפי?|הוסף|הוסיפי|צרף|זמני?)\s+את\s+[א-ת]", re.IGNORECASE)
_CLAIMS = re.compile(
    r"(?<!\w)(?:(?:verify|confirm|check|claim)\s+that|(?:true|correct|right)\s+that)\s|(?<!\w)(?:הטענה|נכון)\s+ש"
    r"|(?<!\w)(?:ודאי?|ת?וודאי?|לוודא|ת?בדקי?|ת?בדוק)\s+ש[א-ת]{2}",
    re.IGNORECASE,
)
_AS_DONE = re.compile(r"(?<!\w)(?:as\s+|it'?s\s+)?(?:done|finished|complete|completed)(?!\w)|(?<!\w)כ?(?:בוצע|הושלם|גמור|נגמר)ה?(?!\w)", re.IGNORECASE)
_TO_DO = re.compile(r"(?<!\w)(?:to\s+do|לעשות)(?!\w)", re.IGNORECASE)
_DOUBT = 0.1  # by how much what changes something must be likelier than what looks
_LOOKED = frozenset({"ask", "show", "find", "check", "fetch", None})
_IDIOM = 0.45
_TABLES = (".csv", ".xlsx", ".xls", ".tsv")
_CONVERTED = 1.0
_OWN_PRODUCT = 0.3  # and than what makes just that thing without keeping it: "draft an agenda" writes no file
_COMMAND = re.compile(r"\s*(?:(?:me|us)\s+)?(?:the|all|every|my|our|this|that)\s|\s*(?:(?:לי|לנו)\s+)?את\s", re.IGNORECASE)
# "Prepare me for ...": what is prepared is a person, and nothing is to be written down.
_OF_ME = re.compile(r"(?<!\w)(?:prepare|make|get)\s+(?:me|us)\s+(?:ready\s+)?for(?!\w)|(?<!\w)(?:אותי|אותנו)(?!\w)", re.IGNORECASE)

_SAYS = wordset("say says said written state states contain contains כתוב אומר אומרים נאמר רשום")
_WHERE = wordset("where where's איפה היכן")
_WHICH = wordset("which how איזה איזו אילו כמה")
_EXISTS = wordset("do does have has is are any anything there יש האם קיים קיימים")
_WHO = wordset("who who's whose מי ומי מיהו מיהי ומיהו ומיהי")
# What too many titles speak of to tell one tool from another.
_COMMON = frozenset({"=document", "=meeting", "=table", "=contact", "=calendar", "=task", "=note", "=summary"})
_LISTED = frozenset({"=document", "=slides", "=table"})
_WRITINGS = frozenset({"=document", "=summary", "=memo", "=agenda", "=slides"})


@dataclass(frozen=True, slots=True)
class Candidate:
    skill: Skill
    score: float


class Intents:
    """The choice among the skills of one catalog."""

    def __init__(self, skills: Mapping[str, Skill], search: CatalogSearch) -> None:
        self._skills = skills
        self._search = search
        self._likeness = Likeness(skills, search)
        # An agent that does the work of a tool can reason about it where a model is set.
        self._agent_of = {skill.same_as: skill for skill in skills.values() if skill.same_as}
        # What is asked of other tools than those that find and read documents: meetings, contacts, the system.
        others = [skill.things for skill in skills.values() if not skill.material and not skill.gives("document")]
        self._elsewhere = frozenset[str]().union(*others) - _WRITINGS

    def ranked(self, reading: Reading) -> list[Candidate]:
        """Every skill that the clause may mean, the likeliest first."""
        words = asked_words(reading)
        matched = self._search.score(words)
        found = [
            Candidate(skill, self._score(skill, reading, matched[skill.name], words))
            for skill in self._skills.values() if self._allowed(skill, reading)
        ]  # fmt: skip
        return sorted(found, key=lambda one: (-one.score, one.skill.name))

    def choose(self, reading: Reading) -> list[Skill]:
        """The skills that the clause may ask for, the likeliest first, those less likely by a margin left out; none where none is likely."""
        ranked = self.ranked(reading)
        if not ranked or ranked[0].score < _SURE or _says_nothing(reading) or self._strange_command(reading):
            return []
        if not ranked[0].skill.looks:  # in doubt nothing is changed
            ranked.sort(key=lambda one: (-one.score - _benefit(one.skill, reading), one.skill.name))
        near = [one.skill for one in ranked if one.score >= max(_SURE, ranked[0].score - _MARGIN)]
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

    def similarity(self, skill: Skill, reading: Reading) -> float:
        """How near the clause comes to the nearest example of `skill`, from 0 to 1."""
        return self._likeness.of(skill, reading)

    def _allowed(self, skill: Skill, reading: Reading) -> bool:
        literal = asks_by_name(skill, reading)
        act = reading.act
        if skill.looks:
            made = act in ("create", "write") and (names_itself(skill, reading) or _OF_ME.search(reading.text) is not None)
            return made if act in ("create", "write") else literal or act is None or act in LOOKING
        if act == "ask" or (act is None and not literal) or (act in ("write", "create") and _OF_ME.search(reading.text)):
            return False
        if skill_changes(skill) and act not in ("change", "delete", "other", None):
            return (literal or act == "create") and act in ("book", "create") and self._into_existing(skill, reading)
        if act == "schedule" and not literal and skill.slot("date-time") is None:
            return False  # what takes no time is not set for one
        if act == "write" and skill.gives("event") is not None and not literal:
            return False  # what is written down is no meeting
        if not (literal or (act in CHANGING and any(alike(act, own) for own in skill.acts & CHANGING)) or makes(skill, reading)):
            return False
        return self._has_object(skill, reading, literal=literal)

    def _into_existing(self, skill: Skill, reading: Reading) -> bool:
        """ "Put it into the archive", "invite Dana to the team meeting": its own verb, and what it changes, or where to, is named."""
        if any(slot.name == "invite" for slot in skill.slots):
            return bool(reading.people or _ADDED.search(reading.text)) and _TO_EXISTING.search(reading.text) is not None
        if reading.act != "book" or not (reading.named("file") or reading.refers):
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
            return names_itself(skill, reading) or _in_title(normalise(reading.clause.verb), skill)
        if reading.act == "send" and "send" in skill.acts:
            return bool(reading.people or reading.named("email"))
        if makes(skill, reading) or (reading.named("quote") and _onto_list(skill, reading)):
            return True
        if not head:  # "cancel it", "book an hour with Dana"
            return reading.refers or bool(reading.people or reading.times("future") or (literal and reading.named("file")))
        if not all(skill.nouns.isdisjoint(forms(word) | concepts(word)) for word in head):
            return True
        if skill.gives("document") and any(not concepts(word).isdisjoint(_WRITINGS) for word in head):
            return True
        if literal and skill_changes(skill) and not any(self._search.knows(word) for word in head):
            return bool(reading.people or reading.times("future"))  # "reschedule the budget review to Sunday"
        if reading.act == "schedule" and "schedule" in skill.acts and "=meeting" in skill.things | _things(skill):
            return bool(reading.people or reading.times("future")) and not self._named_by_another(skill, reading)
        if literal and skill_changes(skill) and _AS_DONE.search(reading.text):
            return True  # "mark the order of seeds as finished"
        said = any(takes_words(slot) for slot in skill.slots if slot.required)
        return literal and said and reading.act not in CHANGING

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
        if _lists_time(skill, reading):
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
        own = [word for word in reading.content if word.plain in match.words and concepts(word.plain).isdisjoint(_COMMON)]
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
        if reading.act in ("show", None) and lists(reading) and reading.topic({"=document", "=slides", "=table"}):
            return True  # "show me the compost papers", "I need the pdf about soil"
        if reading.act == "ask" and reading.about and any(word.plain in _SAYS for word in reading.words):
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


def asked_words(reading: Reading) -> list[str]:
    """What the clause is about, normalised, with the verb that heads it where that is no mere question word."""
    head = [normalise(reading.clause.verb)] if reading.clause.verb and reading.act not in ("ask", "show", "other", None) else []
    places = zone_words(reading.text)
    return head + [word.plain for word in reading.content if word.plain not in places]


def head_words(reading: Reading) -> list[str]:
    """The noun that the verb is said of: in Hebrew the first, in English the last before a preposition. Empty for "it"."""
    content = [word for word in reading.content if "=calendar" not in concepts(word.plain)]
    if not content:
        return []
    if reading.language == "he" and not content[0].text.isascii():
        to_whom = content[0].plain[0] == "ל" and len(content) > 1 and not is_known(content[0].plain)  # "קבע לרקס תור"
        return [content[1 if to_whom else 0].plain]
    content = [word for place, word in enumerate(content) if not _counted(content, place)] or content
    phrase = [content[0]]
    for word in content[1:]:
        between = reading.text[phrase[-1].end : word.start]
        if tokens(between) or any(sign in between for sign in ",.;:()"):
            break
        phrase.append(word)
    return [phrase[-1].plain]


def _counted(content: list[Word], place: int) -> bool:
    """Whether a word is a number, or what is counted by one: "350 shekels"."""
    return content[place].plain.isdigit() or (place > 0 and content[place - 1].plain.isdigit())


def _lists_time(skill: Skill, reading: Reading) -> bool:
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


def skill_changes(skill: Skill) -> bool:
    """Whether it changes or removes something that is there, which it takes by its id."""
    taken = not skill.looks and any(slot.required and slot.kind.endswith(".id") for slot in skill.slots)
    capability = skill.capability
    return taken and bool(capability.locks or capability.effect == "delete" or skill.acts & {"change", "delete"})


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
        says = any(word in _SAYS for word in words) and first not in _WHICH
        return not says and any("=document" in concepts(word) for word in words[:2])
    return False


def exists(reading: Reading) -> bool:
    """Whether the clause asks if there is something: "do we have ...", "any ...", "יש לנו ..."."""
    return reading.act == "ask" and normalise(reading.clause.verb) in _EXISTS


def asks_by_name(skill: Skill, reading: Reading) -> bool:
    """Whether the clause begins with a verb of the skill's own examples."""
    head = reading.clause.verb or next(iter(tokens(reading.clause.rest)), "")
    if not head or reading.act == "ask":
        return False
    named = reading.act == "other" and bool((concepts(head) & skill.things) - _COMMON)  # "graph the rainfall"
    return named or not skill.verbs.isdisjoint(forms(head)) or not skill.senses.isdisjoint(senses(head))


def _benefit(skill: Skill, reading: Reading) -> float:
    if not skill.looks:
        return 0.0
    kept = any("=document" in concepts(word.plain) for word in reading.content)
    head = any(not forms(word).isdisjoint(skill.title_words) or _in_title(word, skill) for word in head_words(reading))
    makes_it = asks_by_name(skill, reading) and head and names_itself(skill, reading)
    return _OWN_PRODUCT if makes_it and not kept else _DOUBT


def names_itself(skill: Skill, reading: Reading) -> bool:
    """Whether the clause says a word of the skill's own title, or another word for it."""
    return any(_in_title(word.plain, skill) for word in reading.content)


def _in_title(word: str, skill: Skill) -> bool:
    meant = concepts(word)
    if meant & _COMMON:
        return False
    return not forms(word).isdisjoint(skill.title_words) or not meant.isdisjoint(skill.things)


def makes(skill: Skill, reading: Reading) -> bool:
    """ "Make a chart": what is to be made is what the skill's title says that it makes."""
    if skill_changes(skill) or reading.act != "create":
        return False
    return any(_in_title(word, skill) for word in head_words(reading))


def _onto_list(skill: Skill, reading: Reading) -> bool:
    """ "Put 'buy gloves' on my to-do list": the words in quotes go where the clause says."""
    titled = any(slot.required and slot.kind.endswith((".title", ".text")) for slot in skill.slots)
    return titled and any(not concepts(word.plain).isdisjoint(skill.things) for word in reading.content)


def claims(reading: Reading) -> bool:
    """Whether the clause wants something said to be checked: "verify that ...", "is it true that ..."."""
    return _CLAIMS.search(reading.text) is not None


def _things(skill: Skill) -> frozenset[str]:
    return frozenset[str]().union(*(concepts(word) for example in skill.examples for word in example))


def _says_nothing(reading: Reading) -> bool:
    """A bare noun: it may be meant in any way."""
    return reading.act is None and len(reading.content) < 2 and not (reading.people or reading.things or reading.times("future"))


def _has_place(skill: Skill) -> bool:
    return any(slot.name in ("timezone", "place", "city", "location") for slot in skill.slots)


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
