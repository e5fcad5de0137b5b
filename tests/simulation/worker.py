"""One simulated process: the real driver, journal, chronicle and scheduler over a database and a world that are reached by messages."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg

from tizmoret.catalog.tool import Call
from tizmoret.engine.driver import Driver
from tizmoret.engine.environment import Environment
from tizmoret.engine.journal import Journal
from tizmoret.engine.locks import Locks
from tizmoret.engine.records import Record
from tizmoret.engine.values import Values
from tizmoret.errors import Unavailable

from .loop import VirtualLoop
from .planner import Planner
from .rules import Violation
from .statements import Answer
from .tools import CATALOG, How, Outside

if TYPE_CHECKING:
    from .world import World

BEAT, LOOK, CUT_OFF = 0.5, 0.5, 2.5  # seconds, as the engine has them
GRACE = 10.0  # seconds that running effects get to end when the process is told to stop
PLANNING = 8.0  # seconds that a planner may take
ROOM = 12  # executions that one process drives at once
_UTC = ZoneInfo("UTC")


class Worker:
    def __init__(self, world: World, id: UUID, drift: float) -> None:
        self.world = world
        self.id = id
        self.loop = VirtualLoop(lambda: world.now, drift)
        self.drivers: dict[UUID, Driver] = {}
        self.paused_until = 0.0
        self._beaten = float("-inf")
        self._failed: set[UUID] = set()  # the engine itself failed over them
        self._carrying: set[asyncio.Task[Any]] = set()
        self._stops = False
        self._tasks: set[asyncio.Task[Any]] = set()
        self.loop.call_soon(self._start)

    # -- messages

    async def ask(self, service: str, work: Callable[[], Any]) -> Any:
        """`work` is done where it is sent, some time later, and its result is here later still, unless one of the two ways is lost."""
        answer: asyncio.Future[Any] = self.loop.create_future()
        self.world.send(self, service, work, answer)
        return await answer

    def answer(self, future: asyncio.Future[Any], result: Any) -> None:
        def arrive() -> None:
            if future.done():
                return
            if isinstance(result, Exception):
                future.set_exception(result)
            else:
                future.set_result(result)

        if self in self.world.workers:
            self.loop.call_soon(arrive)

    # -- the life of the process

    def _start(self) -> None:
        self._journal = Journal(self._connect, lambda transitions, at: None)  # type: ignore[arg-type]
        database: Any = _Database(self)
        self._env = Environment(
            catalog=CATALOG,
            run_agent=None,  # type: ignore[arg-type]
            make_plan=Planner(self),
            workplace=_Workplace(_Reach(self)),
            journal=self._journal,
            database=database,
            locks=Locks(database),
            values=Values(database),
            timezone=_UTC,
            slots=self.world.slots,
            planning_timeout=PLANNING,
            replans=self.world.replans,
        )
        self._spawn(self._journal.open())
        self._spawn(self._beat())
        self._spawn(self._look())
        self._spawn(self._watch_itself())

    async def _connect(self) -> Any:
        return _Connection(self)

    def _spawn(self, work: Any) -> asyncio.Task[Any]:
        task = self.loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _beat(self) -> None:
        while True:
            sent = self.loop.time()
            with contextlib.suppress(psycopg.OperationalError):
                await self.ask("database", lambda: self.world.store.beats.__setitem__(self.id, self.world.now))
                self._beaten = sent
            await asyncio.sleep(BEAT)

    async def _watch_itself(self) -> None:
        """Stop what runs when others may have taken over."""
        while True:
            await asyncio.sleep(0.25)
            if self.loop.time() - self._beaten > CUT_OFF:
                for driver in list(self.drivers.values()):
                    await driver.hand_over(0.0)

    async def _look(self) -> None:
        while True:
            with contextlib.suppress(psycopg.OperationalError):
                if not self._stops and self.loop.time() - self._beaten <= CUT_OFF:
                    for record in await self.ask("database", self._take):
                        self.drive(record)
            await asyncio.sleep(LOOK)

    def _take(self) -> list[Record]:
        world, room = self.world, ROOM - len(self.drivers)
        steady = world.now - world.store.beats.get(self.id, float("-inf")) < 1.0 and world.now - world.database_up > 1.5
        failed, self._failed = self._failed, set()
        for id in [row.id for row in world.store.rows.values() if row.owner == self.id and row.id not in self.drivers]:
            world.store.let_go(self.id, id, failed=id in failed)
        return world.store.look(self.id, world.now, set(self.drivers), room, {worker.id for worker in world.workers}, steady)

    def drive(self, record: Record) -> None:
        if record.id not in self.drivers:
            task = self._spawn(self._carry(record))
            self._carrying.add(task)
            task.add_done_callback(self._carrying.discard)

    async def _carry(self, record: Record) -> None:
        driver = self.drivers[record.id] = Driver(self._env, record)
        how = "failed"
        try:
            how = await driver.run()
        except (psycopg.OperationalError, Unavailable):
            pass  # a read that the database did not answer
        except Exception as error:
            self.world.broken = Violation(f"{record.id}: the driver failed: {type(error).__name__}: {error}").with_traceback(
                error.__traceback__
            )
        self.world.count(how)
        if self.drivers.get(record.id) is driver:
            del self.drivers[record.id]
        if how == "failed":
            self._failed.add(record.id)
        elif how == "handed" and self._stops:
            with contextlib.suppress(psycopg.OperationalError):  # the others find it when this process is gone
                await self.ask("database", lambda: self.world.store.let_go(self.id, record.id, failed=False))

    def stop(self) -> None:
        """As SIGTERM does: what runs is handed over, and then the process is no more."""
        if not self._stops:
            self._stops = True
            self._spawn(self._hand_over())

    async def _hand_over(self) -> None:
        carrying = list(self._carrying)
        await asyncio.gather(*(driver.hand_over(GRACE) for driver in self.drivers.values()))
        if carrying:
            await asyncio.wait(carrying)
        if self in self.world.workers:  # and was not killed meanwhile
            self.world.workers.remove(self)
            self.world.graveyard.append(self)

    def notified(self, id: UUID) -> None:
        def tell() -> None:
            driver = self.drivers.get(id)
            if driver is not None:
                driver.signal()

        self.loop.call_soon(tell)


class _Connection:
    """The journal's session."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker

    async def execute(self, sql: str, parameters: dict[str, str] | None = None, prepare: bool = False) -> Any:
        if parameters is None:  # the settings of the session
            return None
        rows = await self._worker.ask("database", lambda: self._worker.world.write(parameters))

        async def fetchall() -> Any:
            return rows

        return SimpleNamespace(fetchall=fetchall)

    async def close(self) -> None:
        return


