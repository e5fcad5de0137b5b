"""Gates: what waits for a person. What is shown is what runs: a decision is bound to the fingerprint of exactly these arguments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from tizmoret.catalog.tool import Option
from tizmoret.engine import events as e
from tizmoret.engine.environment import Query
from tizmoret.engine.events import Item
from tizmoret.engine.transition import ApprovalRow
from tizmoret.ids import uuid7
from tizmoret.plan.capability import Capability
from tizmoret.plan.labels import Label
from tizmoret.plan.model import Language, Step

HAPPENED, AGAIN = 0, 1  # the options of a gate about an unknown effect

_WORDS: dict[Language, dict[str, str]] = {
    "he": {
        "unknown": "המערכת נפלה באמצע: {title}. לא ידוע אם הפעולה קרתה. מה נכון?",
        "happened": "הפעולה קרתה, להמשיך",
        "again": "הפעולה לא קרתה, לבצע שוב",
    },
    "en": {
        "unknown": "The system went down in the middle of: {title}. It is not known whether it happened. Which is true?",
        "happened": "It happened, go on",
        "again": "It did not happen, do it again",
    },
}


@dataclass(frozen=True, slots=True)
class Opened:
    """The event and the row of one new gate."""

    event: e.GateOpened
    row: ApprovalRow


def approval(step: Step, capability: Capability, args: Any, label: Label, mark: str, expires_in: float) -> Opened:
    """A gate before an effect. args: one call's arguments, or a list of them for a `for_each` step. expires_in: seconds."""
    details = {
        "tool": capability.name,
        "effect": capability.effect,
        "reversible": capability.reversible,
        "args": args,
        "args_schema": capability.arguments,
        "sources": sorted(label.sources),
        "integrity": label.integrity,
    }
    return _open("approval", step.title or step.id, details, mark, expires_in, step.id, None, capability.name)


def question(step: Step, item: Item, text: str, options: Sequence[Option], mark: str, expires_in: float) -> Opened:
    details = {"tool": step.uses, "options": [{"label": option.label, "value": option.value} for option in options]}
    return _open("question", text, details, mark, expires_in, step.id, item, step.uses)


def planner_question(query: Query, expires_in: float) -> Opened:
    opened = _open("question", query.text, {"understood": list(query.understood), "options": []}, "", expires_in, None, None, "")
    return Opened(msgspec.structs.replace(opened.event, tokens=query.tokens, cost=query.cost), opened.row)


def unknown(step: Step, item: Item, capability: Capability, args: Any, language: Language, mark: str, expires_in: float) -> Opened:
    """An effect of which nobody knows whether it happened."""
    words = _WORDS[language]
    details = {
        "tool": capability.name,
        "effect": capability.effect,
        "reversible": capability.reversible,
        "args": args,
        "options": [{"label": words["happened"]}, {"label": words["again"]}],
    }
    return _open("unknown", words["unknown"].format(title=step.title or step.id), details, mark, expires_in, step.id, item, capability.name)


def _open(
    purpose: str, title: str, details: dict[str, Any], mark: str, expires_in: float, step: str | None, item: Item, tool: str
) -> Opened:
    id = uuid7()
    row = ApprovalRow(id, purpose, title, details, mark, step, item, expires_in)
    return Opened(e.GateOpened(str(id), purpose, step, title, item, mark, tool), row)  # type: ignore[arg-type]
