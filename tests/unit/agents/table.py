"""What the agents of a request share, in memory, with one colleague whose words a test chooses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tizmoret.catalog.shared import Alone, Message, MessageKind, OnConflict, SharedValue
from tizmoret.plan.labels import Label


class Table(Alone):
    def __init__(self, colleague: str = "colleague") -> None:
        self.colleague = colleague
        self.values: dict[str, Any] = {}
        self.inbox: list[Message] = []
        self.told: list[tuple[str, Any]] = []
        self.answers: list[tuple[int, Any]] = []
        self.knows: Any = None

    def says(self, kind: MessageKind, body: Any) -> None:
        self.inbox.append(Message(len(self.inbox) + 1, kind, self.colleague, "*", body))

    async def get(self, key: str) -> SharedValue | None:
        return SharedValue(key, self.values[key], 1, self.colleague, Label()) if key in self.values else None

    async def keys(self) -> Sequence[str]:
        return sorted(self.values)

    async def put(self, key: str, value: Any, *, on_conflict: OnConflict = "refuse") -> SharedValue:
        self.values[key] = value
        return SharedValue(key, value, 1, "me", Label())

    async def colleagues(self) -> Sequence[str]:
        return (self.colleague,)

    async def tell(self, to: str, body: Any) -> None:
        self.told.append((to, body))

    async def ask(self, to: str, body: Any, *, seconds: float = 5.0) -> Any:
        self.told.append((to, body))
        return self.knows

    async def answer(self, question: Message, body: Any) -> None:
        self.answers.append((question.number, body))

    async def messages(self) -> Sequence[Message]:
        return self.inbox
