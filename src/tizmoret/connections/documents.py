"""Documents of a workspace: those of its own folder, and those of the drive that it has connected, which are read and never written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from tizmoret.connections import google, microsoft
from tizmoret.connections.connected import Reach
from tizmoret.errors import StepFailed
from tizmoret.tools.models import Document, DocumentText, Period
from tizmoret.tools.providers.ports import DocumentStore, Found, NewDocument

if TYPE_CHECKING:
    from tizmoret.tools.providers.drive_documents import DriveDocuments

PREFIX = "drive:"  # of the ids of a drive's documents
_FILES = {"google": google.files, "microsoft": microsoft.files}  # by the kind of the account


class ConnectedDocuments:
    """A `DocumentStore`."""

    def __init__(self, reach: Reach, own: DocumentStore, cache: Path) -> None:
        """own: the folder's. cache: a folder for what was read from a drive."""
        self._reach, self._own, self._cache = reach, own, cache
        self._made: tuple[object, DriveDocuments] | None = None

    async def _drive(self) -> DriveDocuments | None:
        connected = await self._reach.holding("drives")
        if connected is None:
            return None
        version = (connected.name, connected.changed_at)
        if self._made is None or self._made[0] != version:
            from tizmoret.tools.providers.drive_documents import DriveDocuments
            from tizmoret.tools.providers.text_cache import TextCache

            files = _FILES[connected.kind](connected, self._reach.way, self._reach.renewed(connected))
            self._made = (version, DriveDocuments(files, TextCache(self._cache / connected.name)))
        return self._made[1]

    async def _holding(self, document: str) -> DriveDocuments | None:
        """The drive, where the document is there. Raises StepFailed where there is no drive any more."""
        if not document.startswith(PREFIX):
            return None
        drive = await self._drive()
        if drive is None:
            raise StepFailed("The drive of this document is not connected any more.", cure="Connect it: tizmoret connect add --help")
        return drive

    async def search(self, query: str, *, period: Period | None, kinds: Sequence[str], limit: int, timezone: ZoneInfo) -> Found:
        """Of both, the best of each first: what two indices say of their documents is compared by the best that each has."""
        own = await self._own.search(query, period=period, kinds=kinds, limit=limit, timezone=timezone)
        drive = await self._drive()
        if drive is None:
            return own
        there = await drive.search(query, period=period, kinds=kinds, limit=limit, timezone=timezone)
        return Found(tuple(_merged(query, own.documents, there.documents)[:limit]), own.total + there.total)

    async def read(self, document: str, *, characters: int) -> DocumentText:
        return await ((await self._holding(document)) or self._own).read(document, characters=characters)

    async def content(self, document: str, *, limit: int) -> bytes:
        return await ((await self._holding(document)) or self._own).content(document, limit=limit)

    async def write(self, document: NewDocument, now: dt.datetime) -> tuple[Document, str]:
        return await self._own.write(document, now)

    async def remove(self, document: str, fingerprint: str) -> bool:
        return await self._own.remove(document, fingerprint)

    async def move(self, document: str, folder: str, name: str) -> Document | None:
        if document.startswith(PREFIX):
            raise StepFailed("A document of a drive is only read.", cure="Move it in the drive itself.", field="document")
        return await self._own.move(document, folder, name)


def _merged(query: str, own: Sequence[Document], there: Sequence[Document]) -> list[Document]:
    if not query.strip():
        return sorted([*own, *there], key=lambda one: (one.modified, one.id), reverse=True)
    best = {id(side): max((one.score for one in side), default=0.0) or 1.0 for side in (own, there)}
    weighed = [(one.score / best[id(side)], one) for side in (own, there) for one in side]
    return [one for _, one in sorted(weighed, key=lambda pair: -pair[0])]
