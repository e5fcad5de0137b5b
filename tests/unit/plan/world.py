"""A small world of capabilities, and one good plan over it that the tests of `check` damage in many ways."""

from __future__ import annotations

from typing import Any

from tizmoret.plan.capability import Capability
from tizmoret.plan.labels import Label
from tizmoret.plan.model import Plan

_TEXT = {"type": "string"}
_ID = {"type": "string", "x-kind": "document.id"}
_DOCUMENT = {"type": "object", "required": ["id", "title"], "properties": {"id": _ID, "title": _TEXT}}


def _object(required: tuple[str, ...] = (), **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(required), "properties": properties, "additionalProperties": False}


CAPABILITIES = {
    capability.name: capability
    for capability in (
        Capability(
            "documents.search",
            "tool",
            _object(("query",), query=_TEXT, limit={"type": "integer", "minimum": 1, "maximum": 100}),
            _object(documents={"type": "array", "items": _DOCUMENT}, count={"type": "integer"}),
            label=Label("untrusted", "internal", frozenset({"documents"})),
            seconds=2,
        ),
        Capability(
            "contacts.pick",
            "tool",
            _object(("name",), name={"type": "string", "x-kind": "person.name"}),
            _object(name=_TEXT, email={"type": "string", "format": "email"}),
            label=Label(sources=frozenset({"contacts"})),
            cost=0.25,
        ),
        Capability(
            "analysis",
            "agent",
            _object(("documents",), documents={"type": "array", "items": _DOCUMENT}),
            _object(markdown={"type": "string", "x-kind": "markdown"}),
            seconds=5,
        ),
        Capability(
            "calendar.create",
            "tool",
            _object(
                ("title", "start"),
                title=_TEXT,
                start={"type": "string", "format": "date-time"},
                attendees={"type": "array", "items": {"type": "string", "format": "email"}},
                calendar={"type": "string", "default": "main"},
            ),
            _object(id={"type": "string", "x-kind": "event.id"}),
            effect="write",
            recovery="keyed",
            approval="ask",
            locks=("calendar:{calendar}",),
        ),
        Capability("notes.delete", "tool", _object(("id",), id=_TEXT), _object(), effect="delete", locks=("note:{id}",), reversible=False),
    )
}

GOOD: dict[str, Any] = {
    "request": "sum up the grain documents and set a meeting with Yoav",
    "steps": [
        {"id": "find", "tool": "documents.search", "args": {"query": "grain", "limit": 10}},
        {"id": "who", "tool": "contacts.pick", "args": {"name": "Yoav"}},
        {"id": "read", "agent": "analysis", "args": {"documents": {"$from": "find.documents"}}, "when": "size(find.documents) > 0"},
        {
            "id": "meet",
            "tool": "calendar.create",
            "args": {
                "title": {"$text": ["With ", {"$from": "who.name"}]},
                "start": "2026-03-12T14:00:00+02:00",
                "attendees": [{"$from": "who.email"}],
            },
            "after": ["read"],
        },
    ],
    "answer": ["read", "meet"],
}


def plan(content: dict[str, Any]) -> Plan:
    return Plan.model_validate(content)
