"""Effects: what a person approved is what runs, and nothing acts before its intent is durable.

The claim is: at most once, and we tell you when we do not know. See docs/decisions/0004."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from tizmoret.engine.events import Item
from tizmoret.plan.model import canonical


def fingerprint(plan_hash: str, step: str, args: Any, label: Mapping[str, Any]) -> str:
    """SHA-256 over the plan's hash, the step, its exact arguments and where they came from, in hexadecimal."""
    return hashlib.sha256(canonical([plan_hash, step, args, label])).hexdigest()


def idempotency_key(execution: UUID, step: str, item: Item) -> str:
    """The same for every attempt of a call, on whichever machine; printable ASCII, at most 120 characters."""
    return f"{execution}/{step}" if item is None else f"{execution}/{step}/{item}"
