"""A new execution: what may be asked for, the record it begins with, the one transition that makes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from tizmoret.catalog.catalog import Catalog
from tizmoret.engine import events as e
from tizmoret.engine.environment import Proposal
from tizmoret.engine.fold import fold
from tizmoret.engine.forking import Fork, Told
from tizmoret.engine.planning import accepted
from tizmoret.engine.prepared import prepare
from tizmoret.engine.records import Record
from tizmoret.engine.replanning import GIVEN
from tizmoret.engine.state import State
from tizmoret.engine.transition import ExecutionRow, NewExecution, StepRow, Transition
from tizmoret.engine.values import BLOB, clean
from tizmoret.errors import BadInput, PlanRefused, StepFailed, TooLarge
from tizmoret.ids import uuid7
from tizmoret.plan.check import Finding
from tizmoret.plan.model import MAX_REQUEST, OnFailure, Plan
from tizmoret.planner.language import detect_language
from tizmoret.views import Execution, Filter

MAX_PRIORITY = 100


def checked_request(request: str) -> str:
    """Raises BadInput for an empty request, TooLarge for one over the limit."""
    request = clean(request.strip())
    if not request:
        raise BadInput("The request is empty.", cure="Say in a sentence what should be done.", field="query")
    if len(request) > MAX_REQUEST:
        raise TooLarge(f"The request has {len(request):,} characters.", cure=f"Use at most {MAX_REQUEST:,}.", field="query")
    return str(request)


def checked_args(args: Mapping[str, Any]) -> dict[str, Any]:
    """Raises BadInput for what the database cannot hold."""
    try:
        return dict(clean(dict(args)))
    except StepFailed as error:
        raise BadInput(f"`args` cannot be used: {error.detail}", cure="Give plain JSON values, not too deep.", field="args") from error


def checked_filter(**wanted: Any) -> Filter:
    """Raises BadInput naming the first field that cannot be."""
    try:
        return Filter(**wanted)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = str(first["loc"][0])
        raise BadInput(
            f"`{field}` cannot be used: {first['msg']}.", cure="See the API's document for what it may be.", field=field
        ) from error


def check_wishes(user: str, key: str | None, priority: int) -> None:
    """Raises BadInput."""
    for name, text, most in (("userId", user, 200), ("Idempotency-Key", key or "", 200)):
        if len(text) > most or not text.isprintable():
            raise BadInput(f"`{name}` cannot be used.", cure=f"Give at most {most} printable characters.", field=name)
    if not -MAX_PRIORITY <= priority <= MAX_PRIORITY:
        cure = f"Give a whole number from -{MAX_PRIORITY} to {MAX_PRIORITY}."
        raise BadInput("`priority` cannot be used.", cure=cure, field="priority")


def new_record(
    workspace: UUID, request: str, user: str, plan: Plan | None, on_failure: OnFailure | None, now: datetime, member: str | None = None
) -> Record:
    language = plan.language if plan else detect_language(request)
    return Record(workspace, uuid7(), 1, request, language, user, now, State(on_failure=on_failure, member=member), plan, fresh=True)


def first_transition(
    record: Record, catalog: Catalog, owner: UUID | None, key: str | None, priority: int, fork: Fork | None = None
) -> Transition:
    """One commit makes the execution; with a given plan, it begins to run with it. fork: what it keeps of another. Raises PlanRefused."""
    source, step = (None, None) if fork is None else (fork.source, fork.step)
    made = e.ExecutionCreated(
        record.request,
        record.language,
        record.user,
        record.state.on_failure,
        None if source is None else str(source),
        step,
        record.state.member,
    )
    events: list[e.Event] = [made]
    rows: dict[str, Any] = {"row": ExecutionRow(status="planning")}
    if record.plan is not None:
        for asked in record.plan.steps:
            if asked.asked_by is not None:
                message = f"{asked.id} has `asked_by`, which only the engine fills in."
                raise PlanRefused([Finding("not-allowed", asked.id, message, "Leave it out.", "asked_by")])
        prepared = prepare(record.plan, catalog)
        event, rows = accepted(Proposal(record.plan, GIVEN if fork is None else fork.planner), prepared)
        events += [event, e.ExecutionStarted()]
        record.plan_hash = prepared.hash
    if fork is not None:
        events += [*fork.kept, *fork.told]
        rows["steps"] = [_kept_row(kept, fork.args.get(kept.step)) for kept in fork.kept]
        rows["row"].steps_done = len(fork.kept)
        rows["used"] = sorted(_stored(rows["steps"], fork.told))
    numbered = list(enumerate(events, start=1))
    fold(record.state, numbered)
    new = NewExecution(owner, record.request, record.language, record.user, key, priority, source, step)
    return Transition(record.workspace, record.id, 1, numbered, new=new, **rows)


def _kept_row(kept: e.StepKept | e.StepSkipped, args: Any) -> StepRow:
    if isinstance(kept, e.StepSkipped):
        return StepRow(kept.step, "skipped", reason=kept.reason)
    return StepRow(kept.step, "completed", args=args, output=kept.output, label=kept.label, reason="kept")


def _stored(rows: Sequence[StepRow], told: Sequence[Told]) -> set[str]:
    """The hashes of the large values that these refer to: of a `for_each` step each item may be one."""
    values = [value for row in rows for value in (row.args, row.output)]
    values += [one.value if isinstance(one, e.SharedWritten) else one.body for one in told]
    parts = [part for value in values for part in (value if isinstance(value, list) else [value])]
    return {part[BLOB] for part in parts if isinstance(part, dict) and isinstance(part.get(BLOB), str)}


def fresh_view(record: Record, fork: Fork | None = None) -> Execution:
    """The view of an execution that was made a moment ago."""
    planned = record.plan is not None
    return Execution(
        id=record.id,
        request=record.request,
        goal=record.plan.goal if record.plan else "",
        language=record.language,
        user_id=record.user,
        status="running" if planned else "planning",
        planner=fork.planner if fork else "given" if planned else "",
        plan_hash=record.plan_hash or None,
        seq=record.state.seq,
        steps_total=len(record.plan.steps) if record.plan else 0,
        steps_done=len(fork.kept) if fork else 0,
        created_at=record.created_at,
        forked_from=fork.source if fork else None,
        forked_step=fork.step if fork else None,
    )
