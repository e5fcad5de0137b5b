"""The tools of an MCP server as tools of ours. What a person agreed to is pinned: a tool that describes itself otherwise is put aside.

What a tool does to the world is as it says (`readOnlyHint`, `destructiveHint`, `idempotentHint`), which a person sees and agrees to when the
server is connected; one that says nothing changes something, and asks."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tizmoret.catalog.tool import Call, Tool
from tizmoret.connections.access import Access
from tizmoret.connections.connection import Connection, Wanted
from tizmoret.connections.json_tool import Offered, json_tool, plannable, said
from tizmoret.connections.mcp_asking import Forms, Unanswered, ask, filled
from tizmoret.connections.mcp_client import listed, session
from tizmoret.connections.openapi.document import Schemas
from tizmoret.errors import BadInput, StepFailed, TryAgain
from tizmoret.plan.capability import Effect, Recovery
from tizmoret.tools.providers.guarded import Way

if TYPE_CHECKING:
    from mcp import Client
    from mcp_types import CallToolResult
    from mcp_types import Tool as Remote

TIMEOUT = 120.0  # seconds of one call
MAX_TEXT = 200_000  # characters of an answer
_TOLD = 300


async def look(wanted: Wanted, way: Way) -> dict[str, Any]:
    """The tools that the server offers, as they are now. Raises BadInput, StepFailed, TryAgain."""
    async with session(wanted, way) as client:
        found = await listed(client)
    if not found:
        raise BadInput(f"{wanted.name} offers no tools.", cure="Connect a server that does.", field="address")
    tools: dict[str, dict[str, Any]] = {}
    for one in found:
        name = plannable(one.name, tools)
        tools[name] = {"remote": one.name, "pin": _pin(one), **_offered(one)}
    return {"tools": tools, "aside": []}


async def changed(known: Connection, way: Way) -> str:
    """Which tools describe themselves otherwise than when a person agreed, as a sentence; empty: none."""
    async with session(known, way) as client:
        other = otherwise(known, await listed(client))
    if not other:
        return ""
    return f"These are not what was agreed to any more: {', '.join(other)[:500]}. To agree: tizmoret connect approve {known.name}"


def otherwise(known: Connection, offered: Sequence[Remote]) -> list[str]:
    """The tools that are not what a person agreed to any more. offered: by the server, now."""
    now = {one.name: _pin(one) for one in offered}
    return sorted(name for name, told in known.offer["tools"].items() if now.get(told["remote"]) != told["pin"])


def offers(offer: Mapping[str, Any]) -> Sequence[str]:
    return [f"{name} (put aside)" if name in offer["aside"] else str(name) for name in offer["tools"]]


def tools(connection: Connection) -> Sequence[Tool]:
    return [_tool(connection.name, name, told) for name, told in connection.offer["tools"].items() if name not in connection.offer["aside"]]


def _tool(connection: str, name: str, told: Mapping[str, Any]) -> Tool:
    async def run(args: dict[str, Any], call: Call) -> dict[str, Any]:
        access = call.provider(Access)
        known = await access.to(connection)
        async with access.calling(connection):
            return await _call(known, name, told, args, access, call)

    offered = Offered(
        f"{connection}.{name}", told["title"], told["description"], told["arguments"], told["output"], told["effect"], told["recovery"]
    )
    return json_tool(offered, connection, run, TIMEOUT)


async def _call(known: Connection, name: str, told: Mapping[str, Any], args: dict[str, Any], access: Access, call: Call) -> dict[str, Any]:
    """Raises StepFailed, TryAgain where nothing was done, ConnectionError where an effect may have happened, Ask where a person must say more."""
    answers = filled(known.name, call.answered, call.language)
    forms = Forms(answers)
    try:
        async with access.sessions.use(access.workspace, known, forms) as (client, now):
            await _agreed(known, name, told, now, access)
            answer = await _answered(client, known, told, args)
    except (Unanswered, StepFailed, ConnectionError):
        if forms.open is None:
            raise
    if forms.open is not None:
        raise ask(known.name, forms.open, answers, call.language)
    return _output(known.name, answer)


async def _agreed(known: Connection, name: str, told: Mapping[str, Any], now: Sequence[Remote], access: Access) -> None:
    """Raises StepFailed for a tool that is not what was agreed to."""
    found = next((one for one in now if one.name == told["remote"]), None)
    if found is not None and _pin(found) == told["pin"]:
        return
    await access.put_aside(known.name, name)
    what = "is not there any more" if found is None else "describes itself otherwise than when it was agreed to"
    cure = f"Look at it, and if it may: tizmoret connect approve {known.name}"
    raise StepFailed(f"{known.name}.{name} {what}; it was put aside.", cure=cure)


async def _answered(client: Client, known: Connection, told: Mapping[str, Any], args: dict[str, Any]) -> CallToolResult:
    from mcp import MCPError

    try:
        return await client.call_tool(told["remote"], args, read_timeout_seconds=TIMEOUT)
    except Unanswered:
        raise
    except MCPError as error:
        what = f"{known.name} failed: {said(error.error.message, _TOLD)}."
        if error.error.code == -32602:  # invalid params: it did not begin
            raise StepFailed(what, cure="Change the arguments as it says.") from error
        raise (TryAgain(what) if told["effect"] == "none" else ConnectionError(what)) from error
    except Exception as error:
        what = f"{known.name} broke off: {type(error).__name__}."
        raise (TryAgain(what) if told["effect"] == "none" else ConnectionError(what)) from error


def _output(connection: str, answer: CallToolResult) -> dict[str, Any]:
    texts = [one.text for one in answer.content if one.type == "text"]
    other = [one.type for one in answer.content if one.type != "text"]
    text = "\n".join(texts)[:MAX_TEXT]
    if answer.is_error:
        raise StepFailed(f"{connection} could not do it: {said(text, _TOLD)}.", cure="Change the arguments as it says.")
    made: dict[str, Any] = {"text": text}
    if answer.structured_content is not None:
        made["data"] = answer.structured_content
    return {**made, **({"left_out": other} if other else {})}


def _offered(tool: Remote) -> dict[str, Any]:
    arguments = Schemas(tool.input_schema).plain(tool.input_schema)
    data = Schemas(tool.output_schema).plain(tool.output_schema) if tool.output_schema else {}
    effect, recovery = _effect(tool)
    title = said(tool.title or (tool.annotations and tool.annotations.title) or tool.name.replace("_", " "), 200)
    return {
        "title": title,
        "description": said(tool.description or title, 500),
        "arguments": {**arguments, "type": "object"},
        "output": {"type": "object", "properties": {"text": {"type": "string", "x-kind": "text"}, "data": data}, "required": ["text"]},
        "effect": effect,
        "recovery": recovery,
    }


def _effect(tool: Remote) -> tuple[Effect, Recovery]:
    told = tool.annotations
    if told is not None and told.read_only_hint is True:
        return "none", "pure"
    return (
        "delete" if told is not None and told.destructive_hint is True else "write",
        "keyed" if told is not None and told.idempotent_hint is True else "once",
    )


def _pin(tool: Remote) -> str:
    """Of all that a planner, a person or a model goes by."""
    told = tool.model_dump(
        mode="json", by_alias=True, include={"name", "title", "description", "input_schema", "output_schema", "annotations"}
    )
    return hashlib.sha256(json.dumps(told, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
