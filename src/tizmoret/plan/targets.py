"""Which arguments of a call say whom or what it reaches, rather than what is said there."""

from __future__ import annotations

from tizmoret.plan.capability import Capability
from tizmoret.plan.manifest import fields
from tizmoret.plan.types import ANY, Schema, choices

_NETWORK = frozenset({"email", "idn-email", "uri", "url", "hostname", "ipv4", "ipv6"})
_PEOPLE = frozenset({"phone", "contact", "person"})
_CONTENT = frozenset({"text", "markdown", "html", "words"})


def is_target(name: str, capability: Capability) -> bool:
    """Whether an argument of an effect says what it reaches. Of what goes out or is removed, all but its text does."""
    if name in fields(capability.locks):
        return True
    kinds = _kinds(name, capability)
    if kinds & (_NETWORK | _PEOPLE) or any(kind.endswith(".id") for kind in kinds):
        return True
    return capability.effect in ("send", "delete") and not kinds & _CONTENT


def is_address(name: str, capability: Capability) -> bool:
    """Whether an argument leads out of the workspace: whoever is there learns what it holds, also from a call that only reads."""
    return not _kinds(name, capability).isdisjoint(_NETWORK)


def _kinds(name: str, capability: Capability) -> set[str]:
    """What the values of an argument are called, also inside a list."""
    root = capability.arguments
    found: set[str] = set()
    for choice in choices(root.get("properties", {}).get(name, ANY), root):
        found |= _named(choice)
        items = choice.get("items")
        if isinstance(items, dict):
            found |= _named(items).union(*(_named(one) for one in choices(items, root)))
    return found


def _named(schema: Schema) -> set[str]:
    return {str(schema[key]) for key in ("x-kind", "format") if key in schema}
