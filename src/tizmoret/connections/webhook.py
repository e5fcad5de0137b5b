"""Notifications to a service by a signed request (https://www.standardwebhooks.com): the receiver sees who sent it, and knows a repeat by its id."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import httpx2

from tizmoret.catalog.tool import Call, Tool
from tizmoret.connections.access import Access
from tizmoret.connections.connection import Connection, Wanted
from tizmoret.connections.notice import Notice, Told, mark, notice_tool, posted
from tizmoret.errors import BadInput, StepFailed, TryAgain
from tizmoret.tools.providers.guarded import Way, wait_of

PREFIX = "whsec_"
TYPE = "tizmoret.notice"


async def look(wanted: Wanted, way: Way) -> dict[str, Any]:
    """Whether it may be reached; nothing is sent. Raises BadInput, StepFailed."""
    _key(wanted)
    await way.addresses(httpx2.URL(wanted.address))
    return {"host": httpx2.URL(wanted.address).host}


async def changed(known: Connection, way: Way) -> str:
    await look(known, way)
    return ""


def offers(offer: Mapping[str, Any]) -> Sequence[str]:
    return [f"notify {offer['host']}"]


def tools(connection: Connection) -> Sequence[Tool]:
    name = connection.name

    async def send(args: Notice, call: Call) -> Told:
        access = call.provider(Access)
        known = await access.to(name)
        async with access.calling(name):
            await tell(known, access.way, args, mark(call))
        return Told(id=_id(mark(call)), text=args.text)

    return [notice_tool(name, "keyed", send)]


async def tell(known: Connection, way: Way, notice: Notice, mark: str) -> None:
    """Raises a TizmoretError where nothing was sent, ConnectionError where it may have been."""
    at = time.time()
    data = {"title": notice.title, "text": notice.text, "urgent": notice.urgent, "link": notice.link}
    body = {"type": TYPE, "timestamp": datetime.fromtimestamp(at, UTC).isoformat(), "data": data}
    content = json.dumps(body, ensure_ascii=False).encode()
    response, _ = await posted(way, known.address, content, headers(_key(known), _id(mark), int(at), content), known.name)
    _judge(known, response)


def _id(mark: str) -> str:
    return f"msg_{mark}"


def headers(key: bytes, id: str, at: int, content: bytes) -> dict[str, str]:
    """at: seconds of Unix time."""
    signature = base64.b64encode(hmac.digest(key, f"{id}.{at}.".encode() + content, hashlib.sha256)).decode()
    told = {"webhook-id": id, "webhook-timestamp": str(at), "webhook-signature": f"v1,{signature}"}
    return {"Content-Type": "application/json", "User-Agent": "Tizmoret/0.1", **told}


def _key(wanted: Wanted) -> bytes:
    """Raises BadInput for a secret that is none of Standard Webhooks."""
    try:
        key = base64.b64decode((wanted.secret or "").removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not 24 <= len(key) <= 64:
        cure = f"Give {PREFIX} and 24 to 64 random bytes in base64; the receiver has the same."
        raise BadInput("That is no secret of Standard Webhooks.", cure=cure, field="secret")
    return key


def _judge(known: Connection, response: httpx2.Response) -> None:
    status = response.status_code
    if status < 300:
        return
    if status in (408, 425, 429, 502, 503, 504):
        raise TryAgain(f"{known.name} asks us to wait ({status}).", after=wait_of(response))
    if status == 410:
        raise StepFailed(f"{known.name} wants no more of it (410).", cure=f"Remove it: tizmoret connect remove {known.name}")
    if status >= 500:
        raise ConnectionError(f"{known.name} failed ({status}).")
    raise StepFailed(f"{known.name} refused ({status}).", cure="Check the address and the secret.", field="address")
