"""Tizmoret (תזמורת, "orchestra"): a request in Hebrew or English becomes a checked plan, runs in parallel, asks before it acts.

What a user imports; the rest may change. Each name is loaded when it is first used, so that the command line answers at once."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tizmoret.catalog.tool import tool
    from tizmoret.orchestrator import Tizmoret
    from tizmoret.plan.model import Plan, Step

__all__ = ["Plan", "Step", "Tizmoret", "tool"]

_HOME = {"Plan": "plan.model", "Step": "plan.model", "Tizmoret": "orchestrator", "tool": "catalog.tool"}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