class _Database:
    def __init__(self, worker: Worker) -> None:
        self._worker = worker

    @contextlib.asynccontextmanager
    async def worker_tx(self) -> AsyncIterator[Any]:
        yield _Transaction(self._worker)


class _Transaction:
    """Statements that are sent together (`pipeline`) arrive together, and happen at one moment: those of the locks keep each other out by
    Postgres' advisory locks, and no transaction here has written anything before."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._sent: list[tuple[str, Any, Answer]] = []
        self._together = False

    @contextlib.asynccontextmanager
    async def pipeline(self) -> AsyncIterator[None]:
        self._together = True
        yield
        await self._arrive()

    async def execute(self, sql: str, given: Any = None) -> Answer:
        answer = Answer(self._arrive)
        self._sent.append((sql, dict(given) if isinstance(given, dict) else given, answer))
        if not self._together:
            await self._arrive()
        return answer

    async def _arrive(self) -> None:
        sent, self._sent = self._sent, []
        if sent:
            rows = await self._worker.ask("database", lambda: self._worker.world.transact([(sql, given) for sql, given, _ in sent]))
            for (_, _, answer), found in zip(sent, rows, strict=True):
                answer.rows = found


class _Reach:
    """`Outside` for the tools of this process."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker

    async def read(self) -> How:
        return await self._worker.ask("outside", lambda: self._worker.world.how())

    async def act(self, call: Call, item: int, keyed: bool) -> How:
        return await self._worker.ask("outside", lambda: self._worker.world.act(call, None if item < 0 else item, keyed))

    async def take_back(self, call: Call, item: int) -> How:
        return await self._worker.ask("outside", lambda: self._worker.world.take_back(call, None if item < 0 else item))

    async def happened(self, call: Call, item: int) -> bool:
        world, which = self._worker.world, None if item < 0 else item
        return await self._worker.ask("outside", lambda: world.store.rows[call.execution].rules.effects[call.step, which] > 0)


class _Workplace:
    def __init__(self, reach: _Reach) -> None:
        self._reach = reach

    def folder(self, workspace: UUID) -> Path:
        return Path("/nowhere")

    def providers(self, workspace: UUID) -> Mapping[type[Any], Any]:
        return {Outside: self._reach}
