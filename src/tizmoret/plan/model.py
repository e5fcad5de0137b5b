"""A plan: a checked, versioned graph of steps. Pure data, the same whoever wrote it (a model, the offline planner, a person).

An argument is a literal or holds references to earlier outputs at any depth (see `references`):
    {"$from": "search.documents[0].id"}    a path into the output of step `search`; `[*]` maps over a list
    {"$item": "email"}                     a path into the item of this step's `for_each` ("" is the whole item)
    {"$text": ["Meeting with ", {"$from": "contact.name"}]}    parts joined to one string
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

MAX_STEPS = 10_000
MAX_REQUEST = 20_000  # characters
MAX_PLAN_BYTES = 8 * 1024 * 1024

StepId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*([._-][a-z0-9]+)*$", max_length=100)]
Language = Literal["he", "en"]
OnFailure = Literal["keep", "ask", "undo"]  # what becomes of the effects that happened before an execution failed


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Retry(_Frozen):
    """How often a call may be made in all, and the wait before the second one; it doubles from there, with full jitter."""

    attempts: int = Field(3, ge=1, le=10)
    wait: float = Field(0.5, ge=0, le=3600, description="seconds")


class AskedBy(_Frozen):
    """Which call asked for a step while it ran, and in which of its rounds of asking, from 1."""

    step: StepId
    item: int | None = Field(None, ge=0, description="of its `for_each`")
    round: int = Field(1, ge=1)


class Step(_Frozen):
    """One call of a tool or an agent."""

    id: StepId
    title: str = Field("", max_length=300, description="what a person reads, in the plan's language")
    tool: Name | None = None
    agent: Name | None = None
    args: dict[str, Any] = Field(default_factory=dict)
    after: tuple[StepId, ...] = Field((), description="order without data")
    when: str | None = Field(None, max_length=1000, description="CEL over earlier outputs; false skips the step")
    for_each: dict[str, str] | None = Field(None, description='{"$from": ...} to a list that exists only at run time')
    needs_approval: bool = False
    timeout: float | None = Field(None, gt=0, le=86_400, description="seconds")
    retry: Retry | None = None
    fallbacks: tuple[Name, ...] = Field((), max_length=5, description="agents to try in turn when this one fails")
    asked_by: AskedBy | None = Field(None, description="filled in by the engine: the call that asked for this step while it ran")

    @model_validator(mode="after")
    def _one_worker(self) -> Self:
        if (self.tool is None) == (self.agent is None):
            raise ValueError("give either `tool` or `agent`")
        return self

    @property
    def uses(self) -> str:
        """The name of the tool or agent."""
        return self.tool or self.agent or ""


class Plan(_Frozen):
    version: int = Field(1, ge=1)
    request: str = Field("", max_length=MAX_REQUEST)
    goal: str = Field("", max_length=2000)
    language: Language = "en"
    steps: tuple[Step, ...] = Field(min_length=1, max_length=MAX_STEPS)
    on_failure: OnFailure = Field(
        "keep", description="whether effects that happened are undone when the execution fails: no, after asking, yes"
    )
    answer: tuple[StepId, ...] = Field((), description="the steps whose outputs answer the request; empty: the last ones")

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """As pydantic's, without what was worked out of the original, such as its hash."""
        copy = super().model_copy(update=update, deep=deep)
        for name in ("hash", "as_written"):
            copy.__dict__.pop(name, None)
        return copy

    def canonical(self) -> bytes:
        """The bytes that `hash` covers: JSON with sorted keys, defaults left out, version left out."""
        return canonical(self.model_dump(mode="json", exclude_defaults=True, exclude={"version"}))

    @cached_property
    def hash(self) -> str:
        """SHA-256 of `canonical`, in hexadecimal: what a person approves."""
        return hashlib.sha256(self.canonical()).hexdigest()

    @cached_property
    def as_written(self) -> Plan:
        """Without the steps that its calls asked for."""
        written = tuple(step for step in self.steps if step.asked_by is None)
        return self if len(written) == len(self.steps) else self.model_copy(update={"steps": written})


def canonical(value: Any) -> bytes:
    """A JSON value as bytes that do not depend on the order of keys: what hashes cover."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
