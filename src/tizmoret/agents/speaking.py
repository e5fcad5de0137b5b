"""The shared context of an execution, and a word to its planner, as tools of an agent that thinks with a model."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tizmoret.catalog.shared import Message
from tizmoret.catalog.tool import Call
from tizmoret.errors import BadInput, OtherPlan

_TEXT = {"type": "string", "maxLength": 10_000}
_NAME = {"type": "string", "maxLength": 100}
_POLICY = {"enum": ["refuse", "last", "first", "merge"], "default": "merge"}


@dataclass(frozen=True, slots=True)
class Speech:
    """One such tool. arguments: name to JSON schema, all required but those with a default."""

    name: str
    description: str
    arguments: Mapping[str, Mapping[str, Any]]
    run: Callable[..., Awaitable[str]]

    @property
    def schema(self) -> dict[str, Any]:
        required = [name for name, schema in self.arguments.items() if "default" not in schema]
        return {"type": "object", "additionalProperties": False, "required": required, "properties": dict(self.arguments)}


async def speeches(call: Call) -> list[Speech]:
    """None for an agent that works alone: there is nobody to speak to."""
    colleagues, keys = await call.shared.colleagues(), await call.shared.keys()
    if not colleagues and not keys and not await call.shared.messages():
        return []
    told = ", ".join(colleagues) or "nobody any more"

    async def look_up(key: str) -> str:
        found = await call.shared.get(key)
        return _json(None if found is None else {"value": found.value, "author": found.author, "version": found.version})

    async def share(key: str, value: str, on_conflict: Any = "merge") -> str:
        kept = await call.shared.put(key, _parsed(value), on_conflict=on_conflict)
        return _json({"version": kept.version, "value": kept.value})

    async def tell(to: str, text: str) -> str:
        await call.shared.tell(to, text)
        return "sent"

    async def ask(to: str, text: str) -> str:
        return _json(await call.shared.ask(to, text, seconds=30.0))

    async def hear() -> str:
        return _json([_shown(message) for message in await call.shared.messages()])

    async def answer(question: int, text: str) -> str:
        for message in await call.shared.messages():
            if message.kind == "ask" and message.number == question:
                await call.shared.answer(message, text)
                return "sent"
        raise BadInput(f"There is no open question {question}.", cure="Call `hear_messages` for their numbers.", field="question")

    async def ask_for_another_plan(why: str) -> str:
        raise OtherPlan(why.strip() or "The plan does not lead there.", cure="Say differently what you wish.")

    return [
        Speech(
            "look_up_shared",
            f"Read a value that the agents of this request share. There are now: {', '.join(keys) or 'none'}.",
            {"key": _NAME},
            look_up,
        ),
        Speech(
            "share",
            "Share a value, as JSON, with the other agents of this request.",
            {"key": _NAME, "value": _TEXT, "on_conflict": _POLICY},
            share,
        ),
        Speech(
            "tell",
            f"Tell another agent of this request something, or all of them (`*`). At work: {told}.",
            {"to": _NAME, "text": _TEXT},
            tell,
        ),
        Speech(
            "ask",
            f"Ask another agent of this request, and wait for its answer (null: none came). At work: {told}.",
            {"to": _NAME, "text": _TEXT},
            ask,
        ),
        Speech("hear_messages", "What other agents of this request told and asked you.", {}, hear),
        Speech("answer", "Answer a question of another agent, by its number.", {"question": {"type": "integer"}, "text": _TEXT}, answer),
        Speech(
            "ask_for_another_plan",
            "End here, when the goal cannot be reached in the way that was planned but may be in another: say what you found out.",
            {"why": _TEXT},
            ask_for_another_plan,
        ),
    ]


def _shown(message: Message) -> dict[str, Any]:
    return {"number": message.number, "kind": message.kind, "from": message.sender, "body": message.body}


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _parsed(text: str) -> Any:
    """JSON, or the text itself."""
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text
