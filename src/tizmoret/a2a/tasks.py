"""An execution as a task of A2A. Pure: what is handed in is all that is looked at."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tizmoret.a2a.wire import TaskState
from tizmoret.conversations import Conversation
from tizmoret.plan.model import Language
from tizmoret.views import Approval, Execution, ExecutionStatus

STATES: Mapping[ExecutionStatus, TaskState] = {
    "planning": "TASK_STATE_SUBMITTED",
    "running": "TASK_STATE_WORKING",
    "paused": "TASK_STATE_WORKING",
    "waiting": "TASK_STATE_INPUT_REQUIRED",
    "completed": "TASK_STATE_COMPLETED",
    "failed": "TASK_STATE_FAILED",
    "quarantined": "TASK_STATE_FAILED",
    "cancelled": "TASK_STATE_CANCELED",
    "undone": "TASK_STATE_CANCELED",  # it was done, and taken back
}

_PAUSED: Mapping[Language, str] = {"he": "הביצוע מושהה.", "en": "It is paused."}


@dataclass(frozen=True, slots=True)
class Seen:
    """All that a task is made of. output: of the one agent that was asked, once it has answered."""

    conversation: Conversation
    execution: Execution
    waiting: Sequence[Approval] = ()
    output: Any = None

    @property
    def state(self) -> TaskState:
        if self.execution.status == "waiting" and not self.waiting:
            return "TASK_STATE_WORKING"  # it has its answer, and has not gone on yet: asked for once more, whoever answered would ask again
        return STATES[self.execution.status]


def task(seen: Seen, history: int | None = None, *, artifacts: bool = True) -> dict[str, Any]:
    """history: how many of the messages that came in are told; None: all."""
    made: dict[str, Any] = {"id": str(seen.execution.id), "contextId": seen.conversation.context, "status": status(seen)}
    if artifacts and (found := artifact(seen)):
        made["artifacts"] = [found]
    said = list(seen.conversation.history)
    if history != 0 and said:
        made["history"] = said if history is None else said[-history:]
    if seen.conversation.agent:
        made["metadata"] = {"agent": seen.conversation.agent}
    return made


def status(seen: Seen) -> dict[str, Any]:
    made: dict[str, Any] = {"state": seen.state, "timestamp": stamp(seen.conversation.changed_at)}
    if parts := _told(seen):
        made["message"] = {
            "messageId": f"{seen.execution.id}-{seen.execution.seq}", "role": "ROLE_AGENT", "parts": parts,
            "taskId": str(seen.execution.id), "contextId": seen.conversation.context,
        }  # fmt: skip
    return made


def status_update(seen: Seen) -> dict[str, Any]:
    return {"statusUpdate": {"taskId": str(seen.execution.id), "contextId": seen.conversation.context, "status": status(seen)}}


def progress_update(seen: Seen, seq: int, at: datetime, text: str) -> dict[str, Any]:
    """It is at work, and this is how far it has come."""
    ids = {"taskId": str(seen.execution.id), "contextId": seen.conversation.context}
    message = {"messageId": f"{seen.execution.id}-{seq}", "role": "ROLE_AGENT", "parts": [{"text": text}], **ids}
    return {"statusUpdate": {**ids, "status": {"state": "TASK_STATE_WORKING", "timestamp": stamp(at), "message": message}}}


def artifact(seen: Seen) -> dict[str, Any] | None:
    """The answer in words, and what the agent gave back as data."""
    parts: list[dict[str, Any]] = [{"text": seen.execution.answer, "mediaType": "text/markdown"}] if seen.execution.answer else []
    if seen.output is not None:
        parts.append({"data": seen.output, "mediaType": "application/json"})
    return {"artifactId": "answer", "name": "answer", "parts": parts} if parts else None


def artifact_update(seen: Seen, found: Mapping[str, Any]) -> dict[str, Any]:
    ids = {"taskId": str(seen.execution.id), "contextId": seen.conversation.context}
    return {"artifactUpdate": {**ids, "artifact": found, "append": False, "lastChunk": True}}


def stamp(at: datetime) -> str:
    return f"{at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"


def _told(seen: Seen) -> list[dict[str, Any]]:
    if seen.state == "TASK_STATE_INPUT_REQUIRED":
        return [part for gate in seen.waiting for part in _asked(gate)]
    error = seen.execution.error
    if error is not None and seen.state == "TASK_STATE_FAILED":
        return [{"text": f"{error.detail} {error.cure}".strip()}]
    return [{"text": _PAUSED[seen.execution.language]}] if seen.execution.status == "paused" else []


def _asked(gate: Approval) -> list[dict[str, Any]]:
    """The question in words, and as data what an answer to it must name. From the call that will run, never from what a model says of it."""
    lines = [gate.title, *gate.known, *(f"- {option.label}" for option in gate.options)]
    if gate.purpose == "approval":
        lines.append(f"{gate.tool} {json.dumps(gate.args, ensure_ascii=False)}")
    told: dict[str, Any] = {
        "approval": str(gate.id),
        "purpose": gate.purpose,
        "title": gate.title,
        "options": [option.label for option in gate.options],
    }
    if gate.purpose == "approval":
        told |= {
            "tool": gate.tool, "effect": gate.effect, "args": gate.args, "fingerprint": gate.fingerprint, "reversible": gate.reversible,
            "integrity": gate.integrity, "sources": gate.sources,
        }  # fmt: skip
    return [{"text": "\n".join(lines)}, {"data": told}]
