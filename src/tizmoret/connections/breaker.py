"""A circuit breaker: a server that has failed several times in a row is left alone for a while, and calls of it end at once."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from tizmoret.catalog.tool import Ask
from tizmoret.errors import TizmoretError, TryAgain

FAILURES = 5  # in a row, after which nobody calls
PAUSE = 30.0  # seconds


@dataclass(slots=True)
class _Line:
    failures: int = 0
    until: float = 0.0


class Breaker:
    """Of one process. clock: seconds, monotonic."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._lines: dict[object, _Line] = {}
        self._clock = clock

    def is_open(self, server: object) -> bool:
        """Whether it is left alone now."""
        line = self._lines.get(server)
        return line is not None and line.until > self._clock()

    @asynccontextmanager
    async def call(self, server: object, name: str) -> AsyncIterator[None]:
        """Around one call. What the server refuses is an answer; what passes, or breaks off, is a failure.

        Raises TryAgain while the server is left alone. After the pause one call tries; if it fails too, the pause begins anew."""
        line = self._lines.setdefault(server, _Line())
        left = line.until - self._clock()
        if left > 0:
            raise TryAgain(f"{name} failed {line.failures} times in a row and is left alone for now.", after=left)
        try:
            yield
        except TryAgain:
            self._failed(line)
            raise
        except (TizmoretError, Ask):
            self._lines.pop(server, None)
            raise
        except Exception:
            self._failed(line)
            raise
        self._lines.pop(server, None)

    def _failed(self, line: _Line) -> None:
        line.failures += 1
        if line.failures >= FAILURES:
            line.until = self._clock() + PAUSE
