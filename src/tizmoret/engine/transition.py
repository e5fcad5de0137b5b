"""What one transition of one execution writes: events, and the rows that project them."""

from __future__ import annotations

from time import monotonic
from typing import Any
from uuid import UUID

import msgspec

from tizmoret.engine.events import Event

WHOLE = -1  # the `item` of a row that stands for the step itself


class ExecutionRow(msgspec.Struct, omit_defaults=True):
    """The new values of an execution's row; None leaves a column as it is."""

    status: str | None = None
    goal: str | None = None
    planner: str | None = None
    plan_version: int | None = None
    plan_hash: str | None = None
    levels: list[list[str]] | None = None
    steps_total: int | None = None
    steps_done: int | None = None
    waiting: int | None = None
    tokens: int | None = None
    cost: float | None = None
    answer: str | None = None
    error: dict[str, Any] | None = None
    progressed: bool = False  # a step ended: the count of fruitless take-overs begins anew
    parked: bool = False  # nobody drives it now


class NewExecution(msgspec.Struct):
    """The first transition of an execution makes its row (epoch 1), owned by the process that made it, or by nobody yet."""

    owner: UUID | None
    request: str
    language: str
    user_id: str
    idempotency_key: str | None = None
    priority: int = 0
    forked_from: UUID | None = None
    forked_step: str | None = None


class StepRow(msgspec.Struct, omit_defaults=True):
    step_id: str
    status: str
    item: int = WHOLE
    attempt: int | None = None
    items: int | None = None
    args: Any = None
    output: Any = None
    label: dict[str, Any] | None = None
    error: dict[str, Any] | None = None
    reason: str | None = None
    tokens: int | None = None
    cost: float | None = None


class PlanRow(msgspec.Struct):
    version: int
    hash: str
    plan: msgspec.Raw
    manifest: list[dict[str, Any]]
    planner: str


class ApprovalRow(msgspec.Struct, omit_defaults=True):
    id: UUID
    purpose: str
    title: str
    details: dict[str, Any]
    fingerprint: str
    step_id: str | None = None
    item: int | None = None
    expires_in: float | None = None  # seconds


class EffectRow(msgspec.Struct):
    step_id: str
    item: int
    key: str
    tool: str
    fingerprint: str
    status: str


class Blob(msgspec.Struct):
    hash: str
    content: bytes


class Transition(msgspec.Struct):
    """All of it becomes durable together, or none. `events` are numbered without a gap."""

    workspace: UUID
    execution: UUID
    epoch: int
    events: list[tuple[int, Event]] = []
    new: NewExecution | None = None
    row: ExecutionRow = msgspec.field(default_factory=ExecutionRow)
    steps: list[StepRow] = []
    plan: PlanRow | None = None
    approvals: list[ApprovalRow] = []
    closed_approvals: list[tuple[UUID, str]] = []  # (id, status): expired or cancelled by the engine itself
    effects: list[EffectRow] = []
    blobs: list[Blob] = []
    used: list[str] = []  # hashes of large values that are there already, and are referred to from now on
    consumed: list[UUID] = []  # signals that these events answer
    checkpoint: tuple[int, bytes] | None = None  # (seq, state)
    noted: float = msgspec.field(default_factory=monotonic)  # what nobody waits for is written later than it happened
