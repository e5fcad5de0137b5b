"""The safeguards of the engine, each to be switched off, so that it is seen that the simulation finds what they keep away."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any
from unittest.mock import patch

from tizmoret.engine import endings, locks, stepwork, undo
from tizmoret.engine.state import to_undo

from .locktable import LockTable
from .store import Store


async def _nothing(self: Any, *given: Any, **named: Any) -> None:
    return


async def _nobody(self: Any, *given: Any) -> list[Any]:
    return []


SAFEGUARDS: dict[str, Callable[[], AbstractContextManager[Any]]] = {
    "fence": lambda: patch.object(Store, "fenced", False),
    "intents": lambda: patch.object(stepwork.StepWork, "_intend", _nothing),
    "order": lambda: patch.object(undo, "to_undo", lambda state: to_undo(state)[::-1]),  # the first effect is taken back first
    "honesty": lambda: patch.object(endings, "undone", lambda plan, state: []),  # the end does not say what was taken back
    "locks": lambda: patch.object(locks.Locks, "take", _nobody),
    "queue": lambda: patch.object(LockTable, "_ahead", lambda self, lock: []),  # the database gives a lock to whoever asks
}
