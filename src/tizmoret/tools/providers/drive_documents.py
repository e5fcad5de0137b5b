"""Documents of a drive elsewhere. What a drive finds by words is read and ranked here, as documents of the workspace's own folder are, since
drives find whole words and know no forms of them. What was read is kept as long as the file does not change. What is written goes into one
folder of ours."""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Never, Protocol
from zoneinfo import ZoneInfo

from tizmoret.errors import BadInput, NotFound, StepFailed, TooLarge
from tizmoret.lexicon import translations
from tizmoret.tools.excerpt import excerpt
from tizmoret.tools.folder import File
from tizmoret.tools.models import DRIVE, DRIVE_FOLDER, Document, DocumentText, Note, Period
from tizmoret.tools.providers.new_file import content_of, names, no_name_left
from tizmoret.tools.providers.ports import Found, NewDocument
from tizmoret.tools.providers.rest_client import Refused, together
from tizmoret.tools.providers.text_cache import TextCache
from tizmoret.tools.reading.archive import Encrypted, TooBig, Unreadable
from tizmoret.tools.reading.extract import KINDS, extract
from tizmoret.tools.reading.text import Content
from tizmoret.tools.word_index import WordIndex, entry
from tizmoret.tools.writing.names import file_name
from tizmoret.words import content_tokens, forms, is_hebrew

MAX_DEPTH = 16  # of folders in ours
MAX_WRITTEN = 4 * 1024 * 1024  # bytes: every drive takes so much in one request
MAX_BYTES = 20 * 1024 * 1024  # of a file whose text is read
MOST_READ = 60  # documents that a drive names, and as many of the newest, are read for a search; of more, only names and dates are known
MOST_LISTED = 1_000
_HEBREW_PREFIXES = ("ה", "ב", "ל", "מ", "ו", "ש", "כ", "וה")


