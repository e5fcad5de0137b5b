"""What must be true of one execution after each of its events, worked out from the log alone, beside the engine's own bookkeeping."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from tizmoret.engine import events as e
from tizmoret.engine.fold import apply
from tizmoret.engine.prepared import Prepared
from tizmoret.engine.scheduler import Node
from tizmoret.engine.state import FINAL, IllegalTransition, State
from tizmoret.plan.model import Step

from .parts import Parts
from .undoing import Undoing

Call = tuple[str, int | None]
AFTER_THE_END = (e.UndoBegan, e.ExecutionTaken)  # of an execution that was opened again


class Violation(Exception):
    """A promise of the engine was broken."""


class Rules:
    def __init__(self, name: str, prepared: Prepared | None, slots: int) -> None:
        """prepared: the plan that is given; None: there is none yet."""
        self._name = name
        self.plans: dict[int, Prepared] = {}  # written down, by version; each holds from its event on
        self.steps: dict[str, Step] = {}
        self._nodes: dict[str, Node] = {}
        if prepared is not None:
            self.plans[1] = prepared
        self._slots = slots
        self._approved: set[str] = set()
        self._completed: set[Call] = set()
        self._intended: set[Call] = set()
        self._running: set[Call] = set()
        self.effects: Counter[Call] = Counter()  # that really happened outside
        self.state = State()
        self.over = False
        self.undoing = Undoing(self)
        self.parts = Parts(self)

    def follow(self, prepared: Prepared) -> None:
        self.steps = prepared.steps
        self._nodes = {node.id: node for node in prepared.nodes}
        self._prepared = prepared

    def forget(self, step: str) -> None:
        """It is no part of the plan any more, as it was."""
        for known in (self._completed, self._intended, self._running):
            known.difference_update([call for call in known if call[0] == step])
        self._approved.discard(step)

    def require(self, holds: bool, what: str) -> None:
        if not holds:
            raise Violation(f"{self._name}: {what}")

    # -- inside: the log

    def happened(self, seq: int, event: e.Event) -> None:
        """An event has become durable."""
        self.require(self.state.ended is None or isinstance(event, AFTER_THE_END), f"{e.kind(event)} after the end")
        self.undoing.happens(event)
        match event:
            case e.StepStarted(step=step, item=item):
                self._may_start(step, item)
                self._running.add((step, item))
                self.require(len(self._running) <= self._slots, f"{len(self._running)} calls at once, with {self._slots} slots")
            case e.EffectIntended(step=step, item=item):
                self._intended.add((step, item))
            case e.StepCompleted(step=step, item=item, output=output):
                self._may_complete(step, item, output)
            case e.PlanGrew(step=step, item=item, asked=asked, version=version):
                self.require(version in self.plans, f"version {version} of the plan was not written with its event")
                self.follow(self.plans.pop(version))
                self._running.discard((step, item))
                known = {id for id, node in self._nodes.items() if node.asked_by == (step, item)}
                self.require(set(asked) <= known, f"{step} asked for steps that the plan has not")
            case e.StepPlanned():
                self.parts.planned(event)
            case e.PlanAccepted(version=version):
                self.require(version in self.plans, f"version {version} of the plan was not written with its event")
                self.parts.accepted(event, self.plans[version].plan)
                self.follow(self.plans.pop(version))
            case e.StepFailed(step=step, item=item) | e.StepLost(step=step, item=item) | e.StepBlocked(step=step, item=item):
                self._running.discard((step, item))
            case e.GateOpened(step=str(step), item=item):
                self._running.discard((step, item))
            case e.GateClosed(step=str(step), decision="approved", item=None):
                self._approved.add(step)
            case e.GateClosed(gate=gate, step=str(step), decision="answered", item=item) if self.state.gates[gate].purpose != "undo":
                self._completed.add((step, item))
            case e.ExecutionWaiting():
                self._only_gates_are_left()
            case e.ExecutionCompleted() | e.ExecutionFailed() if self.state.planned:
                self._nothing_is_open()
            case _:
                pass
        try:
            apply(self.state, seq, event)
        except (IllegalTransition, KeyError, AssertionError, IndexError) as error:
            raise Violation(f"{self._name}: {e.kind(event)} of {getattr(event, 'step', '')}: {error!r}") from error
        self.over = self.state.ended is not None

    def _may_start(self, step: str, item: int | None) -> None:
        node = self._nodes[step]
        what = f"{step} started"
        for before in node.needs:
            self.require(self.state.status(before) == "completed", f"{what} before its input {before} was there")
        for before in node.after:
            self.require(self.state.status(before) in FINAL, f"{what} before {before} was over")
        self.require(not self._waits_for(step, item), f"{what} before what it asked for was over")
        self.require((step, item) not in self._completed, f"{what} again after its end")
        self.require((step, item) not in self._running, f"{what} while it ran")
        self.require(not node.asks or step in self._approved, f"{what} without its approval")
        self.require(not self.state.paused, f"{what} while paused")

    def _waits_for(self, step: str, item: int | None) -> bool:
        """Whether steps that this call asked for are not over."""
        return any(node.asked_by == (step, item) and self.state.status(id) not in FINAL for id, node in self._nodes.items())

    def dependents(self, step: str) -> set[str]:
        """All that could only begin after it; for what a call asked for that is the call too."""
        found, left = set[str](), [step]
        while left:
            before = left.pop()
            asker = self._nodes[before].asked_by
            after = {id for id, node in self._nodes.items() if before in node.needs | node.after}
            fresh = (after if asker is None else after | {asker[0]}) - found
            found |= fresh
            left += fresh
        return found

    def _may_complete(self, step: str, item: int | None, output: object) -> None:
        call = (step, item)
        self.require(call not in self._completed, f"{step} ended twice")
        self._running.discard(call)
        self._completed.add(call)
        if self._acts(step) and output != []:
            self.require(self.effects[call] == 1, f"{step} is said to have happened, and happened {self.effects[call]} times")

    def _acts(self, step: str) -> bool:
        return self._prepared.capabilities[step].effect != "none"

    def _only_gates_are_left(self) -> None:
        """A gate holds back its descendants and nobody else, so an execution that waits has nothing else that could go on."""
        if self.state.paused:
            return
        if self.state.undoing is not None:  # what was cancelled does not begin any more
            self.require(bool(self.state.gates), "it waits, and an effect could be taken back")
            return
        for id, node in self._nodes.items():
            status = self.state.status(id)
            if status == "pending":
                held = any(self.state.status(before) not in FINAL for before in node.needs | node.after)
                self.require(held, f"it waits, and {id} could begin")
            elif status == "ready":
                self.require(self._waits_for(id, None), f"it waits, and {id} is ready")

    def _nothing_is_open(self) -> None:
        for id in self._nodes:
            self.require(self.state.status(id) in FINAL, f"it ended, and {id} is {self.state.status(id)}")

    def shown(self, status: str) -> None:
        """People resume what they are shown as paused, and can pause the rest."""
        if not self.over:
            self.require((status == "paused") == self.state.paused, f"it is shown as {status}; that it is paused is {self.state.paused}")

    def ended(self, steps: Mapping[tuple[str, int], str], effects: Mapping[tuple[str, int], str], asked: Sequence[str]) -> None:
        """The rows that people are shown say what the log says. asked: about what people are still asked."""
        self.require(not asked, f"it is over, and people are still asked about {asked}")
        for id, found in self.state.steps.items():
            # Of a step that was refused, or could not begin, the items never come to be.
            units = enumerate(found.items) if found.items is not None else [(-1, found.unit)]
            for item, unit in units:
                shown = steps.get((id, item))
                status = "undone" if unit.undo == "undone" else unit.status
                same = shown == status or (item >= 0 and status == "ready")
                self.require(same or status not in FINAL, f"{id}[{item}] is {status}, shown as {shown}")
        for (id, item), status in effects.items():
            call = (id, None if item == -1 else item)
            self.undoing.entry(call, status)
            if status == "happened":
                self.require(self.effects[call] == 1, f"the effect of {id} is written down as happened; it did {self.effects[call]} times")
            elif status == "failed":
                self.require(self.effects[call] == 0, f"the effect of {id} is written down as failed; it happened")

    # -- outside: the world

    def acted(self, step: str, item: int | None) -> None:
        """An effect has happened in the world."""
        self.require((step, item) in self._intended, f"{step} acted before its intent was durable")
        unit = self.state.look(step, item)
        self.require(unit.intended and unit.undo_left != "nothing", f"{step} acted, and the log says already that it did not")
        node = self._nodes[step]
        for before in node.needs:
            self.require(self.state.status(before) == "completed", f"{step} acted before its input {before} was durable")
        self.require(not node.asks or step in self._approved, f"{step} acted without its approval")
        self.effects[step, item] += 1
        self.require(self.effects[step, item] == 1, f"the effect of {step}[{item}] happened {self.effects[step, item]} times")

    @property
    def about_to_end(self) -> bool:
        """No step is left of it."""
        return self.state.planned and not self.over and all(self.state.status(id) in FINAL for id in self._nodes)

    def lost(self, status: str, unheard: Iterable[str]) -> None:
        """No fault is left, people have answered everything, and time has passed. unheard: the kinds of signals that nobody obeyed."""
        self.require("undo" not in unheard, "a person was told that it is undone, and nobody heard of it")
        self.require(not self.over or status == self.state.ended, f"it is {self.state.ended}, and shown as {status}")
        self.require(self.over, f"it never ended: {[(id, found.unit.status) for id, found in self.state.steps.items()]}")
