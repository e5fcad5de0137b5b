"""A tool whose arguments and output are known by JSON Schemas only, as a server tells them. What it returns was written by others."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

import jsonschema_rs
from pydantic import BaseModel, RootModel, create_model, model_validator

from tizmoret.catalog.tool import Call, Text, Tool
from tizmoret.plan.capability import Capability, Effect, Recovery
from tizmoret.plan.labels import Label
from tizmoret.plan.model import Language

SHOWN = 1_500  # characters of an output in an answer
_WORDS = frozenset({"q", "query", "search", "text", "term", "keyword", "keywords"})
_KINDS = {"email": "email", "uri": "url", "url": "url", "date-time": "date-time"}

Run = Callable[[dict[str, Any], Call], Awaitable[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Offered:
    """What a server says of one tool, within our limits. effect and recovery: as we take it, never as it says by itself."""

    name: str  # with the connection's before it
    title: str
    description: str
    arguments: dict[str, Any]
    output: dict[str, Any]
    effect: Effect
    recovery: Recovery


def json_tool(offered: Offered, connection: str, run: Run, timeout: float) -> Tool:
    """Raises ValueError for schemas that are none. timeout: seconds."""
    arguments = _with_kinds(offered.arguments)
    capability = Capability(
        name=offered.name, kind="tool", arguments=arguments, output=offered.output, effect=offered.effect, recovery=offered.recovery,
        approval="never" if offered.effect == "none" else "ask", reversible=False,
        label=Label("untrusted", "internal", frozenset({connection})), timeout=timeout,
    )  # fmt: skip

    async def called(args: Any, call: Call) -> Any:
        return await run(args.root, call)

    title, description = Text(offered.title, offered.title), Text(offered.description, offered.description)
    return Tool(capability, title, description, {"en": [offered.title]}, _model(arguments), _Output, called, _show)


def plannable(text: str, taken: Collection[str]) -> str:
    """A name that a plan can hold, made of one that a server gave, and not `taken`."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", text)
    name = re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_").lstrip("0123456789_")[:60].rstrip("_") or "tool"
    return next(one for number in range(1, len(taken) + 2) if (one := name if number == 1 else f"{name}_{number}") not in taken)


def said(value: object, limit: int) -> str:
    """What a server says, on one line, without what cannot be seen."""
    text = "".join(letter for letter in str(value) if letter.isprintable() or letter.isspace())
    return " ".join(text.split())[:limit]


class _Output(RootModel[dict[str, Any]]):
    """A server may say other than it promised: what came is passed on as it is."""


def _model(schema: dict[str, Any]) -> type[BaseModel]:
    validator = jsonschema_rs.validator_for(schema)

    def fits(self: Any) -> Any:
        wrong = next(iter(validator.iter_errors(self.root)), None)
        if wrong is not None:
            where = ".".join(str(part) for part in wrong.instance_path)
            raise ValueError(f"{where}: {wrong.message}" if where else wrong.message)
        return self

    validators: dict[str, Any] = {"fits": model_validator(mode="after")(fits)}
    return create_model("Arguments", __base__=RootModel[dict[str, Any]], __validators__=validators)


def _with_kinds(schema: dict[str, Any]) -> dict[str, Any]:
    """By which a planner without a model connects them: formats say what a value is, and some names what is searched for."""
    told: Mapping[str, Any] = schema.get("properties", {})
    return {**schema, "properties": {name: _with_kind(name, one) for name, one in told.items()}}


def _with_kind(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    kind = _KINDS.get(str(schema.get("format", "")))
    if kind is None and schema.get("type") == "string" and "enum" not in schema and name.lower() in _WORDS:
        kind = "words"
    return schema if kind is None else {**schema, "x-kind": kind}


def _show(output: Any, language: Language) -> str:
    found = output.root
    data = found.get("data", found.get("text", found))
    text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False, indent=1)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]} …"
