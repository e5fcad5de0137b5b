"""What a model is asked to write: a question, or the steps of a plan. Looser than `Plan`, so that every fault can be named and repaired.

A model writes only what is its business. Effects, locks, time-outs and retries belong to the tools; the request and the language of the
plan come from the person."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from tizmoret.plan.check import Finding
from tizmoret.plan.model import Language, Plan
from tizmoret.plan.references import FROM

MAX_FINDINGS = 20  # told to the model at once
_ID_SHOWN = 64  # characters of an id that is none


class DraftStep(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: str
    title: str = ""
    tool: str | None = None
    agent: str | None = None
    args: dict[str, Any] = Field(default_factory=dict)
    after: list[str] = Field(default_factory=list)
    when: str | None = None
    for_each: str | dict[str, str] | None = None
    needs_approval: bool = False
    fallbacks: list[str] = Field(default_factory=list)

    @model_validator(mode="before")
    @classmethod
    def _nothing_is_absent(cls, value: Any) -> Any:
        """Models write `"after": null` for "none"."""
        return {key: inner for key, inner in value.items() if inner is not None} if isinstance(value, dict) else value

    def as_step(self) -> dict[str, Any]:
        """The step as `plan.model.Step` takes it."""
        step = self.model_dump(exclude_none=True)
        if isinstance(self.for_each, str):
            step["for_each"] = {FROM: self.for_each}
        return step


class Draft(BaseModel):
    """Either `question` or `steps` is filled."""

    question: str | None = None
    understood: list[str] = Field(default_factory=list)
    goal: str = ""
    steps: list[DraftStep] = Field(default_factory=list)
    answer: list[str] = Field(default_factory=list)

    @model_validator(mode="before")
    @classmethod
    def _nothing_is_absent(cls, value: Any) -> Any:
        return {key: inner for key, inner in value.items() if inner is not None} if isinstance(value, dict) else value

    @model_validator(mode="after")
    def _says_something(self) -> Draft:
        if not self.steps and not (self.question or "").strip():
            raise ValueError('give "steps", or a "question" when the request cannot be planned')
        return self

    def as_plan(self, request: str, language: Language) -> Plan | list[Finding]:
        """The plan that this draft is, or what keeps it from being one."""
        try:
            plan = Plan.model_validate(
                {
                    "request": request,
                    "goal": self.goal,
                    "language": language,
                    "steps": [step.as_step() for step in self.steps],
                    "answer": self.answer,
                }
            )
        except ValidationError as error:
            return [self._finding(problem["loc"], problem["msg"]) for problem in error.errors(include_url=False)[:MAX_FINDINGS]]
        faulty: list[str | None] = [step.id for step in plan.steps if _unstorable([step.title, step.when, step.args])]
        faulty += [None] if _unstorable(plan.goal) else []
        if faulty:
            cure = "Leave out the character U+0000; numbers are finite and within 64 bits."
            return [Finding("unstorable", step, "A text or a number in it cannot be stored.", cure) for step in faulty]
        return plan

    def _finding(self, place: Sequence[int | str], message: str) -> Finding:
        where = ".".join(str(part) for part in place)
        step: str | None = None
        if len(place) > 1 and place[0] == "steps" and isinstance(place[1], int):
            step = self.steps[place[1]].id[:_ID_SHOWN]
            where = ".".join(str(part) for part in place[2:]) or "the step"
        return Finding("not-a-plan", step, f"{where}: {message}", "Keep to the form that the instructions give.")


def _unstorable(value: Any) -> bool:
    """What JSON can say and the log or Postgres cannot keep: U+0000 in a text, infinity, a number beyond 64 bits."""
    if isinstance(value, str):
        return "\x00" in value
    if isinstance(value, int):
        return not -(2**63) <= value < 2**63
    if isinstance(value, float):
        return not math.isfinite(value)
    if isinstance(value, Mapping):
        return any(_unstorable(key) or _unstorable(inner) for key, inner in value.items())
    if isinstance(value, Sequence):
        return any(_unstorable(inner) for inner in value)
    return False
