"""What people tell an execution: decisions at gates, pause, resume, cancel. Each is one transaction, so of two at once exactly one is taken."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

import msgspec
from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from tizmoret.catalog.catalog import Catalog
from tizmoret.engine.gates import HAPPENED, KEEP_ALL, UNDO_AGAIN, UNDO_DONE
from tizmoret.engine.records import ENDED
from tizmoret.engine.values import clean
from tizmoret.engine.worker import SIGNALS
from tizmoret.errors import BadInput, Conflict, NotFound
from tizmoret.ids import uuid7

MAX_EDIT = 64 * 1024  # bytes of JSON of edited arguments
MAX_TEXT = 10_000  # characters of an answer or a note

Verdict = Literal["approved", "rejected", "answered"]


class Decision(msgspec.Struct, frozen=True):
    """What a person gives at a gate: at most one of edited arguments, an option's number, or a text."""

    by: str
    args: dict[str, Any] | list[Any] | None = None
    option: int | None = None
    text: str | None = None
    note: str = ""


class Waiting(msgspec.Struct, frozen=True):
    """A gate as it stands in the database."""

    purpose: str
    status: str
    decided_by: str | None
    step: str | None
    title: str
    details: dict[str, Any]
    execution_status: str


_GATE = """
select p.purpose, p.status, p.decided_by, p.step_id, p.title, p.details, e.status
from pending_approvals p join executions e on e.workspace_id = p.workspace_id and e.id = p.execution_id
where p.workspace_id = %s and p.execution_id = %s and p.id = %s for update of p"""


async def find_gate(connection: AsyncConnection[Any], workspace: UUID, execution: UUID, approval: UUID) -> Waiting:
    """The gate, locked until the transaction ends. Raises NotFound, or Conflict where nothing waits any more."""
    cursor = await connection.execute(_GATE, (workspace, execution, approval))
    row = await cursor.fetchone()
    if row is None:
        raise NotFound("There is no such approval.", cure="List the execution's approvals to see what waits.")
    gate = Waiting(*row)
    if gate.execution_status in ENDED:
        raise Conflict(f"The execution is already {gate.execution_status}.", cure="Submit the request again if it is still wanted.")
    if gate.status != "pending":
        by = f" by {gate.decided_by}" if gate.decided_by else ""
        raise Conflict(f"This was already {gate.status}{by}.", cure="Nothing more is needed.")
    return gate


def verdict(gate: Waiting, decision: Decision) -> tuple[Verdict, dict[str, Any]]:
    """What the decision means for this gate, and the data of its signal. Raises BadInput naming the field."""
    if len(decision.text or "") > MAX_TEXT:
        raise BadInput("`text` is too long.", cure=f"Give at most {MAX_TEXT:,} characters.", field="text")
    if gate.purpose == "approval":
        if decision.option is not None or decision.text is not None:
            field = "option" if decision.option is not None else "text"
            raise BadInput(
                f"`{field}` answers a question; this asks for an approval.", cure="Approve without it, or with `args`.", field=field
            )
        if decision.args is not None and len(msgspec.json.encode(decision.args)) > MAX_EDIT:
            raise BadInput("The edited arguments are too large.", cure=f"Give at most {MAX_EDIT:,} bytes.", field="args")
        return "approved", {"args": clean(decision.args)}
    if decision.args is not None:
        raise BadInput("`args` edits an approval; this is a question.", cure="Answer with `option` or `text`.", field="args")
    options = gate.details.get("options", [])
    if not options:
        text = (decision.text or "").strip()
        if not text:
            raise BadInput("The question needs an answer in words.", cure="Give `text`.", field="text")
        return _question_verdict(gate, clean(text), {"note": gate.title})
    if decision.option is None or not 0 <= decision.option < len(options):
        names = "; ".join(f"{number}: {option['label']}" for number, option in enumerate(options))
        raise BadInput("The question needs one of its options.", cure=f"Give `option`: {names}.", field="option")
    if gate.purpose == "unknown":
        return ("answered", {"value": {}}) if decision.option == HAPPENED else ("approved", {})
    if gate.purpose == "undo":
        return _undo_verdict(gate, decision.option), {}
    return _question_verdict(gate, options[decision.option].get("value"), {})


def _question_verdict(gate: Waiting, value: Any, more: dict[str, Any]) -> tuple[Verdict, dict[str, Any]]:
    """The answer is the step's output; or the call is made again with it."""
    state = gate.details.get("state")
    return ("answered", {"value": value, **more}) if state is None else ("approved", {"value": {"state": state, "answer": value}})


def check_edit(catalog: Catalog, step: str, details: dict[str, Any], args: Any) -> None:
    """Whether a gate's calls can be made as a person edited them. Raises BadInput, ArgumentMismatch."""
    tool = catalog.tool(details["tool"])
    calls = args if isinstance(details["args"], list) else [args]
    if not isinstance(calls, list) or (isinstance(details["args"], list) and len(calls) != len(details["args"])):
        raise BadInput("`args` must hold as many calls as the gate shows.", cure="Edit the calls, do not add or remove any.", field="args")
    for call in calls:
        tool.parse(step, call)


