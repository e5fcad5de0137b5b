"""The log of an execution as an ordered, resumable flow. A follower holds a cursor (`seq`) and no queue, so a slow one costs no memory.

The newest events are handed on from memory as they are committed; whatever a follower is behind on is read from the database."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from tizmoret.engine import events as e
from tizmoret.engine.records import ENDED
from tizmoret.engine.transition import Transition
from tizmoret.engine.worker import NEWS
from tizmoret.errors import NotFound, Unavailable
from tizmoret.store.database import Database
from tizmoret.views import EventView

RECENT = 1_024  # events of one followed execution kept in memory
PAGE = 500  # events read at once from the database
RECHECK = 2.0  # seconds after which somebody who follows looks into the database though nobody called
CHANGES_EVERY = 1.0  # seconds between two words to one who watches everything
NEWS_EVERY = 0.05  # seconds between two notices to other processes
LAST = frozenset({"execution.completed", "execution.failed", "execution.cancelled", "execution.quarantined", "execution.undone"})


class _Look(NamedTuple):
    """What the database said of an execution, and of its log behind a cursor."""

    events: list[EventView]
    end: int  # the `seq` of its last event
    ended: bool  # it has come to rest with that event


class _Feed:
    """The end of one execution's log, kept while somebody follows it, and whoever waits for more."""

    def __init__(self) -> None:
        self.workspace: UUID | None = None  # whose execution it is, once known: what is kept here is for nobody else
        self.recent: deque[EventView] = deque(maxlen=RECENT)  # without a gap
        self.end: int | None = None  # the `seq` of the last event, or None where only the database knows
        self.ended = False  # with that event, as the database said
        self.elsewhere = 0  # the last event that another process told of
        self.looked = 0.0  # when the database was asked last, by the loop's clock
        self.looking = asyncio.Lock()  # one look does for all who follow
        self.changed = asyncio.Event()
        self.followers = 0

    def add(self, event: EventView) -> None:
        if self.recent and event.seq != self.recent[-1].seq + 1:
            if event.seq <= self.recent[-1].seq:
                return
            self.recent.clear()
        self.recent.append(event)
        self.end, self.ended = event.seq, False

    def learn(self, look: _Look, at: float) -> None:
        """Keep what a look has shown, unless it ends before the log does: then only who looked can go on from there."""
        self.looked = at
        if look.events and look.events[-1].seq < look.end:
            return
        known = {event.seq: event for event in (*self.recent, *look.events)}
        self.recent.clear()
        for seq in sorted(known):
            self.add(known[seq])
        if self.end is None or self.end <= look.end:  # else more has happened since
            self.end, self.ended = look.end, look.ended

    def after(self, cursor: int) -> list[EventView] | None:
        """What follows `cursor`, or None where only the database knows."""
        if self.end is None or self.elsewhere > self.end:
            return None
        if cursor >= self.end:
            return []
        if not self.recent or cursor + 1 < self.recent[0].seq:
            return None
        return list(islice(self.recent, cursor + 1 - self.recent[0].seq, None))

    def call(self) -> None:
        """Wake everybody who waits now; later ones wait for the next call."""
        self.changed.set()
        self.changed = asyncio.Event()


class _Bell:
    """Rung by whatever happens in one workspace."""

    def __init__(self) -> None:
        self.rung = 0
        self.next = asyncio.Event()
        self.listeners = 0

    def ring(self) -> None:
        self.rung += 1
        self.next.set()
        self.next = asyncio.Event()


