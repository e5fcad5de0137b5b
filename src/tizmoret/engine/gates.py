"""Gates: what waits for a person. What is shown is what runs: a decision is bound to the fingerprint of exactly these arguments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from tizmoret.catalog.tool import Option
from tizmoret.engine import events as e
from tizmoret.engine.chronicle import step_row
from tizmoret.engine.environment import Query
from tizmoret.engine.events import Item
from tizmoret.engine.records import Signal
from tizmoret.engine.state import Gate
from tizmoret.engine.transition import ApprovalRow, StepRow
from tizmoret.engine.values import clean, pack
from tizmoret.ids import uuid7
from tizmoret.locales.translation import translated
from tizmoret.plan.capability import Capability
from tizmoret.plan.labels import Label
from tizmoret.plan.model import Language, Step

HAPPENED, AGAIN = 0, 1  # the options of a gate about an unknown effect
UNDO_AGAIN, UNDO_DONE, UNDO_LEAVE = 0, 1, 2  # of one about an effect that could not be undone
UNDO_ALL, KEEP_ALL = 0, 1  # of one about the effects of an execution that failed

_WORDS: dict[Language, dict[str, str]] = {
    "he": {
        "unknown": "לא ידוע אם הפעולה קרתה: {title}. מה נכון?",
        "died": "התהליך שביצע אותה נפל באמצע.",
        "went-wrong": "מה השתבש: {why}",
        "attempt": "נוסתה {count} פעמים, תמיד עם המפתח {key}.",
        "looked": "הכלי חיפש אותה, והחיפוש נכשל.",
        "no-look": "לכלי אין דרך לבדוק זאת בעצמו.",
        "happened": "הפעולה קרתה, להמשיך",
        "again": "הפעולה לא קרתה, לבצע שוב",
        "undo": "הפעולה לא בוטלה: {title}. מה לעשות?",
        "undo-again": "לנסות לבטל שוב",
        "undo-done": "היא כבר בוטלה ביד",
        "undo-leave": "להשאיר אותה כפי שהיא",
        "undo-all": "הביצוע נכשל. לבטל את מה שכבר נעשה ({count})?",
        "undo-all-yes": "לבטל את מה שנעשה",
        "undo-all-no": "להשאיר את מה שנעשה",
        "no-right": "{member}, שבשמם הביצוע רץ, כבר לא רשאים לפעול כאן. הפעולה תקרה רק באישור של מי שרשאי.",
    },
    "en": {
        "unknown": "It is not known whether this happened: {title}. Which is true?",
        "died": "The process that did it went down in the middle.",
        "went-wrong": "What went wrong: {why}",
        "attempt": "Attempted {count} times, always with the key {key}.",
        "looked": "The tool looked for it, and the look-up failed.",
        "no-look": "The tool has no way to look for it itself.",
        "happened": "It happened, go on",
        "again": "It did not happen, do it again",
        "undo": "This could not be undone: {title}. What shall be done?",
        "undo-again": "Try again to undo it",
        "undo-done": "It was undone by hand",
        "undo-leave": "Leave it as it is",
        "undo-all": "The execution failed. Shall what was done already be undone ({count})?",
        "undo-all-yes": "Undo what was done",
        "undo-all-no": "Keep what was done",
        "no-right": "{member}, in whose name this runs, may not act here any more. It happens only if somebody who may approves it.",
    },
}


@dataclass(frozen=True, slots=True)
class Opened:
    """The event and the row of one new gate."""

    event: e.GateOpened
    row: ApprovalRow


def approval(
    step: Step, capability: Capability, args: Any, label: Label, mark: str, expires_in: float, known: Sequence[str] = ()
) -> Opened:
    """A gate before an effect. args: one call's arguments, or a list of them for a `for_each` step. expires_in: seconds. known: why it asks,
    where the plan does not say so."""
    details = {
        "tool": capability.name,
        "effect": capability.effect,
        "reversible": capability.reversible,
        "args": args,
        "args_schema": capability.arguments,
        "sources": sorted(label.sources),
        "integrity": label.integrity,
        "known": list(known),
    }
    return _open("approval", step.title or step.id, details, mark, expires_in, step.id, None, capability.name)


def no_right(member: str, language: Language) -> str:
    """Why an effect asks that did not have to."""
    return _WORDS[language]["no-right"].format(member=member)


def question(
    step: Step,
    item: Item,
    text: str,
    options: Sequence[Option],
    mark: str,
    expires_in: float,
    state: Mapping[str, Any] | None = None,
) -> Opened:
    """state: the call goes on with it and the answer, which is not its output then."""
    details: dict[str, Any] = {"tool": step.uses, "options": [{"label": option.label, "value": option.value} for option in options]}
    if state is not None:
        details["state"] = clean(dict(state))
    return _open("question", text, details, mark, expires_in, step.id, item, step.uses)


def planner_question(query: Query, expires_in: float) -> Opened:
    opened = _open("question", query.text, {"understood": list(query.understood), "options": []}, "", expires_in, None, None, "")
    return Opened(msgspec.structs.replace(opened.event, tokens=query.tokens, cost=query.cost), opened.row)


@dataclass(frozen=True, slots=True)
class Doubt:
    """What is known of an effect of which the outcome is not. why: what went wrong; empty: the process died."""

    why: str
    attempts: int
    key: str
    probed: bool

    def sentences(self, language: Language) -> list[str]:
        words = _WORDS[language]
        why = words["went-wrong"].format(why=translated(self.why, language)) if self.why else words["died"]
        return [why, words["attempt"].format(count=self.attempts, key=self.key), words["looked" if self.probed else "no-look"]]


def unknown(
    step: Step, item: Item, capability: Capability, args: Any, language: Language, mark: str, expires_in: float, doubt: Doubt
) -> Opened:
    """An effect of which nobody knows whether it happened."""
    words = _WORDS[language]
    details = {
        "tool": capability.name,
        "effect": capability.effect,
        "reversible": capability.reversible,
        "args": args,
        "known": doubt.sentences(language),
        "options": [{"label": words["happened"]}, {"label": words["again"]}],
    }
    return _open("unknown", words["unknown"].format(title=step.title or step.id), details, mark, expires_in, step.id, item, capability.name)


def undo(step: Step, item: Item, capability: Capability, args: Any, language: Language, why: str, expires_in: float) -> Opened:
    """An effect that could not be taken back."""
    words = _WORDS[language]
    details = {
        "tool": capability.name,
        "effect": capability.effect,
        "reversible": capability.reversible,
        "args": args,
        "known": [words["went-wrong"].format(why=translated(why, language))],
        "options": [{"label": words["undo-again"]}, {"label": words["undo-done"]}, {"label": words["undo-leave"]}],
    }
    return _open("undo", words["undo"].format(title=step.title or step.id), details, "", expires_in, step.id, item, capability.name)


def undo_all(count: int, why: str, language: Language, expires_in: float) -> Opened:
    """Whether the effects of an execution that failed are to be taken back."""
    words = _WORDS[language]
    details = {
        "known": [words["went-wrong"].format(why=translated(why, language))],
        "options": [{"label": words["undo-all-yes"]}, {"label": words["undo-all-no"]}],
    }
    return _open("undo", words["undo-all"].format(count=count), details, "", expires_in, None, None, "")


def closed(signal: Signal, gate: Gate, label: Label) -> tuple[e.GateClosed, dict[str, Any]]:
    """The event of a decision, and what is written with it. label: of what a person answered."""
    data = signal.data
    value, blobs = pack(data.get("value"))
    event = e.GateClosed(
        data["approval"], data["decision"], gate.step, data.get("by", ""), gate.item, data.get("args"), value, label.to_json(),
        data.get("note", ""),
    )  # fmt: skip
    steps = [] if gate.step is None else [_decided(event, gate.step, gate.purpose)]
    return event, {"steps": steps, "blobs": blobs, "consumed": [signal.id]}


def _decided(event: e.GateClosed, step: str, purpose: str) -> StepRow:
    """The row of the step at whose gate this was decided."""
    match event.decision:
        case "approved":
            return step_row(step, event.item, "ready", args=event.args)
        case "answered":
            return step_row(step, event.item, "completed", output=event.value, label=event.label)
        case decision:
            reason = "unknown" if purpose == "unknown" else decision
            return step_row(step, event.item, "cancelled" if decision == "cancelled" else "skipped", reason=reason)


def _open(
    purpose: str, title: str, details: dict[str, Any], mark: str, expires_in: float, step: str | None, item: Item, tool: str
) -> Opened:
    id = uuid7()
    row = ApprovalRow(id, purpose, title, details, mark, step, item, expires_in)
    return Opened(e.GateOpened(str(id), purpose, step, title, item, mark, tool), row)  # type: ignore[arg-type]
