"""JSON Schemas in the short form that a prompt can afford: `{query?: string, period?: Period | null, limit?: integer = 50}`.

A definition that several places name is written once and called by its name. What a type cannot say (the kind of a value, a format, its
description) stands in a comment."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

_COMMENT_LENGTH = 160
_DEPTH = 12  # of types in one another; deeper ones are written as `any`


class Signatures:
    """Collects the named types of all that it writes; `types` has them once each."""

    def __init__(self) -> None:
        self.types: dict[str, str] = {}

    def write(self, schema: Mapping[str, Any]) -> str:
        """`schema` as one line. Types that it defines are added to `types`."""
        definitions = schema.get("$defs", {})
        return self._type(schema, definitions, 0)

    def _type(self, schema: Any, definitions: Mapping[str, Any], depth: int) -> str:
        if not isinstance(schema, Mapping) or depth > _DEPTH:
            return "any"
        if isinstance(reference := schema.get("$ref"), str):
            return self._named(reference.rpartition("/")[2], definitions, depth)
        if "const" in schema:
            return _literal(schema["const"])
        if isinstance(choices := schema.get("enum"), list):
            return " | ".join(_literal(choice) for choice in choices)
        for key in ("anyOf", "oneOf", "allOf"):
            if isinstance(parts := schema.get(key), list):
                return (" & " if key == "allOf" else " | ").join(dict.fromkeys(self._type(part, definitions, depth + 1) for part in parts))
        if isinstance(names := schema.get("type"), list):
            return " | ".join(self._type({**schema, "type": name}, definitions, depth + 1) for name in names)
        if schema.get("type") == "array":
            inner = self._type(schema.get("items"), definitions, depth + 1)
            return f"({inner})[]" if " " in inner and not inner.startswith("{") else f"{inner}[]"
        if schema.get("type") == "object" or "properties" in schema:
            return self._object(schema, definitions, depth)
        return str(schema.get("type", "any"))

    def _object(self, schema: Mapping[str, Any], definitions: Mapping[str, Any], depth: int) -> str:
        properties = schema.get("properties")
        if not isinstance(properties, Mapping) or not properties:
            rest = schema.get("additionalProperties")
            return (
                f"{{[name]: {self._type(rest, definitions, depth + 1)}}}"
                if isinstance(rest, Mapping)
                else "{}"
                if rest is False
                else "object"
            )
        required = schema.get("required", ())
        return "{" + ", ".join(self._field(name, inner, name in required, definitions, depth) for name, inner in properties.items()) + "}"

    def _field(self, name: str, schema: Any, required: bool, definitions: Mapping[str, Any], depth: int) -> str:
        text = f"{name}{'' if required else '?'}: {self._type(schema, definitions, depth + 1)}"
        if not isinstance(schema, Mapping):
            return text
        if schema.get("default") not in (None, "", [], {}):
            text += f" = {_literal(schema['default'])}"
        if comment := _comment(schema):
            text += f" /* {comment} */"
        return text

    def _named(self, name: str, definitions: Mapping[str, Any], depth: int) -> str:
        """The name of a definition, written to `types` at its first use. Another type of the same name is written in place."""
        if name not in definitions:
            return "any"
        known = self.types.get(name)
        if known is None:
            self.types[name] = name  # a type that holds itself
            self.types[name] = self._type(definitions[name], definitions, 0)
            return name
        if known == name:
            return name
        apart = Signatures()
        written = apart._type(definitions[name], definitions, depth)
        return name if written == known else written


def _comment(schema: Mapping[str, Any]) -> str:
    """Kind, format, bounds and description, as far as they are given; those of a list's items and of a choice's parts too."""
    inner = [part for part in (schema.get("items"), *_parts(schema)) if isinstance(part, Mapping)]
    bounds = [
        f"{word} {schema[key]}"
        for key, word in (("minimum", "from"), ("maximum", "to"), ("minLength", "min length"), ("minItems", "min items"))
        if key in schema
    ]
    found = [part.get(key) for key in ("x-kind", "format") for part in (schema, *inner)]
    found += [" ".join(bounds), schema.get("description"), schema.get("pattern")]
    return "; ".join(dict.fromkeys(str(part) for part in found if part)).replace("*/", "")[:_COMMENT_LENGTH]


def _parts(schema: Mapping[str, Any]) -> list[Any]:
    return [part for key in ("anyOf", "oneOf", "allOf") if isinstance(schema.get(key), list) for part in schema[key]]


def _literal(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
