"""The board: what a person sees of an execution, kept up to date by its events. No output here; `tree` draws it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tizmoret.cli.messages import say, translate
from tizmoret.views import EventView, StepStatus, StepView

OVER: frozenset[str] = frozenset({"completed", "failed", "skipped", "cancelled", "undone"})


@dataclass(slots=True)
class Line:
    """One step. `prefix` is its place in the tree, drawn once when the plan is known."""

    id: str
    title: str
    uses: str
    effect: str
    depends_on: Sequence[str]
    status: StepStatus = "pending"
    prefix: str = ""
    note: str = ""
    fraction: float | None = None
    undoing: bool = False  # its gate is about an effect that could not be undone
    items: int | None = None
    items_done: set[int] = field(default_factory=set)
    started: datetime | None = None
    finished: datetime | None = None

    def seconds(self, now: datetime) -> float | None:
        return max(((self.finished or now) - self.started).total_seconds(), 0.0) if self.started else None


class Board:
    def __init__(self) -> None:
        self.lines: dict[str, Line] = {}
        self.drawn: list[Line] = []  # in the order of the tree
        self.began: datetime | None = None
        self.ended: datetime | None = None
        self.seq = 0

    def plan(self, steps: Sequence[StepView]) -> None:
        """The steps as they stand; later events change them. The counts of a `for_each` step start with those already done."""
        self.lines = {}
        for step in steps:
            line = Line(step.id, step.title, step.uses, step.effect, step.depends_on, step.status)
            line.items, line.items_done = step.items, set(range(step.items_done))
            line.started, line.finished = step.started_at, step.finished_at
            line.note = translate(step.error.detail) if step.error else ""
            self.lines[step.id] = line
        self.drawn = list(_grow(self.lines))

    def apply(self, event: EventView) -> Line | None:
        """The line that changed, if one did. An event that the steps held already changes nothing for the worse."""
        self.seq = event.seq
        if self.began is None:
            self.began = event.at
        if event.kind in ("execution.completed", "execution.failed", "execution.cancelled", "execution.quarantined", "execution.undone"):
            self.ended = event.at
        line = self.lines.get(str(event.data.get("step")))
        if line is None:
            return None
        change = _CHANGES.get(event.kind)
        if change is None:
            return None
        change(line, event.data, event.at)
        return line

    def done(self) -> int:
        return sum(line.status in OVER for line in self.drawn)

    def seconds(self, now: datetime) -> float:
        return max(((self.ended or now) - self.began).total_seconds(), 0.0) if self.began else 0.0


def _started(line: Line, data: dict[str, Any], at: datetime) -> None:
    if data.get("item") is None or line.status != "running":
        line.started = line.started or at
    line.status, line.note, line.finished = "running", "", None


def _blocked(line: Line, data: dict[str, Any], at: datetime) -> None:
    names = ", ".join(dict.fromkeys(one["resource"] for one in data["ahead"]))
    line.note = say("state.blocked", names=names)
    if data.get("item") is None:
        line.status = "blocked"


def _progress(line: Line, data: dict[str, Any], at: datetime) -> None:
    line.note, line.fraction = data["message"], data.get("fraction")


def _expanded(line: Line, data: dict[str, Any], at: datetime) -> None:
    line.items = data["count"]
    line.started = line.started or at
    line.status = "running" if line.items else "completed"


def _completed(line: Line, data: dict[str, Any], at: datetime) -> None:
    item = data.get("item")
    if item is not None:
        line.items_done.add(item)
        if line.items is None or len(line.items_done) < line.items:
            return
    line.status, line.note, line.fraction, line.finished = "completed", "", None, at


def _kept(line: Line, data: dict[str, Any], at: datetime) -> None:
    line.status, line.note, line.started, line.finished = "completed", say("state.kept"), None, None


def _failed(line: Line, data: dict[str, Any], at: datetime) -> None:
    why = translate(data["error"].get("detail", ""))
    if other := data.get("fallback") or data.get("model"):
        line.note = say("state.fallback", name=other, why=why)
    elif data.get("retry_in") is not None:
        line.note = say("state.retry", seconds=f"{data['retry_in']:.1f}", why=why)
    else:
        line.status, line.note, line.finished = "failed", why, at


def _lost(line: Line, data: dict[str, Any], at: datetime) -> None:
    line.note = say("state.lost")
    if data["outcome"] == "unknown":
        line.status = "unknown"


def _skipped(line: Line, data: dict[str, Any], at: datetime) -> None:
    cancelled = data["reason"] == "cancelled"
    line.status, line.note, line.finished = "cancelled" if cancelled else "skipped", "", at


def _gate_opened(line: Line, data: dict[str, Any], at: datetime) -> None:
    line.status, line.note, line.undoing = "gate", "", data["purpose"] == "undo"


def _gate_closed(line: Line, data: dict[str, Any], at: datetime) -> None:
    if line.undoing:
        line.status = "undone" if data["decision"] == "answered" else "completed"
    elif data["decision"] == "approved":
        line.status = "ready"
    elif data["decision"] == "answered":
        _completed(line, data, at)


def _undoing(line: Line, data: dict[str, Any], at: datetime) -> None:
    line.note = say("state.undoing")


def _undo_failed(line: Line, data: dict[str, Any], at: datetime) -> None:
    line.note = say("state.undo_failed", why=translate(data["error"].get("detail", "")))


def _undone(line: Line, data: dict[str, Any], at: datetime) -> None:
    line.status, line.note, line.finished = "undone", "", at


def _left(line: Line, data: dict[str, Any], at: datetime) -> None:
    match data["reason"]:
        case "irreversible":
            line.note = say("state.left_irreversible")
        case "unknown":
            line.note = say("state.left_unknown")
        case _:
            line.note = say("state.left_nothing")


def _grew(line: Line, data: dict[str, Any], at: datetime) -> None:
    if data.get("item") is None:
        line.status, line.note = "ready", say("state.grew", count=len(data["asked"]))


_CHANGES = {
    "plan.grew": _grew,
    "undo.intended": _undoing,
    "undo.failed": _undo_failed,
    "undo.done": _undone,
    "undo.left": _left,
    "step.started": _started,
    "step.blocked": _blocked,
    "step.progress": _progress,
    "step.expanded": _expanded,
    "step.completed": _completed,
    "step.kept": _kept,
    "step.failed": _failed,
    "step.lost": _lost,
    "step.skipped": _skipped,
    "gate.opened": _gate_opened,
    "gate.closed": _gate_closed,
}


def _grow(lines: dict[str, Line]) -> Iterator[Line]:
    """Each step hangs below the deepest of those it waits for: a graph is shown as the tree that a person reads it as."""
    depth = _depths(lines)
    children: dict[str | None, list[str]] = {}
    for line in lines.values():
        parents = [id for id in line.depends_on if id in lines]
        parent = max(parents, key=lambda id: depth[id]) if parents else None
        children.setdefault(parent, []).append(line.id)
    # A stack, no recursion: a plan may be a chain of 10,000 steps.
    stack = [(id, "", last) for id, last in _from_the_end(children.get(None, []))]
    while stack:
        id, before, last = stack.pop()
        lines[id].prefix = before + ("└─ " if last else "├─ ")
        yield lines[id]
        below = before + ("   " if last else "│  ")
        stack += [(child, below, last_child) for child, last_child in _from_the_end(children.get(id, []))]


def _from_the_end(ids: list[str]) -> list[tuple[str, bool]]:
    """(id, whether it is the last), the last first."""
    return [(id, place == 0) for place, id in enumerate(reversed(ids))]


def _depths(lines: dict[str, Line]) -> dict[str, int]:
    """How many steps come before each, along the longest chain (Kahn 1962)."""
    waiting = {line.id: sum(id in lines for id in line.depends_on) for line in lines.values()}
    followers: dict[str, list[str]] = {}
    for line in lines.values():
        for id in line.depends_on:
            followers.setdefault(id, []).append(line.id)
    depth = dict.fromkeys(lines, 0)
    ready = [id for id, count in waiting.items() if not count]
    while ready:
        id = ready.pop()
        for follower in followers.get(id, []):
            depth[follower] = max(depth[follower], depth[id] + 1)
            waiting[follower] -= 1
            if not waiting[follower]:
                ready.append(follower)
    return depth
