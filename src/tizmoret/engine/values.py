"""Values of an execution as they are stored: small ones in the log itself, large ones once, by content hash, in `blobs`."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from typing import Any
from uuid import UUID

import msgspec

from tizmoret.engine.transition import Blob
from tizmoret.errors import StepFailed
from tizmoret.store.blobs import get
from tizmoret.store.database import Database

INLINE = 8 * 1024  # bytes of JSON that the log holds itself
MAX_VALUE = 32 * 1024 * 1024  # bytes of JSON that one step may return
MAX_DEPTH = 64
CACHE = 64 * 1024 * 1024  # bytes of blobs kept decoded in memory
BLOB = "$blob"

_NOT_TEXT = {0: "\ufffd", **dict.fromkeys(range(0xD800, 0xE000), "\ufffd")}  # PostgreSQL text holds neither NUL nor lone surrogates


def clean(value: Any, depth: int = 0) -> Any:
    """`value` with only what JSON in the database can hold. Raises StepFailed when it is nested too deep or is not JSON at all."""
    if depth > MAX_DEPTH:
        raise StepFailed(f"The result is nested more than {MAX_DEPTH} deep.", cure="Return a flatter value.")
    if isinstance(value, str):
        return value if value.isprintable() else value.translate(_NOT_TEXT)
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, int):
        # Beyond this a browser would read another number.
        return value if abs(value) <= 2**53 else str(value)
    if isinstance(value, dict):
        return {clean(str(key), depth): clean(inner, depth + 1) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [clean(inner, depth + 1) for inner in value]
    raise StepFailed(f"The result holds a {type(value).__name__}, which is not JSON.", cure="Return JSON values only.")


def pack(value: Any) -> tuple[Any, list[Blob]]:
    """What the log holds for a clean `value`, and the blob to store beside it. Raises StepFailed when it is too large."""
    content = msgspec.json.encode(value)
    # A value that looks like our own pointer must not be taken for one.
    if len(content) <= INLINE and not (isinstance(value, dict) and BLOB in value):
        return value, []
    if len(content) > MAX_VALUE:
        raise StepFailed(f"The result is {len(content):,} bytes.", cure=f"Return at most {MAX_VALUE:,} bytes, or write a file.")
    digest = hashlib.sha256(content).hexdigest()
    return {BLOB: digest, "bytes": len(content)}, [Blob(digest, content)]


class Values:
    """Reads packed values back, with the most recent blobs kept in memory."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._cache: OrderedDict[tuple[UUID, str], tuple[int, Any]] = OrderedDict()
        self._bytes = 0

    def remember(self, workspace: UUID, blobs: list[Blob], value: Any) -> None:
        for blob in blobs:
            self._keep((workspace, blob.hash), len(blob.content), value)

    async def load(self, workspace: UUID, packed: Any, *, each: bool = False) -> Any:
        """each: the outputs of the calls of a `for_each` step, of which every one was packed by itself."""
        if each and isinstance(packed, list):
            return [await self.load(workspace, one) for one in packed]
        if not (isinstance(packed, dict) and BLOB in packed):
            return packed
        key = (workspace, packed[BLOB])
        known = self._cache.get(key)
        if known is not None:
            self._cache.move_to_end(key)
            return known[1]
        async with self._database.tenant_tx(workspace) as connection:
            content = await get(connection, workspace, packed[BLOB])
        value = msgspec.json.decode(content)
        self._keep(key, len(content), value)
        return value

    def _keep(self, key: tuple[UUID, str], size: int, value: Any) -> None:
        if key in self._cache or size > CACHE:
            return
        self._cache[key] = (size, value)
        self._bytes += size
        while self._bytes > CACHE:
            self._bytes -= self._cache.popitem(last=False)[1][0]
