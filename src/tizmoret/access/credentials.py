"""From what a request carries to whom it comes from. Looked up in the database at most every few seconds for each key: a request, and an event
of a stream, costs a look into memory.

What is revoked in this process counts at once, in another one within FRESH seconds."""

from __future__ import annotations

import asyncio
import hmac
from time import monotonic
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection

from tizmoret.access.rights import Actor, lower
from tizmoret.access.secrets import Secret, read_secret
from tizmoret.store.database import Database

FRESH = 5.0  # seconds
MOST = 10_000  # kept in memory
AT_ONCE = 2  # look-ups: whoever sends what is no key must not take every connection

_KEY = """
select t.id, t.hash, t.user_id, m.role, t.role, extract(epoch from t.expires_at - now())::float
from api_tokens t join workspace_members m on m.workspace_id = t.workspace_id and m.user_id = t.user_id
where t.workspace_id = %(workspace)s and t.prefix = %(prefix)s and t.expires_at > now()
"""

_SESSION = """
select t.id, s.hash, t.user_id, m.role, t.role, extract(epoch from least(s.expires_at, t.expires_at) - now())::float
from page_sessions s join api_tokens t on t.workspace_id = s.workspace_id and t.id = s.token_id
join workspace_members m on m.workspace_id = t.workspace_id and m.user_id = t.user_id
where s.workspace_id = %(workspace)s and s.hash = %(hash)s and least(s.expires_at, t.expires_at) > now()
"""


class Credentials:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[bytes, tuple[Actor, float]] = {}
        self._asking = asyncio.Semaphore(AT_ONCE)
        self.turn = 0  # how often everything was forgotten

    async def actor(self, given: str) -> Actor | None:
        """None for what opens nothing: unknown, expired, revoked, or of one who is no member any more. Raises Unavailable."""
        secret = read_secret(given)
        if secret is None:
            return None
        return self._remembered(secret) or await self._looked_up(secret)

    def forget(self) -> None:
        """Somebody's rights have changed."""
        self._known.clear()
        self.turn += 1

    def _remembered(self, secret: Secret) -> Actor | None:
        actor, until = self._known.get(secret.hash, (None, 0.0))
        return actor if until > monotonic() else None

    async def _looked_up(self, secret: Secret) -> Actor | None:
        async with self._asking:
            known = self._remembered(secret)
            if known is not None:
                return known
            turn = self.turn
            async with self._database.tenant_tx(secret.workspace) as connection:
                found = await _find(connection, secret)
            if found is None:
                return None
            actor, left = found
            if turn == self.turn:  # else what was read may have been so before the change
                if len(self._known) >= MOST:
                    self._known.clear()
                self._known[secret.hash] = (actor, monotonic() + min(FRESH, left))
            return actor


async def _find(connection: AsyncConnection[Any], secret: Secret) -> tuple[Actor, float] | None:
    given = {"workspace": secret.workspace, "prefix": secret.prefix, "hash": secret.hash}
    cursor = await connection.execute(_KEY if secret.kind == "tzm_" else _SESSION, given)
    for key, hash, user, role, scope, left in await cursor.fetchall():
        if hmac.compare_digest(bytes(hash), secret.hash):
            await _note_use(connection, secret.workspace, key)
            return Actor(user, lower(role, scope), secret.workspace, key), left
    return None


async def _note_use(connection: AsyncConnection[Any], workspace: UUID, key: UUID) -> None:
    await connection.execute(
        """update api_tokens set last_used_at = now()
           where workspace_id = %s and id = %s and (last_used_at is null or last_used_at < now() - interval '1 minute')""",
        (workspace, key),
    )
