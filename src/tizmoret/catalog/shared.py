"""What the calls of one execution share beside their inputs and outputs: values that have versions, and messages to one another.

It is for what is not known when the plan is made: a name for a term that others should use too, a doubt about a fact, a question to a
colleague. What a step needs it gets through its arguments, by references: those are planned, checked and shown; these are not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from tizmoret.plan.labels import Label

OnConflict = Literal["refuse", "last", "first", "merge"]
"""When another call wrote the same value since this one began, or last read it: raise Conflict · this one stands · the other one stands ·
both, joined (objects by key, lists without doubles; Conflict where that cannot be). The history keeps each of them."""

MessageKind = Literal["tell", "ask", "answer"]
EVERYBODY = "*"


@dataclass(frozen=True, slots=True)
class SharedValue:
    """version: counted from 1 for its key. author: the step that wrote it."""

    key: str
    value: Any
    version: int
    author: str
    label: Label


@dataclass(frozen=True, slots=True)
class Message:
    """sender: the step that sent it, as the engine knows it. to: a step, an agent, or everybody. answers: the number of the question."""

    number: int
    kind: MessageKind
    sender: str
    to: str
    body: Any
    answers: int | None = None


class Shared(Protocol):
    """Of one call. Whatever it reads here is in the label of its output. What it writes and sends is durable before it goes on; when the call
    is repeated, a value that still stands and a message that was sent are not written again."""

    async def get(self, key: str) -> SharedValue | None:
        """The version that stands."""
        ...

    async def keys(self) -> Sequence[str]: ...

    async def put(self, key: str, value: Any, *, on_conflict: OnConflict = "refuse") -> SharedValue:
        """Returns the version that stands then. Raises Conflict, or BadInput for a key or a value that is over the limits."""
        ...

    async def colleagues(self) -> Sequence[str]:
        """The other steps of the plan that have not ended, and the agents of these."""
        ...

    async def tell(self, to: str, body: Any) -> None:
        """Raises NotFound where nobody of that name is in the plan, BadInput for a body that is over the limits."""
        ...

    async def ask(self, to: str, body: Any, *, seconds: float = 5.0) -> Any:
        """Wait so long for an answer; None: none has come, or all who could give one have ended. Raises as `tell`."""
        ...

    async def answer(self, question: Message, body: Any) -> None: ...

    async def messages(self) -> Sequence[Message]:
        """All that were sent to this call's step or agent or to everybody, by others, the oldest first. Questions that somebody has answered
        already are left out."""
        ...


class Alone:
    """For a call outside an execution, and for one with an effect: what that does follows from its arguments alone, since those are what a
    person has approved."""

    async def get(self, key: str) -> SharedValue | None:
        return None

    async def keys(self) -> Sequence[str]:
        return ()

    async def put(self, key: str, value: Any, *, on_conflict: OnConflict = "refuse") -> SharedValue:
        return SharedValue(key, value, 1, "", Label())

    async def colleagues(self) -> Sequence[str]:
        return ()

    async def tell(self, to: str, body: Any) -> None:
        return None

    async def ask(self, to: str, body: Any, *, seconds: float = 5.0) -> Any:
        return None

    async def answer(self, question: Message, body: Any) -> None:
        return None

    async def messages(self) -> Sequence[Message]:
        return ()


ALONE = Alone()
