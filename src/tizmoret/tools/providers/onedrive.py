"""The files of a OneDrive, to be read (Microsoft Graph v1.0, https://learn.microsoft.com/graph/api/resources/driveitem)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from tizmoret.errors import NotFound
from tizmoret.tools.providers.drive_documents import DriveFile, Wanted
from tizmoret.tools.providers.rest_client import Refused, RestSession, together
from tizmoret.tools.reading.extract import KINDS

MOST_WORDS = 24  # each is a question of its own
MOST_LOOKED_AT = 2_000  # files of a drive among which the newest are looked for
_FIELDS = "id,name,file,size,lastModifiedDateTime,deleted"


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
    return DriveFile(told["id"], told["name"], kind, modified, size if isinstance(size, int) else 0) if kind in KINDS else None


def _fits(file: DriveFile, wanted: Wanted) -> bool:
    if file.kind not in wanted.kinds or (wanted.start is not None and file.modified < wanted.start):
        return False
    return wanted.end is None or file.modified < wanted.end
