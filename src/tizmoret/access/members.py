"""The members of a workspace and their roles. Nobody gives or takes a role above their own, and the last owner stays."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import dict_row

from tizmoret.access.names import alike, checked_name
from tizmoret.access.rights import RIGHTS, Actor
from tizmoret.errors import BadInput, Conflict, Forbidden, NotFound, TooLarge
from tizmoret.owner import OWNER
from tizmoret.store.database import Database
from tizmoret.views import Member, Role

MOST = 1_000  # of one workspace

_SELECT = """
select m.user_id as name, m.role, m.created_at, count(t.id) as keys, max(t.last_used_at) as last_used_at
from workspace_members m left join api_tokens t on t.workspace_id = m.workspace_id and t.user_id = m.user_id and t.expires_at > now()
where m.workspace_id = %(workspace)s and (%(name)s::text is null or m.user_id = %(name)s)
group by m.workspace_id, m.user_id order by m.created_at, m.user_id
"""


class Members:
    def __init__(self, database: Database, changed: Callable[[], None]) -> None:
        """changed: is told when somebody's rights are others than before."""
        self._database = database
        self._changed = changed

    async def list(self, workspace: UUID) -> Sequence[Member]:
        """By when they came."""
        async with self._database.tenant_tx(workspace) as connection:
            found = await _read(connection, workspace)
        return [one.model_copy(update={"stays": self._why_stays(one, found, workspace) is not None}) for one in found]

    async def add(self, name: str, role: Role, *, by: Actor) -> Member:
        """Raises BadInput, Forbidden, Conflict where somebody has that name, TooLarge."""
        name = checked_name(name, "name")
        by.need("manage-members")
        _reached(by, role, "role")
        async with self._database.tenant_tx(by.workspace) as connection:
            known = await _locked(connection, by.workspace)
            if any(alike(one.name, name) for one in known):
                raise Conflict(f"There is a member {name} already.", cure="Give another name, or change that one's role.", field="name")
            if len(known) >= MOST:
                raise TooLarge(f"There are {MOST:,} members already.", cure="Remove some first.")
            await connection.execute(
                "insert into workspace_members (workspace_id, user_id, role) values (%s, %s, %s)", (by.workspace, name, role)
            )
            return await find_member(connection, by.workspace, name)

    async def change(self, name: str, role: Role, *, by: Actor) -> Member:
        """Another role; the schedules of one who may have none with it stop. Raises NotFound, Forbidden, Conflict for the last owner."""
        by.need("manage-members")
        _reached(by, role, "role")
        async with self._database.tenant_tx(by.workspace) as connection:
            await self._free(connection, name, by, stays_owner=role == "owner")
            await connection.execute(
                "update workspace_members set role = %s where workspace_id = %s and user_id = %s", (role, by.workspace, name)
            )
            if role not in RIGHTS["plan-ahead"]:
                await _stop_schedules(connection, by.workspace, name)
            made = await find_member(connection, by.workspace, name)
        self._changed()
        return made

    async def remove(self, name: str, *, by: Actor) -> None:
        """With their keys, and the page's sessions that these opened; their schedules stop. What they did stays, under their name.

        Raises NotFound, Forbidden, Conflict for the last owner."""
        by.need("manage-members")
        async with self._database.tenant_tx(by.workspace) as connection:
            await self._free(connection, name, by, stays_owner=False)
            await connection.execute("delete from workspace_members where workspace_id = %s and user_id = %s", (by.workspace, name))
            await _stop_schedules(connection, by.workspace, name)
        self._changed()

    async def _free(self, connection: AsyncConnection[Any], name: str, by: Actor, *, stays_owner: bool) -> None:
        """Whether this member's role may be changed by them at all. Of two at once the second sees what the first has done."""
        known = await _locked(connection, by.workspace)
        found = next((one for one in known if one.name == name), None)
        if found is None:
            raise _missing(name)
        _reached(by, found.role, "name")
        if stays_owner:
            return
        why = self._why_stays(found, known, by.workspace)
        if why is not None:
            raise why

    def _why_stays(self, one: Member, all: Sequence[Member], workspace: UUID) -> Conflict | None:
        if one.name == OWNER and workspace == self._database.default_workspace:
            cure = "Whoever has the token of `tizmoret token` is this member."
            return Conflict(f"{OWNER} is the installation's own owner and stays.", cure=cure, field="name")
        if one.role == "owner" and sum(other.role == "owner" for other in all) == 1:
            return Conflict(f"{one.name} is the last owner.", cure="Make somebody else an owner first.", field="name")
        return None


async def find_member(connection: AsyncConnection[Any], workspace: UUID, name: str) -> Member:
    """Raises NotFound."""
    found = await _read(connection, workspace, name)
    if not found:
        raise _missing(name)
    return found[0]


async def _stop_schedules(connection: AsyncConnection[Any], workspace: UUID, name: str) -> None:
    await connection.execute("update schedules set paused = true where workspace_id = %s and user_id = %s", (workspace, name))


async def _locked(connection: AsyncConnection[Any], workspace: UUID) -> builtins.list[Member]:
    await connection.execute("select pg_advisory_xact_lock(hashtext('members'), hashtext(%s))", (str(workspace),))
    return await _read(connection, workspace)


async def _read(connection: AsyncConnection[Any], workspace: UUID, name: str | None = None) -> builtins.list[Member]:
    cursor = connection.cursor(row_factory=dict_row)
    await cursor.execute(_SELECT, {"workspace": workspace, "name": name})
    return [Member(**row) for row in await cursor.fetchall()]


def _reached(by: Actor, role: Role, field: str) -> None:
    if not by.reaches(role):
        raise Forbidden(f"As {by.role} you may not give or take the role {role}.", cure="Ask an owner.", field=field)


def _missing(name: str) -> NotFound:
    return NotFound(f"There is no member {name[:60]}.", cure="List the members to see who there is.", field="name")


def checked_role(text: str) -> Role:
    """Raises BadInput."""
    match text:
        case "viewer" | "member" | "admin" | "owner":
            return text
        case _:
            raise BadInput(f"{text[:30]!r} is no role.", cure="Give viewer, member, admin or owner.", field="role")
