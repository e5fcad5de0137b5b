"""The DBOS dispatcher: the durable queue of DBOS Transact, in the same Postgres, says which process gets an execution, and when.

A DBOS workflow is one turn of an execution: claim it, drive it until it ends, parks or is handed over. Nothing smaller is given to DBOS,
which replays a workflow by the order in which its steps were called. Its id is the execution and its epoch, which each turn raises, so that
enqueueing twice does nothing. What is true of an execution stands in our own tables; the queue is how it travels."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Iterable, Sequence
from urllib.parse import quote
from uuid import UUID

import psycopg
import structlog
from dbos import DBOS, DBOSClient, DBOSConfig, run_dbos_database_migrations

from tizmoret.engine import queue
from tizmoret.engine.dispatch.drivers import Drivers, How
from tizmoret.engine.dispatch.letting_go import LettingGo
from tizmoret.engine.dispatch.port import News, Write
from tizmoret.engine.dispatch.watch import CUT_OFF, Key, Watch, addressed, beat, tell
from tizmoret.engine.environment import Environment
from tizmoret.engine.records import Record, claim
from tizmoret.engine.tasks import Tasks
from tizmoret.engine.worker import QUEUE, SIGNALS, Worker
from tizmoret.errors import TizmoretError

log = structlog.get_logger(__name__)

NAME = "tizmoret"  # of the application, its queue and its one workflow
PROTOCOL = "1"  # what a turn is; raised when two versions may not share a queue
POLL = 0.1  # seconds
SWEEP_EVERY = 4  # looks between two sweeps for what dead processes had taken from the queue
SWEEP_MOST = 500
FORGOTTEN_AFTER = 2.0  # seconds that an execution may wait without being in the queue: whoever made it died in between
LOOK_MOST = 200
REMEMBER = 60.0  # seconds for which this process knows that it has enqueued a turn
_HIGHEST = 200  # DBOS counts priorities down from 1, we up from -100

_here: ByDbos | None = None  # DBOS is one for the whole process, and so is this


@DBOS.workflow(name=NAME)
async def turn(workspace: str, id: str) -> None:
    """Runs on DBOS's own event loop; the engine lives on ours."""
    here = _here
    assert here is not None
    await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(here.take_turn(UUID(workspace), UUID(id)), here.loop))


