"""The files of a Google Drive (Drive API v3, https://developers.google.com/workspace/drive/api/reference/rest/v3)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from tizmoret.errors import TooLarge
from tizmoret.tools.providers.drive_documents import DriveFile, Wanted, unclear
from tizmoret.tools.providers.google_client import Endpoints
from tizmoret.tools.providers.google_made import FIELDS, SHARED, GoogleMade, at, quoted
from tizmoret.tools.providers.noted_ids import NotedIds
from tizmoret.tools.providers.rest_client import Refused, RestSession

MOST_WORDS = 120  # in one question
_OFFICE = "application/vnd.openxmlformats-officedocument"
_MIME = {
    "docx": f"{_OFFICE}.wordprocessingml.document", "xlsx": f"{_OFFICE}.spreadsheetml.sheet",
    "pptx": f"{_OFFICE}.presentationml.presentation", "pdf": "application/pdf", "md": "text/markdown", "txt": "text/plain", "csv": "text/csv",
}  # fmt: skip
_KIND = {mime: kind for kind, mime in _MIME.items()}
# Google's own formats are no files: each is given as one.
_OWN = {
    f"application/vnd.google-apps.{own}": kind for own, kind in (("document", "docx"), ("spreadsheet", "xlsx"), ("presentation", "pptx"))
}


class GoogleFiles:
    """`DriveFiles`."""

    def __init__(self, session: RestSession, where: Endpoints, ids: NotedIds) -> None:
        """ids: of what is made there."""
        self._session, self._server = session, where.drive
        self._made = GoogleMade(session, where, ids)

    async def newest(self, wanted: Wanted, most: int) -> Sequence[DriveFile]:
        return await self._listed({"q": _which(wanted), "orderBy": "modifiedTime desc"}, most)

    async def named(self, words: Sequence[str], wanted: Wanted, most: int) -> Sequence[DriveFile]:
        """Drive finds whole words, and does not sort what it finds by them."""
        terms = " or ".join(f"fullText contains {quoted(one)}" for one in words[:MOST_WORDS])
        return await self._listed({"q": f"{_which(wanted)} and ({terms})"}, most)

    async def one(self, id: str) -> DriveFile | None:
        told = await self._made.told(id)
        return None if told is None else _file(told)

    async def content(self, file: DriveFile, limit: int) -> bytes:
        if not file.form:
            return await self._session.content(at(self._server, file.id), {"alt": "media", **SHARED}, limit)
        try:
            return await self._session.content(f"{at(self._server, file.id)}/export", {"mimeType": _MIME[file.kind]}, limit)
        except Refused as error:
            if "exportSizeLimitExceeded" in error.reasons:
                raise TooLarge(f"“{file.name}” is larger than Google exports.", cure="Choose a smaller document.") from error
            raise

    async def add(self, folder: Sequence[str], name: str, key: str, content: bytes) -> DriveFile | None:
        told = await self._made.file(folder, name, _MIME[name.rpartition(".")[2]], key, content)
        return None if told is None else _file(told) or unclear("Google")

    async def discard(self, file: DriveFile) -> bool:
        """Into the trash. Drive compares nothing on the way, and whatever is in the trash comes back."""
        await self._session.send("PATCH", at(self._server, file.id), SHARED, body={"trashed": True})
        return True

    async def _listed(self, asked: Mapping[str, str], most: int) -> list[DriveFile]:
        page = {"pageSize": str(max(1, min(most, 1000))), "fields": f"nextPageToken,files({FIELDS})", "includeItemsFromAllDrives": "true"}
        found: list[DriveFile] = []
        async for told in self._session.pages(f"{self._server}/files", {**page, **SHARED, **asked}):
            files = told.get("files")
            found += [file for one in files if (file := _file(one)) is not None] if isinstance(files, list) else []
            if len(found) >= most:
                break
        return found[:most]


def _which(wanted: Wanted) -> str:
    types = [*(_MIME[kind] for kind in sorted(wanted.kinds)), *(own for own, kind in _OWN.items() if kind in wanted.kinds)]
    parts = ["trashed = false", f"({' or '.join(f'mimeType = {quoted(one)}' for one in types)})"]
    parts += [f"modifiedTime {sign} {quoted(_utc(moment))}" for sign, moment in ((">=", wanted.start), ("<", wanted.end)) if moment]
    return " and ".join(parts)


def _file(told: Any) -> DriveFile | None:
    """None for what makes no sense or cannot be read."""
    if not isinstance(told, dict) or not all(
        isinstance(told.get(name), str) and told[name] for name in ("id", "name", "mimeType", "modifiedTime")
    ):
        return None
    own = _OWN.get(told["mimeType"], "")
    kind, size = own or _KIND.get(told["mimeType"], ""), str(told.get("size", "0"))
    try:
        moment = dt.datetime.fromisoformat(told["modifiedTime"])
    except ValueError:
        return None
    modified = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    form = told["mimeType"] if own else ""
    return DriveFile(told["id"], told["name"], kind, modified, int(size) if size.isdecimal() else 0, form) if kind else None


def _utc(moment: dt.datetime) -> str:
    return f"{moment.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%S}"
