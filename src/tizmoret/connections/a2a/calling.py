"""One call of an agent elsewhere: what is asked, followed to its end through streams that break, and what that end means."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncGenerator, Mapping
from typing import Any

from tizmoret.catalog.tool import Ask, Call, Option
from tizmoret.connections.a2a.client import Broken, Remote
from tizmoret.connections.json_tool import said
from tizmoret.errors import StepFailed, TryAgain
from tizmoret.plan.model import Language

POLL = 1.0  # seconds between two looks at a task that is not streamed
RESUMED = 5  # times that a stream is taken up again
MAX_TEXT = 200_000  # characters of an answer
_GOING_ON = ("TASK_STATE_SUBMITTED", "TASK_STATE_WORKING", "TASK_STATE_UNSPECIFIED", "")
_DONE = "TASK_STATE_COMPLETED"
_FAILED = ("TASK_STATE_FAILED", "TASK_STATE_CANCELED")
_APPROVE: Mapping[Language, tuple[str, str]] = {"he": ("לאשר", "לא לאשר"), "en": ("Approve", "Do not approve")}


class Failed(Broken):
    """The agent says so itself; what it did before that nobody knows."""


async def asked(remote: Remote, streaming: bool, args: dict[str, Any], call: Call) -> dict[str, Any]:
    params = {"message": _message(args, call), "configuration": {"acceptedOutputModes": ["text/plain", "application/json"]}}
    if not streaming:
        params["configuration"]["returnImmediately"] = True
        first = await remote.call("SendMessage", params)
        return await followed(remote, first, call)
    stream = remote.stream("SendStreamingMessage", params)
    async with contextlib.aclosing(stream):
        first = await anext(stream, None)
        if first is None:
            raise Broken(f"{remote.name} answered nothing.")
        return await followed(remote, first, call, stream)


def _message(args: Mapping[str, Any], call: Call) -> dict[str, Any]:
    """The same call has the same id, so that whoever looks at ids takes a repeat for one; the context is by what it is found again."""
    state = call.answered.state if call.answered else {}
    parts = (
        _parts(call.answered.answer) if call.answered else [{"text": args["text"]}, *([{"data": args["data"]}] if "data" in args else [])]
    )
    task = {"taskId": state["task"]} if call.answered else {"contextId": call.key}
    id = hashlib.sha256(f"{call.key}/{state.get('task', '')}/{parts}".encode()).hexdigest()[:40]
    return {"messageId": id, "role": "ROLE_USER", "parts": parts, **task}


def _parts(answer: Any) -> list[dict[str, Any]]:
    return [{"text": answer}] if isinstance(answer, str) else [{"data": answer}]


async def followed(remote: Remote, first: Any, call: Call, stream: AsyncGenerator[dict[str, Any], None] | None = None) -> dict[str, Any]:
    """What came of it. first: the first thing that was told. stream: what tells more, where there is one. Raises Ask where it needs an answer."""
    if not isinstance(first, dict) or not isinstance(first.get("task") or first.get("message"), dict):
        raise Broken(f"{remote.name} answered something that is not A2A.")
    if isinstance(first.get("message"), dict):
        return _output(first["message"].get("parts"), "")
    task, left = dict(first["task"]), RESUMED if stream is not None else 0
    try:
        while (state := _state(task)) in _GOING_ON:
            if stream is None and left:
                stream, left = remote.stream("SubscribeToTask", {"id": task["id"]}), left - 1
            if stream is None:
                await asyncio.sleep(POLL)
            else:
                await _watched(stream, call)
                stream = None
            task = await _looked_at(remote, task["id"])
        return _end(remote, task, state, call)
    except asyncio.CancelledError:
        with contextlib.suppress(Exception):
            await asyncio.wait_for(remote.call("CancelTask", {"id": task["id"]}), 3.0)
        raise


async def _watched(stream: AsyncGenerator[Any, None], call: Call) -> None:
    """Until the stream ends or breaks, telling people how far it is: what became of it is looked at afterwards."""
    with contextlib.suppress(Broken, StepFailed):
        async for found in stream:
            if text := _text(_in(found, "statusUpdate", "status", "message").get("parts")):
                call.report(said(text, 300))


async def _looked_at(remote: Remote, task: str) -> Any:
    """Raises Broken where it cannot be looked at: it was taken, so nobody may say that nothing was done."""
    for attempt in range(1, RESUMED + 1):
        try:
            return await remote.call("GetTask", {"id": task})
        except (Broken, TryAgain) as error:
            if attempt == RESUMED:
                raise Broken(str(error)) from error
            await asyncio.sleep(POLL)
        except StepFailed as error:
            raise Broken(str(error)) from error
    raise AssertionError


def _in(found: Any, *path: str) -> dict[str, Any]:
    """What is there by these names; empty where that is not an object."""
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}


def _state(task: Any) -> str:
    if not isinstance(task, dict) or not isinstance(task.get("status"), dict) or not isinstance(task.get("id"), str):
        raise Broken("What came is no task of A2A.")
    return str(task["status"].get("state", ""))


def _end(remote: Remote, task: Mapping[str, Any], state: str, call: Call) -> dict[str, Any]:
    message = _in(task, "status", "message")
    told = said(_text(message.get("parts")), 2_000)
    if state == _DONE:
        parts = [part for one in task.get("artifacts") or [] for part in _in(one).get("parts") or []]
        return _output(parts or message.get("parts"), str(task["id"]))
    if state == "TASK_STATE_INPUT_REQUIRED":
        raise Ask(told or f"{remote.name} asks for more.", _options(message.get("parts"), call.language), {"task": str(task["id"])})
    if state in _FAILED:
        raise Failed(f"{remote.name} says that it failed: {told or state}")
    raise StepFailed(f"{remote.name} did not do it: {told or state}", cure="Ask it otherwise.")


def _options(parts: Any, language: Language) -> list[Option]:
    """The choices of a question, or yes and no to what is to be approved, as another Tizmoret tells them."""
    data = [part["data"] for part in parts or [] if isinstance(part, dict) and isinstance(part.get("data"), dict)]
    gate = data[0] if len(data) == 1 and isinstance(data[0].get("approval"), str) else {}
    if gate.get("purpose") == "approval":
        answer = {"approval": gate["approval"], "fingerprint": gate.get("fingerprint")}
        decisions = zip(_APPROVE[language], ("approve", "reject"), strict=True)
        return [Option(label, {**answer, "decision": decision}) for label, decision in decisions]
    labels = gate.get("options")
    return [Option(said(one, 200), one) for one in labels if isinstance(one, str)] if isinstance(labels, list) else []


def _text(parts: Any) -> str:
    return "\n".join(str(part["text"]) for part in parts or [] if isinstance(part, dict) and isinstance(part.get("text"), str))


def _output(parts: Any, task: str) -> dict[str, Any]:
    data = [part["data"] for part in parts or [] if isinstance(part, dict) and part.get("data") is not None]
    other = sum(1 for part in parts or [] if isinstance(part, dict) and ("url" in part or "raw" in part))
    made: dict[str, Any] = {"text": _text(parts)[:MAX_TEXT]}
    if data:
        made["data"] = data[0] if len(data) == 1 else data
    if other:
        made["left_out"] = other
    return {**made, **({"task": task} if task else {})}
