"""The log of an execution as an ordered, resumable flow. A follower holds a cursor (`seq`) and no queue, so a slow one costs no memory.

The newest events are handed on from memory as they are committed; whatever a follower is behind on is read from the database."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from tizmoret.engine import events as e
from tizmoret.engine.records import ENDED
from tizmoret.engine.transition import Transition
from tizmoret.engine.worker import NEWS
from tizmoret.errors import Unavailable
from tizmoret.store.database import Database
from tizmoret.views import EventView

RECENT = 1_024  # events of one followed execution kept in memory
PAGE = 500  # events read at once from the database
RECHECK = 2.0  # seconds after which a follower looks into the database though nobody called
CHANGES_EVERY = 1.0  # seconds between two words to one who watches everything
NEWS_EVERY = 0.05  # seconds between two notices to other processes
LAST = frozenset({"execution.completed", "execution.failed", "execution.cancelled", "execution.quarantined", "execution.undone"})


class _Feed:
    """The recent events of one execution, without a gap, and whoever waits for the next."""

    def __init__(self) -> None:
        self.recent: deque[EventView] = deque(maxlen=RECENT)
        self.elsewhere = 0  # the last event that another process told of
        self.changed = asyncio.Event()
        self.followers = 0

    def add(self, event: EventView) -> None:
        if self.recent and event.seq != self.recent[-1].seq + 1:
            if event.seq <= self.recent[-1].seq:
                return
            self.recent.clear()
        self.recent.append(event)

    def after(self, cursor: int) -> list[EventView] | None:
        """What follows `cursor`, or None where only the database knows."""
        if not self.recent or cursor + 1 < self.recent[0].seq or self.elsewhere > self.recent[-1].seq:
            return None
        return [event for event in self.recent if event.seq > cursor]

    def call(self) -> None:
        """Wake everybody who waits now; later ones wait for the next call."""
        self.changed.set()
        self.changed = asyncio.Event()


class Stream:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._feeds: dict[UUID, _Feed] = {}
        self._news: dict[UUID, int] = {}
        self._telling: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._commits = 0  # of any execution, as far as this process has heard
        self._anything = asyncio.Event()  # the next of them
        self.peers = False  # another process may follow what is driven here
        self.closed = False

    def committed(self, transitions: Sequence[Transition], at: datetime) -> None:
        """The journal has made these durable."""
        self._ring()
        for transition in transitions:
            feed = self._feeds.get(transition.execution)
            if feed is not None and transition.events:
                for seq, event in transition.events:
                    feed.add(EventView(seq=seq, kind=e.kind(event), at=at, data=msgspec.to_builtins(event)))
                feed.call()
            if self.peers and transition.events:
                self._news[transition.execution] = transition.events[-1][0]
        if self._news and self._telling is None:
            self._telling = asyncio.get_running_loop().call_later(NEWS_EVERY, self._tell)

    def _tell(self) -> None:
        self._telling = None
        news, self._news = self._news, {}
        task = asyncio.create_task(self._notify(news))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _notify(self, news: dict[UUID, int]) -> None:
        # News that cannot be told, as when this process has just closed, are no loss: whoever follows also looks by himself.
        with contextlib.suppress(Unavailable):
            await self._tell_peers(news)

    async def _tell_peers(self, news: dict[UUID, int]) -> None:
        async with self._database.worker_tx() as connection:
            await connection.execute(
                "select pg_notify(%s, x) from unnest(%s::text[]) x", (NEWS, [f"{id}:{seq}" for id, seq in news.items()])
            )

    def heard(self, payload: str) -> None:
        """Another process has committed events."""
        self._ring()
        id, _, seq = payload.partition(":")
        feed = self._feeds.get(UUID(id))
        if feed is not None:
            feed.elsewhere = max(feed.elsewhere, int(seq))
            feed.call()

    def _ring(self) -> None:
        self._commits += 1
        self._anything.set()
        self._anything = asyncio.Event()

    async def changes(self) -> AsyncIterator[None]:
        """Once for all that was committed since the time before, at once and then at most every CHANGES_EVERY seconds; until closed. It says
        nothing of what has changed, so that nobody learns of a workspace that is not theirs: whoever hears it looks again."""
        seen = self._commits
        while not self.closed:
            if self._commits == seen:
                await self._anything.wait()
                continue
            seen = self._commits
            yield None
            await asyncio.sleep(CHANGES_EVERY)

    async def follow(self, workspace: UUID, id: UUID, after: int = 0) -> AsyncIterator[EventView]:
        """Every event after `after`, in order, once, until the execution's last one or until the stream is closed."""
        feed = self._feeds.setdefault(id, _Feed())
        feed.followers += 1
        last = after > 0  # it may have ended with the event that the follower saw last
        try:
            while not self.closed:
                changed = feed.changed
                events = feed.after(after)
                if events is None:
                    events = await read_events(self._database, workspace, id, after, PAGE)
                for event in events:
                    yield event
                    after, last = event.seq, event.kind in LAST
                if last and await self._over(workspace, id, after):
                    return
                if not events:
                    await self._wait(changed, feed)
        finally:
            feed.followers -= 1
            if not feed.followers and self._feeds.get(id) is feed:
                del self._feeds[id]

    async def _over(self, workspace: UUID, id: UUID, seq: int) -> bool:
        """Whether the execution has ended with this event: one that is being undone goes on after its first end."""
        async with self._database.tenant_tx(workspace) as connection:
            cursor = await connection.execute("select status, seq from executions where workspace_id = %s and id = %s", (workspace, id))
            row = await cursor.fetchone()
        return row is None or (row[0] in ENDED and row[1] <= seq)

    async def _wait(self, changed: asyncio.Event, feed: _Feed) -> None:
        try:
            async with asyncio.timeout(RECHECK):
                await changed.wait()
        except TimeoutError:
            feed.recent.clear()  # look into the database: a notice may have been lost with a connection

    def close(self) -> None:
        """End every flow, so that a server can stop while pages are open."""
        self.closed = True
        self._anything.set()
        for feed in self._feeds.values():
            feed.call()


async def read_events(database: Database, workspace: UUID, id: UUID, after: int, limit: int) -> list[EventView]:
    async with database.tenant_tx(workspace) as connection:
        cursor = await connection.execute(
            "select seq, kind, at, data from events where workspace_id = %s and execution_id = %s and seq > %s order by seq limit %s",
            (workspace, id, after, limit),
        )
        rows: list[tuple[int, str, datetime, dict[str, Any]]] = await cursor.fetchall()
    return [EventView(seq=seq, kind=kind, at=at, data=data) for seq, kind, at, data in rows]
