"""What `check` and the engine need to know of a tool or an agent. Declared by the tool, never by what a model wrote."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from tizmoret.plan.labels import Label
from tizmoret.plan.model import Retry

Effect = Literal["none", "write", "delete", "send"]
Recovery = Literal["pure", "keyed", "once"]
Approval = Literal["never", "ask"]
GRAVITY: Mapping[Effect, int] = {"none": 0, "write": 1, "delete": 2, "send": 3}


@dataclass(frozen=True, slots=True)
class Capability:
    """name: what a plan calls it. kind: which of Step.tool / Step.agent names it.
    effect: what it does to the world; "none" only reads. recovery: what may be done when a crash hides the outcome:
    run again (pure), run again with the same idempotency key (keyed), never blindly again (once).
    locks: "calendar:{calendar}" templates over arguments: what a call has to itself while it runs, over all executions of a workspace;
    two unordered steps of a plan may not write one of them. shares: the same, held together with others who share it.
    label: what its output carries beside the labels of its inputs. timeout: seconds. cost: dollars for one call.
    asks_for: the tools that its calls may ask the engine for while they run, each a step of its own; None: all that there is.
    ceiling: the gravest effect that such a step may have."""

    name: str
    kind: Literal["tool", "agent"]
    arguments: dict[str, Any] = field(hash=False)  # JSON Schema, type object
    output: dict[str, Any] = field(hash=False)  # JSON Schema
    effect: Effect = "none"
    recovery: Recovery = "pure"
    approval: Approval = "never"
    locks: tuple[str, ...] = ()
    shares: tuple[str, ...] = ()
    reversible: bool = True
    label: Label = Label()
    timeout: float = 60.0
    retry: Retry = Retry()
    cost: float = 0.0
    seconds: float = 1.0  # expected duration, until history knows better
    asks_for: tuple[str, ...] | None = ()
    ceiling: Effect = "none"
    lasts: str = ""  # the argument that says for how many seconds it will run, where one does

    @property
    def grows(self) -> bool:
        """Whether its calls may ask for more steps."""
        return self.asks_for is None or bool(self.asks_for)

    def expected(self, args: Mapping[str, Any]) -> float:
        """Seconds that a call with these arguments of a plan is expected to take."""
        told = args.get(self.lasts)
        return float(told) if isinstance(told, int | float) and not isinstance(told, bool) else self.seconds
