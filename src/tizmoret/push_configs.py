"""Where agents outside want to be told how their tasks go on: the places, their secrets sealed, and how far each has been told."""

from __future__ import annotations

import builtins
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import httpx2
from psycopg.rows import class_row

from tizmoret.connections.connection import check_address
from tizmoret.errors import BadInput, NotFound, StepFailed, TooLarge
from tizmoret.store.database import Database
from tizmoret.store.sealing import Sealing
from tizmoret.tools.providers.guarded import Way
from tizmoret.views import ACTING

MOST = 10  # of one task
LEASE = 60.0  # seconds that a process has for one that it has taken, before another one takes it
AT_ONCE = 50  # taken by one look
OF_ONE = 10  # of them of one workspace, so that receivers of one that are slow do not hold up the others

_COLUMNS = "id, url, scheme"

_SET = """
insert into push_configs (workspace_id, execution_id, id, url, scheme, sealed, token_id)
values (%(workspace)s, %(execution)s, %(id)s, %(url)s, %(scheme)s, %(sealed)s, %(key)s)
on conflict (workspace_id, execution_id, id) do update set url = excluded.url, scheme = excluded.scheme, sealed = excluded.sealed,
token_id = excluded.token_id, seq = 0, told = '', attempts = 0, due_at = now(), trouble = ''"""

# Whoever set it may still speak with us: their key is there, and neither it nor their own role has become too little.
_TAKE = """
with due as (
    select c.workspace_id, c.execution_id, c.id, c.due_at, row_number() over (partition by c.workspace_id order by c.due_at) as turn
    from push_configs c join executions e on e.workspace_id = c.workspace_id and e.id = c.execution_id and e.seq > c.seq
    where c.due_at <= now() and (c.token_id is null or exists (
        select from api_tokens t join workspace_members m on m.workspace_id = t.workspace_id and m.user_id = t.user_id
        where t.workspace_id = c.workspace_id and t.id = c.token_id and t.expires_at > now()
          and m.role = any(%(acting)s) and coalesce(t.role, m.role) = any(%(acting)s)))
), taken as (
    select p.workspace_id, p.execution_id, p.id
    from push_configs p join due d on d.workspace_id = p.workspace_id and d.execution_id = p.execution_id and d.id = p.id
    where d.turn <= %(of_one)s and p.due_at <= now() order by d.due_at limit %(at_once)s for update of p skip locked
)
update push_configs c set attempts = c.attempts + 1, due_at = clock_timestamp() + make_interval(secs => %(lease)s)
from taken t where c.workspace_id = t.workspace_id and c.execution_id = t.execution_id and c.id = t.id
returning c.workspace_id as workspace, c.execution_id as execution, c.id, c.url, c.scheme, c.sealed, c.seq, c.told, c.attempts,
  c.due_at as until"""

# Only while it is still ours: it may have been set anew, or taken by another process since.
_OURS = "where workspace_id = %(workspace)s and execution_id = %(execution)s and id = %(id)s and due_at = %(until)s"


@dataclass(frozen=True, slots=True)
class PushConfig:
    """id: as the other side names it. scheme: of the Authorization that goes there; empty: none does."""

    id: str
    url: str
    scheme: str = ""


@dataclass(frozen=True, slots=True)
class Wanted(PushConfig):
    """token: by which the receiver knows that it was asked for. credentials: what follows the scheme."""

    token: str = field(default="", repr=False)
    credentials: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Due:
    """One that may be told something now, taken by this process. until: when it is lost to others. attempts: with this one, since one succeeded."""

    workspace: UUID
    execution: UUID
    id: str
    url: str
    scheme: str
    sealed: bytes | None = field(repr=False)
    seq: int
    told: str
    attempts: int
    until: datetime


