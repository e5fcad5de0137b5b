"""The keys that members sign in with, and the sessions of the page that a key opens."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import dict_row

from tizmoret.access.members import find_member
from tizmoret.access.names import checked_name
from tizmoret.access.rights import Actor, lower
from tizmoret.access.secrets import Secret, new_secret
from tizmoret.errors import BadInput, Forbidden, NotFound, TooLarge
from tizmoret.ids import uuid7
from tizmoret.store.database import Database
from tizmoret.views import KeyView, NewKey, Role

MOST = 50  # of one member
LONGEST = 3_650  # days
USUAL = 90  # days
SESSION = timedelta(days=30)
SESSIONS = 50  # of one key; the oldest goes when there is one more

_COLUMNS = "id, name, user_id as member, prefix, role, created_by, created_at, expires_at, last_used_at"


class Keys:
    def __init__(self, database: Database, changed: Callable[[], None]) -> None:
        """changed: is told when a key opens nothing any more."""
        self._database = database
        self._changed = changed

    async def create(self, member: str, name: str = "", *, role: Role | None = None, days: int = USUAL, by: Actor) -> NewKey:
        """role: no more than this, whatever the member may. Whoever was signed in by a key makes none that lasts longer than that one.

        Raises BadInput, NotFound, TooLarge, and Forbidden for somebody, or a role, above one's own."""
        by.need("manage-keys")
        name = checked_name(name, "name") if name.strip() else ""
        if not 1 <= days <= LONGEST:
            raise BadInput("`days` cannot be used.", cure=f"Give 1 to {LONGEST:,}.", field="days")
        if role is not None and not by.reaches(role):
            raise Forbidden(f"As {by.role} you may not give the role {role}.", cure="Ask an owner.", field="role")
        secret, id = new_secret("tzm_", by.workspace), uuid7()
        async with self._database.tenant_tx(by.workspace) as connection:
            holder = await find_member(connection, by.workspace, member)
            if not by.reaches(holder.role):  # also with a role of its own: it would speak in that person's name
                raise Forbidden(f"{member} may do more than you.", cure="Ask an owner.", field="member")
            if len(await _read(connection, by.workspace, member)) >= MOST:
                raise TooLarge(f"{member} has {MOST} keys already.", cure="Revoke some that are not needed.")
            await connection.execute(
                """insert into api_tokens (workspace_id, id, user_id, prefix, hash, name, role, created_by, expires_at)
                   values (%(workspace)s, %(id)s, %(member)s, %(prefix)s, %(hash)s, %(name)s, %(role)s, %(by)s, least(
                     now() + make_interval(days => %(days)s),
                     (select expires_at from api_tokens where workspace_id = %(workspace)s and id = %(key)s)))""",
                {"workspace": by.workspace, "id": id, "member": member, "prefix": secret.prefix, "hash": secret.hash, "name": name,
                 "role": role, "by": by.user, "days": days, "key": by.key},
            )  # fmt: skip
            made = await _read(connection, by.workspace, member, id)
        return NewKey(**made[0].model_dump(), key=secret.text)

    async def list(self, *, by: Actor) -> Sequence[KeyView]:
        """The latest first: one's own, and those of everybody for who manages them."""
        by.need("own-keys")
        async with self._database.tenant_tx(by.workspace) as connection:
            return await _read(connection, by.workspace, None if by.may("manage-keys") else by.user)

    async def revoke(self, id: UUID, *, by: Actor) -> None:
        """It opens nothing any more, nor does any session of the page that it opened. Raises NotFound, also for a key that one does not see."""
        by.need("own-keys")
        async with self._database.tenant_tx(by.workspace) as connection:
            found = await _read(connection, by.workspace, None if by.may("manage-keys") else by.user, id)
            if not found:
                raise NotFound(f"There is no key {id}.", cure="List the keys to see which there are.", field="id")
            holder = await find_member(connection, by.workspace, found[0].member)
            taken = lower(holder.role, found[0].role) if holder.name == by.user else holder.role
            if id != by.key and not by.reaches(taken):
                raise Forbidden(f"That key of {holder.name} may do more than you.", cure="Ask an owner.", field="id")
            await connection.execute("delete from api_tokens where workspace_id = %s and id = %s", (by.workspace, id))
        self._changed()

    # -- the page

    async def begin_session(self, actor: Actor) -> tuple[Secret, timedelta]:
        """What the page's cookie holds, and for how long. Raises NotFound where the key has just gone."""
        secret = new_secret("tzs_", actor.workspace)
        given = {"workspace": actor.workspace, "hash": secret.hash, "key": actor.key, "most": SESSION, "sessions": SESSIONS}
        async with self._database.tenant_tx(actor.workspace) as connection:
            cursor = await connection.execute(
                """insert into page_sessions (workspace_id, hash, token_id, expires_at)
                   select workspace_id, %(hash)s, id, least(expires_at, now() + %(most)s) from api_tokens
                   where workspace_id = %(workspace)s and id = %(key)s returning expires_at - now()""",
                given,
            )
            row = await cursor.fetchone()
            if row is None:
                raise NotFound("The key has just been revoked.", cure="Ask for another one.", field="token")
            await connection.execute(
                """delete from page_sessions where workspace_id = %(workspace)s and token_id = %(key)s and (expires_at < now() or hash in (
                     select hash from page_sessions where workspace_id = %(workspace)s and token_id = %(key)s
                     order by created_at desc offset %(sessions)s))""",
                given,
            )
        return secret, row[0]

    async def end_session(self, secret: Secret) -> None:
        """The cookie opens nothing any more, wherever it may have been copied to."""
        async with self._database.tenant_tx(secret.workspace) as connection:
            await connection.execute("delete from page_sessions where workspace_id = %s and hash = %s", (secret.workspace, secret.hash))
        self._changed()


async def _read(
    connection: AsyncConnection[Any], workspace: UUID, member: str | None = None, id: UUID | None = None
) -> builtins.list[KeyView]:
    cursor = connection.cursor(row_factory=dict_row)
    await cursor.execute(
        f"""select {_COLUMNS} from api_tokens where workspace_id = %(workspace)s and (%(member)s::text is null or user_id = %(member)s)
            and (%(id)s::uuid is null or id = %(id)s) order by created_at desc, id""",  # noqa: S608 - no value
        {"workspace": workspace, "member": member, "id": id},
    )
    return [KeyView(**row) for row in await cursor.fetchall()]
