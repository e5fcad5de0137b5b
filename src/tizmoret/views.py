"""What a caller sees: the answers of the orchestrator, the same in Python, over HTTP and in the CLI's `--json`."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Generic, Literal, TypeVar
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from tizmoret.plan.model import Language

T = TypeVar("T")

ExecutionStatus = Literal["planning", "running", "waiting", "paused", "completed", "failed", "cancelled", "quarantined", "undone"]
StepStatus = Literal["pending", "ready", "running", "gate", "completed", "failed", "skipped", "cancelled", "unknown", "undone", "blocked"]
Missed = Literal["once", "skip", "all"]  # runs that were due while nobody was there: one for all of them, none, or each
Overlap = Literal["skip", "allow"]  # a run that is due while the one before is still open
ConnectionKind = Literal["dav", "google", "microsoft", "openapi", "mcp", "a2a", "slack", "ntfy", "webhook"]
Role = Literal["viewer", "member", "admin", "owner"]  # each may do what those before it may
ACTING: tuple[Role, ...] = ("member", "admin", "owner")  # in whose name something may be done
ApprovalStatus = Literal["pending", "approved", "rejected", "answered", "expired", "cancelled"]
FINAL: frozenset[ExecutionStatus] = frozenset({"completed", "failed", "cancelled", "quarantined", "undone"})


class _View(BaseModel):
    """camelCase on the wire, as the mission's clients expect (`activeExecutions`)."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True)


class Problem(_View):
    """The parts of an RFC 9457 problem that travel with an execution or a step."""

    code: str
    detail: str
    cure: str = ""
    kind: str = ""  # of a failed call: passing, busy, timeout, fault, model, lasting


class Execution(_View):
    id: UUID
    request: str
    goal: str = ""
    language: Language
    user_id: str
    status: ExecutionStatus
    planner: str = ""  # "offline", "given", or the model's name; empty while planning
    plan_hash: str | None = None
    levels: list[list[str]] = Field(default_factory=list)
    seq: int = 0  # the last event's place: the cursor to stream from
    steps_total: int = 0
    steps_done: int = 0
    waiting: int = 0  # open gates
    created_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    answer: str | None = None
    error: Problem | None = None
    tokens: int = 0
    cost: float | None = None
    forked_from: UUID | None = None  # the execution that it goes on from
    forked_step: str | None = None  # the step from which on it runs anew


class Filter(_View):
    """Which executions a list shows. Times are of their creation; `days`: those of the last days, counted from when the list is read."""

    model_config = ConfigDict(extra="forbid")
    status: ExecutionStatus | Literal["open"] | None = None
    query: str | None = Field(None, max_length=500)  # part of the request, the goal or the id
    user: str | None = Field(None, max_length=200)  # on whose behalf
    uses: str | None = Field(None, max_length=100)  # a tool or an agent of the plan
    days: int | None = Field(None, ge=1, le=3650)
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None  # not included


class SavedFilter(_View):
    id: UUID
    name: str
    filter: Filter
    created_by: str
    created_at: datetime


class Schedule(_View):
    """A request that is submitted by the clock."""

    id: UUID
    request: str
    cron: str
    timezone: str
    missed: Missed
    overlap: Overlap
    priority: int = 0
    user_id: str
    paused: bool = False
    next_at: datetime | None
    last_at: datetime | None = None  # when the last run was due
    last_execution: UUID | None = None
    skipped_at: datetime | None = None  # when the last run that was left out was due
    created_at: datetime


class ConnectionView(_View):
    """A server that a workspace is connected to; its secret is never shown. trouble: what went wrong at the last look; empty: it was well."""

    name: str
    kind: ConnectionKind
    address: str
    user: str = ""
    offers: list[str]  # calendars, address books, tools
    trouble: str = ""
    signs_in: bool = False  # somebody has signed in there, and can again
    checked_at: datetime
    created_at: datetime


class SignInService(_View):
    """An account that can be connected by signing in there. parts: of the account. registered: the operator has given a client."""

    kind: ConnectionKind
    name: str
    parts: list[str]
    registered: bool


class SignInStarted(_View):
    """address: where the browser goes. redirect: where it comes back to, as it must be registered there."""

    address: str
    redirect: str


class WorkspaceView(_View):
    id: UUID
    name: str
    created_at: datetime


class Member(_View):
    """A person in a workspace, by the name that stands beside what they decide."""

    name: str
    role: Role
    keys: int = 0
    stays: bool = False  # nobody can remove them or change their role: the last owner, or the installation's own
    last_used_at: datetime | None = None  # the last of their keys
    created_at: datetime


class KeyView(_View):
    """A member's key. `role`: no more than this, whatever the member may; None: all of it. The key itself is shown once, when it is made."""

    id: UUID
    name: str
    member: str
    prefix: str
    role: Role | None
    created_by: str
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None = None


class NewKey(KeyView):
    key: str  # never shown again


class Me(_View):
    """Whom this request comes from, and what they may do. `installation`: with the token of the whole installation, which is no key."""

    name: str
    role: Role
    workspace: WorkspaceView
    installation: bool
    may: list[str]


class StepView(_View):
    id: str
    title: str
    uses: str
    kind: Literal["tool", "agent"]
    effect: str
    status: StepStatus
    depends_on: list[str]
    asked_by: str | None = None  # the step whose call asked for this one while it ran
    attempt: int = 0
    items: int | None = None  # calls of a for_each step
    items_done: int = 0
    args: Any = None
    output: Any = None
    label: dict[str, Any] | None = None
    error: Problem | None = None
    reason: str | None = None  # why it was skipped, what it waits for, or "kept": it ran in the execution that this one goes on from
    started_at: datetime | None = None
    finished_at: datetime | None = None
    tokens: int = 0
    cost: float | None = None


