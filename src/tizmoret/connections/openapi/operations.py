"""The operations of an OpenAPI document as they are kept and called. Pure.

What an operation does to the world goes by its method: GET and HEAD read, all others change something, once. A document may say that it does
more (`x-tizmoret-effect`), never less: that a POST only reads is for the person to say who connects it (`reads`)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Literal

import jsonschema_rs
from pydantic import BaseModel, ConfigDict

from tizmoret.connections.json_tool import plannable, said
from tizmoret.connections.openapi.document import MAX_TEXT, Schemas
from tizmoret.errors import BadInput, TooLarge
from tizmoret.plan.capability import Effect, Recovery

MAX_OPERATIONS = 200
METHODS = ("get", "head", "post", "put", "patch", "delete")
_KEY = "idempotency-key"
_STRONGER: Mapping[str, int] = {"none": 0, "write": 1, "send": 2, "delete": 3}
_CONTENT = ("application/json", "application/x-www-form-urlencoded")
_PERSONAL = ("authorization", "cookie", "host", "content-length", "content-type", "accept", "transfer-encoding", "connection")

Where = Literal["path", "query", "header", "cookie"]


class Parameter(BaseModel):
    model_config = ConfigDict(frozen=True)
    name: str
    where: Where
    argument: str


class Auth(BaseModel):
    """How the secret travels. name: of the header, of the query's parameter, or of the cookie."""

    model_config = ConfigDict(frozen=True)
    kind: Literal["basic", "bearer", "header", "query", "cookie"]
    name: str = ""


class Operation(BaseModel):
    """fields: of the body, as arguments of their own; None: the argument `body` is all of it. key: whether it takes an idempotency key."""

    model_config = ConfigDict(frozen=True)
    name: str
    method: str
    path: str
    title: str
    description: str
    parameters: list[Parameter]
    content: str = ""
    fields: list[str] | None = None
    auth: Auth | None = None
    key: bool = False
    effect: Effect
    recovery: Recovery
    arguments: dict[str, Any]
    output: dict[str, Any]


def operations(document: Mapping[str, Any], only: Collection[str], reads: Collection[str]) -> list[Operation]:
    """only: names, tags or paths; empty for all. reads: names of operations that change nothing, whatever their method.

    Raises BadInput naming what is not there, TooLarge."""
    found: dict[str, Operation] = {}
    for path, method, told, shared in _told(document):
        if only and not _meant(path, told, only):
            continue
        if len(found) == MAX_OPERATIONS:
            raise TooLarge(
                f"The document has over {MAX_OPERATIONS} operations.", cure="Choose some by tag or path with --only.", field="only"
            )
        name = plannable(_name(path, method, told), found)
        found[name] = _operation(document, name, path, method, told, shared, reads=name in reads)
    if not found:
        raise BadInput("The document has no operation that fits.", cure="Choose others with --only.", field="only")
    for name in reads:
        if name not in found:
            raise BadInput(f"There is no operation {name[:100]}.", cure=f"Name some of: {', '.join(sorted(found))[:500]}.", field="reads")
    return list(found.values())


def _told(document: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any], list[Any]]]:
    """(path, method, operation, parameters of all operations of the path)."""
    for path, item in document["paths"].items():
        item = Schemas(document).resolve(item)
        if not isinstance(path, str) or not path.startswith("/") or not path.isprintable() or len(path) > 500:
            continue
        for method in METHODS:
            if isinstance(item.get(method), dict):
                yield path, method, item[method], _list(item.get("parameters"))


def _meant(path: str, told: Mapping[str, Any], only: Collection[str]) -> bool:
    known = {str(told.get("operationId", "")), *(str(tag) for tag in _list(told.get("tags")))}
    return any(one in known or path == one or path.startswith(f"{one.rstrip('/')}/") for one in only)


def _name(path: str, method: str, told: Mapping[str, Any]) -> str:
    own = told.get("operationId")
    return own if isinstance(own, str) and re.search("[A-Za-z]", own) else f"{method} {path}"


def _unused(name: str, known: Collection[str]) -> str:
    return next(one for number in range(1, len(known) + 2) if (one := name if number == 1 else f"{name}_{number}") not in known)


