"""A tool: one async function with typed arguments and output, and everything declared that the engine must know about it.

    @tool("contacts.search", effect="none", title=Text(he="...", en="..."), description=Text(...))
    async def search(args: SearchContacts, call: Call) -> Contacts: ...

The type of an argument or output field can carry a `Kind`, the word by which a planner without a model connects outputs to inputs:
    email: Annotated[str, Kind("email")]
"""

from __future__ import annotations

import typing
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import BaseModel, GetJsonSchemaHandler, ValidationError
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, to_jsonable_python

from tizmoret.catalog.growing import NOTHING_ASKED, Asked, PlanPart
from tizmoret.catalog.shared import ALONE, Shared
from tizmoret.errors import ArgumentMismatch
from tizmoret.plan.capability import Approval, Capability, Effect, Recovery
from tizmoret.plan.labels import Label
from tizmoret.plan.manifest import fields
from tizmoret.plan.model import Language, Retry

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence in both languages."""

    he: str
    en: str

    def __getitem__(self, language: Language) -> str:
        return self.he if language == "he" else self.en


@dataclass(frozen=True, slots=True)
class Kind:
    """What a value is, beyond its JSON type: "email", "document", "event", "date-time", "period", "url", "markdown" ..."""

    name: str

    def __get_pydantic_json_schema__(self, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        schema = handler(core_schema)
        schema["x-kind"] = self.name
        return schema


class Report(Protocol):
    def __call__(self, message: str, fraction: float | None = None) -> None:
        """Tell people how far a long call is; fraction from 0 to 1."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What a person said to the question of an earlier attempt of this call, and the state that the tool left with that question."""

    state: Mapping[str, Any]
    answer: Any


@dataclass(frozen=True, slots=True)
class Call:
    """What a tool sees of the world around it. `key` is the idempotency key: the same for every attempt of the same call."""

    workspace: UUID
    execution: UUID
    step: str
    key: str
    attempt: int
    now: datetime  # aware, in `timezone`
    timezone: ZoneInfo
    language: Language
    folder: Path  # the workspace's own files
    report: Report
    providers: Mapping[type[Any], Any] = field(default_factory=dict)
    shared: Shared = ALONE
    answered: Answered | None = None
    asked: Asked = NOTHING_ASKED
    plan_part: PlanPart | None = None  # None: nobody plans here
    tokens_left: int | None = None  # that a model may still use for this execution; None: no limit
    user: str = ""  # in whose name it is made

    def provider(self, port: type[T]) -> T:
        """The provider that this workspace uses for `port` (documents, contacts, calendar, ...)."""
        found: T = self.providers[port]
        return found


@dataclass(frozen=True, slots=True)
class Option:
    """One answer to a question. `value` becomes the step's output when a person picks it."""

    label: str
    value: Any


class Ask(Exception):
    """A tool raises this when only a person can decide, before it has done anything. The step waits in a gate; the chosen option's value, or
    the text where there are no options, is its output. state: it is not; the call is made again, and gets both as `Call.answered`."""

    def __init__(self, question: str, options: Sequence[Option], state: Mapping[str, Any] | None = None) -> None:
        super().__init__(question)
        self.question = question
        self.options = tuple(options)
        self.state = state


Run = Callable[[Any, Call], Awaitable[Any]]
# (arguments, output, call), with the key of the call that is taken back. Idempotent: it is called again after a crash, and what is gone
# already is taken back. It raises where it must not or cannot, such as Conflict for what somebody has changed since.
Undo = Callable[[Any, Any, Call], Awaitable[None]]
Probe = Callable[[Any, Call], Awaitable[Any]]  # (arguments, call) -> output, or None: it did not happen


@dataclass(frozen=True, slots=True)
class Tool:
    capability: Capability
    title: Text
    description: Text
    examples: Mapping[Language, Sequence[str]]
    arguments: type[BaseModel]
    output: type[BaseModel]
    run: Run
    show: Callable[[Any, Language], str]  # the output in a sentence or a few lines, for the answer
    undo: Undo | None = None
    probe: Probe | None = None

    @property
    def name(self) -> str:
        return self.capability.name

    def parse(self, step: str, args: Mapping[str, Any]) -> BaseModel:
        """Validated arguments. Raises ArgumentMismatch naming the argument."""
        try:
            return self.arguments.model_validate(args)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            where = ".".join(str(part) for part in first["loc"])
            if first["type"] == "too_short" and first["input"] == []:
                raise ArgumentMismatch.nothing_found(step, where, self.name) from error
            raise ArgumentMismatch(step, where, f"{self.name} cannot use {where or 'its arguments'}: {first['msg']}.") from error

    async def __call__(self, args: BaseModel, call: Call) -> dict[str, Any]:
        """The output as JSON-ready values."""
        result = await self.run(args, call)
        dumped: dict[str, Any] = to_jsonable_python(result)
        return dumped


def tool(
    name: str,
    *,
    title: Text,
    description: Text,
    examples: Mapping[Language, Sequence[str]] | None = None,
    show: Callable[[Any, Language], str],
    effect: Effect = "none",
    recovery: Recovery = "pure",
    approval: Approval = "never",
    locks: Sequence[str] = (),
    shares: Sequence[str] = (),
    reversible: bool = True,
    label: Label | None = None,
    timeout: float = 60.0,
    retry: Retry | None = None,
    cost: float = 0.0,
    seconds: float = 1.0,
    lasts: str = "",
    asks_for: Sequence[str] | None = (),
    undo: Undo | None = None,
    probe: Probe | None = None,
) -> Callable[[Run], Tool]:
    """Make a tool of `async def run(args: SomeModel, call: Call) -> SomeModel`. The schemas are read from its annotations.

    timeout and seconds in seconds, cost in dollars; `lasts`: the argument that says how long it runs; `asks_for`: see `Capability`.
    `show` gets the output as the model that `run` returns.
    Raises TypeError when the function's annotations are not Pydantic models, ValueError when what is declared contradicts itself."""
    if effect == "none" and recovery != "pure":
        raise ValueError(f"{name}: a tool without effect is pure")
    if effect != "none" and recovery == "pure":
        raise ValueError(f"{name}: a tool with an effect is keyed or once")
    if effect != "none" and asks_for != ():
        raise ValueError(f"{name}: a tool that asks for steps has no effect of its own")

    def make(run: Run) -> Tool:
        hints = typing.get_type_hints(run, include_extras=True)
        arguments, output = hints.get("args"), hints.get("return")
        for part, model in (("args", arguments), ("return", output)):
            if not (isinstance(model, type) and issubclass(model, BaseModel)):
                raise TypeError(f"{name}: annotate {part} with a Pydantic model")
        assert arguments is not None
        for part in fields([*locks, *shares]) - arguments.model_fields.keys():
            raise ValueError(f"{name}: it would lock by {part}, which is none of its arguments")
        assert output is not None
        capability = Capability(
            name=name, kind="tool", arguments=arguments.model_json_schema(), output=output.model_json_schema(mode="serialization"),
            effect=effect, recovery=recovery, approval=approval, locks=tuple(locks), shares=tuple(shares), reversible=reversible,
            label=label or Label(sources=frozenset({name})), timeout=timeout, retry=retry or Retry(), cost=cost, seconds=seconds, lasts=lasts,
            asks_for=None if asks_for is None else tuple(asks_for), ceiling="none" if asks_for == () else "send",
        )  # fmt: skip
        return Tool(capability, title, description, examples or {}, arguments, output, run, show, undo, probe)

    return make
