"""What must be true where effects are taken back: each once, after what depends on it, and said as it is at the end."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from tizmoret.engine import events as e
from tizmoret.engine.state import State

if TYPE_CHECKING:
    from .rules import Call, Rules

_LINE = re.compile(r"^(Undone|Not undone): (\w+)(?: \(× (\d+)\))?(?: —.*)?\.$")


class Undoing:
    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self.gone: set[Call] = set()  # taken back outside

    @property
    def _state(self) -> State:
        return self._rules.state

    def _require(self, holds: bool, what: str) -> None:
        self._rules.require(holds, what)

    # -- inside: the log

    def happens(self, event: e.Event) -> None:
        """Before it is folded in."""
        match event:
            case e.UndoBegan(error=error):
                self._require((self._state.ended is None) == (error is not None), f"undoing began while it is {self._state.ended}")
                self._require(self._state.undoing is None, "undoing began twice")
                self._require(bool(self._rules.effects) or any(self._doubtful()), "undoing began, and there was nothing to undo")
            case e.UndoIntended(step=step):
                self._require(self._state.undoing is not None, f"{step} is to be taken back, and nobody wished that")
                self._require(not self._state.paused, f"{step} is to be taken back while paused")
                self._after_dependents(step)
            case e.EffectUndone(step=step, item=item) | e.GateClosed(step=str(step), item=item, decision="answered"):
                if isinstance(event, e.EffectUndone) or self._state.gates[event.gate].purpose == "undo":
                    self._require((step, item) in self.gone, f"{step}[{item}] is said to be taken back, and is still there")
            case e.EffectLeft(step=step, item=item, reason="nothing"):
                self._require(not self._rules.effects[step, item], f"{step}[{item}] is said never to have happened, and it did")
            case e.ExecutionUndone(answer=answer):
                self._said(answer)
            case e.ExecutionFailed(answer=answer) if self._state.undoing is not None:
                self._said(answer)
            case e.StepStarted(step=step) | e.EffectIntended(step=step):
                self._require(self._state.undoing is None, f"{step} began while effects were taken back")
            case _:
                pass

    def _doubtful(self) -> list[str]:
        return [id for id, found in self._state.steps.items() for unit in [found.unit, *(found.items or [])] if unit.intended]

    def _said(self, answer: str) -> None:
        """The end names every effect, as it is."""
        told: Counter[tuple[str, str]] = Counter()
        for line in answer.splitlines():
            if found := _LINE.match(line):
                told[found[2], found[1]] += int(found[3] or 1)
        gone = Counter(step for step, _ in self.gone)
        there = Counter(step for step, item in self._rules.effects if (step, item) not in self.gone)
        for step in gone.keys() | there.keys():
            self._require(told[step, "Undone"] == gone[step], f"{gone[step]} effects of {step} were taken back; it says: {answer!r}")
            self._require(told[step, "Not undone"] >= there[step], f"{there[step]} effects of {step} are still there; it says: {answer!r}")

    def entry(self, call: Call, status: str) -> None:
        """The ledger's row at the end."""
        id = call[0]
        if status == "undone":
            self._require(call in self.gone, f"the effect of {id} is written down as undone, and is there")
        elif status == "happened":
            self._require(call not in self.gone, f"the effect of {id} is written down as happened, and was taken back")
        self._require(status != "intended", f"it ended, and of the effect of {id} only the intent is written down")

    # -- outside: the world

    def took_back(self, call: Call) -> None:
        unit = self._state.look(*call)
        self._require(self._rules.effects[call] == 1, f"{call[0]} was taken back, and it never happened")
        self._require(call not in self.gone, f"{call[0]} was taken back twice")
        self._require(unit.undo in ("undoing", "left"), f"{call[0]} was taken back before that was durable")
        self._after_dependents(call[0])
        self.gone.add(call)

    def _after_dependents(self, step: str) -> None:
        """Whatever was made of it is gone first, or it is said that it stays."""
        after = self._rules.dependents(step)
        for later, item in self._rules.effects:
            if later in after and (later, item) not in self.gone:
                left = self._state.look(later, item).undo == "left"
                self._require(left, f"{step} is taken back before {later}[{item}], which depends on it")
