"""Documents of a Google Drive, to be read (Drive API v3, https://developers.google.com/workspace/drive/api/reference/rest/v3).

Drive finds whole words and knows no forms of them, so it is asked for many, and what it finds is read and ranked here, as documents of the
workspace's own folder are. What was read is kept as long as the file does not change."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from tizmoret.errors import BadInput, NotFound, StepFailed, TooLarge
from tizmoret.lexicon import translations
from tizmoret.tools.excerpt import excerpt
from tizmoret.tools.folder import File
from tizmoret.tools.models import Document, DocumentText, Note, Period
from tizmoret.tools.providers.ports import Found
from tizmoret.tools.providers.rest_client import Refused, RestSession, together
from tizmoret.tools.providers.text_cache import TextCache
from tizmoret.tools.reading.archive import Encrypted, TooBig, Unreadable
from tizmoret.tools.reading.extract import KINDS, extract
from tizmoret.tools.reading.text import Content
from tizmoret.tools.word_index import WordIndex, entry
from tizmoret.tools.writing.names import file_name
from tizmoret.words import content_tokens, forms, is_hebrew

PREFIX = "drive:"  # of the ids of its documents
MAX_BYTES = 20 * 1024 * 1024  # of a file whose text is read
MOST_READ = 60  # documents that Drive names, and as many of the newest, are read for a search; of more, only names and dates are known
MOST_LISTED = 1_000
MOST_WORDS = 120  # forms of words in one question
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
_FIELDS = "id,name,mimeType,modifiedTime,size"
_HEBREW_PREFIXES = ("ה", "ב", "ל", "מ", "ו", "ש", "כ", "וה")
_SHARED = {"supportsAllDrives": "true"}


class GoogleDrive:
    """What a `DocumentStore` has to read with. cache: a folder of its own."""

    def __init__(self, session: RestSession, server: str, cache: TextCache) -> None:
        """server: of the Drive API."""
        self._session, self._server, self._cache = session, server, cache

    async def search(self, query: str, *, period: Period | None, kinds: Sequence[str], limit: int, timezone: ZoneInfo) -> Found:
        if unknown := sorted(set(kinds) - set(KINDS)):
            raise BadInput(f"There is no kind of document “{unknown[0]}”.", cure=f"The kinds are: {', '.join(KINDS)}.", field="kinds")
        which = _which(kinds, period, timezone)
        newest = await self._listed(which, MOST_READ if query.strip() else min(max(limit, 1), MOST_LISTED), order=True)
        if not query.strip():
            read = [_plain(*one) for one in await self._read_all(newest[:MOST_READ])]
            return Found((*read, *(_plain(told, Content(""), "") for told in newest[MOST_READ:])), len(newest))
        words = _words(query)
        named = await self._listed(f"{which} and ({words})", MOST_READ) if words else []
        return _ranked(query, await self._read_all(list({one["id"]: one for one in [*named, *newest]}.values())), limit)

    async def read(self, document: str, *, characters: int) -> DocumentText:
        told = await self._told(document)
        _, content, note = await self._read(told)
        if note not in ("", "no-text"):
            raise StepFailed(f"“{told['name']}” cannot be read: {note}.", cure="Leave it out.", field="documents")
        text = content.text
        return DocumentText(id=_id(told), title=_title(told, content), text=text[:characters], truncated=len(text) > characters)

    async def content(self, document: str, *, limit: int) -> bytes:
        return await self._content(await self._told(document), limit)

    async def _told(self, document: str) -> dict[str, Any]:
        """Raises NotFound."""
        id = document.removeprefix(PREFIX).partition(":")[0]
        try:
            told = await self._session.get(self._at(id), {"fields": f"{_FIELDS},trashed", **_SHARED})
        except NotFound as error:
            raise NotFound(f"There is no document {document[:200]}.", cure="Search for it first.", field="documents") from error
        if not _known(told) or told.get("trashed") is True:
            raise NotFound(f"There is no document {document[:200]} that can be read.", cure="Search for it first.", field="documents")
        return told

    async def _listed(self, query: str, most: int, *, order: bool = False) -> list[dict[str, Any]]:
        """The best first, or the newest: Drive does not sort what it finds by words."""
        asked = {
            "q": query, "pageSize": str(min(most, 1000)), "fields": f"nextPageToken,files({_FIELDS})", "includeItemsFromAllDrives": "true",
            **_SHARED, **({"orderBy": "modifiedTime desc"} if order else {}),
        }  # fmt: skip
        found: list[dict[str, Any]] = []
        async for page in self._session.pages(f"{self._server}/files", asked):
            told = page.get("files")
            found += [one for one in told if isinstance(one, dict) and _known(one)] if isinstance(told, list) else []
            if len(found) >= most:
                break
        return found[:most]

    # -- what is in a file

    async def _read_all(self, files: Sequence[dict[str, Any]]) -> list[tuple[dict[str, Any], Content, Note]]:
        return await together(files, self._read)

    async def _read(self, told: dict[str, Any]) -> tuple[dict[str, Any], Content, Note]:
        """A file that cannot be read is still listed, with the reason. Raises TryAgain, StepFailed where Drive does not give it."""
        file = File(f"{PREFIX}{told['id']}", int(_moment(told).timestamp() * 1e9), _size(told))
        kept = await asyncio.to_thread(self._cache.get, file)
        if kept is not None:
            return told, *kept
        note: Note = ""
        content = Content("")
        try:
            if file.size > MAX_BYTES:
                raise TooBig
            raw = await self._content(told, MAX_BYTES)
            content = await asyncio.to_thread(extract, raw, _kind(told))
            note = "" if content.text else "no-text"
        except Encrypted:
            note = "encrypted"
        except (TooBig, TooLarge):
            note = "too-large"
        except (Unreadable, NotFound):
            note = "broken"
        except Refused:
            note = "closed"
        if note in ("", "no-text"):
            await asyncio.to_thread(self._cache.put, file, content, note)
        return told, content, note

    async def _content(self, told: Mapping[str, Any], limit: int) -> bytes:
        """Raises TooLarge, StepFailed, TryAgain."""
        if told["mimeType"] not in _OWN:
            return await self._session.content(self._at(told["id"]), {"alt": "media", **_SHARED}, limit)
        try:
            return await self._session.content(f"{self._at(told['id'])}/export", {"mimeType": _MIME[_kind(told)]}, limit)
        except Refused as error:
            if "exportSizeLimitExceeded" in error.reasons:
                raise TooLarge(f"“{told['name']}” is larger than Google exports.", cure="Choose a smaller document.") from error
            raise

    def _at(self, id: str) -> str:
        return f"{self._server}/files/{quote(id, safe='')}"


def _ranked(query: str, read: Sequence[tuple[dict[str, Any], Content, Note]], limit: int) -> Found:
    index, by_id = WordIndex(), {str(one[0]["id"]): one for one in read}
    for id, (told, content, _) in by_id.items():
        index.put(entry(id, f"{_title(told, content)} {told['name']}", content.keywords, content.text))
    hits, meant = index.search(query, lambda _: True), index.meant(query)
    found = []
    for hit in hits[:limit]:
        shown = {"excerpt": excerpt(by_id[hit.id][1].text, meant), "score": round(hit.score, 4)}
        found.append(_document(*by_id[hit.id]).model_copy(update=shown))
    return Found(tuple(found), len(hits))


def _which(kinds: Sequence[str], period: Period | None, timezone: ZoneInfo) -> str:
    wanted = set(kinds) or set(KINDS)
    types = [*(_MIME[kind] for kind in sorted(wanted)), *(own for own, kind in _OWN.items() if kind in wanted)]
    parts = ["trashed = false", f"({' or '.join(f'mimeType = {_quoted(one)}' for one in types)})"]
    if period is not None:
        first, last = (dt.datetime.combine(day, dt.time(), timezone) for day in (period.start, period.end + dt.timedelta(days=1)))
        parts += [f"modifiedTime >= {_quoted(_utc(first))}", f"modifiedTime < {_quoted(_utc(last))}"]
    return " and ".join(parts)


def _words(query: str) -> str:
    """Every word that may be one of the query: in its forms and in the other language, and these with what Hebrew joins to a word."""
    bare = dict[str, None]()
    for word in content_tokens(query):
        meant = dict.fromkeys([word, *sorted(forms(word)), *sorted(translations(word))])
        bare |= {each: None for one in meant for each in (one, *_plurals(one))}
    joined = (prefix + one for prefix in _HEBREW_PREFIXES for one in bare if is_hebrew(one))
    wanted = list(dict.fromkeys([*bare, *joined]))[:MOST_WORDS]
    return " or ".join(f"fullText contains {_quoted(one)}" for one in wanted)


def _plurals(word: str) -> Sequence[str]:
    if not is_hebrew(word):
        return () if word.endswith("s") else (f"{word}s",)
    stem = word[:-1] if word.endswith(("ה", "ת")) else word
    return () if word.endswith(("ים", "ות")) else (f"{stem}ות", f"{stem}ים")


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _known(told: Mapping[str, Any]) -> bool:
    if not all(isinstance(told.get(name), str) and told[name] for name in ("id", "name", "mimeType", "modifiedTime")):
        return False
    try:
        return bool(_kind(told)) and _moment(told).year > 0
    except ValueError:
        return False


def _kind(told: Mapping[str, Any]) -> str:
    """Empty where it cannot be read."""
    return _OWN.get(told["mimeType"]) or _KIND.get(told["mimeType"], "")


def _moment(told: Mapping[str, Any]) -> dt.datetime:
    found = dt.datetime.fromisoformat(told["modifiedTime"])
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)


def _size(told: Mapping[str, Any]) -> int:
    """Of Google's own formats, nothing is told."""
    size = str(told.get("size", "0"))
    return int(size) if size.isdecimal() else 0


def _id(told: Mapping[str, Any]) -> str:
    """With its name, by which people know it, and its kind, by which tables are read."""
    name, kind = str(told["name"]), _kind(told)
    stem = name[: -len(kind) - 1] if name.lower().endswith(f".{kind}") else name
    return f"{PREFIX}{told['id']}:{file_name(stem, 'document')}.{kind}"


def _title(told: Mapping[str, Any], content: Content) -> str:
    return " ".join(content.title.split())[:300] or str(told["name"]).removesuffix(f".{_kind(told)}")


def _document(told: Mapping[str, Any], content: Content, note: Note) -> Document:
    return Document(
        id=_id(told), title=_title(told, content), kind=_kind(told), modified=_moment(told), words=len(content.text.split()), note=note
    )  # fmt: skip


def _plain(told: Mapping[str, Any], content: Content, note: Note) -> Document:
    """As a search without words shows it."""
    return _document(told, content, note).model_copy(update={"excerpt": excerpt(content.text, [])})


def _utc(moment: dt.datetime) -> str:
    return f"{moment.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%S}"
