"""/a2a and the agent cards: JSON-RPC in, JSON or server-sent events out. Who may come in is the guard's work, as for every route."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

import structlog
from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from tizmoret.a2a import card, push
from tizmoret.a2a.service import Service, with_heartbeat
from tizmoret.a2a.wire import (
    CARD_PATH,
    VERSION_HEADER,
    CreatePushConfig,
    InvalidParams,
    InvalidRequest,
    ListPushConfigs,
    ListTasks,
    MethodNotFound,
    OfPushConfig,
    OfTask,
    RpcError,
    SendMessage,
    Unparsable,
    UnsupportedOperation,
    VersionNotSupported,
    error_of,
)
from tizmoret.access.rights import Actor
from tizmoret.catalog.agent import Agent
from tizmoret.errors import NotFound, TizmoretError
from tizmoret.orchestrator import Tizmoret

log = structlog.get_logger(__name__)

BY = "a2a"  # on whose behalf: an agent that holds the installation's token; one with a key is the member whose key it is
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}

Answer = Callable[[Service, Any], Awaitable[dict[str, Any]]]
_METHODS: Mapping[str, tuple[type[BaseModel], Answer]] = {
    "SendMessage": (SendMessage, Service.send),
    "GetTask": (OfTask, Service.get),
    "ListTasks": (ListTasks, Service.list),
    "CancelTask": (OfTask, Service.cancel),
    "CreateTaskPushNotificationConfig": (CreatePushConfig, push.create),
    "GetTaskPushNotificationConfig": (OfPushConfig, push.get),
    "ListTaskPushNotificationConfigs": (ListPushConfigs, push.list_all),
    "DeleteTaskPushNotificationConfig": (OfPushConfig, push.delete),
}


def routes() -> list[Route]:
    of_agent = card.path_of("{agent}")
    return [
        Route(CARD_PATH, public, methods=["GET"]),
        Route("/a2a", call, methods=["POST"]),
        Route(f"{of_agent}{CARD_PATH}", of_one, methods=["GET"]),
        Route(of_agent, call, methods=["POST"]),
    ]


async def public(request: Request) -> Response:
    """To everybody: that there is an engine here, and how to sign in."""
    return JSONResponse(card.public_card(_base(request)))


async def of_one(request: Request) -> Response:
    return JSONResponse(card.agent_card(_base(request), _agent(request, request.path_params["agent"])))


async def call(request: Request) -> Response:
    """One call. What goes wrong is told in the protocol's words, over HTTP 200."""
    id: Any = None
    try:
        told = await _told(request)
        id = told.get("id")
        if isinstance(id, bool) or not isinstance(id, str | int | None):
            id = None
            raise InvalidRequest("`id` is neither text nor a whole number.")
        name = request.path_params.get("agent")
        service = _service(request, None if name is None else _agent(request, name))
        return await _answered(request, service, id, _method(request, told), told.get("params") or {})
    except RpcError as error:
        return _failed(id, error)
    except TizmoretError as error:
        return _failed(id, error_of(error))


async def _answered(request: Request, service: Service, id: Any, method: str, params: Any) -> Response:
    if method == "SendStreamingMessage":
        begun, new = await service.take(_checked(SendMessage, params))
        return _stream(service.follow(begun, new=new), id)
    if method == "SubscribeToTask":
        return _stream(service.follow(await service.subscribe(_checked(OfTask, params))), id)
    if method == "GetExtendedAgentCard":
        if service.agent is not None:
            raise UnsupportedOperation("The card of an agent is whole.")
        return _result(id, card.extended_card(_base(request), _agents(request)))
    known = _METHODS.get(method)
    if known is None:
        raise MethodNotFound(f"There is no method {method[:60]}.")
    model, answer = known
    return _result(id, await answer(service, _checked(model, params)))


async def _told(request: Request) -> dict[str, Any]:
    try:
        told = json.loads(await request.body())
    except (ValueError, RecursionError) as error:
        raise Unparsable("The body is not JSON.") from error
    if not isinstance(told, dict) or told.get("jsonrpc") != "2.0" or not isinstance(told.get("method"), str):
        raise InvalidRequest("That is no call of JSON-RPC 2.0; several at once are not taken.")
    return told


def _method(request: Request, told: Mapping[str, Any]) -> str:
    """Raises VersionNotSupported: who names no version speaks one before 1.0."""
    version = request.headers.get(VERSION_HEADER) or "0.3"
    if version.partition(".")[0] != "1":
        raise VersionNotSupported(f"Version {version[:20]} of A2A is not spoken here.", supported="1.0")
    return str(told["method"])


def _checked(model: type[Any], params: Any) -> Any:
    try:
        return model.model_validate(params)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InvalidParams(f"`{where}` cannot be used: {first['msg']}.", field=where) from error


def _result(id: Any, result: Any) -> JSONResponse:
    return JSONResponse({"jsonrpc": "2.0", "id": id, "result": result})


def _failed(id: Any, error: RpcError) -> JSONResponse:
    return JSONResponse({"jsonrpc": "2.0", "id": id, "error": error.json()})


def _stream(stream: AsyncIterator[dict[str, Any]], id: Any) -> Response:
    return StreamingResponse(_frames(stream, id), media_type="text/event-stream", headers=_HEADERS)


async def _frames(stream: AsyncIterator[dict[str, Any]], id: Any) -> AsyncIterator[bytes]:
    try:
        async for found in with_heartbeat(stream):
            yield b": still here\n\n" if found is None else _frame({"jsonrpc": "2.0", "id": id, "result": found})
    except (RpcError, TizmoretError) as error:
        told = error if isinstance(error, RpcError) else error_of(error)
        yield b"event: error\n" + _frame({"jsonrpc": "2.0", "id": id, "error": told.json()})


def _frame(told: Mapping[str, Any]) -> bytes:
    return f"data: {json.dumps(told, ensure_ascii=False)}\n\n".encode()


def _service(request: Request, agent: Agent | None) -> Service:
    tizmoret: Tizmoret = request.app.state.tizmoret
    actor: Actor = request.state.actor
    return Service(tizmoret, actor.workspace, BY if actor.key is None else actor.user, agent, actor.member, actor.key)


def _agents(request: Request) -> list[Agent]:
    """Those that are ours: what another server's agent can do, is asked of that server."""
    catalog = request.app.state.tizmoret.catalog_of(request.state.actor.workspace)
    return [agent for agent in catalog.agents.values() if agent.remote is None]


def _agent(request: Request, name: str) -> Agent:
    found = next((agent for agent in _agents(request) if agent.name == name), None)
    if found is None:
        raise NotFound(f"There is no agent {name[:100]}.", cure="The extended card names those there are.", field="agent")
    return found


def _base(request: Request) -> str:
    """As the client reached us; the guard has looked at the host."""
    return f"{request.url.scheme}://{request.url.netloc}"
