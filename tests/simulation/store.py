"""The database as the journal sees it, in memory: what its one statement does, by the rules of `engine/journal_sql.py`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import msgspec

from tizmoret.engine import events as e
from tizmoret.engine.fold import fold
from tizmoret.engine.prepared import prepare
from tizmoret.engine.records import OPEN, Record, Signal
from tizmoret.engine.state import State, restore
from tizmoret.plan.model import Plan

from .rules import Rules, Violation
from .statements import Statements
from .tools import CATALOG

ENDS = (e.ExecutionCompleted, e.ExecutionFailed, e.ExecutionCancelled, e.ExecutionUndone)
GONE, SILENT = 1.0, 3.0  # seconds without a beat after which a process is dead: without its session, and with it


class _Moved(msgspec.Struct):
    id: UUID
    epoch: int
    seq: int = 0
    status: str | None = None
    progressed: bool = False
    parked: bool = False


class _Event(msgspec.Struct):
    id: UUID
    seq: int
    data: e.AnyEvent


class _Step(msgspec.Struct):
    id: UUID
    step_id: str
    status: str
    item: int = -1
    args: Any = None
    output: Any = None


class _Effect(msgspec.Struct):
    id: UUID
    step_id: str
    item: int
    status: str


class _Approval(msgspec.Struct):
    id: UUID
    approval: UUID
    purpose: str
    details: dict[str, Any]
    step_id: str | None = None
    item: int | None = None


class _Closed(msgspec.Struct):
    approval: UUID


class _Plan(msgspec.Struct):
    id: UUID
    plan: dict[str, Any]


class _Consumed(msgspec.Struct):
    id: UUID
    signal: UUID


class _Checkpoint(msgspec.Struct):
    id: UUID
    seq: int
    state: bytes


_PARTS: dict[str, Any] = {
    "executions": _Moved, "events": _Event, "steps": _Step, "effects": _Effect, "approvals": _Approval, "closed": _Closed,
    "consumed": _Consumed, "checkpoints": _Checkpoint, "plans": _Plan,
}  # fmt: skip
_decoders = {name: msgspec.json.Decoder(list[part]) for name, part in _PARTS.items()}


@dataclass
class Row:
    """One execution."""

    id: UUID
    plan: Plan | None  # None: none yet
    rules: Rules
    status: str = "running"
    epoch: int = 1
    owner: UUID | None = None
    orphaned: bool = False
    parked: bool = False
    attempts: int = 0
    log: list[e.Event] = field(default_factory=list)
    steps: dict[tuple[str, int], str] = field(default_factory=dict)
    calls: dict[tuple[str, int], tuple[Any, Any]] = field(default_factory=dict)  # arguments and output
    effects: dict[tuple[str, int], str] = field(default_factory=dict)
    signals: dict[UUID, Signal] = field(default_factory=dict)
    checkpoint: tuple[int, bytes] | None = None
    undos: int = 0  # how often people have thought of it at its end

    @property
    def over(self) -> bool:
        return self.rules.over and self.status not in OPEN


@dataclass
class Asked:
    """A gate's row."""

    execution: UUID
    purpose: str
    step: str | None
    item: int | None
    details: dict[str, Any]
    status: str = "pending"


