"""An HTTP server that gives the same answer to whatever it is asked, and remembers what that was."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.wire.serving import Answer, Asked, serving


@dataclass
class Answering:
    """status, headers, content: of every answer. hangs: None is given, ever."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    content: bytes = b""
    hangs: bool = False
    asked: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    address: str = ""
    released: threading.Event = field(default_factory=threading.Event)

    def answer(self, asked: Asked) -> Answer | None:
        self.asked.append((asked.method, asked.target, asked.headers))
        if self.hangs:
            self.released.wait(30)
            return None
        return Answer(self.status, self.headers, self.content)


@contextmanager
def answering(**told: object) -> Iterator[Answering]:
    state = Answering(**told)  # type: ignore[arg-type]
    with serving(state.answer) as state.address:
        try:
            yield state
        finally:
            state.released.set()
