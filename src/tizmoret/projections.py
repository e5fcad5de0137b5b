"""The rows of an execution as views: what the API, the CLI and the page read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from psycopg import AsyncConnection
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from tizmoret.engine.drafting import begun
from tizmoret.engine.forking import Source
from tizmoret.engine.records import OPEN, read_args, read_plan, read_state, read_told
from tizmoret.engine.state import IllegalTransition
from tizmoret.errors import BadInput, Conflict, NotFound
from tizmoret.plan.capability import Capability
from tizmoret.plan.graph import Graph
from tizmoret.plan.model import Plan
from tizmoret.views import (
    FINAL,
    Approval,
    Context,
    Execution,
    Filter,
    Holder,
    LockView,
    OptionView,
    Page,
    Problem,
    SentMessage,
    SharedVersion,
    StepView,
)

MAX_PAGE = 200

_COLUMNS = """id, request, goal, language, user_id, status, planner, plan_hash, levels, seq, steps_total, steps_done, waiting, created_at,
    started_at, finished_at, answer, error, tokens, cost, forked_from, forked_step"""


async def read_execution(connection: AsyncConnection[Any], workspace: UUID, id: UUID) -> Execution:
    cursor = connection.cursor(row_factory=dict_row)
    await cursor.execute(f"select {_COLUMNS} from executions where workspace_id = %s and id = %s", (workspace, id))  # noqa: S608
    row = await cursor.fetchone()
    if row is None:
        raise NotFound(f"There is no execution {id}.", cure="List the executions to see which there are.", field="id")
    return _execution(row)


async def find_by_key(connection: AsyncConnection[Any], workspace: UUID, key: str) -> Execution | None:
    cursor = connection.cursor(row_factory=dict_row)
    await cursor.execute(f"select {_COLUMNS} from executions where workspace_id = %s and idempotency_key = %s", (workspace, key))  # noqa: S608
    row = await cursor.fetchone()
    return None if row is None else _execution(row)


def _execution(row: dict[str, Any]) -> Execution:
    error = row.pop("error")
    return Execution(**row, error=Problem(**error) if error else None)


async def list_executions(
    connection: AsyncConnection[Any], workspace: UUID, wanted: Filter, limit: int, cursor: str | None
) -> Page[Execution]:
    """Newest first. Raises BadInput for a limit or cursor that cannot be."""
    if not 1 <= limit <= MAX_PAGE:
        raise BadInput(f"`limit` is {limit}.", cure=f"Give 1 to {MAX_PAGE}.", field="limit")
    before_at, before_id = _read_cursor(cursor)
    conditions = [_CONDITIONS[name] for name, value in wanted if value is not None]
    if before_at is not None:
        conditions.append("(created_at, id) < (%(at)s, %(id)s)")
    rows = connection.cursor(row_factory=dict_row)
    await rows.execute(
        f"""select {_COLUMNS} from executions e where {" and ".join(["workspace_id = %(workspace)s", *conditions])}
            order by created_at desc, id desc limit %(limit)s""",  # noqa: S608 - parts of this file
        {
            **dict(wanted), "workspace": workspace, "states": OPEN if wanted.status == "open" else [wanted.status],
            "uses_tool": Jsonb({"steps": [{"tool": wanted.uses}]}), "uses_agent": Jsonb({"steps": [{"agent": wanted.uses}]}),
            "at": before_at, "id": before_id, "limit": limit + 1,
        },
    )  # fmt: skip
    found = await rows.fetchall()
    more = found[limit - 1] if len(found) > limit else None
    following = f"{more['created_at'].isoformat()}_{more['id']}" if more else None
    return Page(items=[_execution(row) for row in found[:limit]], next=following)


# Only those that are asked for: a condition that is put off with "or ... is null" would keep Postgres from the index.
_CONDITIONS = {
    "status": "status = any(%(states)s)",
    "query": "position(lower(%(query)s) in lower(request || ' ' || goal || ' ' || id)) > 0",
    "user": "user_id = %(user)s",
    "uses": """exists (select from plan_versions p where p.workspace_id = e.workspace_id and p.execution_id = e.id and p.version = e.plan_version
        and (p.plan @> %(uses_tool)s or p.plan @> %(uses_agent)s))""",
    "days": "created_at >= now() - make_interval(days => %(days)s)",
    "since": "created_at >= %(since)s",
    "until": "created_at < %(until)s",
}

# From one to the next by the index executions_people.
_PEOPLE = """
with recursive found as (
    (select user_id from executions where workspace_id = %(workspace)s order by user_id limit 1)
    union all
    select (select e.user_id from executions e where e.workspace_id = %(workspace)s and e.user_id > found.user_id order by e.user_id limit 1)
    from found where found.user_id is not null)
