"""What agents outside asked for: which execution belongs to which conversation of theirs, and what they said in it."""

from __future__ import annotations

import builtins
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from tizmoret.errors import BadInput, NotFound
from tizmoret.store.database import Database
from tizmoret.views import ExecutionStatus

MOST_SAID = 200  # messages of one execution that are kept, the latest


@dataclass(frozen=True, slots=True)
class Conversation:
    """changed_at: when anything last happened in the execution."""

    execution: UUID
    context: str
    agent: str
    history: Sequence[Mapping[str, Any]]
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Found:
    """total: how many there are on all pages. next: where the next page begins; empty: there is none."""

    items: Sequence[Conversation]
    total: int
    next: str


# The time of the last event, by the events' own key.
_ROWS = """
select c.execution_id as execution, c.context, c.agent, c.history, coalesce(v.at, c.created_at) as changed_at
from conversations c join executions e on e.workspace_id = c.workspace_id and e.id = c.execution_id
left join events v on v.workspace_id = c.workspace_id and v.execution_id = c.execution_id and v.seq = e.seq
where c.workspace_id = %(workspace)s"""
_WANTED = """
 and (%(context)s::text is null or c.context = %(context)s) and (%(statuses)s::text[] is null or e.status = any(%(statuses)s))"""


class Conversations:
    def __init__(self, database: Database, workspace: UUID) -> None:
        self._database = database
        self._workspace = workspace

    async def begin(self, execution: UUID, context: str, agent: str, message: Mapping[str, Any], *, workspace: UUID | None = None) -> None:
        """A repeat changes nothing."""
        async with self._database.tenant_tx(workspace or self._workspace) as connection:
            await connection.execute(
                """insert into conversations (workspace_id, execution_id, context, agent, history) values (%s, %s, %s, %s, %s)
                   on conflict do nothing""",
                (workspace or self._workspace, execution, context, agent, Jsonb([message])),
            )

    async def add(self, execution: UUID, message: Mapping[str, Any], *, workspace: UUID | None = None) -> None:
        async with self._database.tenant_tx(workspace or self._workspace) as connection:
            await connection.execute(
                """update conversations set history = case when jsonb_array_length(history) < %s then history else history - 0 end || %s
                   where workspace_id = %s and execution_id = %s""",
                (MOST_SAID, Jsonb([message]), workspace or self._workspace, execution),
            )

    async def get(self, execution: UUID, *, workspace: UUID | None = None) -> Conversation:
        """Raises NotFound, also for an execution that nobody outside asked for."""
        workspace = workspace or self._workspace
        async with self._database.tenant_tx(workspace) as connection:
            rows = connection.cursor(row_factory=class_row(Conversation))
            await rows.execute(f"{_ROWS} and c.execution_id = %(execution)s", {"workspace": workspace, "execution": execution})
            found = await rows.fetchone()
        if found is None:
            raise NotFound(f"There is no task {execution}.", cure="List the tasks to see which there are.", field="id")
        return found

    async def list(
        self,
        *,
        context: str | None = None,
        statuses: builtins.list[ExecutionStatus] | None = None,
        after: datetime | None = None,
        limit: int = 50,
        cursor: str = "",
        workspace: UUID | None = None,
    ) -> Found:
        """Those in which something happened last come first. after: only those in which something has happened since. Raises BadInput."""
        workspace, (before, id) = workspace or self._workspace, _read(cursor)
        values = {
            "workspace": workspace, "context": context, "statuses": statuses, "after": after, "before": before, "id": id, "limit": limit + 1,
        }  # fmt: skip
        narrowed = f"select * from ({_ROWS}{_WANTED}) t where (%(after)s::timestamptz is null or changed_at > %(after)s)"  # noqa: S608 - parts of this file
        page = " and (%(before)s::timestamptz is null or (changed_at, execution) < (%(before)s, %(id)s))"
        async with self._database.tenant_tx(workspace) as connection:
            counted = await (await connection.execute(f"select count(*) from ({narrowed}) n", values)).fetchone()  # noqa: S608
            rows = connection.cursor(row_factory=class_row(Conversation))
            await rows.execute(f"{narrowed}{page} order by changed_at desc, execution desc limit %(limit)s", values)
            found = await rows.fetchall()
        last = found[limit - 1] if len(found) > limit else None
        following = f"{last.changed_at.isoformat()}_{last.execution}" if last else ""
        return Found(found[:limit], counted[0] if counted else 0, following)


def _read(cursor: str) -> tuple[datetime | None, UUID | None]:
    if not cursor:
        return None, None
    try:
        at, _, id = cursor.rpartition("_")
        return datetime.fromisoformat(at), UUID(id)
    except ValueError:
        raise BadInput("`pageToken` is not one that was given.", cure="Take `nextPageToken` unchanged.", field="pageToken") from None
