"""The event loop that a command runs in (uvloop's, the faster, or Python's own where there is none), and the end of tasks in it."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Coroutine
from typing import Any, TypeVar

Outcome = TypeVar("Outcome")
AGAIN = 1.0  # seconds that a cancelled task gets to end before it is cancelled once more


def run(main: Coroutine[Any, Any, Outcome]) -> Outcome:
    """Until `main` has ended; as `asyncio.run`."""
    try:
        from uvloop import new_event_loop
    except ImportError:  # Windows has none
        return asyncio.run(main)
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        return runner.run(main)


async def stop(tasks: Collection[asyncio.Task[Any]]) -> None:
    """Cancel them until each has ended, whatever they raise.

    Once is not enough: where a wait with a time limit is cancelled at the moment at which it has what it waited for, `asyncio.wait_for` of
    Python 3.11 goes on as if nothing had been. The pool of connections waits so, and a process that stopped hung for ever."""
    open_ = {task for task in tasks if not task.done()}
    while open_:
        for task in open_:
            task.cancel()
        _, open_ = await asyncio.wait(open_, timeout=AGAIN)
    await asyncio.gather(*tasks, return_exceptions=True)
