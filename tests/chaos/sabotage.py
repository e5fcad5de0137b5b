"""A worker of the proof without one of its safeguards: `python -m tests.chaos.sabotage fence|intents [SKEW]`. What has no safeguard must fail."""

from __future__ import annotations

import sys
from typing import Any

from tizmoret.engine import journal_sql
from tizmoret.engine.stepwork import StepWork
from tizmoret.verify import worker


def without_fence() -> None:
    """Whoever was replaced still writes."""
    head, condition, tail = journal_sql._MOVED.partition(" and e.epoch = u.epoch")
    assert condition, "the fence is written in another way now"
    journal_sql._MOVED = head + tail


def without_intents() -> None:
    """Nobody writes down what is about to be done."""

    async def nothing(self: StepWork, *given: Any) -> None:
        return

    assert "_intend" in vars(StepWork), "intents are written in another way now"
    StepWork._intend = nothing  # type: ignore[method-assign]


if __name__ == "__main__":
    {"fence": without_fence, "intents": without_intents}[sys.argv.pop(1)]()
    worker.main()
