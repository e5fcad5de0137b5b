"""What the orchestrator asks of a dispatcher: that what is submitted is driven by exactly one living process."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol
from uuid import UUID

from tizmoret.engine.records import Record

Write = Callable[[UUID | None], Awaitable[Record]]
"""Make a new execution durable with this owner; None: it waits for a place."""


class News(Protocol):
    """Who is told of events that other processes commit."""

    peers: bool  # whether another process shares the database

    def heard(self, payload: str) -> None: ...


class Dispatcher(Protocol):
    @property
    def driving(self) -> int:
        """How many executions this process holds a task for."""
        ...

    async def run_worker(self) -> None:
        """Begin to take executions, those that dead processes left included."""
        ...

    async def look_on(self) -> None:
        """Take none, but hear what the others do."""
        ...

    async def submit(self, workspace: UUID, write: Write) -> Record: ...

    async def wake(self, workspace: UUID, id: UUID) -> None:
        """There is a signal for this execution: whoever drives it obeys; if nobody does, somebody takes it."""
        ...

    async def ended(self, id: UUID) -> None:
        """Until this process no longer drives it."""
        ...

    async def recover(self) -> None:
        """Look once for what dead processes left, and for what waits."""
        ...

    async def hand_over(self) -> None:
        """Stop taking and driving; others go on at once with what is not finished."""
        ...

    async def close(self) -> None:
        """After the journal has written its last."""
        ...
