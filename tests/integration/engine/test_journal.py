"""The journal on a real database: group commit, the fence, one bad row among good ones, a full disk, a lost connection."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import psycopg
import pytest

from tizmoret.engine import events as e
from tizmoret.engine.journal import Journal, Refused
from tizmoret.engine.transition import ExecutionRow, NewExecution, StepRow, Transition
from tizmoret.errors import Fenced
from tizmoret.ids import uuid7
from tizmoret.store.database import Database

pytestmark = pytest.mark.anyio


def begin(database: Database) -> Transition:
    created = e.ExecutionCreated("x", "en", "me")
    new = NewExecution(uuid7(), "x", "en", "me")
    return Transition(database.default_workspace, uuid7(), 1, [(1, created)], new=new, row=ExecutionRow(status="running"))


def then(first: Transition, seq: int, *, epoch: int = 1, message: str = "") -> Transition:
    return Transition(first.workspace, first.execution, epoch, [(seq, e.StepProgress("a", message))])


async def seqs(database: Database, of: Transition) -> list[int]:
    async with database.worker_tx() as connection:
        cursor = await connection.execute("select seq from events where execution_id = %s order by seq", (of.execution,))
        return [row[0] for row in await cursor.fetchall()]


@pytest.fixture
async def journal(database: Database) -> AsyncIterator[Journal]:
    opened = Journal(database.dedicated, lambda written, at: None)
    await opened.open()
    yield opened
    await opened.close()


async def test_what_is_submitted_during_a_commit_shares_the_next_one(journal: Journal, database: Database) -> None:
    firsts = [begin(database) for _ in range(100)]
    await asyncio.gather(*(journal.append(first) for first in firsts))
    before = journal.commits
    await asyncio.gather(*(journal.append(then(first, 2)) for first in firsts))
    assert journal.commits - before <= 2
    assert all([await seqs(database, first) == [1, 2] for first in firsts])


@pytest.mark.parametrize("stale_first", [True, False])
async def test_a_predecessor_in_the_same_process_is_fenced_within_a_batch_too(
    journal: Journal, database: Database, stale_first: bool
) -> None:
    """As when a process that stood still is replaced, and takes the execution again while an old call of its own is still ending."""
    first = begin(database)
    await journal.append(first)
    async with database.worker_tx() as connection:
        await connection.execute("update executions set epoch = 3 where id = %s", (first.execution,))
    both = [then(first, 5, epoch=1), then(first, 2, epoch=3)]
    outcomes = await asyncio.gather(*(journal.submit(one) for one in (both if stale_first else reversed(both))), return_exceptions=True)
    stale, mine = outcomes if stale_first else reversed(outcomes)
    assert isinstance(stale, Fenced)
    assert mine is None
    assert await seqs(database, first) == [1, 2]


async def test_what_nobody_waits_for_is_written_soon_and_in_order(journal: Journal, database: Database) -> None:
    first = begin(database)
    await journal.append(first)
    for seq in range(2, 30):
        journal.submit(then(first, seq), urgent=False)
    while len(written := await seqs(database, first)) < 29:  # noqa: ASYNC110 - it looks into the database
        await asyncio.sleep(0.01)
    assert written == list(range(1, 30))


async def test_a_write_with_an_old_epoch_changes_nothing(journal: Journal, database: Database) -> None:
    first = begin(database)
    await journal.append(first)
    async with database.worker_tx() as connection:
        await connection.execute("update executions set epoch = 2 where id = %s", (first.execution,))
    stale = then(first, 2)
    stale.steps = [StepRow("a", "completed")]
    stale.row = ExecutionRow(status="completed")
    with pytest.raises(Fenced):
        await journal.append(stale)
    await journal.append(then(first, 2, epoch=2))
    async with database.worker_tx() as connection:
        cursor = await connection.execute(
            "select status, (select count(*) from execution_steps) from executions where id = %s", (first.execution,)
        )
        assert await cursor.fetchone() == ("running", 0)


async def test_one_row_that_cannot_be_stored_takes_no_neighbour_with_it(journal: Journal, database: Database) -> None:
    firsts = [begin(database) for _ in range(9)]
    await asyncio.gather(*(journal.append(first) for first in firsts))
    messages = ["bad \x00" if number == 4 else "good" for number in range(9)]
    ends = await asyncio.gather(
        *(journal.append(then(first, 2, message=message)) for first, message in zip(firsts, messages, strict=True)), return_exceptions=True
    )
    assert [type(end) for end in ends] == [Refused if number == 4 else type(None) for number in range(9)]
    assert [len(await seqs(database, first)) for first in firsts] == [1 if number == 4 else 2 for number in range(9)]


class Failing:
    """A connection that fails as the server would, the first times."""

    def __init__(self, real: psycopg.AsyncConnection[Any], errors: list[Exception]) -> None:
        self._real = real
        self._errors = errors

    async def execute(self, sql: str, *args: Any, **options: Any) -> Any:
        if self._errors and args:
            raise self._errors.pop(0)
        return await self._real.execute(sql, *args, **options)  # type: ignore[call-overload]

    async def close(self) -> None:
        await self._real.close()


@pytest.mark.parametrize("error", [psycopg.errors.DiskFull("could not extend file"), psycopg.OperationalError("the connection is closed")])
async def test_a_full_disk_or_a_lost_connection_is_waited_out(database: Database, error: Exception) -> None:
    errors = [error, error, error]

    def connect() -> Callable[[], Awaitable[Any]]:
        async def make() -> Any:
            return Failing(await database.dedicated(), errors)

        return make

    journal = Journal(connect(), lambda written, at: None)
    await journal.open()
    first = begin(database)
    waiting = asyncio.create_task(journal.append(first))
    while journal.trouble is None:  # noqa: ASYNC110 - a server asks in the same way
        await asyncio.sleep(0.001)
    assert not waiting.done()
    await waiting
    assert errors == []
    assert journal.trouble is None
    assert await seqs(database, first) == [1]
    await journal.close()


async def test_a_batch_that_is_sent_twice_is_written_once(journal: Journal, database: Database) -> None:
    """As after a connection that broke between the commit and its answer."""
    first = begin(database)
    await journal.append(first)
    await journal.append(then(first, 2))
    await journal.append(then(first, 2))
    assert await seqs(database, first) == [1, 2]
