"""A Google Drive as its API (v3) gives it: found by whole words, its own formats exported, what is too large or forbidden refused. A name may
be there twice, an id never; its lists lag where they are told to."""

from __future__ import annotations

import datetime as dt
import json
import re
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.wire.google_errors import Refused
from tests.wire.serving import Asked
from tizmoret.tools.reading.archive import Unreadable
from tizmoret.tools.reading.extract import KINDS, extract
from tizmoret.words import tokens

PAGE = 7
OFFICE = "application/vnd.openxmlformats-officedocument"
MIME = {
    "docx": f"{OFFICE}.wordprocessingml.document", "xlsx": f"{OFFICE}.spreadsheetml.sheet",
    "pptx": f"{OFFICE}.presentationml.presentation", "pdf": "application/pdf", "md": "text/markdown", "txt": "text/plain", "csv": "text/csv",
}  # fmt: skip
FOLDER = "application/vnd.google-apps.folder"
MOST_SENT = 5 * 1024 * 1024
OWN = {"docx": "document", "xlsx": "spreadsheet", "pptx": "presentation"}


@dataclass
class DriveFile:
    id: str
    name: str
    mime: str
    content: bytes
    modified: dt.datetime
    refuses: str = ""  # the reason for which its content is not given
    words: set[str] = field(default_factory=set)
    parent: str = ""  # the id of its folder, at Microsoft its path; empty: the top
    marks: dict[str, str] = field(default_factory=dict)  # appProperties, of what was made by us
    trashed: bool = False
    listed: bool = True
    version: int = 1

    @property
    def told(self) -> dict[str, Any]:
        told = {"id": self.id, "name": self.name, "mimeType": self.mime, "modifiedTime": f"{self.modified:%Y-%m-%dT%H:%M:%S.000Z}"}
        told["trashed"] = self.trashed
        return told if self.mime.startswith("application/vnd.google-apps") else {**told, "size": str(len(self.content))}


@dataclass
class Drive:
    files: list[DriveFile] = field(default_factory=list)
    root: str = "0ArootPVA"
    gone: set[str] = field(default_factory=set)  # ids of what was deleted for good
    fresh: set[str] = field(default_factory=set)  # ids that were given out and not used
    lags: bool = False  # its lists know nothing of what is made from now on
    full: bool = False
    writing: threading.Lock = field(default_factory=threading.Lock)

    def here(self) -> list[DriveFile]:
        return [one for one in self.files if not one.trashed and one.mime != FOLDER]

    def add(self, name: str, content: bytes, modified: dt.datetime | None = None, *, own: bool = False) -> DriveFile:
        """own: kept as Google's own format, of which `content` is the export. modified: where it carries no date."""
        kind = name.rpartition(".")[2]
        try:
            read = extract(content, kind) if kind in KINDS else None
        except Unreadable:
            read = None
        when = (read.modified if read is not None else None) or modified or dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
        mime = f"application/vnd.google-apps.{OWN[kind]}" if own else MIME.get(kind, "image/png")
        words = set(tokens(f"{name} {read.title} {read.text}" if read is not None else name))
        made = DriveFile(
            f"1f{len(self.files):04x}", name.removesuffix(f".{kind}") if own else name, mime, content, when.astimezone(dt.UTC), words=words
        )
        self.files.append(made)
        return made

    def upload(self, asked: Asked) -> tuple[int, Any]:
        kind, _, boundary = asked.header("content-type").partition("; boundary=")
        if (asked.query.get("uploadType"), kind) != ("multipart", "multipart/related") or len(asked.content) > MOST_SENT:
            raise Refused(400, "badRequest", "Bad Request")
        start, told, media, end = asked.content.split(f"--{boundary}".encode())
        heads, parts = zip(*(part.removesuffix(b"\r\n").split(b"\r\n\r\n", 1) for part in (told, media)), strict=True)
        if (start, end, heads[0]) != (b"", b"--\r\n", b"\r\nContent-Type: application/json; charset=UTF-8"):
            raise Refused(400, "badContent", "Malformed multipart body.")
        with self.writing:
            return self._make(json.loads(parts[0]), parts[1])

    def _make(self, told: dict[str, Any], content: bytes) -> tuple[int, Any]:
        if self.full:
            raise Refused(403, "storageQuotaExceeded", "The user's Drive storage quota has been exceeded.")
        id = told["id"]
        if id not in self.fresh:
            known = id in self.gone or any(one.id == id for one in self.files)
            raise (
                Refused(409, "fileIdInUse", "A file already exists with the provided ID.")
                if known
                else Refused(400, "invalid", "Invalid Value")
            )
        (parent,) = told["parents"]
        if parent != self.root and self._one(parent).mime != FOLDER:
            raise Refused(403, "parentNotAFolder", "The specified parent is not a folder.")
        self.fresh.remove(id)
        made = self.add(told["name"], content, dt.datetime.now(dt.UTC))
        made.id, made.mime, made.parent, made.marks, made.listed = (
            id,
            told["mimeType"],
            "" if parent == self.root else parent,
            told["appProperties"],
            not self.lags,
        )
        return 200, made.told

    def _change(self, one: DriveFile, told: dict[str, Any]) -> tuple[int, Any]:
        if not one.marks:
            raise Refused(403, "appNotAuthorizedToFile", "The user has not granted the app write access to the file.")
        assert told == {"trashed": True}
        for each in self.files:
            each.trashed = each.trashed or one.id in (each.id, each.parent)
        return 200, one.told

    def answer(self, asked: Asked, parts: list[str]) -> tuple[int, Any]:
        match (asked.method, parts):
            case ("POST", ["files"]):
                with self.writing:
                    return self._make(json.loads(asked.content), b"")
            case ("PATCH", ["files", id]):
                return self._change(self._one(id), json.loads(asked.content))
            case ("GET", ["files", "generateIds"]):
                made = [f"1m{secrets.token_hex(4)}" for _ in range(int(asked.query.get("count", "10")))]
                self.fresh.update(made)
                return 200, {"kind": "drive#generatedIds", "space": "drive", "ids": made}
            case ("GET", ["files", "root"]):
                return 200, {"id": self.root}
            case ("GET", ["files"]):
                return 200, self._page(asked.query)
            case ("GET", ["files", id, "export"]):
                one = self._one(id)
                if not one.mime.startswith("application/vnd.google-apps"):
                    raise Refused(403, "fileNotExportable", "Export only supports Docs Editors files.")
                if asked.query.get("mimeType") not in MIME.values():
                    raise Refused(400, "badRequest", "The requested conversion is not supported.")
                return 200, self._given(one)
            case ("GET", ["files", id]):
                one = self._one(id)
                if asked.query.get("alt") != "media":
                    return 200, one.told
                if one.mime.startswith("application/vnd.google-apps"):
                    raise Refused(
                        403, "fileNotDownloadable", "Only files with binary content can be downloaded. Use Export with Docs Editors files."
                    )
                return 200, self._given(one)
        raise Refused(404, "notFound", "Not Found")

    def _one(self, id: str) -> DriveFile:
        known = next((one for one in self.files if one.id == id), None)
        if known is None:
            raise Refused(404, "notFound", f"File not found: {id}.")
        return known

    def _given(self, one: DriveFile) -> bytes:
        if one.refuses:
            raise Refused(403, one.refuses, "This file cannot be given.")
        return one.content

    def _page(self, told: dict[str, str]) -> dict[str, Any]:
        query = told.get("q", "")
        if "fullText" in query and "orderBy" in told:
            raise Refused(403, "forbidden", "Sorting is not supported for queries with fullText terms.")
        fits = parsed(query.replace(f"'{self.root}'", "''"))
        found = [one for one in self.files if one.listed and fits(one)]
        if told.get("orderBy") == "modifiedTime desc":
            found.sort(key=lambda one: one.modified, reverse=True)
        first, size = int(told.get("pageToken", "0")), min(PAGE, int(told.get("pageSize", "100")))
        page: dict[str, Any] = {"files": [one.told for one in found[first : first + size]]}
        return {**page, "nextPageToken": str(first + size)} if first + size < len(found) else page


