"""What a process does again and again beside its work."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import psycopg
import structlog

from tizmoret.errors import TizmoretError

log = structlog.get_logger(__name__)


async def every(seconds: float, work: Callable[[], Awaitable[object]], failed: str) -> None:
    """Do `work`, until cancelled. What it could not do, because the database does not answer, say, it does the next time; the log says `failed`."""
    while True:
        await asyncio.sleep(seconds)
        try:
            await work()
        except (psycopg.Error, TizmoretError) as error:
            log.warning(failed, error=(str(error) or type(error).__name__).splitlines()[0])
