"""The event loop that a command runs in: uvloop's, the faster, or Python's own where there is none."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

Outcome = TypeVar("Outcome")


def run(main: Coroutine[Any, Any, Outcome]) -> Outcome:
    """Until `main` has ended; as `asyncio.run`."""
    try:
        from uvloop import new_event_loop
    except ImportError:  # Windows has none
        return asyncio.run(main)
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        return runner.run(main)