Fits = Callable[[DriveFile], bool]
_TEXT = r"'(?:\\.|[^'\\])*'"
_PART = re.compile(
    rf"\s*(\(|\)|and\b|or\b|(\w+) (contains|=|>=|<) ({_TEXT}|true|false)"
    rf"|({_TEXT}) in parents|appProperties has {{ key=({_TEXT}) and value=({_TEXT}) }})"
)


def parsed(query: str) -> Fits:
    """The language of `q`, as much of it as is asked here. Raises Refused for what is none."""
    parts, at = [], 0
    while query[at:].strip():
        match = _PART.match(query, at)
        if match is None:
            raise Refused(400, "invalid", "Invalid Value")
        parts.append(match)
        at = match.end()
    fits, left = _any_of(parts) if parts else (lambda _one: True, [])
    if left:
        raise Refused(400, "invalid", "Invalid Value")
    return fits


def _any_of(parts: list[re.Match[str]]) -> tuple[Fits, list[re.Match[str]]]:
    each, parts = _all_of(parts)
    found = [each]
    while parts and parts[0][1] == "or":
        each, parts = _all_of(parts[1:])
        found.append(each)
    return (lambda one: any(fits(one) for fits in found)), parts


def _all_of(parts: list[re.Match[str]]) -> tuple[Fits, list[re.Match[str]]]:
    each, parts = _single(parts)
    found = [each]
    while parts and parts[0][1] == "and":
        each, parts = _single(parts[1:])
        found.append(each)
    return (lambda one: all(fits(one) for fits in found)), parts


def _single(parts: list[re.Match[str]]) -> tuple[Fits, list[re.Match[str]]]:
    if parts and parts[0][1] == "(":
        fits, left = _any_of(parts[1:])
        if not left or left[0][1] != ")":
            raise Refused(400, "invalid", "Invalid Value")
        return fits, left[1:]
    if parts and parts[0][5]:
        parent = _bare(parts[0][5])
        return (lambda one: one.parent == parent), parts[1:]
    if parts and parts[0][6]:
        key, mark = _bare(parts[0][6]), _bare(parts[0][7])
        return (lambda one: one.marks.get(key) == mark), parts[1:]
    if not parts or parts[0][2] is None:
        raise Refused(400, "invalid", "Invalid Value")
    name, operator, value = parts[0][2], parts[0][3], _bare(parts[0][4])
    return (lambda one: _fits(one, name, operator, value)), parts[1:]


def _bare(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text.strip("'"))


def _fits(one: DriveFile, name: str, operator: str, value: str) -> bool:
    match (name, operator):
        case ("trashed", "="):
            return one.trashed == (value == "true")
        case ("name", "="):
            return one.name == value
        case ("mimeType", "="):
            return one.mime == value
        case ("fullText", "contains"):
            return set(tokens(value)) <= one.words
        case ("modifiedTime", ">="):
            return one.modified >= dt.datetime.fromisoformat(value).replace(tzinfo=dt.UTC)
        case ("modifiedTime", "<"):
            return one.modified < dt.datetime.fromisoformat(value).replace(tzinfo=dt.UTC)
    raise Refused(400, "invalid", "Invalid Value")