@dataclass(frozen=True, slots=True)
class DriveFile:
    """kind: one of those that are read. size: in bytes; 0 where nobody knows. form: what it is at the drive, where that is no file. version:
    by which a change is refused where it is another one by now; empty where the drive has none."""

    id: str
    name: str
    kind: str
    modified: dt.datetime
    size: int = 0
    form: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Files of these kinds, changed in [start, end)."""

    kinds: frozenset[str]
    start: dt.datetime | None
    end: dt.datetime | None


class DriveFiles(Protocol):
    """Every method raises StepFailed, or TryAgain for a passing fault."""

    async def newest(self, wanted: Wanted, most: int) -> Sequence[DriveFile]: ...

    async def named(self, words: Sequence[str], wanted: Wanted, most: int) -> Sequence[DriveFile]:
        """Those that hold one of the words, the likeliest first."""

    async def one(self, id: str) -> DriveFile | None: ...

    async def content(self, file: DriveFile, limit: int) -> bytes:
        """Raises TooLarge over `limit` bytes; Refused where it is not given."""

    async def add(self, folder: Sequence[str], name: str, key: str, content: bytes) -> DriveFile | None:
        """Make a file, and the folders on the way to it. A repeat with the same key gives the one that is there. None, and nothing is
        touched, where another file has that name. Raises NotGiven where we may not write; ConnectionError where nobody knows."""

    async def discard(self, file: DriveFile) -> bool:
        """To where people get it back from. False, and nothing is touched, where it is another version by now."""


class DriveDocuments:
    """A `DocumentStore`, but for moving."""

    def __init__(self, files: DriveFiles, cache: TextCache) -> None:
        """cache: a folder of its own."""
        self._files, self._cache = files, cache

    async def search(self, query: str, *, period: Period | None, kinds: Sequence[str], limit: int, timezone: ZoneInfo) -> Found:
        if unknown := sorted(set(kinds) - set(KINDS)):
            raise BadInput(f"There is no kind of document “{unknown[0]}”.", cure=f"The kinds are: {', '.join(KINDS)}.", field="kinds")
        wanted = _wanted(kinds, period, timezone)
        if not query.strip():
            newest = await self._files.newest(wanted, min(limit, MOST_LISTED))
            read = [_plain(*one) for one in await self._read_all(newest[:MOST_READ])]
            return Found((*read, *(_plain(file, Content(""), "") for file in newest[MOST_READ:])), len(newest))
        words = words_of(query)
        named = await self._files.named(words, wanted, MOST_READ) if words else []
        candidates = {one.id: one for one in [*named, *await self._files.newest(wanted, MOST_READ)]}
        return _ranked(query, await self._read_all(list(candidates.values())), limit)

    async def read(self, document: str, *, characters: int) -> DocumentText:
        file, content, note = await self._read(await self._one(document))
        if note not in ("", "no-text"):
            raise StepFailed(f"“{file.name}” cannot be read: {note}.", cure="Leave it out.", field="documents")
        text = content.text
        return DocumentText(id=_id(file), title=_title(file, content), text=text[:characters], truncated=len(text) > characters)

    async def content(self, document: str, *, limit: int) -> bytes:
        return await self._files.content(await self._one(document), limit)

    async def write(self, document: NewDocument, now: dt.datetime) -> tuple[Document, str]:
        folder, content = _folder(document.folder), await asyncio.to_thread(content_of, document, now)
        if len(content) > MAX_WRITTEN:
            cure = "Write it in parts."
            raise TooLarge(f"“{document.title}” is larger than {MAX_WRITTEN // 2**20} MB.", cure=cure, field="content")
        for name in names(document):
            file = await self._files.add(folder, name, document.key, content)
            if file is not None:
                return await self._written(file)
        raise no_name_left(document)

    async def remove(self, document: str, fingerprint: str) -> bool:
        file = await self._find(document)
        if file is None:
            return True
        return await self._fingerprint(file) == fingerprint and await self._files.discard(file)

    async def _written(self, file: DriveFile) -> tuple[Document, str]:
        raw = await self._files.content(file, MAX_BYTES)
        try:
            shown = _document(file, await asyncio.to_thread(extract, raw, file.kind), "")
        except Unreadable:  # at a repeat: somebody has been at it
            shown = _document(file, Content(""), "broken")
        return shown, _digest(raw)

    async def _fingerprint(self, file: DriveFile) -> str:
        """Of what the drive holds: some add their own to an office file that they are given."""
        return _digest(await self._files.content(file, MAX_BYTES))

    async def _find(self, document: str) -> DriveFile | None:
        id = document.removeprefix(DRIVE).partition(":")[0]
        return await self._files.one(id) if id else None

    async def _one(self, document: str) -> DriveFile:
        file = await self._find(document)
        if file is None:
            raise NotFound(f"There is no document {document[:200]} that can be read.", cure="Search for it first.", field="documents")
        return file

    async def _read_all(self, files: Sequence[DriveFile]) -> list[tuple[DriveFile, Content, Note]]:
        return await together(files, self._read)

    async def _read(self, file: DriveFile) -> tuple[DriveFile, Content, Note]:
        """A file that cannot be read is still listed, with the reason. Raises TryAgain, StepFailed where the drive does not answer."""
        key = File(f"{DRIVE}{file.id}", int(file.modified.timestamp() * 1e9), file.size)
        kept = await asyncio.to_thread(self._cache.get, key)
        if kept is not None:
            return file, *kept
        content, note = await self._extract(file)
        if note in ("", "no-text"):
            await asyncio.to_thread(self._cache.put, key, content, note)
        return file, content, note

    async def _extract(self, file: DriveFile) -> tuple[Content, Note]:
        try:
            if file.size > MAX_BYTES:
                return Content(""), "too-large"
            raw = await self._files.content(file, MAX_BYTES)
            content = await asyncio.to_thread(extract, raw, file.kind)
        except Encrypted:
            return Content(""), "encrypted"
        except (TooBig, TooLarge):
            return Content(""), "too-large"
        except (Unreadable, NotFound):
            return Content(""), "broken"
        except Refused:
            return Content(""), "closed"
        return content, "" if content.text else "no-text"


def unclear(service: str) -> Never:
    raise ConnectionError(f"{service} answered what cannot be read: it may have been done.")


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _ranked(query: str, read: Sequence[tuple[DriveFile, Content, Note]], limit: int) -> Found:
    index, by_id = WordIndex(), {file.id: (file, content, note) for file, content, note in read}
    for id, (file, content, _) in by_id.items():
        index.put(entry(id, f"{_title(file, content)} {file.name}", content.keywords, content.text))
    hits, meant = index.search(query, lambda _: True), index.meant(query)
    found = []
    for hit in hits[:limit]:
        shown = {"excerpt": excerpt(by_id[hit.id][1].text, meant), "score": round(hit.score, 4)}
        found.append(_document(*by_id[hit.id]).model_copy(update=shown))
    return Found(tuple(found), len(hits))


def _wanted(kinds: Sequence[str], period: Period | None, timezone: ZoneInfo) -> Wanted:
    which = frozenset(kinds) or frozenset(KINDS)
    if period is None:
        return Wanted(which, None, None)
    first, last = (dt.datetime.combine(day, dt.time(), timezone) for day in (period.start, period.end + dt.timedelta(days=1)))
    return Wanted(which, first, last)


def words_of(query: str) -> Sequence[str]:
    """Every word that may be one of the query, the likeliest first: in its forms and in the other language, and these with what Hebrew joins
    to a word."""
    bare = dict[str, None]()
    for word in content_tokens(query):
        meant = dict.fromkeys([word, *sorted(forms(word)), *sorted(translations(word))])
        bare |= {each: None for one in meant for each in (one, *_plurals(one))}
    joined = (prefix + one for prefix in _HEBREW_PREFIXES for one in bare if is_hebrew(one))
    return list(dict.fromkeys([*bare, *joined]))


def _folder(folder: str) -> Sequence[str]:
    """Inside ours, whatever it says."""
    parts = folder.removesuffix("/").split("/") if folder else []
    if len(parts) > MAX_DEPTH or any(not part or file_name(part, "") != part for part in parts):
        raise BadInput(f"“{folder[:100]}” is no folder of documents.", cure="Name one without special characters.", field="folder")
    return [DRIVE_FOLDER, *parts]


def _plurals(word: str) -> Sequence[str]:
    if not is_hebrew(word):
        return () if word.endswith("s") else (f"{word}s",)
    stem = word[:-1] if word.endswith(("ה", "ת")) else word
    return () if word.endswith(("ים", "ות")) else (f"{stem}ות", f"{stem}ים")


def _id(file: DriveFile) -> str:
    """With its name, by which people know it, and its kind, by which tables are read."""
    return f"{DRIVE}{file.id}:{file_name(_stem(file), 'document')}.{file.kind}"


def _stem(file: DriveFile) -> str:
    return file.name[: -len(file.kind) - 1] if file.name.lower().endswith(f".{file.kind}") else file.name


def _title(file: DriveFile, content: Content) -> str:
    return " ".join(content.title.split())[:300] or _stem(file)


def _document(file: DriveFile, content: Content, note: Note) -> Document:
    words = len(content.text.split())
    return Document(id=_id(file), title=_title(file, content), kind=file.kind, modified=file.modified, words=words, note=note)


def _plain(file: DriveFile, content: Content, note: Note) -> Document:
    """As a search without words shows it."""
    return _document(file, content, note).model_copy(update={"excerpt": excerpt(content.text, [])})
