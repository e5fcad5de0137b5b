"""The files of a OneDrive (Microsoft Graph v1.0, https://learn.microsoft.com/graph/api/resources/driveitem)."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from tizmoret.errors import NotFound, TooLarge
from tizmoret.tools.providers.drive_documents import DriveFile, Wanted, unclear
from tizmoret.tools.providers.rest_client import Refused, RestSession, Stale, Taken, together
from tizmoret.tools.reading.archive import Unreadable
from tizmoret.tools.reading.extract import KINDS, extract

MOST_WORDS = 24  # each is a question of its own
MOST_LOOKED_AT = 2_000  # files of a drive among which the newest are looked for
MOST_LOOKED_INTO = 20 * 1024 * 1024  # bytes of a file that has the name of ours
_FIELDS = "id,name,file,size,lastModifiedDateTime,deleted,eTag"


class OneDriveFiles:
    """`DriveFiles`."""

    def __init__(self, session: RestSession, server: str) -> None:
        """server: of Microsoft Graph."""
        self._session, self._at = session, f"{server}/me/drive"

    async def newest(self, wanted: Wanted, most: int) -> Sequence[DriveFile]:
        """OneDrive lists a whole drive in no order, so it is sorted here, as far as it is looked at."""
        found = await self._listed(f"{self._at}/root/delta", MOST_LOOKED_AT)
        return sorted((one for one in found if _fits(one, wanted)), key=lambda one: one.modified, reverse=True)[:most]

    async def named(self, words: Sequence[str], wanted: Wanted, most: int) -> Sequence[DriveFile]:
        async def by(word: str) -> list[DriveFile]:
            escaped = quote(word.replace("'", "''"), safe="")
            return await self._listed(f"{self._at}/root/search(q='{escaped}')", most)

        found = {one.id: one for each in await together(words[:MOST_WORDS], by) for one in each if _fits(one, wanted)}
        return list(found.values())[:most]

    async def one(self, id: str) -> DriveFile | None:
        try:
            return _file(await self._session.get(f"{self._at}/items/{quote(id, safe='')}", {"$select": _FIELDS}))
        except NotFound:
            return None
        except Refused as error:
            if "invalidRequest" in error.reasons:
                return None
            raise

    async def content(self, file: DriveFile, limit: int) -> bytes:
        return await self._session.content(f"{self._at}/items/{quote(file.id, safe='')}/content", {}, limit)

    async def add(self, folder: Sequence[str], name: str, key: str, content: bytes) -> DriveFile | None:
        """By its path, which there is one of; the folders on the way are made by Microsoft. What we wrote bears its key."""
        place = f"{self._at}/root:/{'/'.join(quote(part, safe='') for part in (*folder, name))}"
        there = await self._there(place)  # also before: an overlooked `fail` would put ours in the other's place
        if there is None:
            asked = {"@microsoft.graph.conflictBehavior": "fail"}
            try:
                told = await self._session.send("PUT", f"{place}:/content", asked, body=content, kind="application/octet-stream")
                return _file(told) or unclear("Microsoft")
            except Taken:  # it came meanwhile
                there = await self._there(place)
        return there if there is not None and await self._is_of(there, key) else None

    async def discard(self, file: DriveFile) -> bool:
        """Into the recycle bin."""
        try:
            await self._session.send("DELETE", f"{self._at}/items/{quote(file.id, safe='')}", etag=file.version)
        except NotFound:
            return True
        except Stale:
            return False
        return True

    async def _there(self, place: str) -> DriveFile | None:
        try:
            return _file(await self._session.get(place, {"$select": _FIELDS}))
        except NotFound:
            return None

    async def _is_of(self, file: DriveFile, key: str) -> bool:
        try:
            content = await self.content(file, MOST_LOOKED_INTO)
            return (await asyncio.to_thread(extract, content, file.kind)).key == key
        except (Unreadable, TooLarge, NotFound):
            return False

    async def _listed(self, url: str, most: int) -> list[DriveFile]:
        found: list[DriveFile] = []
        seen = 0
        async for page in self._session.pages(url, {"$top": "200", "$select": _FIELDS}):
            told = page.get("value")
            items = told if isinstance(told, list) else []
            found += [file for one in items if (file := _file(one)) is not None]
            seen += len(items)
            if seen >= most:
                break
        return found


def _file(told: Any) -> DriveFile | None:
    """None for a folder, for what is gone, and for what makes no sense or cannot be read."""
    if not isinstance(told, dict) or not isinstance(told.get("file"), dict) or told.get("deleted") is not None:
        return None
    if not all(isinstance(told.get(name), str) and told[name] for name in ("id", "name", "lastModifiedDateTime")):
        return None
    kind, size = told["name"].rpartition(".")[2].lower(), told.get("size")
    try:
        moment = dt.datetime.fromisoformat(told["lastModifiedDateTime"])
    except ValueError:
        return None
    modified = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    version = str(told.get("eTag") or "")
    return (
        DriveFile(told["id"], told["name"], kind, modified, size if isinstance(size, int) else 0, version=version)
        if kind in KINDS
        else None
    )


def _fits(file: DriveFile, wanted: Wanted) -> bool:
    if file.kind not in wanted.kinds or (wanted.start is not None and file.modified < wanted.start):
        return False
    return wanted.end is None or file.modified < wanted.end
