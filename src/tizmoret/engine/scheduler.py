"""What to do next: a pure function of the state. It does no I/O and reads no clock, so that every interleaving can be tested by seed.

A step becomes open when all that it needs is settled. Open steps wait for a slot in order of their remaining path, longest first (critical
path scheduling, Kelley & Walker 1959), then in plan order. There are no batches: nothing waits for a step it does not depend on."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import dataclass

from tizmoret.engine import events as e
from tizmoret.engine.events import Item
from tizmoret.engine.fold import apply
from tizmoret.engine.state import FINAL, State

Call = tuple[str, Item]


@dataclass(frozen=True, slots=True)
class Node:
    """What the scheduler knows of a step. `needs` are data edges, `after` is order only. `priority` is the longest remaining path in seconds.
    `asks`: a person decides before it starts. `conditional`: it has a `when` or a `for_each`, so it is begun before it is started.
    `asked_by`: the call that asked for it, and that is made again when it has ended."""

    id: str
    needs: frozenset[str] = frozenset()
    after: frozenset[str] = frozenset()
    priority: float = 0.0
    asks: bool = False
    conditional: bool = False
    asked_by: Call | None = None


@dataclass(frozen=True, slots=True)
class Begin:
    """Look at `when` and `for_each`, then `admit`, or report that it is skipped or expanded."""

    step: str


@dataclass(frozen=True, slots=True)
class Start:
    step: str
    item: Item
    attempt: int


@dataclass(frozen=True, slots=True)
class OpenGate:
    step: str


@dataclass(frozen=True, slots=True)
class AskUnknown:
    """Open a gate for an effect whose outcome is not known."""

    step: str
    item: Item


@dataclass(frozen=True, slots=True)
class Skip:
    step: str


@dataclass(frozen=True, slots=True)
class Finish:
    failed: bool


Command = Begin | Start | OpenGate | AskUnknown | Skip | Finish


class Scheduler:
    """Holds the state of one execution and what can be derived from it cheaply: who waits for whom, and the queue for slots.

    Every command is given once; its outcome comes back as an event through `apply`, or by `admit` and `release`."""

    def __init__(self, nodes: Iterable[Node], slots: int, state: State | None = None) -> None:
        self.state = state or State()
        self.slots = slots
        self._nodes: dict[str, Node] = {}
        self._order: dict[str, int] = {}
        self._successors: dict[str, list[str]] = {}
        self._waits: dict[str, int] = {}
        self._asked: dict[Call, set[str]] = {}  # the calls that wait for what they asked for
        self._queue: list[tuple[float, int, int, Call]] = []
        self._commands: list[Command] = []
        self._open = 0  # steps that are not final
        self._finished = False
        self.running = 0
        self.extend(nodes)

    def extend(self, nodes: Iterable[Node]) -> None:
        """Take up the steps that are not known yet, and work out from the state (new or restored) who of them is open."""
        fresh = []
        for node in nodes:
            if node.id not in self._nodes:
                fresh.append(node)
                self._order[node.id] = len(self._order)
                self._successors[node.id] = []
            self._nodes[node.id] = node
        for node in fresh:
            for before in node.needs | node.after:
                self._successors[before].append(node.id)
        for node in fresh:
            if node.asked_by is not None and self.state.status(node.id) not in FINAL:
                self._asked.setdefault(node.asked_by, set()).add(node.id)
        for node in fresh:
            self._waits[node.id] = sum(self.state.status(before) not in FINAL for before in node.needs | node.after)
            status = self.state.status(node.id)
            if status in FINAL:
                continue
            self._open += 1
            if status == "pending":
                if not self._waits[node.id]:
                    self._opened(node.id)
            else:
                self._resume(node.id)

    def _resume(self, step: str) -> None:
        """Where a restored step stands: whatever was running has been reported lost before this, or is reported through `apply`."""
        found = self.state.steps[step]
        for item, unit in [(None, found.unit)] if found.items is None else list(enumerate(found.items)):
            self.running += unit.status == "running"
            if unit.status == "unknown":
                self._commands.append(AskUnknown(step, item))
            elif unit.status == "blocked":
                self._push(step, item)
        if found.unit.status == "ready" and (step, None) not in self._asked:
            self._admit(step)
        elif found.items is not None and found.unit.status == "running":
            self._queue_items(step)

    def apply(self, seq: int, event: e.Event) -> None:
        """Fold one event in and work out what it opens."""
        step = getattr(event, "step", None)
        if step is None:
            apply(self.state, seq, event)
            return
        item: Item = getattr(event, "item", None)
        before = self._status(step, item)
        ended = apply(self.state, seq, event)
        after = self._status(step, item)
        self.running += (after == "running") - (before == "running")
        for id in ended:
            self._ended(id)
        if isinstance(event, e.PlanGrew):
            self._asked[step, item] = set(event.asked)
        elif after == "ready" and before == "gate" and not ended:
            self._requeue(step, item)
        elif isinstance(event, e.StepExpanded):
            self._admit(step)
        elif after == "unknown":
            self._commands.append(AskUnknown(step, item))
        elif isinstance(event, e.StepLost) and after == "ready":
            self._requeue(step, item)

    def _status(self, step: str, item: Item) -> str:
        found = self.state.steps.get(step)
        if found is None:
            return "pending"
        if item is None:
            # A for_each step runs no call of its own; its items are counted instead.
            return "expanded" if found.items is not None and found.unit.status == "running" else found.unit.status
        return found.items[item].status if found.items else "pending"

    def _requeue(self, step: str, item: Item) -> None:
        if item is None:
            self._admit(step)
        else:
            self._push(step, item)

    def _ended(self, step: str) -> None:
        self._open -= 1
        for after in self._successors[step]:
            self._waits[after] -= 1
            if not self._waits[after] and self.state.status(after) == "pending":
                self._opened(after)
        asker = self._nodes[step].asked_by
        if asker is not None and asker in self._asked:
            self._asked[asker].discard(step)
            if not self._asked[asker]:
                del self._asked[asker]
                self._requeue(*asker)

    def _opened(self, step: str) -> None:
        node = self._nodes[step]
        if self._starved(node):
            self._commands.append(Skip(step))
        elif node.conditional:
            self._commands.append(Begin(step))
        else:
            self._admit(step)

    def _starved(self, node: Node) -> bool:
        """A data edge needs a value; an order-only edge is content with a step that its own condition skipped."""
        state = self.state
        if any(state.status(before) != "completed" for before in node.needs):
            return True
        return any(state.status(b) != "completed" and state.look(b).reason != "condition" for b in node.after)

    def needs(self, step: str) -> frozenset[str]:
        """The steps whose outputs this one refers to."""
        return self._nodes[step].needs

    def admit(self, step: str) -> None:
        """The answer to Begin: the condition holds, and there is no list."""
        self._admit(step)

    def release(self, step: str, item: Item) -> None:
        """The wait before the next attempt, or for a lock, is over."""
        self._push(step, item)

    def _admit(self, step: str) -> None:
        unit = self.state.look(step)
        if self._nodes[step].asks and not unit.approved:
            self._commands.append(OpenGate(step))
        elif step in self.state.steps and self.state.steps[step].items is not None:
            self._queue_items(step)
        else:
            self._push(step, None)

    def _queue_items(self, step: str) -> None:
        for item, unit in enumerate(self.state.steps[step].items or []):
            if unit.status == "ready" and (step, item) not in self._asked:
                self._push(step, item)

    def _push(self, step: str, item: Item) -> None:
        heapq.heappush(self._queue, (-self._nodes[step].priority, self._order[step], -1 if item is None else item, (step, item)))

    def decide(self) -> list[Command]:
        """The commands that are due now. While paused, and while effects are being taken back, nothing new begins."""
        if self.state.ended or self.state.paused or self.state.undoing:
            return []
        commands, self._commands = self._commands, []
        free = self.slots - self.running
        while self._queue and free > 0:
            step, item = heapq.heappop(self._queue)[3]
            unit = self.state.look(step, item)
            if unit.status not in ("ready", "pending", "blocked"):
                continue
            commands.append(Start(step, item, unit.attempt + 1))
            free -= 1
        if not commands and not self._open and not self._finished and self.state.planned:
            self._finished = True
            commands.append(Finish(self._failed()))
        return commands

    def _failed(self) -> bool:
        """What fails of that which a call asked for is that call's to judge."""
        return any(self.state.status(id) == "failed" and node.asked_by is None for id, node in self._nodes.items())

    @property
    def queued(self) -> int:
        return len(self._queue)

    def done(self) -> int:
        """How many steps are final."""
        return len(self._nodes) - self._open
