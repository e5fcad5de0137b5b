"""Large values by content hash. The journal writes them in its own statement; this reads them back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from psycopg import AsyncConnection

from tizmoret.errors import NotFound


async def get(connection: AsyncConnection[Any], workspace: UUID, hash: str) -> bytes:
    """Raises NotFound."""
    cursor = await connection.execute("select content from blobs where workspace_id = %s and hash = %s", (workspace, hash))
    row = await cursor.fetchone()
    if row is None:
        raise NotFound("A stored value is missing from the database.", cure="Restore it from a backup.")
    content: bytes = row[0]
    return content