class ByDbos:
    """total: executions that this process drives at the same time; each: of them, of one workspace. news: see `Inline`."""

    def __init__(self, env: Environment, worker: Worker, news: News, total: int, each: int) -> None:
        self._env = env
        self._worker = worker
        self._news = news
        self._total = total
        self._each = min(each, total)
        self._drivers = Drivers(env)
        self._watch = Watch(env.database, worker, self._drivers, news, self)
        self._letting_go = LettingGo(env.database, worker, self._drivers)
        self._tasks = Tasks()
        self._enqueued: dict[str, float] = {}  # turns, and when
        self._looks = 0
        self._drives = False
        self._client: DBOSClient | None = None
        self.loop = asyncio.get_event_loop()

    # -- the life of this process

    async def run_worker(self) -> None:
        global _here
        self._drives, self.loop, _here = True, asyncio.get_running_loop(), self
        await self._worker.open(drives=True)
        await asyncio.to_thread(self._launch)
        await self.recover()
        for work in (self._worker.listen(self._heard), self._watch.keep_looking(), self._watch.keep_beating()):
            self._tasks.spawn(work, tell)

    def _launch(self) -> None:
        self._connect()
        config: DBOSConfig = {
            "name": NAME, "system_database_url": self._url(), "executor_id": str(self._worker.id), "application_version": PROTOCOL,
            "run_admin_server": False, "enable_otlp": False, "log_level": "ERROR", "sys_db_pool_size": 10,
        }  # type: ignore[typeddict-unknown-key]  # fmt: skip
        DBOS(config=config)
        DBOS.launch()
        DBOS.register_queue(
            NAME,
            worker_concurrency=self._total,
            partition_worker_concurrency=self._each,
            polling_interval_sec=POLL,
            on_conflict="always_update",
        )

    def _connect(self) -> None:
        if self._client is None:
            run_dbos_database_migrations(self._url())
            self._client = DBOSClient(system_database_url=self._url())

    def _url(self) -> str:
        """The database's address as SQLAlchemy writes it; a socket's folder is a parameter there."""
        told = psycopg.conninfo.conninfo_to_dict(self._env.database.dsn())
        host = str(told.get("host") or "")
        port = str(told.get("port") or 5432)
        place = f"/{quote(str(told.get('dbname') or 'postgres'))}?host={quote(host, safe='')}&port={port}"
        who = f"{quote(str(told.get('user') or ''), safe='')}:{quote(str(told.get('password') or ''), safe='')}"
        return (
            f"postgresql+psycopg://{who}@{place}"
            if host.startswith("/")
            else f"postgresql+psycopg://{who}@{host}:{port}{place.partition('?')[0]}"
        )

    async def look_on(self) -> None:
        await self._worker.open(drives=False)
        await asyncio.to_thread(self._connect)
        for work in (self._worker.listen(self._heard), beat(self._worker)):
            self._tasks.spawn(work, tell)

    async def recover(self) -> None:
        await self._watch.look()

    async def hand_over(self) -> None:
        """A turn that was taken from the queue and not begun stays there as ours; the others find it when this process is gone."""
        self._drives = False
        await self._tasks.stop()
        await self._drivers.hand_over(self._let_go)

    async def close(self) -> None:
        global _here
        if _here is self:
            await asyncio.to_thread(DBOS.destroy)
            _here = None
        if self._client is not None:
            await asyncio.to_thread(self._client.destroy)
            self._client = None
        await self._worker.close()

    @property
    def driving(self) -> int:
        return len(self._drivers)

    async def ended(self, id: UUID) -> None:
        await self._drivers.ended(id)

    # -- into the queue

    async def submit(self, workspace: UUID, write: Write) -> Record:
        record = await write(None)
        await self._enqueue_free([record.id])
        return record

    async def wake(self, workspace: UUID, id: UUID) -> None:
        if not self._drivers.signal(id):
            await self._enqueue_free([id])

    async def freed(self, orphans: Sequence[Key]) -> None:
        await self._enqueue_free(id for _, id in orphans)

    async def called(self, parked: Sequence[Key]) -> None:
        await self._enqueue_free(id for _, id in parked)

    async def _enqueue_free(self, ids: Iterable[UUID]) -> None:
        """Those of them that nobody drives."""
        async with self._env.database.worker_tx() as connection:
            free = await queue.free(connection, ids)
        await self._enqueue(free)

    async def _enqueue(self, turns: Iterable[queue.Turn]) -> None:
        now = time.monotonic()
        self._enqueued = {known: at for known, at in self._enqueued.items() if now - at < REMEMBER}
        new = [one for one in turns if f"{one[1]}:{one[2]}" not in self._enqueued]
        if new:
            await asyncio.to_thread(self._enqueue_all, new)
            self._enqueued |= {f"{id}:{epoch}": now for _, id, epoch, _ in new}

    def _enqueue_all(self, turns: Sequence[queue.Turn]) -> None:
        self._connect()
        assert self._client is not None
        for workspace, id, epoch, priority in turns:
            self._client.enqueue(
                {
                    "queue_name": NAME, "workflow_name": NAME, "workflow_id": f"{id}:{epoch}", "app_version": PROTOCOL,
                    "priority": _HIGHEST - priority, "queue_partition_key": str(workspace),
                },
                str(workspace),
                str(id),
            )  # fmt: skip

    # -- a turn

    async def take_turn(self, workspace: UUID, id: UUID) -> None:
        """Until this process no longer drives the execution; at once where another does, or it has ended."""
        record = await self._claim(workspace, id)
        if record is None:
            return
        over = asyncio.Event()

        async def on_end(record: Record, how: How) -> None:
            over.set()
            await self._ended(record, how)

        self._drivers.start(record, on_end)
        await over.wait()

    async def _claim(self, workspace: UUID, id: UUID) -> Record | None:
        while True:
            if not self._drives:
                await asyncio.Event().wait()  # stays ours in the queue until this process is gone
            if self._worker.pulse.silence <= CUT_OFF:  # as in `Inline._takes`
                with contextlib.suppress(psycopg.Error, TizmoretError):
                    async with self._env.database.worker_tx() as connection:
                        return await claim(connection, workspace, id, self._worker.id)
            await asyncio.sleep(0.2)

    async def _ended(self, record: Record, how: How) -> None:
        if how == "handed":
            self._letting_go.add(record.id)
        elif how == "failed":
            self._tasks.spawn(self._try_again(record), tell)
        elif how == "parked" and self._drives:
            self._tasks.spawn(self._take_if_signalled(record), tell)

    async def _take_if_signalled(self, record: Record) -> None:
        """A signal that came while it was being parked was told to a driver that no longer listened."""
        async with self._env.database.worker_tx() as connection:
            called = await queue.called(connection, [(record.workspace, record.id)])
        await self._enqueue_free(id for _, id in called)

    async def _try_again(self, record: Record) -> None:
        await self._letting_go.rest(record)
        await self._let_go()

    async def _let_go(self) -> None:
        """Write that this process holds them no more, and enqueue their next turn."""
        going = await self._letting_go.write()
        try:
            if going:
                await self._enqueue_free(going)
        except (psycopg.Error, TizmoretError) as error:
            log.warning("could not enqueue executions; the next look will", executions=len(going), error=str(error).splitlines()[0])

    # -- what is heard and found

    def _heard(self, channel: str, payload: str) -> None:
        if channel != SIGNALS:
            self._news.heard(payload)
        elif payload != QUEUE and self._drives:
            self._drivers.signal(addressed(payload)[1])

    async def look(self) -> None:
        await self._let_go()
        async with self._env.database.worker_tx() as connection:
            forgotten = await queue.forgotten(connection, FORGOTTEN_AFTER, LOOK_MOST)
        await self._enqueue(forgotten)
        self._looks += 1
        if self._looks % SWEEP_EVERY == 1:
            await self._sweep()

    async def _sweep(self) -> None:
        """Put back into the queue what dead processes had taken from it."""
        peers = await self._worker.peers()
        living = {str(self._worker.id), *(str(id) for id in peers.drivers)}

        def put_back() -> None:
            taken = DBOS.list_workflows(status="PENDING", queue_name=NAME, limit=SWEEP_MOST, load_input=False, load_output=False)
            if dead := [found.workflow_id for found in taken if found.executor_id not in living]:
                log.warning("put back what dead processes had taken from the queue", turns=len(dead))
                DBOS.resume_workflows(dead, queue_name=NAME)

        if self._worker.pulse.steady:
            await asyncio.to_thread(put_back)
