"""Documents of a workspace: those of its own folder, and those of the drive that it has connected, where new ones are written then."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from tizmoret.connections import google, microsoft
from tizmoret.connections.connected import Reach
from tizmoret.connections.connection import Connection
from tizmoret.errors import StepFailed
from tizmoret.tools.models import DRIVE, Document, DocumentText, Period
from tizmoret.tools.providers.ports import DocumentStore, Found, NewDocument

if TYPE_CHECKING:
    from tizmoret.tools.providers.drive_documents import DriveDocuments, DriveFiles


@dataclass(frozen=True, slots=True)
class _There:
    connected: Connection
    documents: DriveDocuments

    def is_of(self, connected: Connection) -> bool:
        return (self.connected.name, self.connected.changed_at) == (connected.name, connected.changed_at)


class ConnectedDocuments:
    """A `DocumentStore`."""

    def __init__(self, reach: Reach, own: DocumentStore, cache: Path, notes: Path) -> None:
        """own: the folder's. cache: a folder for what was read from a drive. notes: one for what is written there."""
        self._reach, self._own, self._cache, self._notes = reach, own, cache, notes
        self._made: _There | None = None

    async def _drive(self) -> DriveDocuments | None:
        there = await self._there()
        return None if there is None else there.documents

    async def _there(self) -> _There | None:
        connected = await self._reach.holding("drives")
        if connected is None:
            return None
        if self._made is None or not self._made.is_of(connected):
            from tizmoret.tools.providers.drive_documents import DriveDocuments
            from tizmoret.tools.providers.text_cache import TextCache

            files = self._files(connected)
            self._made = _There(connected, DriveDocuments(files, TextCache(self._cache / connected.name)))
        return self._made

    def _files(self, connected: Connection) -> DriveFiles:
        way, renewed = self._reach.way, self._reach.renewed(connected)
        if connected.kind == "microsoft":
            return microsoft.files(connected, way, renewed)
        return google.files(connected, way, renewed, self._notes / connected.name / "files")

    async def _holding(self, document: str) -> DriveDocuments | None:
        """The drive, where the document is there. Raises StepFailed where there is no drive any more."""
        if not document.startswith(DRIVE):
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
        """Into the drive, where one is connected."""
        there = await self._there()
        if there is None:
            return await self._own.write(document, now)
        async with self._reach.writing(there.connected, "write documents"):
            return await there.documents.write(document, now)

    async def remove(self, document: str, fingerprint: str) -> bool:
        return await ((await self._holding(document)) or self._own).remove(document, fingerprint)

    async def move(self, document: str, folder: str, name: str) -> Document | None:
        if document.startswith(DRIVE):
            raise StepFailed("A document of a drive is not moved from here.", cure="Move it in the drive itself.", field="document")
        return await self._own.move(document, folder, name)


def _merged(query: str, own: Sequence[Document], there: Sequence[Document]) -> list[Document]:
    if not query.strip():
        return sorted([*own, *there], key=lambda one: (one.modified, one.id), reverse=True)
    best = {id(side): max((one.score for one in side), default=0.0) or 1.0 for side in (own, there)}
    weighed = [(one.score / best[id(side)], one) for side in (own, there) for one in side]
    return [one for _, one in sorted(weighed, key=lambda pair: -pair[0])]
