"""One call of a connected operation: the request that its arguments make, and what its answer means."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

import httpx2

from tizmoret.catalog.tool import Call
from tizmoret.connections.access import Access
from tizmoret.connections.connection import Connection
from tizmoret.connections.openapi.operations import Auth, Operation
from tizmoret.errors import NotFound, StepFailed, TryAgain
from tizmoret.tools.providers.guarded import received, wait_of

MAX_ANSWER = 2 * 1024 * 1024  # bytes
_TOLD = 300  # characters of a server's own words


async def call_operation(
    operation: Operation, connection: Connection, access: Access, args: Mapping[str, Any], call: Call
) -> dict[str, Any]:
    """{"status": …, "data": …}. Raises a TizmoretError where nothing was done, ConnectionError where an effect may have happened."""
    try:
        async with access.way.client() as http:
            request = _request(http, operation, connection, args, call.key)
            response = await http.send(request, stream=True)
            try:
                content = await received(response, MAX_ANSWER, "The answer", "Ask for less of it.")
            finally:
                await response.aclose()
    except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
        raise TryAgain(f"{connection.name} cannot be reached: {type(error).__name__}.", cure="Nothing was done.") from error
    except httpx2.HTTPError as error:
        what = f"{connection.name} broke off: {type(error).__name__}."
        raise (TryAgain(what) if operation.effect == "none" else ConnectionError(what)) from error
    data = _data(response, content)
    _judge(operation, connection, response, data)
    return {"status": response.status_code, "data": data}


def _request(http: httpx2.AsyncClient, operation: Operation, connection: Connection, args: Mapping[str, Any], key: str) -> httpx2.Request:
    path, query, cookies = operation.path, list[tuple[str, str]](), dict[str, str]()
    headers = {"Accept": "application/json, */*;q=0.5", "User-Agent": "Tizmoret/0.1"}
    for one in operation.parameters:
        if args.get(one.argument) is None:
            continue
        value = args[one.argument]
        match one.where:
            case "path":
                path = path.replace("{" + one.name + "}", _segment(value, one.argument))
            case "query":
                query += [(one.name, _said(part)) for part in (value if isinstance(value, list) else [value])]
            case "header":
                headers[one.name] = _line(value, one.argument)
            case "cookie":
                cookies[one.name] = quote(_said(value), safe="")
    if operation.key:
        headers["Idempotency-Key"] = key
    if operation.auth is not None and connection.secret:
        _sign(operation.auth, connection, query, headers, cookies)
    if cookies:
        headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
    body = _body(operation, args)
    if body is not None:
        headers["Content-Type"] = operation.content
    url = httpx2.URL(str(connection.offer["base"]).rstrip("/") + path)
    if query:
        url = url.copy_with(query=urlencode(query).encode())
    return http.build_request(operation.method, url, headers=headers, content=body)


def _sign(auth: Auth, connection: Connection, query: list[tuple[str, str]], headers: dict[str, str], cookies: dict[str, str]) -> None:
    secret = connection.secret or ""
    match auth.kind:
        case "basic":
            headers["Authorization"] = "Basic " + base64.b64encode(f"{connection.user}:{secret}".encode()).decode()
        case "bearer":
            headers["Authorization"] = f"Bearer {secret}"
        case "header":
            headers[auth.name] = secret
        case "query":
            query.append((auth.name, secret))
        case "cookie":
            cookies[auth.name] = quote(secret, safe="")


def _body(operation: Operation, args: Mapping[str, Any]) -> bytes | None:
    if not operation.content:
        return None
    value: Any = args.get("body") if operation.fields is None else {name: args[name] for name in operation.fields if name in args}
    if value is None or (operation.fields is not None and not value):
        return None
    if operation.content == "application/json":
        return json.dumps(value, ensure_ascii=False).encode()
    return urlencode([(name, _said(one)) for name, one in value.items()] if isinstance(value, dict) else []).encode()


def _segment(value: Any, argument: str) -> str:
    """One part of the path, and never a way out of it."""
    text = _said(value)
    if text in ("", ".", ".."):
        raise StepFailed(f"{text!r} cannot stand in the address.", cure="Give the id of what is meant.", field=argument)
    return quote(text, safe="")


def _line(value: Any, argument: str) -> str:
    text = _said(value)
    if not text.isprintable() or not text.isascii():
        raise StepFailed("That cannot stand in a header.", cure="Use plain letters and digits.", field=argument)
    return text


def _said(value: Any) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def _data(response: httpx2.Response, content: bytes) -> Any:
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not content:
        return None
    if kind.endswith("json"):
        try:
            return json.loads(content)
        except (ValueError, RecursionError):
            return content.decode("utf-8", "replace")
    if kind.startswith("text/") or kind.endswith("xml"):
        return content.decode(response.charset_encoding or "utf-8", "replace")
    return {"contentType": kind, "bytes": len(content)}


def _judge(operation: Operation, connection: Connection, response: httpx2.Response, data: Any) -> None:
    status, said = response.status_code, _own_words(data)
    if status < 300:
        return
    if status < 400:
        raise StepFailed(f"{connection.name} sends us elsewhere ({status}).", cure="Connect it with the address that it names.")
    if status in (401, 403):
        raise StepFailed(
            f"{connection.name} did not let us in ({status}){said}", cure=f"Connect {connection.name} again with another secret."
        )
    if status == 404:
        raise NotFound(f"{connection.name} has no such thing{said}", cure="Check the arguments.")
    if status in (408, 425, 429, 503):
        raise TryAgain(f"{connection.name} asks us to wait ({status}){said}", after=wait_of(response))
    if status >= 500:
        what = f"{connection.name} failed ({status}){said}"
        raise TryAgain(what) if operation.effect == "none" else ConnectionError(what)
    raise StepFailed(f"{connection.name} refused ({status}){said}", cure="Change the arguments as it says.")


def _own_words(data: Any) -> str:
    """Of a problem (RFC 9457), or whatever comes near it."""
    told: Any = data
    if isinstance(data, dict):
        told = next((data[key] for key in ("detail", "message", "title", "error") if isinstance(data.get(key), str)), "")
    return f": {' '.join(told.split())[:_TOLD]}" if isinstance(told, str) and told.strip() else "."