def _undo_verdict(gate: Waiting, option: int) -> Verdict:
    if gate.step is None:
        return "rejected" if option == KEEP_ALL else "answered"
    return "approved" if option == UNDO_AGAIN else "answered" if option == UNDO_DONE else "rejected"


_DECIDE = """
update pending_approvals set status = %(status)s, decided_by = %(by)s, decided_at = now(), decision = %(decision)s, note = %(note)s
where workspace_id = %(workspace)s and id = %(id)s"""


async def decide(
    connection: AsyncConnection[Any],
    workspace: UUID,
    execution: UUID,
    approval: UUID,
    status: Verdict,
    decision: Decision,
    data: dict[str, Any],
) -> None:
    """Write the decision of a gate that `find_gate` has locked, and tell whoever drives the execution. Raises BadInput for a long note."""
    if len(decision.note) > MAX_TEXT:
        raise BadInput("`note` is too long.", cure=f"Give at most {MAX_TEXT:,} characters.", field="note")
    note = clean(decision.note)
    values = {"status": status, "by": decision.by, "decision": Jsonb(data), "note": note, "workspace": workspace, "id": approval}
    await connection.execute(_DECIDE, values)
    message = {"note": note, **data, "approval": str(approval), "decision": status, "by": decision.by}
    await send(connection, workspace, execution, "decision", message)


_STATUS = "select status from executions where workspace_id = %s and id = %s for update"

# Whoever ended it may write that end once more, when the answer of the database was lost: the epoch keeps that out of what begins now.
_TRY_AGAIN = """
update executions set status = case when plan_version > 0 then 'running' else 'planning' end, owner = null, epoch = epoch + 1,
    orphaned = false, attempts = 0, error = null, finished_at = null
where workspace_id = %s and id = %s"""


async def control(
    connection: AsyncConnection[Any], workspace: UUID, execution: UUID, kind: Literal["pause", "resume", "cancel"], by: str
) -> None:
    """Raises NotFound, or Conflict when the execution has ended. Pausing what is paused, and resuming what is not, change nothing.
    What was put aside can be resumed, and is then tried as often as before."""
    cursor = await connection.execute(_STATUS, (workspace, execution))
    row = await cursor.fetchone()
    if row is None:
        raise NotFound("There is no such execution.", cure="List the executions to see which there are.")
    if row[0] == "quarantined" and kind == "resume":
        await connection.execute(_TRY_AGAIN, (workspace, execution))
    elif row[0] in ENDED:
        raise Conflict(f"The execution is already {row[0]}.", cure="Only one that has not ended can be changed.")
    if kind == "cancel":
        # In the same transaction: nobody can approve what is being cancelled.
        await connection.execute(
            "update pending_approvals set status = 'cancelled', decided_by = %s, decided_at = now() "
            "where workspace_id = %s and execution_id = %s and status = 'pending'",
            (by, workspace, execution),
        )
    await send(connection, workspace, execution, kind, {"by": by})


# The epoch as in _TRY_AGAIN: else the execution could be shown as ended again, and nobody would hear of the undo.
_BEGIN_UNDO = """
update executions set status = 'running', owner = null, epoch = epoch + 1, attempts = 0, finished_at = null
where workspace_id = %s and id = %s"""


async def begin_undo(connection: AsyncConnection[Any], workspace: UUID, execution: UUID, by: str) -> None:
    """Open an execution that has ended again, to take its effects back. Raises NotFound, or Conflict where there is nothing to undo."""
    cursor = await connection.execute(
        "select status from executions where workspace_id = %s and id = %s for update", (workspace, execution)
    )
    row = await cursor.fetchone()
    if row is None:
        raise NotFound("There is no such execution.", cure="List the executions to see which there are.")
    if row[0] not in ("completed", "failed", "cancelled", "undone"):
        raise Conflict(
            f"The execution is {row[0]}.", cure="Only one that has ended can be undone; one that was put aside is resumed first."
        )
    cursor = await connection.execute(
        "select 1 from effects where workspace_id = %s and execution_id = %s and status in ('happened', 'unknown', 'undoing') limit 1",
        (workspace, execution),
    )
    if await cursor.fetchone() is None:
        raise Conflict("The execution has had no effect that is still there.", cure="There is nothing to undo.")
    await connection.execute(_BEGIN_UNDO, (workspace, execution))
    await send(connection, workspace, execution, "undo", {"by": by})


async def send(connection: AsyncConnection[Any], workspace: UUID, execution: UUID, kind: str, data: dict[str, Any]) -> None:
    await connection.execute(
        "insert into signals (workspace_id, id, execution_id, kind, data) values (%s, %s, %s, %s, %s)",
        (workspace, uuid7(), execution, kind, Jsonb(data)),
    )
    await connection.execute("select pg_notify(%s, %s)", (SIGNALS, f"{workspace}:{execution}"))
