"""/api/orchestrate: submit, list, look, steer."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError
from starlette.responses import Response

from tizmoret.errors import BadInput
from tizmoret.plan.model import OnFailure, Plan
from tizmoret.server.routes import Id, Orchestrator, Signed
from tizmoret.views import Context, EventView, Execution, ExecutionStatus, Page, Preview, Status, StepView

router = APIRouter(prefix="/api/orchestrate", tags=["executions"])


class Submission(BaseModel):
    """A request in one's own words, in Hebrew or English; or a whole plan."""

    model_config = ConfigDict(extra="ignore")
    query: str = Field("", description="what should be done")
    userId: str | None = Field(None, max_length=200, description="on whose behalf, where that is not oneself")  # noqa: N815 - the wire's own name
    plan: dict[str, Any] | None = Field(None, description="a plan to run as it is, instead of planning the query")
    onFailure: OnFailure | None = Field(None, description="keep, ask or undo: the effects that happened, when it fails")  # noqa: N815


class ForkFrom(BaseModel):
    """The step from which on everything runs anew; `args`: those of its arguments that change, null for one that goes."""

    model_config = ConfigDict(extra="forbid")
    step: str = Field(max_length=100)
    args: dict[str, Any] | None = None


class Submitted(Execution):
    """The new execution, and where to go from here."""

    execution_id: str
    links: dict[str, str]


@router.post("", status_code=202)
async def submit(
    body: Submission, tizmoret: Orchestrator, actor: Signed, idempotency_key: Annotated[str | None, Header(max_length=200)] = None
) -> Submitted:
    """Begin an execution. Answers at once; planning and running go on in the background."""
    plan = None if body.plan is None else _plan(body.plan)
    user = body.userId or actor.user
    if user != actor.user:
        actor.need("submit-for-others")
    made = await tizmoret.submit(
        body.query,
        user=user,
        plan=plan,
        idempotency_key=idempotency_key,
        on_failure=body.onFailure,
        workspace=actor.workspace,
        member=actor.member,
    )
    return _submitted(made)


def _submitted(execution: Execution) -> Submitted:
    base = f"/api/orchestrate/{execution.id}"
    links = {
        "self": base,
        "stream": f"/api/orchestrate/stream/{execution.id}",
        "approvals": f"{base}/approvals",
        "page": f"/orchestrate/{execution.id}",
    }
    return Submitted(**execution.model_dump(), execution_id=str(execution.id), links=links)


def _plan(value: dict[str, Any]) -> Plan:
    try:
        return Plan.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(["plan", *(str(part) for part in first["loc"])])
        raise BadInput(
            f"`{where}` cannot be used: {first['msg']}.", cure="See the form of a plan in /api/openapi.json.", field=where
        ) from error


