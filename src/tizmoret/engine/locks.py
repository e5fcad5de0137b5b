"""Locks on what tools change: shared or exclusive, over all executions of a workspace, first come first served.

A call asks for all of its locks at once under one ticket, and gets all or waits for all. Whoever holds waits for nothing, and whoever waits
does so for holders and for earlier tickets only: there is no cycle in that, so there is no deadlock. Postgres' own locks, under which the
rows are looked at, are taken in one order as well.

A lock is leased: its row counts only while its execution has the epoch of the row, an owner, and has not ended. A process that dies, an
execution that is parked or taken over, lets go of everything by that alone. See docs/decisions/0030."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
import structlog

from tizmoret.engine.events import Item
from tizmoret.engine.records import Record
from tizmoret.engine.transition import WHOLE
from tizmoret.engine.worker import SIGNALS
from tizmoret.errors import Fenced, TizmoretError
from tizmoret.plan.capability import Capability
from tizmoret.plan.manifest import filled
from tizmoret.store.database import Database

log = structlog.get_logger(__name__)

SHOWN = 20  # of those that a call waits for
LONGEST_NAME = 300  # characters; of a longer one the hash is part of the name
RELEASE_AGAIN = (0.1, 0.5, 2.0, 5.0)  # seconds between attempts to let go while the database does not answer

Call = tuple[str, Item]


@dataclass(frozen=True, slots=True)
class Wanted:
    resource: str
    exclusive: bool


@dataclass(frozen=True, slots=True)
class Ahead:
    """Who holds, or asked earlier for, what a call wants."""

    execution: UUID
    step: str
    resource: str
    holds: bool


def wanted(capability: Capability, args: Mapping[str, Any]) -> list[Wanted]:
    """What a call with these arguments locks; where it both shares and locks one thing, it locks it."""
    shared = {_name(filled(template, args, capability)): False for template in capability.shares}
    alone = {_name(filled(template, args, capability)): True for template in capability.locks}
    return [Wanted(name, exclusive) for name, exclusive in sorted((shared | alone).items())]


def _name(text: str) -> str:
    text = text.replace("\x00", "")
    if len(text) <= LONGEST_NAME:
        return text
    return f"{text[:200]}…{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()}"


# One at a time over each resource, in the order of their numbers.
_ORDER = """
select pg_advisory_xact_lock(n) from (
    select distinct hashtextextended(%(workspace)s::text || r, 0) as n from unnest(%(resources)s::text[]) as r order by n) as x"""

_ALIVE = """exists (select from executions e where e.workspace_id = o.workspace_id and e.id = o.execution_id and e.epoch = o.epoch
    and e.owner is not null and e.status in ('planning', 'running', 'waiting', 'paused'))"""

_IN_THE_WAY = f"""o.workspace_id = m.workspace_id and o.resource = m.resource and o.ticket <> m.ticket and (o.exclusive or m.exclusive)
    and (o.granted_at is not null or o.ticket < m.ticket) and {_ALIVE}"""

_MINE = "m.workspace_id = %(workspace)s and m.execution_id = %(execution)s and m.epoch = %(epoch)s"
_THIS = _MINE + " and m.step_id = %(step)s and m.item = %(item)s"

_FORGET_DEAD = f"delete from resource_locks o where o.workspace_id = %(workspace)s and o.resource = any(%(resources)s) and not {_ALIVE}"  # noqa: S608

_ASK = f"""
insert into resource_locks (workspace_id, resource, ticket, execution_id, step_id, item, epoch, exclusive)
select %(workspace)s, r.resource, t.ticket, %(execution)s, %(step)s, %(item)s, %(epoch)s, r.exclusive
from unnest(%(resources)s::text[], %(exclusive)s::boolean[]) as r (resource, exclusive), (select nextval('resource_lock_tickets') as ticket) t
where not exists (select from resource_locks m where {_THIS})"""  # noqa: S608 - parts of this file, no value

_FENCE = "select 1 from executions where workspace_id = %(workspace)s and id = %(execution)s and epoch = %(epoch)s"

_WHO = f"""
select o.execution_id, o.step_id, o.resource, o.granted_at is not null
from resource_locks m join resource_locks o on {_IN_THE_WAY} where {_THIS} order by o.ticket, o.resource limit {SHOWN}"""  # noqa: S608

_GRANT = f"""
update resource_locks m set granted_at = now() where {_THIS} and m.granted_at is null and not exists (
    select from resource_locks m join resource_locks o on {_IN_THE_WAY} where {_THIS})"""  # noqa: S608

_HELD_UP = f"""
select distinct m.step_id, m.item from resource_locks m
where {_MINE} and m.granted_at is null and exists (select from resource_locks o where {_IN_THE_WAY})"""  # noqa: S608

_RESOURCES = f"select distinct m.resource from resource_locks m where {_THIS}"  # noqa: S608
_LET_GO = f"delete from resource_locks m where {_THIS}"  # noqa: S608
_WAITING = f"select distinct m.resource from resource_locks m where {_MINE} and m.granted_at is null"  # noqa: S608
_WITHDRAW = f"delete from resource_locks m where {_MINE} and m.granted_at is null"  # noqa: S608

_CALL_NEXT = f"""
select pg_notify('{SIGNALS}', x.called) from (
    select distinct m.workspace_id || ':' || m.execution_id as called from resource_locks m
    where m.workspace_id = %(workspace)s and m.resource = any(%(resources)s) and m.granted_at is null
    and not exists (select from resource_locks o where {_IN_THE_WAY})) as x"""  # noqa: S608


class Locks:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._going: dict[tuple[UUID, int, Call], asyncio.Task[None]] = {}  # what is being let go of: by execution, epoch, call

    async def take(self, record: Record, call: Call, locks: Sequence[Wanted]) -> list[Ahead]:
        """Nobody: the call holds them all now, until `release`. Else who is in the way, and the call keeps its place in the queue.

        Raises Fenced where another process has taken the execution over, Unavailable where the database does not answer."""
        if going := self._going.get((record.id, record.epoch, call)):
            # The attempt before, or the call that is to be undone: it would let go of what this one gets.
            await asyncio.wait([going])
        values = _values(record, call) | {"resources": [one.resource for one in locks], "exclusive": [one.exclusive for one in locks]}
        async with self._database.worker_tx() as connection, connection.pipeline():
            for statement in (_ORDER, _FORGET_DEAD, _ASK, _GRANT):
                await connection.execute(statement, values)
            who, mine = await connection.execute(_WHO, values), await connection.execute(_FENCE, values)
            ahead = [Ahead(*row) for row in await who.fetchall()]
            if await mine.fetchone() is None:
                raise Fenced("Another process has taken this execution over.")
        return ahead

    async def held_up(self, record: Record) -> set[Call]:
        """The calls of this execution that somebody is in the way of. Raises Unavailable."""
        async with self._database.worker_tx() as connection:
            rows = await (await connection.execute(_HELD_UP, _values(record, ("", None)))).fetchall()
        return {(step, None if item == WHOLE else item) for step, item in rows}

    async def release(self, record: Record, call: Call, *, after: float = 0.0) -> None:
        """Let go of what the call holds or waits for, and call those who are next. after: seconds until then."""
        key = record.id, record.epoch, call
        going = self._going[key] = asyncio.create_task(self._let_go(_values(record, call), _RESOURCES, _LET_GO, after))
        going.add_done_callback(lambda _: self._going.pop(key, None))
        await asyncio.shield(going)

    async def withdraw(self, record: Record) -> None:
        """Leave every queue in which calls of this execution wait."""
        await self._let_go(_values(record, ("", None)), _WAITING, _WITHDRAW)

    async def _let_go(self, values: dict[str, Any], which: str, delete: str, after: float = 0.0) -> None:
        await asyncio.sleep(after)
        for wait in (*RELEASE_AGAIN, None):
            try:
                async with self._database.worker_tx() as connection:
                    values["resources"] = [row[0] for row in await (await connection.execute(which, values)).fetchall()]
                    async with connection.pipeline():
                        for statement in (_ORDER, delete, _CALL_NEXT):
                            await connection.execute(statement, values)
                return
            except (psycopg.Error, TizmoretError) as error:
                if wait is None:
                    log.warning("a lock was not let go; it ends with its execution", execution=str(values["execution"]), error=str(error))
                    return
                await asyncio.sleep(wait)


def _values(record: Record, call: Call) -> dict[str, Any]:
    step, item = call
    return {
        "workspace": record.workspace, "execution": record.id, "epoch": record.epoch, "step": step, "item": WHOLE if item is None else item,
    }  # fmt: skip
