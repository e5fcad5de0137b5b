"""What is made in a Google Drive: files and folders, each once.

Drive takes a name as often as one likes, and its lists lag behind its files. So each gets an id of Drive's own that is noted before: under an
id nothing is made twice, and by it a file is found at once."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from tizmoret.errors import NotFound
from tizmoret.tools.providers.drive_documents import unclear
from tizmoret.tools.providers.google_client import Endpoints
from tizmoret.tools.providers.noted_ids import NotedIds
from tizmoret.tools.providers.rest_client import RestSession, Taken

FIELDS = "id,name,mimeType,modifiedTime,size"
SHARED = {"supportsAllDrives": "true"}
_FOLDER = "application/vnd.google-apps.folder"
_MARK = "tizmoret"  # names the key of what we made; no other app sees it
_NAMESPACE = uuid.UUID("6f1f7c1e-6f0e-4f0b-9f2b-8a5f4f1d2c3b")


class GoogleMade:
    def __init__(self, session: RestSession, where: Endpoints, ids: NotedIds) -> None:
        self._session, self._server, self._uploads, self._ids = session, where.drive, where.drive_uploads, ids
        self._root = ""

    async def file(self, folder: Sequence[str], name: str, mime: str, key: str, content: bytes) -> dict[str, Any] | None:
        """See `DriveFiles.add`. What Drive says of it."""
        known = await self._known(key)
        if known is not None:
            return known
        parent = await self._folder(folder)
        if await self._first(f"name = {quoted(name)} and {quoted(parent)} in parents and trashed = false") is not None:
            return None
        return await self._make(key, {"name": name, "parents": [parent], "mimeType": mime}, content)

    async def _folder(self, names: Sequence[str]) -> str:
        """The id of our own folder of that path, made where there is none; it stays ours when somebody moves or renames it."""
        parent = await self._top()
        for depth, name in enumerate(names, 1):
            key = f"folder:{'/'.join(names[:depth])}"
            told = {"name": name, "parents": [parent], "mimeType": _FOLDER}
            parent = _text((await self._known(key) or await self._make(key, told, None)).get("id"))
        return parent

    async def _known(self, key: str) -> dict[str, Any] | None:
        """What was made under `key` and is not in the trash: by the id that was noted, else, on a machine without the note, by its mark."""
        id = self._ids.find(await self._place(key))
        if not id:
            marked = f"appProperties has {{ key={quoted(_MARK)} and value={quoted(_mark(key))} }}"
            return await self._first(f"{marked} and trashed = false")
        return await self.told(id)

    async def _make(self, key: str, told: Mapping[str, Any], content: bytes | None) -> dict[str, Any]:
        place = await self._place(key)
        for _ in range(2):
            id = self._ids.find(place) or await asyncio.to_thread(self._ids.note, place, await self._fresh())
            try:
                return await self._send({**told, "id": id, "appProperties": {_MARK: _mark(key)}}, content)
            except Taken:
                there = await self.told(id)
            if there is not None:
                return there  # the same call, side by side
            self._ids.forget(place, id)  # of what was made and thrown away since: nothing gets that id again
        raise Taken("Google has such a file, and does not show it.", cure="Look into the trash of the drive, and try again.")

    async def _send(self, told: Mapping[str, Any], content: bytes | None) -> dict[str, Any]:
        asked = {"fields": FIELDS, **SHARED}
        if content is None:
            return await self._session.send("POST", f"{self._server}/files", asked, body=told)
        boundary = uuid.uuid4().hex
        parts = (("application/json; charset=UTF-8", json.dumps(told).encode()), (told["mimeType"], content))
        body = b"".join(f"--{boundary}\r\nContent-Type: {mime}\r\n\r\n".encode() + part + b"\r\n" for mime, part in parts)
        kind = f"multipart/related; boundary={boundary}"
        asked = {**asked, "uploadType": "multipart"}
        return await self._session.send("POST", f"{self._uploads}/files", asked, body=body + f"--{boundary}--\r\n".encode(), kind=kind)

    async def _fresh(self) -> str:
        ids = (await self._session.get(f"{self._server}/files/generateIds", {"count": "1", "space": "drive"})).get("ids")
        return _text(ids[0] if isinstance(ids, list) and ids else None)

    async def _first(self, query: str) -> dict[str, Any] | None:
        """A page may be empty and not the last."""
        async for page in self._session.pages(f"{self._server}/files", {"q": query, "fields": f"nextPageToken,files({FIELDS})"}):
            files = page.get("files")
            if isinstance(files, list) and files and isinstance(files[0], dict):
                return files[0]
        return None

    async def told(self, id: str) -> dict[str, Any] | None:
        """None of what is not there, or in the trash."""
        try:
            told = await self._session.get(at(self._server, id), {"fields": f"{FIELDS},trashed", **SHARED})
        except NotFound:
            return None
        return None if told.get("trashed") is True else told

    async def _top(self) -> str:
        self._root = self._root or _text((await self._session.get(at(self._server, "root"), {"fields": "id"})).get("id"))
        return self._root

    async def _place(self, key: str) -> str:
        """Where its id is noted: that of one account is none in another."""
        return f"{await self._top()}:{key}"


def at(server: str, id: str) -> str:
    return f"{server}/files/{quote(id, safe='')}"


def quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _text(told: Any) -> str:
    return told if isinstance(told, str) and told else unclear("Google")


def _mark(key: str) -> str:
    return str(uuid.uuid5(_NAMESPACE, key))
