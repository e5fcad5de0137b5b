"""Agent cards: what an agent outside learns of us before it asks.

The public one says only that there is an engine here and how to sign in. What it can do, and which agents a workspace has, is told to those who
are signed in: by the extended card, and by a card for each agent at its own address."""

from __future__ import annotations

import json
from collections.abc import Iterable
from importlib.metadata import version
from typing import Any

from tizmoret.a2a.wire import VERSION
from tizmoret.catalog.agent import Agent

ARGUMENTS = "urn:tizmoret:a2a:arguments"  # an extension that only tells: the JSON Schema that a data part may keep to
_MODES = ["text/plain", "application/json"]
_REQUEST = {
    "id": "request",
    "name": "Any request",
    "description": "A request in one's own words, in Hebrew or English, becomes a checked plan and is carried out; what has an effect waits for "
    "an approval · בקשה במילים שלך הופכת לתוכנית בדוקה ומבוצעת; פעולה שיש לה השפעה ממתינה לאישור",
    "tags": ["planning", "execution", "hebrew", "english"],
    "examples": ["Read what we did in December on grain and schedule a meeting with Yoav", "מצא את המסמכים על התבואה וסכם אותם"],
}


def public_card(base: str) -> dict[str, Any]:
    """base: of this server, such as http://127.0.0.1:8717."""
    return _card("Tizmoret", str(_REQUEST["description"]), f"{base}/a2a", [_REQUEST], extended=True)


def extended_card(base: str, agents: Iterable[Agent]) -> dict[str, Any]:
    skills = [_REQUEST, *(_skill(agent, f"{base}{path_of(agent.name)}") for agent in agents)]
    return _card("Tizmoret", str(_REQUEST["description"]), f"{base}/a2a", skills, extended=True)


def agent_card(base: str, agent: Agent) -> dict[str, Any]:
    address = f"{base}{path_of(agent.name)}"
    card = _card(f"Tizmoret · {agent.title.en}", _both(agent.description), address, [_skill(agent, address)], extended=False)
    told = {"description": "what a data part may hold", "params": {"schema": agent.capability.arguments}}
    card["capabilities"]["extensions"] = [{"uri": ARGUMENTS, "required": False, **told}]
    return card


def path_of(agent: str) -> str:
    return f"/a2a/agents/{agent}"


def _card(name: str, description: str, address: str, skills: list[dict[str, Any]], *, extended: bool) -> dict[str, Any]:
    return {
        "name": name,
        "description": description,
        "version": version("tizmoret"),
        "supportedInterfaces": [{"url": address, "protocolBinding": "JSONRPC", "protocolVersion": VERSION}],
        "capabilities": {"streaming": True, "pushNotifications": True, "extendedAgentCard": extended},
        "securitySchemes": {"token": {"httpAuthSecurityScheme": {"scheme": "Bearer", "description": "a token of this server"}}},
        "securityRequirements": [{"schemes": {"token": {"list": []}}}],
        "defaultInputModes": _MODES,
        "defaultOutputModes": _MODES,
        "skills": skills,
    }


def _skill(agent: Agent, address: str) -> dict[str, Any]:
    return {
        "id": agent.name,
        "name": f"{agent.title.en} · {agent.title.he}",
        "description": f"{_both(agent.description)} ({address})",
        "tags": sorted({*agent.tools, "agent"}),
        "examples": [*agent.examples.get("en", ()), *agent.examples.get("he", ()), *_sample(agent)],
    }


def _sample(agent: Agent) -> list[str]:
    required = agent.capability.arguments.get("required", [])
    return [json.dumps(dict.fromkeys(required, "…"), ensure_ascii=False)] if required else []


def _both(text: Any) -> str:
    return f"{text.en} · {text.he}"
