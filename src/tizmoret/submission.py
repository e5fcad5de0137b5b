"""A new execution: what may be asked for, the record it begins with, the one transition that makes it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from tizmoret.catalog.catalog import Catalog
from tizmoret.engine import events as e
from tizmoret.engine.environment import Proposal
from tizmoret.engine.fold import fold
from tizmoret.engine.planning import accepted
from tizmoret.engine.prepared import prepare
from tizmoret.engine.records import Record
from tizmoret.engine.state import State
from tizmoret.engine.transition import ExecutionRow, NewExecution, Transition
from tizmoret.engine.values import clean
from tizmoret.errors import BadInput, TooLarge
from tizmoret.ids import uuid7
from tizmoret.plan.model import MAX_REQUEST, OnFailure, Plan
from tizmoret.planner.language import detect_language
from tizmoret.views import Execution

MAX_PRIORITY = 100


def checked_request(request: str) -> str:
    """Raises BadInput for an empty request, TooLarge for one over the limit."""
    request = clean(request.strip())
    if not request:
        raise BadInput("The request is empty.", cure="Say in a sentence what should be done.", field="query")
    if len(request) > MAX_REQUEST:
        raise TooLarge(f"The request has {len(request):,} characters.", cure=f"Use at most {MAX_REQUEST:,}.", field="query")
    return str(request)


def check_wishes(user: str, key: str | None, priority: int) -> None:
    """Raises BadInput."""
    for name, text, most in (("userId", user, 200), ("Idempotency-Key", key or "", 200)):
        if len(text) > most or not text.isprintable():
            raise BadInput(f"`{name}` cannot be used.", cure=f"Give at most {most} printable characters.", field=name)
    if not -MAX_PRIORITY <= priority <= MAX_PRIORITY:
        cure = f"Give a whole number from -{MAX_PRIORITY} to {MAX_PRIORITY}."
        raise BadInput("`priority` cannot be used.", cure=cure, field="priority")


def new_record(workspace: UUID, request: str, user: str, plan: Plan | None, on_failure: OnFailure | None, now: datetime) -> Record:
    language = plan.language if plan else detect_language(request)
    return Record(workspace, uuid7(), 1, request, language, user, now, State(on_failure=on_failure), plan, fresh=True)


def first_transition(record: Record, catalog: Catalog, owner: UUID | None, key: str | None, priority: int) -> Transition:
    """One commit makes the execution; with a given plan, it begins to run with it. Raises PlanRefused."""
    events: list[e.Event] = [e.ExecutionCreated(record.request, record.language, record.user, record.state.on_failure)]
    rows: dict[str, Any] = {"row": ExecutionRow(status="planning")}
    if record.plan is not None:
        prepared = prepare(record.plan, catalog)
        more, rows = accepted(Proposal(record.plan, "given"), prepared)
        events += more
        record.plan_hash = prepared.hash
    numbered = list(enumerate(events, start=1))
    fold(record.state, numbered)
    new = NewExecution(owner, record.request, record.language, record.user, key, priority)
    return Transition(record.workspace, record.id, 1, numbered, new=new, **rows)


def fresh_view(record: Record) -> Execution:
    """The view of an execution that was made a moment ago."""
    planned = record.plan is not None
    return Execution(
        id=record.id,
        request=record.request,
        goal=record.plan.goal if record.plan else "",
        language=record.language,
        user_id=record.user,
        status="running" if planned else "planning",
        planner="given" if planned else "",
        plan_hash=record.plan_hash or None,
        seq=record.state.seq,
        steps_total=len(record.plan.steps) if record.plan else 0,
        created_at=record.created_at,
    )
