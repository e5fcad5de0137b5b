"""What a process does again and again outlives what goes wrong in it once."""

from __future__ import annotations

import asyncio

import psycopg
import pytest

from tizmoret.background import every
from tizmoret.errors import Unavailable

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    "fault", [psycopg.OperationalError("gone\nand more"), psycopg.OperationalError(), Unavailable("It does not answer.")]
)
async def test_what_could_not_be_done_is_done_the_next_time(fault: Exception) -> None:
    calls, done = 0, asyncio.Event()

    async def work() -> None:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise fault
        done.set()

    task = asyncio.create_task(every(0.0, work, "could not"))
    await asyncio.wait([task, asyncio.create_task(done.wait())], return_when=asyncio.FIRST_COMPLETED)
    assert not task.done()
    task.cancel()


async def test_a_fault_of_the_program_is_not_hidden() -> None:
    async def work() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await every(0.0, work, "could not")
