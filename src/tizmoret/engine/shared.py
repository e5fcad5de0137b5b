"""What the calls of one execution share: each write and each message is an event, durable before its author goes on.

An execution is driven by one process, so a lock in memory orders its writes, and the epoch keeps out whoever drove it before. Sender and
author are filled in here, never by whoever writes."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from tizmoret.catalog.shared import EVERYBODY, Message, MessageKind, OnConflict, SharedValue
from tizmoret.engine import events as e
from tizmoret.engine.chronicle import Chronicle
from tizmoret.engine.events import Item
from tizmoret.engine.state import FINAL, Sent, Version
from tizmoret.engine.values import clean, pack
from tizmoret.errors import BadInput, Conflict, NotFound, TooLarge
from tizmoret.plan.labels import Label
from tizmoret.plan.model import Step

MOST_KEYS = 200  # shared values of one execution
MOST_VERSIONS = 2_000  # writes of one execution
MOST_MESSAGES = 2_000
MOST_BYTES = 256 * 1024  # of JSON, of one value or message
LONGEST_WAIT = 300.0  # seconds for an answer
_KEY = re.compile(r"[\w][\w.:-]{0,99}")

Load = Callable[[Any], Awaitable[Any]]


class Board:
    """One for each execution that is driven. load: reads a packed value back."""

    def __init__(self, chronicle: Chronicle, load: Load) -> None:
        self.chronicle = chronicle
        self.state = chronicle.state
        self.load = load
        self.writing = asyncio.Lock()
        self._news = asyncio.Event()

    def announce(self) -> None:
        """There is a new message, or somebody has ended."""
        self._news.set()
        self._news = asyncio.Event()

    async def news(self) -> None:
        """Until the next `announce`."""
        await self._news.wait()

    def seat(self, step: Step, item: Item, label: Label, steps: Mapping[str, Step]) -> Seat:
        """For one call. label: of its arguments and of itself. steps: those of the plan, by id."""
        return Seat(self, step, item, label, steps)


class Seat:
    """The board as one call sees it (`catalog.shared.Shared`). `label`: of its arguments and of itself. `read`: of all that it has read there."""

    def __init__(self, board: Board, step: Step, item: Item, label: Label, steps: Mapping[str, Step]) -> None:
        self._board = board
        self._step = step
        self._item = item
        self.label = label
        self._steps = steps
        self._me = frozenset({step.id, step.uses, EVERYBODY})
        self._seen = {key: version.number for key, version in board.state.shared.items()}
        self.read = Label()

    # -- values

    async def get(self, key: str) -> SharedValue | None:
        found = self._board.state.shared.get(key)
        return None if found is None else await self._see(key, found)

    async def keys(self) -> Sequence[str]:
        return sorted(self._board.state.shared)

    async def put(self, key: str, value: Any, *, on_conflict: OnConflict = "refuse") -> SharedValue:
        if not _KEY.fullmatch(key):
            cure = "Use up to 100 letters, digits, `_`, `.`, `:` or `-`."
            raise BadInput(f"{key[:40]!r} cannot name a shared value.", cure=cure, field="key")
        async with self._board.writing:
            there = self._board.state.shared.get(key)
            conflict = there is not None and there.number != self._seen.get(key)
            value, stands = await self._settled(there, value, on_conflict if conflict or on_conflict == "merge" else "last")
            stored, blobs = _packed(value, key)
            if there is None or there.value != stored:
                self._check_room(new=there is None)
                number = self._board.state.writes.get(key, 0) + 1
                policy = on_conflict if conflict else ""
                label = (self.label | self.read).to_json()
                event = e.SharedWritten(key, stored, label, number, self._step.id, self._item, policy, stands)
                await self._board.chronicle.settle(event, blobs=blobs)
            now = self._board.state.shared[key]
        if not stands and on_conflict != "first":
            cure = "Read it again, and write what takes it into account."
            raise Conflict(f"{now.step} wrote {key!r} at the same time.", cure=cure, field=key)
        return await self._see(key, now)

    async def _settled(self, there: Version | None, value: Any, policy: OnConflict) -> tuple[Any, bool]:
        """What is written, and whether it stands."""
        if there is None or policy == "last":
            return value, True
        if policy != "merge":
            return value, False
        self.read |= Label.from_json(there.label)
        try:
            return _merged(await self._board.load(there.value), value), True
        except ValueError:
            return value, False

    async def _see(self, key: str, version: Version) -> SharedValue:
        label = Label.from_json(version.label)
        self._seen[key] = version.number
        self.read |= label
        return SharedValue(key, await self._board.load(version.value), version.number, version.step, label)

    def _check_room(self, *, new: bool) -> None:
        state = self._board.state
        if new and len(state.shared) >= MOST_KEYS:
            raise TooLarge(f"The execution shares {MOST_KEYS} values already.", cure="Write to one of them.")
        if sum(state.writes.values()) >= MOST_VERSIONS:
            raise TooLarge(
                f"The execution has written shared values {MOST_VERSIONS:,} times.", cure="Return what is found as the step's output."
            )

    # -- messages

    async def colleagues(self) -> Sequence[str]:
        return sorted(self._open())

    def _open(self) -> set[str]:
        state, me = self._board.state, self._step.id
        return {name for id, step in self._steps.items() if id != me and state.status(id) not in FINAL for name in (id, step.uses)}

    async def tell(self, to: str, body: Any) -> None:
        await self._send("tell", to, body, None)

    async def ask(self, to: str, body: Any, *, seconds: float = 5.0) -> Any:
        number = await self._send("ask", to, body, None)
        try:
            async with asyncio.timeout(min(seconds, LONGEST_WAIT)):
                while True:
                    for sent in self._board.state.messages:
                        if sent.answers == number:
                            return (await self._hear(sent)).body
                    if to != EVERYBODY and to not in self._open():
                        return None
                    await self._board.news()
        except TimeoutError:
            return None

    async def answer(self, question: Message, body: Any) -> None:
        await self._send("answer", question.sender, body, question.number)

    async def messages(self) -> Sequence[Message]:
        messages = self._board.state.messages
        answered = {sent.answers for sent in messages}
        mine = [sent for sent in messages if sent.to in self._me and (sent.step, sent.item) != (self._step.id, self._item)]
        return [await self._hear(sent) for sent in mine if sent.kind == "tell" or (sent.kind == "ask" and sent.number not in answered)]

    async def _hear(self, sent: Sent) -> Message:
        self.read |= Label.from_json(sent.label)
        return Message(sent.number, sent.kind, sent.step, sent.to, await self._board.load(sent.body), sent.answers)

    async def _send(self, kind: MessageKind, to: str, body: Any, answers: int | None) -> int:
        names = {EVERYBODY, *self._steps, *(step.uses for step in self._steps.values())}
        if to not in names:
            raise NotFound(f"Nobody here is called {to[:60]!r}.", cure=f"There are {', '.join(sorted(names)[:20])}.", field="to")
        stored, blobs = _packed(body, "body")
        async with self._board.writing:
            messages = self._board.state.messages
            for sent in messages:  # this call was made before
                if (sent.step, sent.item, sent.kind, sent.to, sent.answers) == (
                    self._step.id,
                    self._item,
                    kind,
                    to,
                    answers,
                ) and sent.body == stored:
                    return sent.number
            if len(messages) >= MOST_MESSAGES:
                raise TooLarge(f"The execution has sent {MOST_MESSAGES:,} messages.", cure="Return what is found as the step's output.")
            label = (self.label | self.read).to_json()
            event = e.MessageSent(len(messages) + 1, kind, self._step.id, to, stored, label, self._item, answers)
            await self._board.chronicle.settle(event, blobs=blobs)
        self._board.announce()
        return event.number


def _packed(value: Any, field: str) -> tuple[Any, list[Any]]:
    stored, blobs = pack(clean(value))
    if sum(len(blob.content) for blob in blobs) > MOST_BYTES:
        raise TooLarge(f"What is shared is over {MOST_BYTES:,} bytes.", cure="Write a file, and share its name.", field=field)
    return stored, blobs


def _merged(one: Any, other: Any) -> Any:
    """Both. Raises ValueError where that cannot be."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one | {key: _merged(one[key], value) if key in one else value for key, value in other.items()}
    if isinstance(one, list) and isinstance(other, list):
        return [*one, *(value for value in other if value not in one)]
    if one != other:
        raise ValueError
    return one
