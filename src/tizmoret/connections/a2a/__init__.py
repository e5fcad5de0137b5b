"""An agent of another server as one of ours. Its card is pinned: one that describes itself otherwise is put aside until somebody agrees.

What it does with a request nobody here can see, so asking it is an effect, with its gate, unless a person said when connecting it that it only
answers (`reads`). What it answers was written by others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from tizmoret.catalog.agent import Agent
from tizmoret.catalog.tool import Call, Tool
from tizmoret.connections.a2a.calling import Failed, asked, followed
from tizmoret.connections.a2a.card import fetched, offer_of
from tizmoret.connections.a2a.client import Broken, Remote
from tizmoret.connections.access import Access
from tizmoret.connections.connection import Connection, Wanted
from tizmoret.connections.json_tool import Offered, json_tool
from tizmoret.errors import BadInput, StepFailed, TryAgain, Unavailable
from tizmoret.plan.model import Language
from tizmoret.tools.providers.guarded import Way

ASK = "ask"  # the name under the connection's
TIMEOUT = 600.0  # seconds of one call
_ARGUMENTS = {
    "type": "object",
    "additionalProperties": False,
    "required": ["text"],
    "properties": {
        "text": {"type": "string", "maxLength": 50_000, "description": "what is asked of the agent, in words"},
        "data": {"type": "object", "description": "arguments, where the agent takes any"},
    },
}
_OUTPUT = {
    "type": "object",
    "required": ["text"],
    "properties": {"text": {"type": "string", "x-kind": "text"}, "data": {}, "task": {"type": "string"}},
}


async def look(wanted: Wanted, way: Way) -> dict[str, Any]:
    """What its card says now. Raises BadInput, StepFailed, TryAgain, TooLarge."""
    unknown = [one for one in wanted.options.get("reads", []) if one != ASK]
    if unknown:
        raise BadInput(f"{unknown[0]} is nothing that an agent does.", cure=f"Give {ASK}, or nothing.", field="reads")
    offer = offer_of(wanted, *await fetched(wanted, way))
    return {**offer, "reads": bool(wanted.options.get("reads"))}


async def changed(known: Connection, way: Way) -> str:
    """Whether its card is another than when a person agreed, as a sentence; empty: it is not."""
    _, pin = await fetched(known, way)
    if pin == known.offer["pin"]:
        return ""
    return f"Its card is not what was agreed to any more. To agree: tizmoret connect approve {known.name}"


def offers(offer: Mapping[str, Any]) -> Sequence[str]:
    aside = " (put aside)" if ASK in offer["aside"] else ""
    return [f"{ASK}{aside}", *offer["skills"]]


def tools(connection: Connection) -> Sequence[Tool]:
    """Where it may do something: a step of its own, so that it can be approved."""
    return [] if connection.offer["reads"] or ASK in connection.offer["aside"] else [_tool(connection)]


def agents(connection: Connection) -> Sequence[Agent]:
    """Where it only answers."""
    if not connection.offer["reads"] or ASK in connection.offer["aside"]:
        return []
    made = _tool(connection)
    capability = replace(made.capability, kind="agent")
    return [Agent(capability, made.title, made.description, made.examples, (), "", remote=made)]


def _tool(connection: Connection) -> Tool:
    name, offer = connection.name, connection.offer

    async def run(args: dict[str, Any], call: Call) -> dict[str, Any]:
        access = call.provider(Access)
        known = await access.to(name)
        async with access.calling(name):
            remote = await _trusted(known, access)
            try:
                return await asked(remote, bool(known.offer["streaming"]), args, call)
            except Broken as error:
                if not known.offer["reads"]:
                    raise ConnectionError(str(error)) from error
                raise (StepFailed if isinstance(error, Failed) else TryAgain)(str(error)) from error

    async def probe(_args: object, call: Call) -> dict[str, Any]:
        """Raises Unavailable where nobody knows: that it is not in its list does not prove that it was not asked."""
        access = call.provider(Access)
        known = await access.to(name)
        remote = _remote(known, access)
        try:
            found = (await remote.call("ListTasks", {"contextId": call.key, "pageSize": 1})).get("tasks", [])
            if found:
                task = await remote.call("GetTask", {"id": found[0]["id"]})
                return await followed(remote, {"task": task}, call)
        except (Broken, StepFailed, AttributeError, KeyError, TypeError) as error:
            raise Unavailable(f"{name} does not tell what became of it: {error}") from error
        raise Unavailable(f"{name} lists nothing of it, which does not prove that it was not asked.")

    effect, recovery = ("none", "pure") if offer["reads"] else ("send", "once")
    told = Offered(f"{name}.{ASK}", offer["title"], offer["description"], _ARGUMENTS, {**_OUTPUT, "title": name}, effect, recovery)  # type: ignore[arg-type]
    made = json_tool(told, name, run, TIMEOUT)
    examples: dict[Language, list[str]] = {"en": [offer["title"], *offer["examples"]]}
    return replace(made, examples=examples, probe=None if offer["reads"] else probe)


def _remote(known: Connection, access: Access) -> Remote:
    return Remote(known.name, str(known.offer["url"]), str(known.offer["tenant"]), known.secret, access.way)


async def _trusted(known: Connection, access: Access) -> Remote:
    """Raises StepFailed where its card is another one now."""
    _, pin = await fetched(known, access.way)
    if pin != known.offer["pin"]:
        await access.put_aside(known.name, ASK)
        cure = f"Look at it, and if it may: tizmoret connect approve {known.name}"
        raise StepFailed(f"{known.name} describes itself otherwise than when it was agreed to; it was put aside.", cure=cure)
    return _remote(known, access)