@router.get("")
async def list_executions(
    tizmoret: Orchestrator,
    actor: Signed,
    status: ExecutionStatus | Literal["open"] | None = None,
    query: Annotated[str | None, Query(max_length=500)] = None,
    user: Annotated[str | None, Query(max_length=200, description="on whose behalf")] = None,
    uses: Annotated[str | None, Query(max_length=100, description="a tool or an agent of the plan")] = None,
    days: Annotated[int | None, Query(ge=1, le=3650, description="those of the last days")] = None,
    since: AwareDatetime | None = None,
    until: Annotated[AwareDatetime | None, Query(description="not included")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> Page[Execution]:
    """Newest first, page by page."""
    return await tizmoret.executions.list(
        status=status,
        query=query,
        user=user,
        uses=uses,
        days=days,
        since=since,
        until=until,
        limit=limit,
        cursor=cursor,
        workspace=actor.workspace,
    )


@router.get("/people")
async def people(tizmoret: Orchestrator, actor: Signed) -> list[str]:
    """On whose behalf there are executions."""
    return list(await tizmoret.executions.people(workspace=actor.workspace))


@router.get("/status")
async def system_status(tizmoret: Orchestrator) -> Status:
    """Whether the system works. Answers without a token."""
    return await tizmoret.status()


class PreviewRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")
    query: str


@router.post("/preview")
async def preview(body: PreviewRequest, tizmoret: Orchestrator, actor: Signed) -> Preview:
    """The plan of a request, its effects and gates. No tool is called."""
    return await tizmoret.preview(body.query, workspace=actor.workspace)


@router.get("/{id}")
async def get(id: Id, tizmoret: Orchestrator, actor: Signed) -> Execution:
    return await tizmoret.executions.get(id, workspace=actor.workspace)


@router.delete("/{id}", status_code=204)
async def delete(id: Id, tizmoret: Orchestrator, actor: Signed) -> Response:
    """Remove an execution that has ended, with all that belongs to it."""
    await tizmoret.delete(id, workspace=actor.workspace)
    return Response(status_code=204)


@router.post("/{id}/pause", status_code=202)
async def pause(id: Id, tizmoret: Orchestrator, actor: Signed) -> Execution:
    """Nothing new begins until resume."""
    return await tizmoret.pause(id, by=actor.user, workspace=actor.workspace)


@router.post("/{id}/resume", status_code=202)
async def resume(id: Id, tizmoret: Orchestrator, actor: Signed) -> Execution:
    return await tizmoret.resume(id, by=actor.user, workspace=actor.workspace)


@router.post("/{id}/cancel", status_code=202)
async def cancel(id: Id, tizmoret: Orchestrator, actor: Signed) -> Execution:
    """Stop what runs, withdraw what waits."""
    return await tizmoret.cancel(id, by=actor.user, workspace=actor.workspace)


@router.post("/{id}/undo", status_code=202)
async def undo(id: Id, tizmoret: Orchestrator, actor: Signed) -> Execution:
    """Take back the effects of an execution that has ended, the last first. 409 where it has not, or has none."""
    return await tizmoret.undo(id, by=actor.user, workspace=actor.workspace)


@router.post("/{id}/fork", status_code=202)
async def fork(
    id: Id, body: ForkFrom, tizmoret: Orchestrator, actor: Signed, idempotency_key: Annotated[str | None, Header(max_length=200)] = None
) -> Submitted:
    """A new execution that goes on from a step of this one: what ended before it keeps its output, it and all after it run anew. 409 where
    this one has not ended."""
    return _submitted(
        await tizmoret.fork(
            id, body.step, body.args, by=actor.user, idempotency_key=idempotency_key, workspace=actor.workspace, member=actor.member
        )
    )


@router.get("/{id}/plan")
async def plan(id: Id, tizmoret: Orchestrator, actor: Signed) -> Plan:
    return await tizmoret.executions.plan(id, workspace=actor.workspace)


@router.get("/{id}/steps")
async def steps(id: Id, tizmoret: Orchestrator, actor: Signed) -> list[StepView]:
    return list(await tizmoret.executions.steps(id, workspace=actor.workspace))


@router.get("/{id}/context")
async def context(id: Id, tizmoret: Orchestrator, actor: Signed) -> Context:
    """What its calls share beside their outputs: every version of every value, and the messages between agents."""
    return await tizmoret.executions.context(id, workspace=actor.workspace)


@router.get("/{id}/metrics")
async def metrics(id: Id, tizmoret: Orchestrator, actor: Signed) -> dict[str, Any]:
    return await tizmoret.executions.metrics(id, workspace=actor.workspace)


@router.get("/{id}/trace")
async def trace(id: Id, tizmoret: Orchestrator, actor: Signed) -> list[dict[str, Any]]:
    """Spans of the execution and its steps."""
    return list(await tizmoret.executions.trace(id, workspace=actor.workspace))


@router.get("/{id}/logs")
async def logs(
    id: Id,
    tizmoret: Orchestrator,
    actor: Signed,
    after: Annotated[int, Query(ge=0, lt=2**63)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> Page[EventView]:
    """The event log, page by page."""
    return await tizmoret.executions.logs(id, after=after, limit=limit, workspace=actor.workspace)
