"""The planner that needs no model: the same request, catalog and day always give the same plan."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import cache

from tizmoret.catalog.agent import Agent
from tizmoret.catalog.catalog import Catalog
from tizmoret.catalog.search import search_of
from tizmoret.catalog.tool import Tool
from tizmoret.plan.check import check
from tizmoret.plan.model import MAX_REQUEST
from tizmoret.planner.language import clauses
from tizmoret.planner.language.acts import CHANGING
from tizmoret.planner.language.clauses import MAX_CLAUSE, MAX_CLAUSES, Clause
from tizmoret.planner.language.spelling import respell
from tizmoret.planner.language.things import clean, find_things
from tizmoret.planner.language.timereader import find_times
from tizmoret.planner.language.wordset import wordset
from tizmoret.planner.offline import cards, questions
from tizmoret.planner.offline.builder import Builder, NotUnderstood
from tizmoret.planner.offline.coordination import parted
from tizmoret.planner.offline.draft import MAX_STEPS, TooManySteps
from tizmoret.planner.offline.implied import implied, one_more
from tizmoret.planner.offline.intents import Intents
from tizmoret.planner.offline.reading import Reading
from tizmoret.planner.offline.skills import Skill, skills_of
from tizmoret.planner.offline.steps import Missing
from tizmoret.planner.planner import Follow, Planned, PlanRequest, Question
from tizmoret.words import tokens

_LONG = 1_000  # characters, from which planning leaves the event loop
_CHATTER = "hello hi hey thanks thank you cheers bye good morning evening afternoon שלום תודה רבה היי ביי בוקר טוב ערב יום מראש dear"
_DROP = "no drop skip forget nothing never mind it leave לא עזוב עזבי דלג וותר ותר בטל תעזוב תדלג כלום זה"
_EXAMPLES = 2  # shown in a question
_NEAREST = 3  # named in a question

Closest = Callable[[str, Catalog], Awaitable[Sequence[str]]]


class OfflinePlanner:
    """Plans by retrieval over the catalog and by rules. It asks rather than guesses, and never adds an effect that was not asked for."""

    name = "offline"
    replans = False  # the same words would give the same plan

    def __init__(self, closest: Closest | None = None) -> None:
        """closest: the embeddings of a provider, where one is configured. They name what comes nearest in a question; they plan nothing, since
        the same words must give the same plan, and likeness is no leave for an effect."""
        self._closest = closest

    async def plan(self, request: PlanRequest, follow: Follow | None = None) -> Planned | Question:
        """Never raises for what a person wrote: what cannot be planned is asked back."""
        attempt = _Attempt(request)
        outcome = await attempt.made()
        if attempt.unclear is None or self._closest is None or not (near := await self._closest(attempt.unclear, request.catalog)):
            return outcome
        return await _Attempt(request, near).made()


class _Attempt:
    """One request on its way to a plan. near: tools and agents by how near they are to what is not understood; none: by its words.
    unclear: that, once it has come up."""

    def __init__(self, request: PlanRequest, near: Sequence[str] = ()) -> None:
        self._request = request
        self._near = near
        self.unclear: str | None = None
        self._answers = [answer for _, answer in request.answers if answer.strip()]
        self._skills = skills_of(request.catalog)
        self._intents = Intents(self._skills, search_of(request.catalog))

    async def made(self) -> Planned | Question:
        request = self._request
        if len(request.request) + sum(len(answer) for _, answer in request.answers) > _LONG:
            return await asyncio.to_thread(self.outcome)
        return self.outcome()

    def outcome(self) -> Planned | Question:
        language = self._request.language
        found = self._clauses(self._request.request)
        if not found and self._answers:
            found = self._clauses(self._answers.pop(0))
        if not found:
            return questions.empty(language, self._examples())
        if len(found) >= MAX_CLAUSES or any(len(clause.text) > MAX_CLAUSE for clause in found):
            return questions.too_much(MAX_STEPS, (), language)
        while True:
            outcome, stuck = self._build(found)
            if stuck is None or not self._answers:
                return outcome
            found = self._answered(found, *stuck, self._answers.pop(0))

    def _clauses(self, text: str) -> list[Clause]:
        cleaned = respell(clean(text[:MAX_REQUEST]))
        taken = [(mention.start, mention.end) for mention in find_times(cleaned, self._request.now)]
        taken += [(thing.start, thing.end) for thing in find_things(cleaned)]
        taken += cards.details(cleaned)
        found = [clause for clause in clauses.split(cleaned, taken) if not _is_chatter(clause)]
        return [part for clause in one_more(found) for part in parted(clause)]

    def _build(self, found: Sequence[Clause]) -> tuple[Planned | Question, tuple[int, bool] | None]:
        """The plan or the question; with a question, the clause that it is about and whether that was understood."""
        language = self._request.language
        builder = Builder(self._skills, self._intents, language)
        done: list[str] = []
        for place, clause in enumerate(found):
            if clause.negated:
                continue
            reading = implied(Reading(clause, language, self._request.now))
            if reading.conditional:
                return questions.conditional(clause.text, done, language), (place, False)
            try:
                done.append(builder.carry_out(reading).title)
            except NotUnderstood:
                self.unclear = clause.text
                nearest = [self._skills[name] for name in self._near if name in self._skills][:_NEAREST] or self._intents.nearest(reading)
                strange = self._intents.strange(reading)
                return questions.not_understood(clause.text, strange, nearest, done, language, self._examples(nearest)), (place, False)
            except Missing as lack:
                return questions.missing(lack.skill, lack.slot, done, language), (place, True)
            except TooManySteps:
                return questions.too_much(MAX_STEPS, done, language), None
        if not done:
            return questions.nothing_to_do([clause.text for clause in found], language), (len(found) - 1, False)
        if not any(clause.negated and clause.act in CHANGING - {"schedule", "book", "delete", "change"} for clause in found):
            builder.agenda()
        return self._finish(builder, done), None

    def _finish(self, builder: Builder, done: Sequence[str]) -> Planned | Question:
        request = self._request
        goal = "; ".join(dict.fromkeys(step.title for step in builder.draft.goals))
        plan = builder.draft.finish(request.request[:MAX_REQUEST], goal, request.language, request.catalog.capabilities)
        findings = check(plan, request.catalog.capabilities)
        if findings:
            return questions.not_checked(findings[0].message, done, request.language)
        return Planned(plan)

    def _answered(self, found: Sequence[Clause], place: int, understood: bool, answer: str) -> list[Clause]:
        """The clauses with the answer in the place where it was missing: a new clause, a detail, or "leave it"."""
        before, after = list(found[:place]), list(found[place + 1 :])
        said = self._clauses(answer)
        if all(word in _drops() for word in tokens(answer)):
            return before + after
        if not understood or (
            said and said[0].act is not None and not said[0].negated and said[0].act != "ask" and len(tokens(answer)) > 2
        ):
            return before + said + after
        return [*before, clauses.read(f"{found[place].text.rstrip(' .?!')} {clean(answer)}"), *after]

    def _examples(self, nearest: Sequence[Skill] = ()) -> list[str]:
        """What the nearest tools, or else any, give as examples, in the request's language."""
        language, catalog = self._request.language, self._request.catalog
        near = {skill.name for skill in nearest}
        tools: list[Tool | Agent] = sorted([*catalog.agents.values(), *catalog.tools.values()], key=lambda tool: tool.name not in near)
        return [tool.examples[language][0] for tool in tools if tool.examples.get(language)][:_EXAMPLES]


def _is_chatter(clause: Clause) -> bool:
    words = tokens(clause.text)
    return clause.act in (None, "ask") and all(word in _chatter() for word in words)


@cache
def _chatter() -> frozenset[str]:
    return wordset(_CHATTER)


@cache
def _drops() -> frozenset[str]:
    return wordset(_DROP)
