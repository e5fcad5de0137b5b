"""The MCP server over one orchestrator: current protocol (a call that needs a person returns and is made again with the answer) and earlier ones
(the server asks in the middle of the call)."""

from __future__ import annotations

import json
from importlib.metadata import version
from typing import Any
from uuid import UUID

import mcp_types as types
from mcp.server import Server, ServerRequestContext
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from tizmoret.errors import BadInput, TizmoretError
from tizmoret.mcp import gates, tools
from tizmoret.mcp.caller import Caller, caller_of
from tizmoret.orchestrator import Tizmoret
from tizmoret.views import Approval, Execution

WAIT = 300.0  # seconds that one call waits for an execution; it goes on without it
_INSTRUCTIONS = (
    "Requests become checked plans. What has an effect waits until a person says yes: to a form of this client, or in Tizmoret itself."
)


def make_mcp(tizmoret: Tizmoret) -> Server[Any]:
    async def list_tools(context: Any, _params: Any) -> types.ListToolsResult:
        return types.ListToolsResult(tools=tools.listed(caller_of(tizmoret, context.request).catalog))

    async def call_tool(
        context: ServerRequestContext[Any], params: types.CallToolRequestParams
    ) -> types.CallToolResult | types.InputRequiredResult:
        try:
            return await _called(caller_of(tizmoret, context.request), context, params)
        except TizmoretError as error:
            return types.CallToolResult(content=[types.TextContent(type="text", text=str(error))], is_error=True)

    return Server("tizmoret", version=version("tizmoret"), instructions=_INSTRUCTIONS, on_list_tools=list_tools, on_call_tool=call_tool)


async def _called(
    caller: Caller, context: ServerRequestContext[Any], params: types.CallToolRequestParams
) -> types.CallToolResult | types.InputRequiredResult:
    if params.request_state is not None:
        id: UUID | None = await _answered(caller, params)
    else:
        id = await tools.begin(caller, params.name, params.arguments or {})
    if id is None:
        found = await tools.look(caller, params.name, params.arguments or {})
        return _result(json.dumps(found, ensure_ascii=False), found)
    modern = context.protocol_version in MODERN_PROTOCOL_VERSIONS
    while True:
        execution = await _waited(caller, id)
        asked = await _questions(caller, execution) if gates.can_ask(context.session.client_capabilities) else {}
        if asked and modern:
            requests: types.InputRequests = {str(one.id): types.ElicitRequest(params=form) for one, form in asked.values()}
            return types.InputRequiredResult(input_requests=requests, request_state=str(id))
        if not asked or not await _ask(caller, context, list(asked.values())):
            return await _ended(caller, execution)


async def _waited(caller: Caller, id: UUID) -> Execution:
    """As it is when it has ended, needs a person, or has taken too long for one call."""
    try:
        return await caller.tizmoret.wait(id, WAIT, workspace=caller.workspace)
    except TimeoutError:
        return await caller.tizmoret.executions.get(id, workspace=caller.workspace)


async def _questions(caller: Caller, execution: Execution) -> dict[UUID, tuple[Approval, types.ElicitRequestFormParams]]:
    if execution.status != "waiting":
        return {}
    waiting = await caller.tizmoret.executions.approvals(execution.id, status="pending", workspace=caller.workspace)
    return {one.id: (one, form) for one in waiting if (form := gates.form(one)) is not None}


async def _ask(caller: Caller, context: ServerRequestContext[Any], asked: list[tuple[Approval, types.ElicitRequestFormParams]]) -> bool:
    """In the middle of the call, one after the other; whether all were decided."""
    for approval, form in asked:
        answer = await context.session.elicit_form(form.message, form.requested_schema, related_request_id=context.request_id)
        if not await gates.decide(caller, approval, answer):
            return False
    return True


async def _answered(caller: Caller, params: types.CallToolRequestParams) -> UUID:
    """The call is made again with what the person said. The state is the client's to alter: it names an execution, and every answer must be to
    a gate of that one; whoever may call may decide."""
    try:
        id = UUID(params.request_state or "")
    except ValueError as error:
        raise BadInput("That is no call that waits for an answer.", cure="Call again without a state.", field="requestState") from error
    waiting = {str(one.id): one for one in await caller.tizmoret.executions.approvals(id, status="pending", workspace=caller.workspace)}
    decided = [
        await gates.decide(caller, waiting[name], answer)
        for name, answer in (params.input_responses or {}).items()
        if name in waiting and isinstance(answer, types.ElicitResult)
    ]
    if not decided or not all(decided):
        raise BadInput("Nobody has decided; it goes on waiting.", cure=f"Decide in Tizmoret: tizmoret show {id}", field="inputResponses")
    return id


async def _ended(caller: Caller, execution: Execution) -> types.CallToolResult:
    found = await tools.told(caller, execution)
    text = execution.answer or (execution.error.detail if execution.error else "")
    if execution.status == "waiting":
        text = f"It waits for a person. Decide in Tizmoret: tizmoret show {execution.id}"
    elif execution.finished_at is None:
        text = f"It goes on. Look later: tizmoret_get {execution.id}"
    return _result(text or execution.status, found, is_error=execution.status in ("failed", "quarantined"))


def _result(text: str, found: dict[str, Any], *, is_error: bool = False) -> types.CallToolResult:
    return types.CallToolResult(content=[types.TextContent(type="text", text=text)], structured_content=found, is_error=is_error)


async def over_stdio(tizmoret: Tizmoret) -> None:
    """Until the client closes our input."""
    from mcp.server.stdio import stdio_server

    server = make_mcp(tizmoret)
    async with stdio_server() as (reading, writing):
        await server.run(reading, writing, server.create_initialization_options())
