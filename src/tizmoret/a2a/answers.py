"""What a message says to the gates of a task that waits.

A question may be answered in words. An effect is approved by a data part that repeats the gate's fingerprint, which is of exactly what will run:
no sentence of a model's, however it sounds, is an approval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tizmoret.errors import BadInput
from tizmoret.views import Approval

_BY_DATA = '{"approval": …, "decision": "approve" or "reject", "fingerprint": …}'


@dataclass(frozen=True, slots=True)
class Given:
    """One gate and what is decided there: no, or yes with an option's number or a text where it was a question."""

    gate: Approval
    approves: bool = True
    option: int | None = None
    text: str | None = None


def answers(words: str, data: Sequence[Any], waiting: Sequence[Approval]) -> list[Given]:
    """words: of all text parts. data: the data parts. Raises BadInput naming what is missing."""
    told = [one for one in data if isinstance(one, dict) and "approval" in one]
    if told:
        return [_by_data(one, {str(gate.id): gate for gate in waiting}) for one in told]
    questions = [gate for gate in waiting if gate.purpose == "question"]
    if len(waiting) != 1 or not questions:
        cure = f"Send a data part for each: {_BY_DATA}, or with `answer` for a question."
        raise BadInput("An approval is not given in words.", cure=cure, field="parts")
    return [_answered(questions[0], words)]


def _by_data(told: dict[str, Any], waiting: dict[str, Approval]) -> Given:
    gate = waiting.get(str(told["approval"]))
    if gate is None:
        raise BadInput("Nothing of that id waits here.", cure="Take `approval` from the task's status.", field="approval")
    if gate.purpose != "approval":
        return _answered(gate, str(told.get("answer", "")))
    decision = told.get("decision")
    if decision == "reject":
        return Given(gate, approves=False)
    if decision != "approve" or told.get("fingerprint") != gate.fingerprint:
        raise BadInput("That does not approve what is shown.", cure=f"Send {_BY_DATA}, as the status tells it.", field="fingerprint")
    return Given(gate)


def _answered(gate: Approval, text: str) -> Given:
    if not gate.options:
        return Given(gate, text=text)
    labels = [option.label.casefold() for option in gate.options]
    said = text.strip().casefold()
    if said not in labels:
        raise BadInput(
            "That is none of the choices.", cure=f"Answer one of: {'; '.join(option.label for option in gate.options)}", field="parts"
        )
    return Given(gate, option=labels.index(said))