class PushConfigs:
    def __init__(self, database: Database, sealing: Sealing, way: Way, workspace: UUID) -> None:
        """way: to the places. workspace: the one that is meant where none is named."""
        self._database = database
        self._sealing = sealing
        self._workspace = workspace
        self.way = way

    async def check(self, wanted: Wanted) -> None:
        """Whether it may be told anything. Raises BadInput, naming the field."""
        check_address(wanted.url, "url", secret=bool(wanted.token or wanted.credentials))
        try:
            await self.way.addresses(httpx2.URL(wanted.url))
        except httpx2.InvalidURL:
            raise BadInput("That is not the address of a server.", cure="Give one that begins with https://.", field="url") from None
        except StepFailed as error:
            raise BadInput(error.detail, cure=error.cure, field="url") from error

    async def set(self, execution: UUID, wanted: Wanted, *, key: UUID | None, workspace: UUID | None = None) -> None:
        """One of the same id is replaced, and begins anew. key: that it is set with, and goes with; None: the installation's token.

        Raises BadInput, NotFound where nobody outside asked for the execution, TooLarge."""
        await self.check(wanted)
        workspace = workspace or self._workspace
        secrets = {"token": wanted.token, "credentials": wanted.credentials}
        async with self._database.tenant_tx(workspace) as connection:
            of = (workspace, execution)
            cursor = await connection.execute("select 1 from conversations where workspace_id = %s and execution_id = %s for update", of)
            if await cursor.fetchone() is None:
                raise NotFound(f"There is no task {execution}.", cure="List the tasks to see which there are.", field="taskId")
            cursor = await connection.execute(
                "select count(*) from push_configs where workspace_id = %s and execution_id = %s and id <> %s", (*of, wanted.id)
            )
            counted = await cursor.fetchone()
            if counted is not None and counted[0] >= MOST:
                raise TooLarge(f"This task tells {MOST} places already.", cure="Delete one that is not needed.", field="id")
            sealed = None
            if any(secrets.values()):
                sealed = await self._sealing.seal(connection, workspace, _place(execution, wanted.id), json.dumps(secrets))
            values = {"id": wanted.id, "url": wanted.url, "scheme": wanted.scheme, "sealed": sealed, "key": key}
            await connection.execute(_SET, {"workspace": workspace, "execution": execution, **values})

    async def get(self, execution: UUID, id: str, *, workspace: UUID | None = None) -> PushConfig:
        """Without its secrets. Raises NotFound."""
        async with self._database.tenant_tx(workspace or self._workspace) as connection:
            rows = connection.cursor(row_factory=class_row(PushConfig))
            await rows.execute(
                f"select {_COLUMNS} from push_configs where workspace_id = %s and execution_id = %s and id = %s",  # noqa: S608 - no value
                (workspace or self._workspace, execution, id),
            )
            found = await rows.fetchone()
        if found is None:
            raise NotFound(f"The task tells no place {id[:60]}.", cure="List the task's push notification configs.", field="id")
        return found

    async def list(self, execution: UUID, *, after: str = "", limit: int, workspace: UUID | None = None) -> Sequence[PushConfig]:
        """By id, without their secrets. after: the id of the last one of the page before."""
        async with self._database.tenant_tx(workspace or self._workspace) as connection:
            rows = connection.cursor(row_factory=class_row(PushConfig))
            await rows.execute(
                f"""select {_COLUMNS} from push_configs where workspace_id = %s and execution_id = %s and id > %s
                    order by id limit %s""",  # noqa: S608 - no value
                (workspace or self._workspace, execution, after, limit),
            )
            return await rows.fetchall()

    async def delete(self, execution: UUID, id: str, *, workspace: UUID | None = None) -> None:
        """What is not there stays so."""
        async with self._database.tenant_tx(workspace or self._workspace) as connection:
            await connection.execute(
                "delete from push_configs where workspace_id = %s and execution_id = %s and id = %s",
                (workspace or self._workspace, execution, id),
            )

    # -- for who tells them

    async def take(self) -> builtins.list[Due]:
        """Those in whose tasks something has happened since they were told, of all workspaces; of several processes one gets each."""
        async with self._database.worker_tx() as connection:
            rows = connection.cursor(row_factory=class_row(Due))
            await rows.execute(_TAKE, {"acting": list(ACTING), "of_one": OF_ONE, "at_once": AT_ONCE, "lease": LEASE})
            return await rows.fetchall()

    async def secrets(self, due: Due) -> Mapping[str, str]:
        """Its token and credentials, by name. Raises Unavailable where they cannot be opened."""
        if due.sealed is None:
            return {}
        async with self._database.worker_tx() as connection:
            place = _place(due.execution, due.id)
            told: dict[str, str] = json.loads(await self._sealing.open(connection, due.workspace, place, bytes(due.sealed)))
            return told

    async def told(self, due: Due, seq: int, state: str, *, last: bool) -> None:
        """It knows all up to `seq`. state: that it was told last. last: it will not be told anything more."""
        await self._note(
            due,
            "seq = %(seq)s, told = %(state)s, attempts = 0, trouble = '', due_at = case when %(last)s then null else now() end",
            {"seq": seq, "state": state, "last": last},
        )

    async def failed(self, due: Due, trouble: str, wait: float | None) -> None:
        """wait: seconds until it is tried again; None: it is given up."""
        again = "trouble = %(trouble)s, due_at = now() + make_interval(secs => %(wait)s)"
        await self._note(due, again, {"trouble": trouble, "wait": wait})

    async def _note(self, due: Due, what: str, values: Mapping[str, Any]) -> None:
        of = {"workspace": due.workspace, "execution": due.execution, "id": due.id, "until": due.until}
        async with self._database.worker_tx() as connection:
            await connection.execute(f"update push_configs set {what} {_OURS}", {**of, **values})  # noqa: S608 - no value


def _place(execution: UUID, id: str) -> str:
    return f"push/{execution}/{id}"
