"""`tizmoret try`: the words of a command line as a plan of one step, for the engine to carry out as any other plan."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

import jsonschema_rs

from tizmoret.catalog.catalog import Catalog
from tizmoret.cli.messages import LANGUAGE, say
from tizmoret.errors import BadInput, NotFound
from tizmoret.plan.model import Language, Plan, Step
from tizmoret.words import is_hebrew

STEP = "try"


def trial(catalog: Catalog, name: str, words: Sequence[str]) -> Plan:
    """Raises NotFound with the nearest names, or BadInput naming the argument at fault. What has an effect asks before it."""
    capability = catalog.capabilities.get(name)
    if capability is None:
        near = get_close_matches(name, list(catalog.capabilities), n=3, cutoff=0.5)
        cure = say("error.near", names=", ".join(near)) if near else say("error.no_capability_cure")
        raise NotFound(say("error.no_capability", name=name[:100]), cure=cure, field="name")
    args = read_arguments(name, words, capability.arguments)
    _check(args, capability.arguments)
    if name in catalog.tools:
        catalog.tools[name].parse(STEP, args)
    found = catalog.tools.get(name) or catalog.agents[name]
    language: Language = "he" if LANGUAGE == "he" or is_hebrew(" ".join(words)) else "en"
    step = Step(
        id=STEP,
        title=found.title[language],
        tool=name if capability.kind == "tool" else None,
        agent=name if capability.kind == "agent" else None,
        args=args,
        needs_approval=capability.effect != "none",
    )
    return Plan(request=say("try.title", name=name), goal=found.title[language], language=language, steps=(step,))


def read_arguments(name: str, words: Sequence[str], schema: Mapping[str, Any]) -> dict[str, Any]:
    """`--limit 5 --query Yoav`, read by the schema. A name with a dash is one with an underscore; one that is repeated is a list."""
    properties: Mapping[str, Any] = schema.get("properties", {})
    given: dict[str, list[str]] = {}
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if not word.startswith("--") or word == "--":
            raise BadInput(say("error.not_option", word=word[:100]), cure=say("error.not_option_cure"), field="arguments")
        option, equals, value = word[2:].partition("=")
        argument = option if option in properties else option.replace("-", "_")
        if argument not in properties:
            names = ", ".join(f"--{known}" for known in properties) or say("catalog.nothing")
            cure = say("error.arguments_are", names=names)
            raise BadInput(say("error.no_argument", name=name, argument=option[:100]), cure=cure, field=option)
        if not equals:
            if not rest:
                raise BadInput(say("error.no_value", argument=option), cure=say("error.not_option_cure"), field=option)
            value = rest.pop(0)
        given.setdefault(argument, []).append(value)
    return {argument: _value(values, properties[argument], schema.get("$defs", {})) for argument, values in given.items()}


def _value(values: list[str], schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> Any:
    kinds = _types(schema, definitions)
    if len(values) == 1:
        (text,) = values
        parsed = _json(text)
        if "string" in kinds and not (isinstance(parsed, list | dict) and kinds & {"array", "object"}):
            return text
        return [text if isinstance(parsed, str) else parsed] if kinds == {"array"} and not isinstance(parsed, list) else parsed
    items = _types(schema.get("items", {}), definitions)
    return [text if "string" in items else _json(text) for text in values]


def _types(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> set[str]:
    """The JSON types that a value may have."""
    if "$ref" in schema:
        return _types(definitions.get(str(schema["$ref"]).rpartition("/")[2], {}), definitions)
    if "anyOf" in schema:
        return set[str]().union(*(_types(one, definitions) for one in schema["anyOf"]))
    told = schema.get("type", "string" if "enum" in schema or "const" in schema else ())
    return {told} if isinstance(told, str) else set(told)


def _json(text: str) -> Any:
    """A value of JSON, or the text itself where it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _check(args: Mapping[str, Any], schema: dict[str, Any]) -> None:
    """Before the engine, which would refuse as well, but of a plan and not of a command line."""
    cure = say("error.not_option_cure")
    for name in schema.get("required", ()):
        if name not in args:
            raise BadInput(say("error.missing", argument=name), cure=cure, field=name)
    for error in jsonschema_rs.validator_for(schema).iter_errors(dict(args)):
        where = ".".join(str(part) for part in error.instance_path)
        raise BadInput(say("error.bad_value", argument=where, why=error.message), cure=cure, field=where)