def _operation(
    document: Mapping[str, Any], name: str, path: str, method: str, told: dict[str, Any], shared: list[Any], *, reads: bool
) -> Operation:
    schemas = Schemas(document)
    parameters: dict[str, Parameter] = {}
    properties: dict[str, Any] = {}
    required: list[str] = []
    takes_key = False
    by_place = {
        (one.get("in"), one.get("name")): one for one in (schemas.resolve(one) for one in [*shared, *_list(told.get("parameters"))])
    }
    for one in by_place.values():
        where, called = one.get("in"), str(one.get("name", ""))
        if where not in ("path", "query", "header", "cookie") or not called or not called.isprintable():
            continue
        if where == "header" and called.lower() == _KEY:
            takes_key = True
        if where == "header" and called.lower() in (*_PERSONAL, _KEY):
            continue
        argument = _unused(called.lstrip("$"), properties)
        parameters[argument] = Parameter(name=called, where=where, argument=argument)
        properties[argument] = _described(schemas.plain(one.get("schema") or _first_schema(one.get("content"))), one.get("description"))
        if one.get("required") is True or where == "path":
            required.append(argument)
    content, body, body_required = _body(schemas, told)
    fields = _own_fields(body, properties)
    if content:
        properties |= body["properties"] if fields is not None else {"body": body}
        if body_required:
            required += body.get("required", []) if fields is not None else ["body"]
    effect = _effect(method, told, reads=reads)
    summary = str(told.get("summary") or name.replace("_", " "))
    return Operation(
        name=name, method=method.upper(), path=path, title=_text(summary)[:200], description=_text(told.get("description") or summary),
        parameters=list(parameters.values()), content=content, fields=fields, auth=_auth(document, told), key=takes_key,
        effect=effect, recovery="pure" if effect == "none" else "keyed" if takes_key else "once",
        arguments=_usable({"type": "object", "properties": properties, "required": required, "additionalProperties": False}),
        output=_output(schemas, told),
    )  # fmt: skip


def _effect(method: str, told: Mapping[str, Any], *, reads: bool) -> Effect:
    own: Effect = "none" if reads or method in ("get", "head") else "delete" if method == "delete" else "write"
    more: Any = told.get("x-tizmoret-effect")
    return more if isinstance(more, str) and _STRONGER.get(more, 0) > _STRONGER[own] else own  # type: ignore[return-value]


def _body(schemas: Schemas, told: Mapping[str, Any]) -> tuple[str, dict[str, Any], bool]:
    """(content type, schema, whether there must be one); an empty type where it takes none that we can write."""
    body = schemas.resolve(told.get("requestBody"))
    content = body.get("content")
    if not isinstance(content, dict):
        return "", {}, False
    for kind in _CONTENT:
        media = next((one for name, one in content.items() if str(name).partition(";")[0].strip().lower() == kind), None)
        if isinstance(media, dict):
            return kind, schemas.plain(media.get("schema")), body.get("required") is True
    if body.get("required") is True:
        return "application/json", {}, True
    return "", {}, False


def _own_fields(body: Mapping[str, Any], taken: Collection[str]) -> list[str] | None:
    names = body.get("properties")
    if not isinstance(names, dict) or not names or any(name in taken or name.startswith("$") for name in names):
        return None
    return list(names)


def _output(schemas: Schemas, told: Mapping[str, Any]) -> dict[str, Any]:
    responses = told.get("responses")
    by_code = {str(code): response for code, response in responses.items()} if isinstance(responses, dict) else {}
    good = min((code for code in by_code if code.startswith("2")), default="")
    data = _first_schema(schemas.resolve(by_code.get(good)).get("content"))
    made = {"type": "object", "properties": {"status": {"type": "integer"}, "data": schemas.plain(data)}, "required": ["status"]}
    return _usable(made)


def _first_schema(content: Any) -> Any:
    media = next(iter(content.values()), None) if isinstance(content, dict) else None
    return media.get("schema") if isinstance(media, dict) else {}


def _auth(document: Mapping[str, Any], told: Mapping[str, Any]) -> Auth | None:
    """The first way in that one secret is enough for."""
    schemas = Schemas(document)
    components = document.get("components")
    schemes = components.get("securitySchemes") if isinstance(components, dict) else {}
    for wanted in _list(told.get("security", document.get("security"))):
        if isinstance(wanted, dict) and len(wanted) == 1 and isinstance(schemes, dict):
            found = _way_in(schemas.resolve(schemes.get(next(iter(wanted)))))
            if found is not None:
                return found
    return None


def _way_in(scheme: Mapping[str, Any]) -> Auth | None:
    name = str(scheme.get("name", ""))
    match scheme.get("type"), scheme.get("in"), str(scheme.get("scheme", "")).lower():
        case "http", _, "basic":
            return Auth(kind="basic")
        case ("http", _, "bearer") | ("oauth2" | "openIdConnect", _, _):
            return Auth(kind="bearer")
        case "apiKey", "header" | "query" | "cookie" as where, _ if name.isprintable() and name:
            return Auth(kind=where, name=name)
    return None


def _usable(schema: dict[str, Any]) -> dict[str, Any]:
    """One that nobody can check by is replaced by: anything."""
    try:
        jsonschema_rs.meta.validate(schema)
        jsonschema_rs.validator_for(schema)
    except (jsonschema_rs.ValidationError, ValueError):
        return {"type": "object", "properties": {name: {} for name in schema["properties"]}}
    return schema


def _described(schema: dict[str, Any], description: Any) -> dict[str, Any]:
    return {**schema, "description": _text(description)} if isinstance(description, str) and "description" not in schema else schema


def _text(value: Any) -> str:
    return said(value, MAX_TEXT)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
