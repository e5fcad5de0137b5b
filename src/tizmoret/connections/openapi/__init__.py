"""Any OpenAPI 3 document as tools: connected once, looked at by a person, called as any other tool, with its gate."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import httpx2

from tizmoret.catalog.tool import Call, Tool
from tizmoret.connections.access import Access
from tizmoret.connections.connection import Connection, Wanted, check_address
from tizmoret.connections.json_tool import Offered, json_tool
from tizmoret.connections.openapi.calling import call_operation
from tizmoret.connections.openapi.document import MAX_DOCUMENT, read_document
from tizmoret.connections.openapi.operations import Operation, operations
from tizmoret.errors import BadInput, StepFailed, TooLarge, TryAgain
from tizmoret.tools.providers.guarded import Way

MAX_HOPS = 4
TIMEOUT = 60.0  # seconds of one call


async def look(wanted: Wanted, way: Way) -> dict[str, Any]:
    """The operations that the document tells of. wanted.address: where it is; with `wanted.document`, where its server is.

    Raises BadInput, TooLarge, StepFailed, TryAgain."""
    text = wanted.document or await _fetched(wanted.address, way)
    document = await asyncio.to_thread(read_document, text)
    base = str(wanted.options.get("base") or (wanted.address if wanted.document else _server(document, wanted.address)))
    check_address(base, "base", secret=bool(wanted.secret))
    await way.addresses(httpx2.URL(base))
    only, reads = wanted.options.get("only", []), wanted.options.get("reads", [])
    found = await asyncio.to_thread(operations, document, only, reads)
    fingerprint = hashlib.sha256(text.encode()).hexdigest()
    return {"base": base, "operations": [one.model_dump(mode="json") for one in found], "fingerprint": fingerprint}


async def changed(known: Connection, way: Way) -> str:
    """What is otherwise than when it was connected, as a sentence; empty: nothing. Raises StepFailed, TryAgain."""
    if known.options.get("file"):
        await way.addresses(httpx2.URL(str(known.offer["base"])))
        return ""
    text = await _fetched(known.address, way)
    if hashlib.sha256(text.encode()).hexdigest() == known.offer["fingerprint"]:
        return ""
    return f"Its document has changed since it was connected; the tools are those of then. Connect {known.name} again to take it over."


def offers(offer: Mapping[str, Any]) -> Sequence[str]:
    return [str(one["name"]) for one in offer["operations"]]


def tools(connection: Connection) -> Sequence[Tool]:
    return [_tool(connection.name, Operation.model_validate(one)) for one in connection.offer["operations"]]


def _tool(connection: str, operation: Operation) -> Tool:
    async def run(args: dict[str, Any], call: Call) -> dict[str, Any]:
        access = call.provider(Access)
        known = await access.to(connection)
        async with access.calling(connection):
            return await call_operation(operation, known, access, args, call)

    name = f"{connection}.{operation.name}"
    told = Offered(
        name, operation.title, operation.description, operation.arguments, operation.output, operation.effect, operation.recovery
    )
    return json_tool(told, connection, run, TIMEOUT)


def _server(document: Mapping[str, Any], address: str) -> str:
    """The first server that the document names, seen from where the document is."""
    servers = document.get("servers")
    first = servers[0] if isinstance(servers, list) and servers and isinstance(servers[0], dict) else {}
    url = str(first.get("url") or "/")
    for name, variable in (first.get("variables") or {}).items():
        url = url.replace("{" + str(name) + "}", str(variable.get("default", "")) if isinstance(variable, dict) else "")
    try:
        return str(httpx2.URL(address).join(url))
    except (httpx2.InvalidURL, ValueError) as error:
        raise BadInput("The document names no server that can be reached.", cure="Name it with --base.", field="base") from error


async def _fetched(address: str, way: Way) -> str:
    url = httpx2.URL(address)
    try:
        async with way.client() as http:
            for _ in range(MAX_HOPS):
                async with http.stream("GET", url, headers={"Accept": "application/json, application/yaml, */*;q=0.5"}) as response:
                    if response.is_redirect:
                        url = url.join(response.headers.get("location", ""))
                        continue
                    if response.status_code != 200:
                        cure = "Check the address of the document."
                        raise StepFailed(f"{url.host} answered {response.status_code}.", cure=cure, field="address")
                    content = bytearray()
                    async for chunk in response.aiter_bytes():
                        content += chunk
                        if len(content) > MAX_DOCUMENT:
                            raise TooLarge(f"The document is over {MAX_DOCUMENT // 2**20} MB.", cure="Connect a smaller one.")
                    return content.decode("utf-8-sig", "replace")
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise TryAgain(f"{url.host} cannot be reached: {type(error).__name__}.", cure="Check the address.") from error
    raise StepFailed(f"{address} redirects more than {MAX_HOPS} times.", cure="Give the final address.")
