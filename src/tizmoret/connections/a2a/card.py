"""The card of an agent of another server: what it says of itself, and the address that its calls go to."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import httpx2
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from tizmoret.connections.a2a.client import headers
from tizmoret.connections.connection import Wanted, check_address
from tizmoret.connections.json_tool import said
from tizmoret.errors import BadInput, StepFailed, TryAgain
from tizmoret.plan.model import canonical
from tizmoret.tools.providers.guarded import Way, as_json, received

CARD_PATH = "/.well-known/agent-card.json"
MAX_CARD = 512 * 1024  # bytes
MAX_SKILLS = 100


class _Part(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="ignore")


class _Interface(_Part):
    url: str
    protocol_binding: str
    protocol_version: str = ""
    tenant: str = ""


class _Skill(_Part):
    id: str
    name: str
    description: str = ""
    examples: list[str] = []


class _Extension(_Part):
    uri: str = ""
    required: bool = False


class _Capabilities(_Part):
    streaming: bool = False
    extensions: list[_Extension] = []


class Card(_Part):
    name: str = Field(min_length=1)
    description: str = ""
    supported_interfaces: list[_Interface]
    capabilities: _Capabilities = _Capabilities()
    skills: list[_Skill] = Field([], max_length=MAX_SKILLS)


async def fetched(wanted: Wanted, way: Way) -> tuple[Card, str]:
    """The card as it is now, and its pin: a hash of all that it says. Raises StepFailed, TryAgain, TooLarge."""
    told = await _told(wanted, way)
    try:
        card = Card.model_validate(told)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        detail = f"{wanted.name} has no card of A2A 1.0: {where}: {first['msg']}."
        raise StepFailed(detail, cure="Check the address of the agent.", field="address") from error
    unsigned = {name: value for name, value in told.items() if name != "signatures"}  # they may be made anew for each who asks
    return card, hashlib.sha256(canonical(unsigned)).hexdigest()


def offer_of(wanted: Wanted, card: Card, pin: str) -> dict[str, Any]:
    """What is kept of it. Raises StepFailed, BadInput where we cannot, or must not, speak with it."""
    needed = [one.uri for one in card.capabilities.extensions if one.required]
    if needed:
        raise StepFailed(f"{wanted.name} needs extensions of A2A: {said(', '.join(needed), 200)}.", cure="Connect one that does not.")
    spoken = [one for one in card.supported_interfaces if one.protocol_binding == "JSONRPC" and one.protocol_version.split(".")[0] == "1"]
    if not spoken:
        raise StepFailed(f"{wanted.name} does not speak A2A 1.0 over JSON-RPC.", cure="Connect one that does.", field="address")
    url = spoken[0].url
    check_address(url, "address", secret=bool(wanted.secret))
    if wanted.secret and _origin(url) != _origin(wanted.address):
        detail = f"The card of {wanted.name} sends its calls, and with them the token, to {said(_origin(url), 100)}."
        raise BadInput(detail, cure="Connect that address itself, if it is the agent's.", field="address")
    skills = [f"{said(one.name, 100)}: {said(one.description, 200)}" for one in card.skills]
    return {
        "pin": pin,
        "url": url,
        "tenant": spoken[0].tenant,
        "streaming": card.capabilities.streaming,
        "title": said(card.name, 200),
        "description": said(f"{card.description} {' · '.join(skills)}", 1_500),
        "examples": [said(example, 200) for one in card.skills for example in one.examples][:40],
        "skills": [said(one.name, 100) for one in card.skills],
        "aside": [],
    }


async def _told(wanted: Wanted, way: Way) -> Mapping[str, Any]:
    url = httpx2.URL(wanted.address if wanted.address.endswith(".json") else wanted.address.rstrip("/") + CARD_PATH)
    try:
        async with way.client(headers=headers(wanted.secret)) as http, http.stream("GET", url) as response:
            if response.status_code in (401, 403):
                cure = "Connect it again with another token."
                raise StepFailed(f"{wanted.name} did not let us in ({response.status_code}).", cure=cure, field="secret")
            if response.status_code != 200:
                raise StepFailed(f"{url} answered {response.status_code}.", cure="Check the address of the agent.", field="address")
            told = as_json(await received(response, MAX_CARD, "The card", "Connect another agent."))
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise TryAgain(f"{url.host} cannot be reached: {type(error).__name__}.", cure="Check the address.") from error
    if not isinstance(told, dict):
        raise StepFailed(f"{wanted.name} has no card of A2A.", cure="Check the address of the agent.", field="address")
    return told


def _origin(address: str) -> str:
    url = httpx2.URL(address)
    return f"{url.scheme}://{url.netloc.decode('ascii', 'replace')}".lower()
