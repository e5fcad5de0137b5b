"""What every process that drives looks after, whatever its dispatcher: the living and the dead, gates that expire, its own silence."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

import psycopg
import structlog

from tizmoret.background import every
from tizmoret.engine import queue
from tizmoret.engine.dispatch.drivers import Drivers
from tizmoret.engine.dispatch.port import News
from tizmoret.engine.pulse import SILENT
from tizmoret.engine.worker import Peers, Worker
from tizmoret.errors import TizmoretError
from tizmoret.store.database import Database

log = structlog.get_logger(__name__)

LOOK_EVERY = 0.5  # seconds
SELF_EVERY = 10  # looks between two comparisons of what this process holds with what it drives
PULSE_EVERY = 0.25  # seconds
CUT_OFF = SILENT - 0.5  # seconds of silence after which this process stops by itself, before the others take over
CALLED_AT_ONCE = 200

_EXPIRE = """
with expired as (
    update pending_approvals set status = 'expired', decided_at = now()
    where status = 'pending' and expires_at < now() returning workspace_id, id, execution_id)
insert into signals (workspace_id, id, execution_id, kind, data)
select workspace_id, gen_random_uuid(), execution_id, 'decision', jsonb_build_object('approval', id, 'decision', 'expired', 'by', '')
from expired"""

_FORGET = (
    "delete from workers where beat_at < clock_timestamp() - interval '10 minutes'"  # one that comes back puts itself on the list again
)

Key = tuple[UUID, UUID]  # (workspace, execution)


class Finder(Protocol):
    """A dispatcher, told what was found."""

    async def freed(self, orphans: Sequence[Key]) -> None:
        """The processes that had these are dead; nobody holds them now."""
        ...

    async def called(self, parked: Sequence[Key]) -> None:
        """Somebody has signalled these, and nobody holds them."""
        ...

    async def look(self) -> None:
        """Whatever else it looks for, each time."""
        ...


class Watch:
    def __init__(self, database: Database, worker: Worker, drivers: Drivers, news: News, finder: Finder) -> None:
        self._database = database
        self._worker = worker
        self._drivers = drivers
        self._news = news
        self._finder = finder
        self._peers = Peers(frozenset(), frozenset())
        self._looks = 0
        self._stranded: set[UUID] = set()

    async def look(self) -> None:
        """Once. Raises psycopg.Error, Unavailable."""
        self._peers = await self._worker.peers()
        self._news.peers = bool(self._peers.drivers or self._peers.others)
        async with self._database.worker_tx() as connection:
            dead = await queue.owners(connection) - self._peers.drivers - {self._worker.id}
            orphans = await queue.release_dead(connection, dead) if dead and self._worker.pulse.steady else []
            await connection.execute(_EXPIRE)
            parked = await queue.called_while_parked(connection, CALLED_AT_ONCE)
        if orphans:
            log.warning("took over from dead processes", executions=len(orphans), processes=[str(one) for one in dead])
            await self._finder.freed(orphans)
        if parked:
            await self._finder.called(parked)
        await self._finder.look()
        self._looks += 1
        if self._looks % SELF_EVERY == 0:
            await self.compare()

    async def keep_looking(self) -> None:
        """Until cancelled."""
        await every(LOOK_EVERY, self.look, "a look round failed")

    async def compare(self) -> None:
        """Drop what others have taken, and let go of what this process holds without driving it: a claim of which the answer was lost.

        The latter only when it was so the last time too: what is being claimed or submitted just now has no driver yet."""
        driving = set(self._drivers.ids)
        async with self._database.worker_tx() as connection:
            await connection.execute(_FORGET)
            held = await queue.mine(connection, self._worker.id)
            idle = held.difference(self._drivers.ids, self._drivers.resting)
            if lost := self._stranded & idle:
                log.warning("let go of executions that nobody drove", executions=len(lost))
                await queue.release_mine(connection, self._worker.id, lost, failed=False)
        self._stranded = idle - lost
        await self._drivers.drop(driving - held)

    async def keep_beating(self) -> None:
        """Until cancelled. Notices when this process was stopped or cut off for so long that others take over."""
        pulse, gaps, cut_off = self._worker.pulse, self._worker.pulse.gaps, False
        while True:
            await asyncio.sleep(PULSE_EVERY)
            pulse.touch()
            if pulse.silence > CUT_OFF:
                if not cut_off and self._peers.drivers:
                    # Whoever takes over asks the outside what became of a running effect; it must not happen after that.
                    log.warning("cut off from the database; stopped what was running", executions=len(self._drivers))
                    await self._drivers.drop(self._drivers.ids)
                cut_off = True
            elif cut_off or pulse.gaps != gaps:
                try:
                    await self.compare()
                except (psycopg.Error, TizmoretError):
                    continue
                gaps, cut_off = pulse.gaps, False


async def beat(worker: Worker) -> None:
    """Until cancelled, for a process that drives nothing: it lives, as far as it knows itself."""
    while True:
        worker.pulse.touch()
        await asyncio.sleep(1.0)


def tell(error: BaseException | None) -> None:
    """For the log, where something in the background has ended with an error of the engine itself."""
    if error is not None:
        log.error("work in the background failed", exc_info=error)


def addressed(payload: str) -> Key:
    """Whom a signal is for."""
    workspace, _, id = payload.partition(":")
    return UUID(workspace), UUID(id)
