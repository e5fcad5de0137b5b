"""Where an agent outside is told how its tasks go on: it keeps what comes, and answers as the test says."""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.wire.serving import Answer, Asked, serving


@dataclass
class Receiver:
    """says: its next answers, where they are no yes; None: the line is cut. waits: until then it answers nothing."""

    address: str = ""
    says: list[Answer | None] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    waits: threading.Event | None = None
    _news: queue.SimpleQueue[Asked] = field(default_factory=queue.SimpleQueue)

    def __call__(self, asked: Asked) -> Answer | None:
        self.asked.append(asked)
        self._news.put(asked)
        if self.waits is not None:
            self.waits.wait(30)
        return self.says.pop(0) if self.says else Answer(204)

    def next(self) -> Asked:
        return self._news.get(timeout=30)

    @property
    def told(self) -> list[dict[str, Any]]:
        return [json.loads(one.content) for one in self.asked]


@contextmanager
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    with serving(made) as address:
        made.address = address
        try:
            yield made
        finally:
            if made.waits is not None:
                made.waits.set()