select user_id from found where user_id is not null limit %(most)s"""


async def read_people(connection: AsyncConnection[Any], workspace: UUID) -> list[str]:
    """On whose behalf there are executions, the first MAX_PAGE by name."""
    cursor = await connection.execute(_PEOPLE, {"workspace": workspace, "most": MAX_PAGE})
    return [row[0] for row in await cursor.fetchall()]


def _read_cursor(cursor: str | None) -> tuple[datetime | None, UUID | None]:
    if cursor is None:
        return None, None
    try:
        at, _, id = cursor.rpartition("_")
        return datetime.fromisoformat(at), UUID(id)
    except ValueError:
        raise BadInput(
            "`cursor` is not one that this API gave.", cure="Take `next` of the page before, unchanged.", field="cursor"
        ) from None


async def read_plan_of(connection: AsyncConnection[Any], workspace: UUID, id: UUID) -> Plan | None:
    """The plan as it stands, or None while there is none. Raises NotFound."""
    cursor = await connection.execute("select plan_version from executions where workspace_id = %s and id = %s", (workspace, id))
    row = await cursor.fetchone()
    if row is None:
        raise NotFound(f"There is no execution {id}.", cure="List the executions to see which there are.", field="id")
    return (await read_plan(connection, workspace, id, row[0]))[0] if row[0] else None


async def read_source(connection: AsyncConnection[Any], workspace: UUID, id: UUID) -> tuple[Source, Execution]:
    """An execution that another one can go on from. Raises NotFound, or Conflict where it has not ended, had no plan, or cannot be read."""
    execution = await read_execution(connection, workspace, id)
    if execution.status not in FINAL:
        raise Conflict(f"The execution is still {execution.status}.", cure="Wait until it has ended, or cancel it first.")
    plan = await read_plan_of(connection, workspace, id)
    if plan is None:
        raise Conflict("The execution ended before it had a plan.", cure="Submit the request again.")
    try:
        state = await read_state(connection, workspace, id)
    except (IllegalTransition, msgspec.ValidationError) as error:
        raise Conflict("The log of the execution cannot be read.", cure="Submit the request again.") from error
    return Source(
        id, plan, execution.planner, state, await read_told(connection, workspace, id), await read_args(connection, workspace, id)
    ), execution


async def read_begun(connection: AsyncConnection[Any], workspace: UUID, id: UUID) -> Plan | None:
    """What runs of a plan that is still being written."""
    cursor = await connection.execute(
        "select data -> 'definition' from events where workspace_id = %s and execution_id = %s and kind = 'plan.step' order by seq",
        (workspace, id),
    )
    steps = begun(row[0] for row in await cursor.fetchall())
    return Plan(steps=steps) if steps else None


async def read_steps(
    connection: AsyncConnection[Any], workspace: UUID, execution: Execution, plan: Plan, capabilities: Mapping[str, Capability]
) -> list[StepView]:
    """Every step of the plan, those that have not begun included."""
    cursor = connection.cursor(row_factory=dict_row)
    await cursor.execute(
        "select step_id, item, status, attempt, items, args, output, label, error, reason, started_at, finished_at, tokens, cost "
        "from execution_steps where workspace_id = %s and execution_id = %s",
        (workspace, execution.id),
    )
    rows: dict[str, dict[str, Any]] = {}
    items: dict[str, list[dict[str, Any]]] = {}
    for row in await cursor.fetchall():
        if row["item"] < 0:
            rows[row["step_id"]] = row
        else:
            items.setdefault(row["step_id"], []).append(row)
    graph = Graph(plan)
    views = []
    for step in plan.steps:
        row = _step_row(rows.get(step.id), items.get(step.id, []), execution.status)
        capability = capabilities.get(step.uses)
        effect = capability.effect if capability else "none"
        views.append(
            StepView(
                id=step.id,
                title=step.title or step.id,
                uses=step.uses,
                kind="tool" if step.tool else "agent",
                effect=effect,
                depends_on=sorted(graph.predecessors[step.id]),
                asked_by=None if step.asked_by is None else step.asked_by.step,
                **row,
            )
        )
    return views


_FINAL_STEP = ("completed", "failed", "skipped", "cancelled", "undone")


def _step_row(row: dict[str, Any] | None, items: list[dict[str, Any]], execution_status: str) -> dict[str, Any]:
    """The fields of a StepView; of a `for_each` step put together from its items."""
    values = dict(row or {"status": "pending"})
    for name in ("step_id", "item"):
        values.pop(name, None)
    if items:
        done = [item for item in items if item["status"] in _FINAL_STEP]
        values["items_done"] = len(done)
        values["started_at"] = min((item["started_at"] for item in items if item["started_at"]), default=None)
        if len(done) == values.get("items"):
            ends = [item["status"] for item in items]
            values["status"] = next((status for status in ("failed", "skipped", "cancelled", "undone") if status in ends), "completed")
            values["finished_at"] = max((item["finished_at"] for item in items if item["finished_at"]), default=None)
            values["output"] = [item["output"] for item in sorted(items, key=lambda item: item["item"])]
        elif values["status"] == "ready":
            values["status"] = "running"
        values["error"] = next((item["error"] for item in items if item["status"] == "failed"), values.get("error"))
    if execution_status in ("cancelled", "quarantined", "undone") and values["status"] not in (*_FINAL_STEP, "unknown"):
        values["status"] = "cancelled"
    if values["status"] in ("completed", "undone"):
        values["error"] = None  # of an attempt that was followed by a better one
    if values["status"] in ("running", "completed", "undone") and values.get("reason") != "kept":
        values["reason"] = None  # what it waited for before
    error = values.get("error")
    values["error"] = Problem(**error) if error else None
    return values


async def read_context(connection: AsyncConnection[Any], workspace: UUID, id: UUID) -> Context:
    """Large values stay pointers. The log of one execution is read by its key."""
    cursor = connection.cursor(row_factory=dict_row)
    await cursor.execute(
        """select kind, seq, at, data from events where workspace_id = %s and execution_id = %s and kind in ('shared.written', 'message.sent')
        order by seq""",
        (workspace, id),
    )
    context = Context(values=[], messages=[])
    for row in await cursor.fetchall():
        told = {"seq": row["seq"], "at": row["at"], **row["data"]}
        if row["kind"] == "shared.written":
            context.values.append(SharedVersion(**told))
        else:
            context.messages.append(SentMessage(**told))
    return context


_OF_APPROVAL = """id, execution_id, step_id, purpose, status, title, details, fingerprint, created_at, expires_at, decided_by, decided_at, note,
    decision"""


async def read_approvals(
    connection: AsyncConnection[Any], workspace: UUID, *, execution: UUID | None = None, id: UUID | None = None, status: str | None = None
) -> list[Approval]:
    """Oldest first, at most MAX_PAGE."""
    cursor = connection.cursor(row_factory=dict_row)
    await cursor.execute(
        f"""select {_OF_APPROVAL} from pending_approvals
           where workspace_id = %(workspace)s
             and (%(execution)s::uuid is null or execution_id = %(execution)s)
             and (%(id)s::uuid is null or id = %(id)s)
             and (%(status)s::text is null or status = %(status)s)
           order by created_at, id limit %(limit)s""",  # noqa: S608
        {"workspace": workspace, "execution": execution, "id": id, "status": status, "limit": MAX_PAGE},
    )
    return [_approval(row) for row in await cursor.fetchall()]


async def read_decided(connection: AsyncConnection[Any], workspace: UUID, limit: int, cursor: str | None) -> Page[Approval]:
    """What people decided, and what expired or was withdrawn; the latest first. Raises BadInput."""
    if not 1 <= limit <= MAX_PAGE:
        raise BadInput(f"`limit` is {limit}.", cure=f"Give 1 to {MAX_PAGE}.", field="limit")
    before_at, before_id = _read_cursor(cursor)
    rows = connection.cursor(row_factory=dict_row)
    await rows.execute(
        f"""select {_OF_APPROVAL} from pending_approvals
            where workspace_id = %(workspace)s and decided_at is not null
              and (%(at)s::timestamptz is null or (decided_at, id) < (%(at)s, %(id)s))
            order by decided_at desc, id desc limit %(limit)s""",  # noqa: S608
        {"workspace": workspace, "at": before_at, "id": before_id, "limit": limit + 1},
    )
    found = await rows.fetchall()
    more = found[limit - 1] if len(found) > limit else None
    following = f"{more['decided_at'].isoformat()}_{more['id']}" if more else None
    return Page(items=[_approval(row) for row in found[:limit]], next=following)


def _approval(row: dict[str, Any]) -> Approval:
    details, decision = row.pop("details"), row.pop("decision") or {}
    row |= {"edited": decision.get("args"), "answer": decision.get("value")}
    options = [OptionView(**option) for option in details.pop("options", [])]
    details.pop("understood", None)
    return Approval(**row, **details, options=options)


async def count_active(connection: AsyncConnection[Any]) -> int:
    """Executions of all workspaces that have not ended."""
    cursor = await connection.execute("select count(*) from executions where status = any(%s)", (OPEN,))
    row = await cursor.fetchone()
    return int(row[0]) if row else 0


async def has_signals(connection: AsyncConnection[Any], workspace: UUID, id: UUID) -> bool:
    """Whether something was told to the execution that it has not acted on yet."""
    cursor = await connection.execute("select 1 from signals where workspace_id = %s and execution_id = %s limit 1", (workspace, id))
    return await cursor.fetchone() is not None


_LOCKS = """
select l.resource, l.exclusive, l.execution_id, l.step_id, l.item, l.granted_at is not null as held, coalesce(l.granted_at, l.created_at) as since
from resource_locks l join executions e on e.workspace_id = l.workspace_id and e.id = l.execution_id and e.epoch = l.epoch
where l.workspace_id = %s and e.owner is not null and e.status = any(%s) order by l.resource, l.ticket limit 1000"""


async def read_locks(connection: AsyncConnection[Any], workspace: UUID) -> list[LockView]:
    """Who holds what, and who waits for whom; by resource, in the order of the queue."""
    cursor = connection.cursor(row_factory=dict_row)
    await cursor.execute(_LOCKS, (workspace, OPEN))
    rows = await cursor.fetchall()
    views = []
    for place, row in enumerate(rows):
        ahead = [
            Holder(execution_id=other["execution_id"], step_id=other["step_id"])
            for other_place, other in enumerate(rows)
            if other["resource"] == row["resource"] and other_place != place and (other["exclusive"] or row["exclusive"])
            and not row["held"] and (other["held"] or other_place < place)
        ]  # fmt: skip
        item = None if row["item"] < 0 else row["item"]
        views.append(LockView(**{**row, "item": item}, waits_for=ahead[:20]))
    return views
