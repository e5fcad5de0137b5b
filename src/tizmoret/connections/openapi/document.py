"""An OpenAPI 3 document (https://spec.openapis.org), read with mistrust: it may be huge, nest for ever, or refer to itself. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import yaml

from tizmoret.errors import BadInput, TooLarge
from tizmoret.yaml_text import read_yaml

MAX_DOCUMENT = 4 * 1024 * 1024  # characters
MAX_DEPTH = 16  # of one schema, references followed
MAX_NODES = 3_000  # of the schemas of one operation
MAX_TEXT = 500  # characters of a description
_CURE = "Give an OpenAPI 3.0 or 3.1 document, JSON or YAML."
_KEPT = frozenset({
    "type", "format", "enum", "const", "default", "minimum", "maximum", "multipleOf", "minLength", "maxLength", "pattern", "minItems",
    "maxItems", "uniqueItems", "required",
})  # fmt: skip
_OF_NUMBERS = ("exclusiveMinimum", "exclusiveMaximum")


def read_document(text: str) -> dict[str, Any]:
    """Raises BadInput, TooLarge."""
    if len(text) > MAX_DOCUMENT:
        raise TooLarge(
            f"The document has over {MAX_DOCUMENT // 2**20} million characters.", cure="Connect a smaller one.", field="document"
        )
    try:
        found = json.loads(text) if text.lstrip().startswith("{") else read_yaml(text)
    except (ValueError, yaml.YAMLError, RecursionError) as error:
        raise BadInput("The document is neither JSON nor YAML.", cure=_CURE, field="document") from error
    version = str(found.get("openapi", "")) if isinstance(found, dict) else ""
    if not version.startswith(("3.0", "3.1", "3.2")) or not isinstance(found.get("paths"), dict):
        raise BadInput("That is no OpenAPI 3 document.", cure=_CURE, field="document")
    return dict(found)


class Schemas:
    """The schemas of one operation, references replaced by what they name. Too deep, too many, or in a circle: anything goes there."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self._left = MAX_NODES

    def resolve(self, node: Any) -> dict[str, Any]:
        """What `node` is, or refers to within the document; {} where that is nothing."""
        for _ in range(MAX_DEPTH):
            if not isinstance(node, dict):
                return {}
            reference = node.get("$ref")
            if not isinstance(reference, str):
                return node
            node = self._named(reference)
        return {}

    def plain(self, node: Any, trail: tuple[str, ...] = ()) -> dict[str, Any]:
        """A JSON Schema without references. trail: the references that led here."""
        self._left -= 1
        if self._left < 0 or len(trail) > MAX_DEPTH or not isinstance(node, dict):
            return {}
        reference = node.get("$ref")
        if isinstance(reference, str):
            return {} if reference in trail else self.plain(self._named(reference), (*trail, reference))
        deeper = (*trail, "")
        made: dict[str, Any] = {key: node[key] for key in _KEPT & node.keys() if _is_plain(node[key])}
        made |= {key: node[key] for key in _OF_NUMBERS if isinstance(node.get(key), int | float) and not isinstance(node.get(key), bool)}
        if isinstance(node.get("description"), str):
            made["description"] = " ".join(node["description"].split())[:MAX_TEXT]
        if isinstance(node.get("properties"), dict):
            made["properties"] = {str(name): self.plain(one, deeper) for name, one in node["properties"].items()}
        for key in ("items", "additionalProperties"):
            if isinstance(node.get(key), dict):
                made[key] = self.plain(node[key], deeper)
        for key in ("oneOf", "anyOf"):
            if isinstance(node.get(key), list):
                made["anyOf"] = [self.plain(one, deeper) for one in node[key][:20]]
        if isinstance(node.get("allOf"), list):
            made = _joined([made, *(self.plain(one, deeper) for one in node["allOf"][:20])])
        return _nullable(made) if node.get("nullable") is True else made

    def _named(self, reference: str) -> Any:
        """A document that is somewhere else is not fetched: the address is a stranger's choice."""
        if not reference.startswith("#/"):
            return {}
        node: Any = self._document
        for part in reference[2:].split("/"):
            node = node.get(part.replace("~1", "/").replace("~0", "~")) if isinstance(node, dict) else None
        return node


def _is_plain(value: Any) -> bool:
    return isinstance(value, str | int | float | bool) or (
        isinstance(value, list) and len(value) <= 500 and all(isinstance(one, str | int | float | bool | None) for one in value)
    )


def _joined(parts: list[dict[str, Any]]) -> dict[str, Any]:
    """All of them at once: an object with the properties of each."""
    made: dict[str, Any] = {}
    for part in parts:
        properties = {**made.get("properties", {}), **part.get("properties", {})}
        required = list(dict.fromkeys([*made.get("required", []), *part.get("required", [])]))
        made = {**made, **part, **({"properties": properties} if properties else {}), **({"required": required} if required else {})}
    return made


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    if isinstance(schema.get("type"), str):
        schema["type"] = [schema["type"], "null"]
    if isinstance(schema.get("enum"), list) and None not in schema["enum"]:
        schema["enum"] = [*schema["enum"], None]
    return schema