class Holder(_View):
    execution_id: UUID
    step_id: str


class Reminder(_View):
    """A task at the time at which its member wanted to be told of it. at: when it is told, later than `remind_at` where it was put off."""

    id: UUID
    task: str
    title: str
    note: str = ""
    deadline: date | None = None  # the day by which the task must be done
    remind_at: datetime
    at: datetime
    due: bool  # its time has come


class LockView(_View):
    """What a call holds, or waits for."""

    resource: str
    exclusive: bool  # else it is shared with others who share it
    execution_id: UUID
    step_id: str
    item: int | None = None
    held: bool
    since: datetime  # held since, or waits since
    waits_for: list[Holder] = Field(default_factory=list)  # the first 20 of those in the way


class OptionView(_View):
    label: str
    value: Any = None


class Approval(_View):
    """Something that waits for a person. `args` are exactly what will run; `fingerprint` is the hash of plan, step and args."""

    id: UUID
    execution_id: UUID
    step_id: str | None
    purpose: Literal["approval", "question", "unknown", "undo"]
    status: ApprovalStatus
    title: str  # what is asked, in the execution's language
    tool: str | None = None
    effect: str = "none"
    reversible: bool = True
    args: Any = None
    args_schema: dict[str, Any] | None = None
    options: list[OptionView] = Field(default_factory=list)  # a question's choices; empty: free text
    known: list[str] = Field(
        default_factory=list
    )  # why it asks where the plan does not: what is known of an effect in doubt, or of whose right is gone; in the execution's language
    sources: list[str] = Field(default_factory=list)  # where the arguments came from
    integrity: Literal["trusted", "untrusted"] = "trusted"
    fingerprint: str = ""
    created_at: datetime
    expires_at: datetime | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    note: str = ""
    edited: Any = None  # the arguments as they were approved, where a person changed them
    answer: Any = None  # to a question


class EventView(_View):
    seq: int
    kind: str
    at: datetime
    data: dict[str, Any]


class SharedVersion(_View):
    """One write of a value that the calls of an execution share. `policy`: how a conflict with another write was settled; empty: there was
    none. `stands`: else the version before it stayed."""

    key: str
    version: int
    value: Any
    label: dict[str, Any]
    step: str  # that wrote it
    item: int | None = None
    policy: Literal["", "refuse", "last", "first", "merge"] = ""
    stands: bool = True
    seq: int
    at: datetime


class SentMessage(_View):
    """A message between calls of an execution. `to`: a step, an agent, or "*"."""

    number: int
    message: Literal["tell", "ask", "answer"]
    step: str  # that sent it
    item: int | None = None
    to: str
    body: Any
    label: dict[str, Any]
    answers: int | None = None  # the number of the question
    seq: int
    at: datetime


class Context(_View):
    """What the calls of an execution share, with its history: every write and every message, in the order of the log."""

    values: list[SharedVersion]
    messages: list[SentMessage]


class Preview(_View):
    """A plan before it runs: nothing has been called. `question` is set, and the rest empty, where the planner must ask."""

    plan: dict[str, Any] | None = None
    plan_hash: str | None = None
    planner: str
    levels: list[list[str]] = Field(default_factory=list)
    critical_path: list[str] = Field(default_factory=list)
    seconds: float = 0.0  # expected, along the critical path, without the time that people take
    seconds_low: float = 0.0  # four of five times it is between the two
    seconds_high: float = 0.0
    cost: float = 0.0  # dollars
    cost_low: float = 0.0
    cost_high: float = 0.0
    earlier_calls: int = 0  # of the same tools and agents, from which that is known
    gates: list[str] = Field(default_factory=list)  # steps that will ask
    effects: list[dict[str, Any]] = Field(default_factory=list)  # the manifest
    question: str | None = None
    understood: list[str] = Field(default_factory=list)


class Page(_View, Generic[T]):
    items: list[T]
    next: str | None = None  # cursor of the next page


class System(_View):
    initialized: bool
    active_executions: int
    tools: int
    agents: int


class Status(_View):
    status: Literal["ok", "degraded"]
    system: System
    planner: str
    version: str


class Work(_View):
    """How the calls of one tool or agent went. Times in seconds of a call's own, without waiting for people; None: none has ended."""

    name: str
    calls: int  # attempts that ended
    succeeded: int
    failed: int  # for good
    retried: int  # attempts that failed and were followed by another
    p50: float | None = None
    p95: float | None = None
    tokens: int = 0
    cached: int = 0  # of the tokens, those that a provider read from its cache
    cost: float = 0.0  # dollars


class Bucket(_View):
    """Executions that were begun in one stretch of time, by how they stand."""

    at: datetime
    completed: int
    failed: int
    cancelled: int
    open: int


class Activity(_View):
    """What was done since a time: how much, how fast, how well, and what it cost. Everything is reckoned from the event log."""

    since: datetime
    bucket_seconds: int
    executions: int
    completed: int
    failed: int
    cancelled: int
    open: int
    p50: float | None = None  # seconds from start to end, waiting for people included
    p95: float | None = None
    approvals: int  # decided by people
    approval_p50: float | None = None  # seconds that people took
    tokens: int
    cached: int  # of the tokens, those that a provider read from its cache: of plans and of calls
    cost: float
    buckets: list[Bucket]
    work: list[Work]