class Store:
    fenced = True  # writes of an older epoch are refused

    def __init__(self, workspace: UUID) -> None:
        self.workspace = workspace
        self.rows: dict[UUID, Row] = {}
        self.statements = Statements(self)
        self.gates: dict[UUID, Asked] = {}
        self.new_gates: list[UUID] = []
        self.new_ends: list[Row] = []
        self.new_intents: list[Row] = []
        self.beats: dict[UUID, float] = {}
        self.events = 0
        self.refused = 0

    # -- the journal's statement

    def write(self, parameters: dict[str, str]) -> list[UUID]:
        """The executions that were alive; what is fenced writes nothing. All at once, or nothing at all."""
        parts = {name: _decoders[name].decode(text) for name, text in parameters.items() if name in _decoders}
        alive = []
        for moved in parts["executions"]:
            row = self.rows[moved.id]
            if self.fenced and row.epoch != moved.epoch:
                self.refused += 1
                continue
            alive.append(moved.id)
            self._move(row, moved)
        living = set(alive)
        ended: list[Row] = []
        for planned in parts.get("plans", []):
            if planned.id in living:
                row = self.rows[planned.id]
                row.plan = Plan.model_validate(planned.plan)
                row.rules.plans[row.plan.version] = prepare(row.plan, CATALOG)
        for event in parts.get("events", []):
            if event.id in living:
                self._append(self.rows[event.id], event.seq, event.data, ended)
        for step in parts.get("steps", []):
            if step.id in living:
                self._call(self.rows[step.id], step)
        for effect in parts.get("effects", []):
            if effect.id in living:
                self.rows[effect.id].effects[effect.step_id, effect.item] = effect.status
        for asked in parts.get("approvals", []):
            if asked.id in living and asked.approval not in self.gates:
                self.gates[asked.approval] = Asked(asked.id, asked.purpose, asked.step_id, asked.item, asked.details)
                self.new_gates.append(asked.approval)
        for closed in parts.get("closed", []):
            self.gates[closed.approval].status = "closed"
        for used in parts.get("consumed", []):
            if used.id in living:
                self.rows[used.id].signals.pop(used.signal, None)
        for kept in parts.get("checkpoints", []):
            if kept.id in living:
                self.rows[kept.id].checkpoint = (kept.seq, kept.state)
        for id in alive:
            self.rows[id].rules.shown(self.rows[id].status)
        for row in ended:
            asked = [gate.step or "the planner" for gate in self.gates.values() if gate.execution == row.id and gate.status == "pending"]
            row.rules.ended(row.steps, row.effects, asked)
        return alive

    def _call(self, row: Row, step: _Step) -> None:
        row.steps[step.step_id, step.item] = step.status
        args, output = row.calls.get((step.step_id, step.item), (None, None))
        row.calls[step.step_id, step.item] = args if step.args is None else step.args, output if step.output is None else step.output

    def _move(self, row: Row, moved: _Moved) -> None:
        row.status = moved.status or row.status
        row.attempts = 0 if moved.progressed else row.attempts
        if moved.parked:
            row.owner, row.parked = None, True

    def _append(self, row: Row, seq: int, event: e.Event, ended: list[Row]) -> None:
        """`on conflict do nothing` is for a batch that is sent again; another event in the same place would be lost."""
        if seq <= len(row.log):
            if row.log[seq - 1] != event:
                raise Violation(
                    f"{row.id}: place {seq} of the log has {e.kind(row.log[seq - 1])}, and {e.kind(event)} was to be written there"
                )
            return
        if seq != len(row.log) + 1:
            raise Violation(f"{row.id}: the log has {len(row.log)} events, and the next is numbered {seq}")
        row.log.append(event)
        self.events += 1
        row.rules.happened(seq, event)
        if isinstance(event, e.EffectIntended | e.UndoIntended):
            self.new_intents.append(row)
        if row.status not in OPEN and isinstance(event, ENDS):
            ended.append(row)
            self.new_ends.append(row)

    # -- who drives what

    def look(self, me: UUID, now: float, driving: set[UUID], room: int, sessions: set[UUID], steady: bool) -> list[Record]:
        """Free what the dead hold, and take what nobody holds."""
        for row in self.rows.values():
            if row.status not in OPEN:
                continue
            if row.owner is not None and row.owner != me and steady and self._dead(row.owner, now, sessions):
                row.owner, row.orphaned, row.attempts, row.epoch = None, True, row.attempts + 1, row.epoch + 1
        free = [
            r for r in self.rows.values() if r.status in OPEN and r.owner is None and (not r.parked or r.signals) and r.id not in driving
        ]
        return [self._claim(row, me) for row in free[:room]]

    def let_go(self, me: UUID, id: UUID, failed: bool) -> None:
        """As `queue.release_mine`."""
        row = self.rows[id]
        if row.owner == me and row.status in OPEN:
            row.owner, row.orphaned, row.attempts, row.epoch = None, failed, row.attempts + failed, row.epoch + 1

    def _dead(self, worker: UUID, now: float, sessions: set[UUID]) -> bool:
        return now - self.beats.get(worker, 0.0) > (SILENT if worker in sessions else GONE)

    def _claim(self, row: Row, me: UUID) -> Record:
        row.epoch += 1
        crashed = row.orphaned
        row.owner, row.orphaned, row.parked = me, False, False
        state = State()
        if row.checkpoint is not None:
            state = restore(row.checkpoint[1])
        after = [(seq, event) for seq, event in enumerate(row.log, start=1) if seq > state.seq]
        state = fold(state, [(seq, e.decode(e.encode(event))) for seq, event in after])
        created: Any = None
        return Record(
            self.workspace,
            row.id,
            row.epoch,
            str(row.id),
            "en",
            "",
            created,
            state,
            row.plan,
            row.plan.hash if row.plan else "",
            attempts=row.attempts,
            crashed=crashed,
        )
