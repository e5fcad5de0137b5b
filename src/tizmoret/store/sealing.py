"""Secrets at rest. Each workspace has a key of its own, sealed with a master key that is not in the database: whoever has a dump has nothing.

AES-256-GCM; what is sealed is bound to its workspace and to its place, so that it opens nowhere else. The first master key seals; all that are
given open, and what an older one had sealed is sealed anew when it is next opened: so keys are exchanged without a pause."""

from __future__ import annotations

import base64
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection

from tizmoret.errors import Unavailable
from tizmoret.secret_file import kept_secret

_VERSION = b"\x01"
_NONCE = 12  # bytes


class Sealing:
    def __init__(self, home: Path, keys: Sequence[bytes]) -> None:
        """keys: master keys; without any, one is kept in the home, readable by its user alone."""
        self._home = home
        self._given = tuple(keys)

    async def seal(self, connection: AsyncConnection[Any], workspace: UUID, place: str, secret: str) -> bytes:
        return _seal(await self._key(connection, workspace), secret.encode(), _bound(workspace, place))

    async def open(self, connection: AsyncConnection[Any], workspace: UUID, place: str, sealed: bytes) -> str:
        """Raises Unavailable where it was sealed with another key, for another place, or was altered."""
        opened = _open(await self._key(connection, workspace), sealed, _bound(workspace, place))
        if opened is None:
            raise Unavailable("A secret cannot be opened: it was altered, or is not of this place.", cure="Connect it again.")
        return opened.decode()

    def _masters(self) -> tuple[bytes, ...]:
        return self._given or (base64.b64decode(kept_secret(self._home / "master-key", _new_master)),)

    async def _key(self, connection: AsyncConnection[Any], workspace: UUID) -> bytes:
        """The workspace's own, made at the first use."""
        masters, bound = self._masters(), _bound(workspace, "key")
        sealed = await _sealed_key(connection, workspace)
        if sealed is None:
            made = _seal(masters[0], os.urandom(32), bound)
            await connection.execute(
                "insert into workspace_keys (workspace_id, sealed) values (%s, %s) on conflict do nothing", (workspace, made)
            )
            sealed = await _sealed_key(connection, workspace)
            assert sealed is not None
        for master in masters:
            key = _open(master, sealed, bound)
            if key is not None:
                if master is not masters[0]:
                    anew = _seal(masters[0], key, bound)
                    await connection.execute("update workspace_keys set sealed = %s where workspace_id = %s", (anew, workspace))
                return key
        cure = "Set TIZMORET_KEY to the key that they were sealed with, or bring back the file master-key of the home."
        raise Unavailable("The secrets of this workspace were sealed with another key.", cure=cure, field="TIZMORET_KEY")


async def _sealed_key(connection: AsyncConnection[Any], workspace: UUID) -> bytes | None:
    cursor = await connection.execute("select sealed from workspace_keys where workspace_id = %s", (workspace,))
    row = await cursor.fetchone()
    return None if row is None else bytes(row[0])


def _new_master() -> str:
    return base64.b64encode(os.urandom(32)).decode()


def _bound(workspace: UUID, place: str) -> bytes:
    return f"{workspace}/{place}".encode()


def _seal(key: bytes, plain: bytes, bound: bytes) -> bytes:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = os.urandom(_NONCE)
    return _VERSION + nonce + AESGCM(key).encrypt(nonce, plain, bound)


def _open(key: bytes, sealed: bytes, bound: bytes) -> bytes | None:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    if sealed[:1] != _VERSION or len(sealed) <= 1 + _NONCE:
        return None
    try:
        return AESGCM(key).decrypt(sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :], bound)
    except InvalidTag:
        return None
