"""From what a request carries to whom it comes from: looked up with every request (half a millisecond), so that what is revoked in one
process opens nothing in any other from that moment on."""

from __future__ import annotations

import asyncio
import hmac
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection

from tizmoret.access.rights import Actor, lower
from tizmoret.access.secrets import Secret, read_secret
from tizmoret.store.database import Database

AT_ONCE = 4  # look-ups: whoever sends what is no key must not take every connection

_KEY = """
select t.id, t.hash, t.user_id, m.role, t.role
from api_tokens t join workspace_members m on m.workspace_id = t.workspace_id and m.user_id = t.user_id
where t.workspace_id = %(workspace)s and t.prefix = %(prefix)s and t.expires_at > now()
"""

_SESSION = """
select t.id, s.hash, t.user_id, m.role, t.role
from page_sessions s join api_tokens t on t.workspace_id = s.workspace_id and t.id = s.token_id
join workspace_members m on m.workspace_id = t.workspace_id and m.user_id = t.user_id
where s.workspace_id = %(workspace)s and s.hash = %(hash)s and least(s.expires_at, t.expires_at) > now()
"""


class Credentials:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._asking = asyncio.Semaphore(AT_ONCE)
        self.turn = 0  # how often somebody's rights were changed here

    async def actor(self, given: str) -> Actor | None:
        """None for what opens nothing: unknown, expired, revoked, or of one who is no member any more. Raises Unavailable."""
        secret = read_secret(given)
        if secret is None:
            return None
        async with self._asking, self._database.tenant_tx(secret.workspace) as connection:
            return await _find(connection, secret)

    def changed(self) -> None:
        """Somebody's rights have changed: the streams of this process look again at once."""
        self.turn += 1


async def _find(connection: AsyncConnection[Any], secret: Secret) -> Actor | None:
    given = {"workspace": secret.workspace, "prefix": secret.prefix, "hash": secret.hash}
    cursor = await connection.execute(_KEY if secret.kind == "tzm_" else _SESSION, given)
    for key, hash, user, role, scope in await cursor.fetchall():
        if hmac.compare_digest(bytes(hash), secret.hash):
            await _note_use(connection, secret.workspace, key)
            return Actor(user, lower(role, scope), secret.workspace, key)
    return None


async def _note_use(connection: AsyncConnection[Any], workspace: UUID, key: UUID) -> None:
    await connection.execute(
        """update api_tokens set last_used_at = now()
           where workspace_id = %s and id = %s and (last_used_at is null or last_used_at < now() - interval '1 minute')""",
        (workspace, key),
    )
