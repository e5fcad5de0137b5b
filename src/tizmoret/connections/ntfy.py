"""Notifications to a phone by ntfy (https://docs.ntfy.sh), at ntfy.sh or a server of one's own. The connection's address is the topic's."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import httpx2

from tizmoret.catalog.tool import Call, Tool
from tizmoret.connections.access import Access
from tizmoret.connections.connection import Connection, Wanted
from tizmoret.connections.json_tool import said
from tizmoret.connections.notice import MAX_ANSWER, Notice, Told, mark, notice_tool, posted
from tizmoret.errors import BadInput, StepFailed, TooLarge, TryAgain, Unavailable
from tizmoret.ids import made_at
from tizmoret.tools.providers.guarded import Way, as_json, received, wait_of

AHEAD = 60  # seconds that our clock may be ahead of the server's
MAX_CACHED = 4 * 1024 * 1024  # bytes of the messages that it still holds


async def look(wanted: Wanted, way: Way) -> dict[str, Any]:
    """Whether we may. Raises BadInput, StepFailed, TryAgain."""
    server, topic = _parts(wanted.address)
    found = as_json(await _got(wanted, way, f"{server}/{topic}/auth", MAX_ANSWER))
    if not isinstance(found, dict) or found.get("success") is not True:
        raise StepFailed(f"{wanted.name} is no server of ntfy.", cure="Give the address of a topic, such as https://ntfy.sh/my-topic.")
    return {"server": server, "topic": topic}


async def changed(known: Connection, way: Way) -> str:
    """Nothing changes but whether we are let in, which is raised."""
    await look(known, way)
    return ""


def offers(offer: Mapping[str, Any]) -> Sequence[str]:
    return [f"notify {offer['topic']}"]


def tools(connection: Connection) -> Sequence[Tool]:
    name = connection.name

    async def send(args: Notice, call: Call) -> Told:
        access = call.provider(Access)
        known = await access.to(name)
        async with access.calling(name):
            await tell(known, access.way, args, mark(call))
        return Told(id=mark(call), text=args.text)

    async def probe(args: Notice, call: Call) -> Told:
        """A server before 2.16 does not tell the sequence; then it is known by its words. One that keeps no messages tells nothing, so that
        it is not there proves nothing. Raises Unavailable."""
        access = call.provider(Access)
        known = await access.to(name)
        since = int(made_at(call.execution)) - AHEAD
        url = f"{known.offer['server']}/{known.offer['topic']}/json?poll=1&since={since}"
        try:
            content = await _got(known, access.way, url, MAX_CACHED)
        except (StepFailed, TooLarge) as error:
            raise Unavailable(f"{name} does not tell what was sent: {error.detail}", cure="Look at the phone.") from error
        for one in (as_json(line) for line in content.splitlines()):
            if isinstance(one, dict) and _same(one, args, mark(call)):
                return Told(id=mark(call), text=args.text)
        raise Unavailable(f"{name} does not hold it, which does not prove that it was not sent.", cure="Look at the phone.")

    async def undo(_args: object, output: object, call: Call) -> None:
        """Where the server knows of it, it goes from the phones too; who has read it has read it."""
        access = call.provider(Access)
        known = await access.to(name)
        url = f"{known.offer['server']}/{known.offer['topic']}/{Told.model_validate(output).id}"
        async with access.calling(name):
            try:
                async with access.way.client(headers=_headers(known)) as http:
                    response = await http.delete(url)
            except httpx2.HTTPError as error:
                raise TryAgain(f"{name} cannot be reached: {type(error).__name__}.") from error
            if response.status_code not in (200, 404):
                _judge(known, response, b"")

    return [notice_tool(name, "once", send, undo=undo, probe=probe)]


async def tell(known: Connection, way: Way, notice: Notice, mark: str) -> None:
    """Raises a TizmoretError where nothing was sent, ConnectionError where it may have been."""
    body = {"topic": known.offer["topic"], "message": notice.text, "sequence_id": mark, "priority": 5 if notice.urgent else 3}
    body |= {key: value for key, value in (("title", notice.title), ("click", notice.link)) if value}
    content = json.dumps(body, ensure_ascii=False).encode()
    response, answer = await posted(way, str(known.offer["server"]), content, _headers(known), known.name)
    _judge(known, response, answer)
    made = as_json(answer)
    if not isinstance(made, dict) or not made.get("id"):
        raise ConnectionError(f"{known.name} answered what cannot be read: it may have been sent.")


def _same(found: Mapping[str, Any], args: Notice, sequence: str) -> bool:
    if found.get("event") != "message":
        return False
    if found.get("sequence_id"):
        return bool(found["sequence_id"] == sequence)
    return (found.get("message"), found.get("title", "")) == (args.text, args.title)


def _parts(address: str) -> tuple[str, str]:
    server, _, topic = address.rstrip("/").rpartition("/")
    if not topic.replace("-", "").replace("_", "").isalnum() or not topic.isascii() or len(topic) > 64 or "://" not in server[:-1]:
        cure = "Give the address of a topic, such as https://ntfy.sh/my-topic."
        raise BadInput("That is not the address of a topic of ntfy.", cure=cure, field="address")
    return server, topic


def _headers(wanted: Wanted) -> dict[str, str]:
    return {"Authorization": f"Bearer {wanted.secret}"} if wanted.secret else {}


async def _got(wanted: Wanted, way: Way, url: str, limit: int) -> bytes:
    try:
        async with way.client(headers=_headers(wanted)) as http, http.stream("GET", url) as response:
            content = await received(response, limit, "The answer")
    except httpx2.HTTPError as error:
        raise TryAgain(f"{wanted.name} cannot be reached: {type(error).__name__}.", cure="Check the address.") from error
    if response.status_code >= 500:
        raise TryAgain(f"{wanted.name} failed ({response.status_code}).")
    _judge(wanted, response, content)
    return content


def _judge(wanted: Wanted, response: httpx2.Response, content: bytes) -> None:
    """Raises TryAgain, StepFailed where it was refused, ConnectionError where nobody knows."""
    status, found = response.status_code, as_json(content)
    told = said(found.get("error", "") if isinstance(found, dict) else "", 200)
    if status < 300:
        return
    if status == 429:
        raise TryAgain(f"{wanted.name} asks us to wait: {told}", after=wait_of(response))
    if status in (401, 403):
        raise StepFailed(
            f"{wanted.name} did not let us in ({status}).", cure="Connect it again with a token that may publish.", field="secret"
        )
    if status >= 500:
        raise ConnectionError(f"{wanted.name} failed ({status}): it may have been sent.")
    raise StepFailed(f"{wanted.name} refused ({status}): {told}", cure="Look at the address of the topic.", field="address")
