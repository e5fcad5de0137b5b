"""Whether outputs fit arguments, by JSON Schema; in doubt they fit."""

from __future__ import annotations

from typing import Any

import pytest

from tizmoret.plan.references import parse_path
from tizmoret.plan.types import at_path, fits

TEXT, WHOLE, NUMBER = {"type": "string"}, {"type": "integer"}, {"type": "number"}
EMAIL, DATE = {"type": "string", "format": "email"}, {"type": "string", "format": "date-time"}
LIST = {"type": "array", "items": TEXT}
PERSON: dict[str, Any] = {"type": "object", "required": ["name"], "properties": {"name": TEXT, "email": EMAIL}}
ROOT: dict[str, Any] = {
    "type": "object",
    "properties": {"people": {"type": "array", "items": {"$ref": "#/$defs/Person"}}, "free": {"type": "object"}},
    "$defs": {"Person": PERSON, "Loop": {"$ref": "#/$defs/Loop"}},
}


@pytest.mark.parametrize(
    ("given", "taken", "result"),
    [
        (TEXT, TEXT, True),
        (TEXT, WHOLE, False),
        (WHOLE, NUMBER, True),
        (NUMBER, WHOLE, False),
        (TEXT, EMAIL, True),  # a text may hold one
        (DATE, EMAIL, False),  # two that say what they are
        (LIST, {"type": "array", "items": WHOLE}, False),
        (LIST, TEXT, False),
        (TEXT, LIST, False),
        ({"anyOf": [TEXT, {"type": "null"}]}, TEXT, True),
        ({"anyOf": [WHOLE, TEXT]}, TEXT, True),
        (WHOLE, {"anyOf": [TEXT, NUMBER]}, True),
        ({}, WHOLE, True),
        (WHOLE, {}, True),
        (PERSON, {"type": "object", "required": ["name"], "properties": {"name": TEXT}}, True),
        (PERSON, {"type": "object", "required": ["age"], "properties": {"age": WHOLE}}, False),
        (PERSON, {"type": "object", "properties": {"name": WHOLE}}, False),
        ({"type": "object", "additionalProperties": True, "properties": {}}, PERSON, True),
        ({"type": "string", "x-kind": "event.id"}, {"type": "string", "x-kind": "document.id"}, False),
        ({"type": "string", "x-kind": "text"}, {"type": "string", "x-kind": "words"}, True),
        ({"$ref": "#/$defs/Loop"}, TEXT, True),  # a schema that defines itself says nothing
    ],
)
def test_what_fits(given: dict[str, Any], taken: dict[str, Any], result: bool) -> None:
    assert fits(given, ROOT, taken, ROOT) is result


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("people[0].name", TEXT),
        ("people[*].email", {"type": "array", "items": EMAIL}),
        ("people[0].age", None),
        ("people.name", None),
        ("nothing", None),
        ("free.anything.at[3].all", {}),
    ],
)
def test_a_path_leads_to_a_schema_or_nowhere(path: str, found: dict[str, Any] | None) -> None:
    assert at_path(ROOT, ROOT, parse_path(path)) == found