class Stream:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._feeds: dict[UUID, _Feed] = {}
        self._bells: dict[UUID, _Bell] = {}  # of workspaces that somebody listens to
        self._news: dict[UUID, tuple[int, UUID]] = {}
        self._telling: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.peers = False  # another process may follow what is driven here
        self.closed = False

    def committed(self, transitions: Sequence[Transition], at: datetime) -> None:
        """The journal has made these durable."""
        for workspace in {transition.workspace for transition in transitions} & self._bells.keys():
            self._bells[workspace].ring()
        for transition in transitions:
            feed = self._feeds.get(transition.execution)
            if feed is not None and transition.events:
                for seq, event in transition.events:
                    feed.add(EventView(seq=seq, kind=e.kind(event), at=at, data=msgspec.to_builtins(event)))
                feed.call()
            if self.peers and transition.events:
                self._news[transition.execution] = (transition.events[-1][0], transition.workspace)
        self._tell_soon()

    def ring(self, workspace: UUID) -> None:
        """Something of the workspace has changed that is part of no execution."""
        if (bell := self._bells.get(workspace)) is not None:
            bell.ring()
        self._news[workspace] = (0, workspace)
        self._tell_soon()

    def _tell_soon(self) -> None:
        if self._news and self._telling is None:
            self._telling = asyncio.get_running_loop().call_later(NEWS_EVERY, self._tell)

    def _tell(self) -> None:
        self._telling = None
        news, self._news = self._news, {}
        task = asyncio.create_task(self._notify(news))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _notify(self, news: dict[UUID, tuple[int, UUID]]) -> None:
        # News that cannot be told, as when this process has just closed, are no loss: whoever follows also looks by himself.
        with contextlib.suppress(Unavailable):
            await self._tell_peers(news)

    async def _tell_peers(self, news: dict[UUID, tuple[int, UUID]]) -> None:
        told = [f"{id}:{seq}:{workspace}" for id, (seq, workspace) in news.items()]
        async with self._database.worker_tx() as connection:
            await connection.execute("select pg_notify(%s, x) from unnest(%s::text[]) x", (NEWS, told))

    def heard(self, payload: str) -> None:
        """Another process has committed events."""
        id, seq, workspace = payload.split(":")
        if (bell := self._bells.get(UUID(workspace))) is not None:
            bell.ring()
        feed = self._feeds.get(UUID(id))
        if feed is not None:
            feed.elsewhere = max(feed.elsewhere, int(seq))
            feed.call()

    async def changes(self, workspace: UUID) -> AsyncIterator[None]:
        """Once for all that was committed in the workspace since the time before, at once and then at most every CHANGES_EVERY seconds; until
        closed. It says nothing of what has changed: whoever hears it looks again."""
        bell = self._bells.setdefault(workspace, _Bell())
        bell.listeners += 1
        seen = bell.rung
        try:
            while not self.closed:
                if bell.rung == seen:
                    await bell.next.wait()
                    continue
                seen = bell.rung
                yield None
                await asyncio.sleep(CHANGES_EVERY)
        finally:
            bell.listeners -= 1
            if not bell.listeners and self._bells.get(workspace) is bell:
                del self._bells[workspace]

    async def follow(self, workspace: UUID, id: UUID, after: int = 0) -> AsyncGenerator[Sequence[EventView]]:
        """Every event after `after`, in order, once, as many together as there are; an empty list whenever it waits for more, at the latest
        every RECHECK seconds. Until the execution's last event, or until the stream is closed. Raises NotFound before anything else."""
        feed = self._feeds.setdefault(id, _Feed())
        feed.followers += 1
        last = True  # it may have ended with the event that the follower saw last
        try:
            while not self.closed:
                changed = feed.changed
                events = await self._after(feed, workspace, id, after)
                yield events
                if events:
                    after, last = events[-1].seq, events[-1].kind in LAST
                if last and await self._over(feed, workspace, id, after):
                    return
                last = False
                if events:
                    continue
                if feed.ended and feed.end is not None and after >= feed.end:
                    return
                await self._wait(feed, changed)
        finally:
            feed.followers -= 1
            if not feed.followers and self._feeds.get(id) is feed:
                del self._feeds[id]

    async def _after(self, feed: _Feed, workspace: UUID, id: UUID, cursor: int) -> list[EventView]:
        events = feed.after(cursor) if feed.workspace == workspace else None
        if events is not None:
            return events
        async with feed.looking:
            events = feed.after(cursor) if feed.workspace == workspace else None  # whoever looked before us may have brought it
            return (await self._look(feed, workspace, id, cursor)).events if events is None else events

    async def _over(self, feed: _Feed, workspace: UUID, id: UUID, seq: int) -> bool:
        """Whether the execution has ended with this event: one that is being undone goes on after its first end."""
        async with feed.looking:
            if feed.ended and feed.end == seq:
                return True
            look = await self._look(feed, workspace, id, seq)
            return look.ended and look.end <= seq

    async def _look(self, feed: _Feed, workspace: UUID, id: UUID, after: int) -> _Look:
        async with self._database.tenant_tx(workspace) as connection:
            cursor = await connection.execute(_LOOK, {"workspace": workspace, "id": id, "after": after, "limit": PAGE})
            rows: list[tuple[str, int, int | None, str, datetime, dict[str, Any]]] = await cursor.fetchall()
        if not rows:
            raise NotFound(f"There is no execution {id}.", cure="List the executions to see which there are.", field="id")
        events = [EventView(seq=seq, kind=kind, at=at, data=data) for _, _, seq, kind, at, data in rows if seq is not None]
        status, end = rows[0][:2]
        look = _Look(events, end, status in ENDED)
        feed.workspace = workspace
        feed.learn(look, asyncio.get_running_loop().time())
        return look

    async def _wait(self, feed: _Feed, changed: asyncio.Event) -> None:
        try:
            async with asyncio.timeout(RECHECK):
                await changed.wait()
        except TimeoutError:
            # A notice may have been lost with a connection.
            if asyncio.get_running_loop().time() - feed.looked >= RECHECK:
                feed.end = None

    def close(self) -> None:
        """End every flow, so that a server can stop while pages are open."""
        self.closed = True
        for bell in self._bells.values():
            bell.ring()
        for feed in self._feeds.values():
            feed.call()


_LOOK = """
select x.status, x.seq, e.seq, e.kind, e.at, e.data
from executions x left join lateral (
    select seq, kind, at, data from events
    where workspace_id = x.workspace_id and execution_id = x.id and seq > %(after)s order by seq limit %(limit)s
) e on true
where x.workspace_id = %(workspace)s and x.id = %(id)s order by e.seq
"""


async def read_events(database: Database, workspace: UUID, id: UUID, after: int, limit: int) -> list[EventView]:
    async with database.tenant_tx(workspace) as connection:
        cursor = await connection.execute(
            "select seq, kind, at, data from events where workspace_id = %s and execution_id = %s and seq > %s order by seq limit %s",
            (workspace, id, after, limit),
        )
        rows: list[tuple[int, str, datetime, dict[str, Any]]] = await cursor.fetchall()
    return [EventView(seq=seq, kind=kind, at=at, data=data) for seq, kind, at, data in rows]
