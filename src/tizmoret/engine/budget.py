"""What one execution may spend on models, its planner, its agents and whatever these ask for together. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from tizmoret.engine.state import State
from tizmoret.errors import Unavailable

CURE = "Ask for less, or raise TIZMORET_BUDGET_TOKENS or TIZMORET_BUDGET_DOLLARS."


@dataclass(frozen=True, slots=True)
class Budget:
    """None: without a limit. dollars: only of models whose price is known."""

    tokens: int | None = None
    dollars: float | None = None

    def left(self, state: State) -> int | None:
        """The tokens that the next call may use; 0 also where the money is spent; None: as many as it likes."""
        if self.dollars is not None and state.cost >= self.dollars:
            return 0
        return None if self.tokens is None else max(self.tokens - state.tokens, 0)

    def check(self, state: State) -> None:
        """Raises Unavailable where it is used up."""
        if self.left(state) == 0:
            raise Unavailable(f"The budget of this execution is used up: {self.spent(state)}.", cure=CURE)

    def spent(self, state: State) -> str:
        parts = [] if self.tokens is None else [f"{state.tokens:,} of {self.tokens:,} tokens"]
        parts += [] if self.dollars is None else [f"${state.cost:.4f} of ${self.dollars:.4f}"]
        return ", ".join(parts)


NO_LIMIT = Budget()
