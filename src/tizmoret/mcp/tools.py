"""What an MCP client can call: the executions, and each tool and agent of the catalog as a plan of one step, through the engine with its gate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import mcp_types as types
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tizmoret.catalog.agent import Agent
from tizmoret.catalog.catalog import Catalog
from tizmoret.catalog.tool import Tool
from tizmoret.errors import BadInput
from tizmoret.mcp.caller import Caller
from tizmoret.plan.model import Plan, Step
from tizmoret.views import Execution

MAX_EVENTS = 500


class _Arguments(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Submit(_Arguments):
    request: str = Field(description="what should be done, in Hebrew or English")


class Get(_Arguments):
    execution: UUID


class Events(_Arguments):
    execution: UUID
    after: int = Field(0, ge=0, description="events after this `seq`")
    limit: int = Field(100, ge=1, le=MAX_EVENTS)


class List(_Arguments):
    status: str | None = Field(None, description="such as waiting, completed, failed, or open")
    limit: int = Field(20, ge=1, le=100)


_OWN: Mapping[str, tuple[type[_Arguments], str, bool]] = {  # name: arguments, description, whether it only reads
    "tizmoret_submit": (Submit, "Carry out a request in one's own words: it is planned, run in parallel, and asks before it acts", False),
    "tizmoret_get": (Get, "One execution with its steps, what waits for a person, and its answer", True),
    "tizmoret_events": (Events, "What happened in an execution, in order", True),
    "tizmoret_list": (List, "Executions, newest first", True),
}


def listed(catalog: Catalog) -> list[types.Tool]:
    own = [
        types.Tool(
            name=name, description=told, input_schema=arguments.model_json_schema(), annotations=types.ToolAnnotations(read_only_hint=reads)
        )
        for name, (arguments, told, reads) in _OWN.items()
    ]
    return own + [_told(name, catalog.tools.get(uses) or catalog.agents[uses]) for name, uses in _names(catalog).items()]


def _names(catalog: Catalog) -> dict[str, str]:
    """A client's name of each: many take no dot."""
    found: dict[str, str] = {}
    for uses in catalog.capabilities:
        name = uses.replace(".", "_").replace("-", "_")
        found[name if name not in found and name not in _OWN else f"{name}_{len(found)}"] = uses
    return found


def _told(name: str, found: Tool | Agent) -> types.Tool:
    capability = found.capability
    hints = types.ToolAnnotations(
        read_only_hint=capability.effect == "none",
        destructive_hint=capability.effect in ("delete", "send"),
        idempotent_hint=capability.recovery == "keyed",
    )
    return types.Tool(
        name=name, title=found.title.en, description=f"{found.description.en} · {found.description.he}", input_schema=capability.arguments,
        annotations=hints,
    )  # fmt: skip


async def begin(caller: Caller, name: str, arguments: Mapping[str, Any]) -> UUID | None:
    """The execution that this call makes; None for one that only looks. Raises BadInput, PlanRefused."""
    tizmoret = caller.tizmoret
    if name == "tizmoret_submit":
        request = _checked(Submit, arguments).request
        return (await tizmoret.submit(request, user=caller.by, workspace=caller.workspace, member=caller.member)).id
    if name in _OWN:
        return None
    uses = _names(caller.catalog).get(name)
    if uses is None:
        raise BadInput(f"There is no tool {name[:100]}.", cure="List the tools to see which there are.", field="name")
    kind = caller.catalog.capabilities[uses].kind
    step = Step(id="call", tool=uses if kind == "tool" else None, agent=uses if kind == "agent" else None, args=dict(arguments))
    found = caller.catalog.tools.get(uses) or caller.catalog.agents[uses]
    plan = Plan(goal=found.title.en, steps=(step,))
    return (await tizmoret.submit(found.title.en, plan=plan, user=caller.by, workspace=caller.workspace, member=caller.member)).id


async def look(caller: Caller, name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Raises BadInput, NotFound."""
    tizmoret, workspace = caller.tizmoret, caller.workspace
    if name == "tizmoret_get":
        return await told(caller, await tizmoret.executions.get(_checked(Get, arguments).execution, workspace=workspace))
    if name == "tizmoret_events":
        asked = _checked(Events, arguments)
        execution = await tizmoret.executions.get(asked.execution, workspace=workspace)
        found = []
        if execution.seq > asked.after:
            async for event in tizmoret.events(asked.execution, asked.after, workspace=workspace):
                found.append(event.model_dump(mode="json", by_alias=True))
                if len(found) == asked.limit or event.seq >= execution.seq:
                    break
        return {"events": found, "seq": execution.seq, "status": execution.status}
    wanted = _checked(List, arguments)
    page = await tizmoret.executions.list(status=wanted.status, limit=wanted.limit, workspace=workspace)
    return {"executions": [one.model_dump(mode="json", by_alias=True, include=_SHORT) for one in page.items]}


_SHORT = {"id", "request", "status", "waiting", "created_at", "finished_at", "answer"}


async def told(caller: Caller, execution: Execution) -> dict[str, Any]:
    """An execution as a client's model reads it."""
    made = execution.model_dump(mode="json", by_alias=True, include={*_SHORT, "error"})
    steps = await caller.tizmoret.executions.steps(execution.id, workspace=caller.workspace)
    made["steps"] = [one.model_dump(mode="json", by_alias=True, include={"id", "uses", "status", "output", "error"}) for one in steps]
    waiting = await caller.tizmoret.executions.approvals(execution.id, status="pending", workspace=caller.workspace)
    made["waitsFor"] = [{"approval": str(one.id), "title": one.title, "tool": one.tool} for one in waiting]
    return made


def _checked(model: type[Any], arguments: Mapping[str, Any]) -> Any:
    try:
        return model.model_validate(arguments)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BadInput(f"`{where}` cannot be used: {first['msg']}.", cure="Look at the tool's schema.", field=where) from error
