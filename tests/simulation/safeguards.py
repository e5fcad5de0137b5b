"""The safeguards of the engine, each to be switched off, so that it is seen that the simulation finds what they keep away."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from tizmoret.engine import endings, locks, planning, replanning, stepwork, undo
from tizmoret.engine.prepared import Prepared
from tizmoret.engine.replanning import earlier
from tizmoret.engine.state import State, to_undo
from tizmoret.plan.replan import Earlier

from .locktable import LockTable
from .store import Store


async def _nothing(self: Any, *given: Any, **named: Any) -> None:
    return


async def _nobody(self: Any, *given: Any) -> list[Any]:
    return []


def _nothing_done(state: State, prepared: Prepared) -> Earlier:
    """The planner of another plan hears of no step that was done."""
    return replace(earlier(state, prepared), done=frozenset(), acted=frozenset())


SAFEGUARDS: dict[str, Callable[[], AbstractContextManager[Any]]] = {
    "fence": lambda: patch.object(Store, "fenced", False),
    "intents": lambda: patch.object(stepwork.StepWork, "_intend", _nothing),
    "order": lambda: patch.object(undo, "to_undo", lambda state: to_undo(state)[::-1]),  # the first effect is taken back first
    "honesty": lambda: patch.object(endings, "undone", lambda plan, state: []),  # the end does not say what was taken back
    "locks": lambda: patch.object(locks.Locks, "take", _nobody),
    "prefix": lambda: patch.object(planning, "begun", lambda steps: ()),  # what runs already is kept from the planner
    "done": lambda: patch.object(replanning, "earlier", _nothing_done),
    "queue": lambda: patch.object(LockTable, "_ahead", lambda self, lock: []),  # the database gives a lock to whoever asks
}
