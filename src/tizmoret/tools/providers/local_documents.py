"""Documents in a folder of this machine."""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from zoneinfo import ZoneInfo

from tizmoret.errors import BadInput, NotFound, StepFailed, TizmoretError, TooLarge
from tizmoret.tools.excerpt import excerpt
from tizmoret.tools.folder import File, Folder
from tizmoret.tools.models import Document, DocumentText, Note, Period
from tizmoret.tools.providers.new_file import content_of, names, no_name_left
from tizmoret.tools.providers.ports import Found, NewDocument
from tizmoret.tools.providers.text_cache import TextCache
from tizmoret.tools.reading.archive import Encrypted, TooBig, Unreadable
from tizmoret.tools.reading.extract import KINDS, MAX_BYTES, extract
from tizmoret.tools.reading.text import Content
from tizmoret.tools.word_index import WordIndex, entry
from tizmoret.tools.writing.names import file_name

MAX_HELD = 40_000_000  # characters of text held in memory; beyond it the texts are read again from the cache on disk

_SAME_KIND = {"word": "docx", "excel": "xlsx", "powerpoint": "pptx", "markdown": "md", "text": "txt"}


@dataclass(frozen=True, slots=True)
class _Read:
    file: File
    document: Document  # without excerpt and score


class LocalDocuments:
    """A `DocumentStore`. `cache` is a folder of its own, outside `folder`. Blocking work runs in threads, one at a time."""

    def __init__(self, folder: Path, cache: Path) -> None:
        self._folder = Folder(folder)
        self._cache = TextCache(cache)
        self._lock = threading.Lock()
        self._read: dict[str, _Read] = {}
        self._index = WordIndex()
        self._held: OrderedDict[str, Content] = OrderedDict()
        self._characters = 0

    async def search(self, query: str, *, period: Period | None, kinds: Sequence[str], limit: int, timezone: ZoneInfo) -> Found:
        wanted = {_SAME_KIND.get(kind, kind) for kind in kinds}
        if unknown := sorted(wanted - set(KINDS)):
            raise BadInput(f"There is no kind of document “{unknown[0]}”.", cure=f"The kinds are: {', '.join(KINDS)}.", field="kinds")
        return await asyncio.to_thread(self._search, query, period, wanted or set(KINDS), limit, timezone)

    async def read(self, document: str, *, characters: int) -> DocumentText:
        return await asyncio.to_thread(self._text_of, document, characters)

    async def content(self, document: str, *, limit: int) -> bytes:
        return await asyncio.to_thread(self._folder.read, document, limit)

    async def write(self, document: NewDocument, now: dt.datetime) -> tuple[Document, str]:
        return await asyncio.to_thread(self._write, document, now)

    async def remove(self, document: str, fingerprint: str) -> bool:
        return await asyncio.to_thread(self._remove, document, fingerprint)

    async def move(self, document: str, folder: str, name: str) -> Document | None:
        return await asyncio.to_thread(self._move, document, folder, name)

    def _search(self, query: str, period: Period | None, kinds: set[str], limit: int, timezone: ZoneInfo) -> Found:
        with self._lock:
            self._refresh()
            fitting = {
                id: read.document
                for id, read in self._read.items()
                if read.document.kind in kinds and (period is None or period.holds(read.document.modified.astimezone(timezone).date()))
            }
            if not query.strip():
                newest = sorted(fitting.values(), key=lambda document: (document.modified, document.id), reverse=True)
                return Found(tuple(self._shown(document, query, 0.0) for document in newest[:limit]), len(newest))
            hits = self._index.search(query, fitting.__contains__)
            return Found(tuple(self._shown(fitting[hit.id], query, hit.score) for hit in hits[:limit]), len(hits))

    def _shown(self, document: Document, query: str, score: float) -> Document:
        text = "" if document.note else self._content(self._read[document.id].file)[0].text
        return document.model_copy(update={"excerpt": excerpt(text, self._index.meant(query)), "score": round(score, 4)})

    def _refresh(self) -> None:
        """Bring what is known up to what lies in the folder."""
        files = {file.id: file for file in self._folder.files(KINDS)}
        gone = self._read.keys() - files.keys()
        for id in gone:
            del self._read[id]
            self._forget(id)
        self._index.keep_only(files.keys())
        for id, file in files.items():
            known = self._read.get(id)
            if known is None or known.file != file:
                self._forget(id)
                self._take(file)
        if gone:
            self._cache.keep_only(files.keys())

    def _take(self, file: File) -> None:
        content, note = self._content(file)
        title = " ".join(content.title.split())[:300] or PurePosixPath(file.id).stem
        modified = content.modified or dt.datetime.fromtimestamp(file.mtime_ns / 1e9, dt.UTC)
        document = Document(id=file.id, title=title, kind=file.kind, modified=modified, words=len(content.text.split()), note=note)
        self._read[file.id] = _Read(file, document)
        self._index.put(entry(file.id, f"{title} {file.id.rpartition('.')[0]}", content.keywords, content.text))

    def _content(self, file: File) -> tuple[Content, Note]:
        held = self._held.get(file.id)
        if held is not None:
            self._held.move_to_end(file.id)
            return held, ""
        kept = self._cache.get(file)
        if kept is None:
            kept = self._extract(file)
            if not kept[1] or kept[1] == "no-text":
                self._cache.put(file, *kept)
        if not kept[1]:
            self._hold(file.id, kept[0])
        return kept

    def _extract(self, file: File) -> tuple[Content, Note]:
        """A file that cannot be read is still listed, with the reason."""
        try:
            content = extract(self._folder.read(file.id, MAX_BYTES), file.kind)
        except Encrypted:
            return Content(""), "encrypted"
        except (TooBig, TooLarge):
            return Content(""), "too-large"
        except (Unreadable, TizmoretError):
            return Content(""), "broken"
        return content, "" if content.text else "no-text"

    def _hold(self, id: str, content: Content) -> None:
        self._held[id] = content
        self._characters += len(content.text)
        while self._characters > MAX_HELD and len(self._held) > 1:
            self._forget(next(iter(self._held)))

    def _forget(self, id: str) -> None:
        held = self._held.pop(id, None)
        self._characters -= len(held.text) if held else 0

    def _text_of(self, id: str, characters: int) -> DocumentText:
        file = self._folder.file(id)
        if file.kind not in KINDS:
            raise StepFailed(f"A .{file.kind} file cannot be read.", cure=f"The kinds are: {', '.join(KINDS)}.", field="documents")
        with self._lock:
            known = self._read.get(id)
            if known is None or known.file != file:
                self._forget(id)
                self._take(file)
            document, text = self._read[id].document, self._content(file)[0].text
        if document.note in ("encrypted", "broken", "too-large"):
            raise StepFailed(f"“{document.title}” cannot be read: {document.note}.", cure="Leave it out.", field="documents")
        return DocumentText(id=id, title=document.title, text=text[:characters], truncated=len(text) > characters)

    def _write(self, new: NewDocument, now: dt.datetime) -> tuple[Document, str]:
        content: bytes | None = None
        for name in names(new):
            id = f"{new.folder.removesuffix('/')}/{name}" if new.folder else name
            if self._folder.locate(id).exists():
                if self._key_of(id) != new.key:
                    continue  # somebody else's document
                return self._written(id)
            content = content or content_of(new, now)
            if self._folder.add(id, content):
                return self._written(id)
            if self._key_of(id) == new.key:  # the same call, side by side
                return self._written(id)
        raise no_name_left(new)

    def _key_of(self, id: str) -> str:
        return self._extract(self._folder.file(id))[0].key

    def _written(self, id: str) -> tuple[Document, str]:
        fingerprint = hashlib.sha256(self._folder.read(id, MAX_BYTES)).hexdigest()
        with self._lock:
            self._forget(id)
            self._take(self._folder.file(id))
            return self._read[id].document, fingerprint

    def _remove(self, id: str, fingerprint: str) -> bool:
        try:
            content = self._folder.read(id, MAX_BYTES)
        except NotFound:
            return True
        if hashlib.sha256(content).hexdigest() != fingerprint:
            return False
        self._folder.remove(id)
        return True

    def _move(self, id: str, folder: str, name: str) -> Document | None:
        stem, _, ending = name.rpartition(".")
        target = f"{folder.strip('/')}/{file_name(stem, stem)}.{ending}".lstrip("/")
        if target != id and self._gone(id) and not self._gone(target):
            return self._written(target)[0]  # moved before the crash
        self._folder.file(id)
        if target != id and not self._folder.move(id, target):
            return None
        return self._written(target)[0]

    def _gone(self, id: str) -> bool:
        return not self._folder.locate(id).exists()
