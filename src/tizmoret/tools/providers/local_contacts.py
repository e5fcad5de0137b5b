"""Contacts in .vcf files of a folder; each file may hold many cards, and a new contact is a file of its own.

A file is written whole, under a lock that other processes respect; what of it is not to change stays byte for byte."""

from __future__ import annotations

import asyncio
import codecs
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog

from tizmoret.errors import StepFailed
from tizmoret.tools.models import Contact
from tizmoret.tools.providers.change_records import ContactRecords
from tizmoret.tools.providers.contact_writer import Card
from tizmoret.tools.providers.durable_file import put
from tizmoret.tools.providers.folder_lock import locked, not_written
from tizmoret.tools.providers.rest_client import Stale
from tizmoret.tools.providers.vcard import cards, contact
from tizmoret.tools.providers.vcard_edit import spans, written
from tizmoret.tools.providers.vcard_writer import VCardWriter

log = structlog.get_logger(__name__)

MAX_FILE = 16 * 1024 * 1024  # bytes
MAX_CONTACTS = 20_000


class LocalContacts(VCardWriter):
    """A `ContactBook`. Reads again only when a file has changed."""

    def __init__(self, folder: Path) -> None:
        super().__init__(ContactRecords(folder / ".changes"))
        self._folder = folder
        self._seen: tuple[tuple[str, int, int], ...] | None = None
        self._contacts: tuple[Contact, ...] = ()

    async def contacts(self) -> Sequence[Contact]:
        """In order of files and cards, each person's card once. Raises StepFailed naming a file that cannot be read."""
        return await asyncio.to_thread(self._read)

    def _read(self) -> Sequence[Contact]:
        stats = [(file, file.stat()) for file in self._files()]
        seen = tuple((file.name, stat.st_mtime_ns, stat.st_size) for file, stat in stats)
        if seen != self._seen:
            # A phone's export put in twice is still one person: cards with one id are one.
            found = {one.id: one for file, _ in reversed(stats) for one in reversed(list(_contacts(file)))}
            self._contacts, self._seen = tuple(reversed(found.values()))[:MAX_CONTACTS], seen
        return self._contacts

    def _files(self) -> list[Path]:
        return sorted(file for file in self._folder.glob("*.vcf") if _plain(file)) if self._folder.is_dir() else []

    # -- writing

    async def _find(self, id: str) -> Card | None:
        return await asyncio.to_thread(self._look, id)

    async def _at(self, place: str) -> Card | None:
        return await self._find(place)

    async def _marked(self, mark: str) -> Card | None:
        return await self._find(mark)

    async def _insert(self, contact: Contact, mark: str) -> Card:
        text = written(contact.model_copy(update={"id": mark}))
        await asyncio.to_thread(self._put, Card(mark, "", ""), text)
        return Card(mark, "", text)

    async def _write(self, card: Card, text: str) -> Card:
        await asyncio.to_thread(self._put, card, text)
        return Card(card.place, "", text)

    async def _remove(self, card: Card) -> None:
        await asyncio.to_thread(self._put, card, "")

    def _look(self, id: str) -> Card | None:
        found = self._located(id)
        return None if found is None else Card(id, "", found[1].text[found[2] : found[3]])

    def _located(self, id: str) -> tuple[Path, _Source, int, int] | None:
        """The file that holds the card of this id, and where in it."""
        for file in self._files():
            source = _source(file)
            for start, end in spans(source.text):
                one = self._contact(source.text[start:end])
                if one is not None and one.id == id:
                    return file, source, start, end
        return None

    def _put(self, card: Card, text: str) -> None:
        """In the place of what was read; a card that was not there gets a file of its own, one that is to go takes its empty file along."""
        path = self._folder / f"{card.place}.vcf"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with locked(self._folder):
                found = self._located(card.place)
                if ("" if found is None else found[1].text[found[2] : found[3]]) != card.text:
                    raise Stale("It was changed by somebody else at the same time; nothing was done.", cure="Try again.")
                if found is None:
                    put(path, text.encode())
                    return
                path, source, start, end = found
                whole = source.text[:start] + text + source.text[end:]
                if whole.strip():
                    put(path, source.encoded(whole))
                else:
                    path.unlink()
        except OSError as error:
            raise not_written(path.name, error) from error


@dataclass(frozen=True, slots=True)
class _Source:
    """The text of a file. encoding: "none" where it cannot be written again as it was. mark: what some programs put at its head to say that
    it is UTF-8."""

    name: str
    text: str
    encoding: str
    mark: bytes

    def encoded(self, text: str) -> bytes:
        try:
            return self.mark + text.encode(self.encoding)
        except (UnicodeEncodeError, LookupError) as error:
            cure = "Save the file as UTF-8, then ask again."
            raise StepFailed(f"{self.name} has letters of an old kind, among which this cannot be written.", cure=cure) from error


def _source(file: Path) -> _Source:
    """Raises StepFailed naming the file."""
    try:
        if file.stat().st_size > MAX_FILE:
            raise StepFailed(f"{file.name} is over {MAX_FILE // 2**20} MB.", cure="Split the file.")
        content = file.read_bytes()
    except OSError as error:
        raise StepFailed(
            f"{file.name} cannot be read: {error.strerror}.", cure="Look at the permissions of the contacts folder."
        ) from error
    mark = codecs.BOM_UTF8 if content.startswith(codecs.BOM_UTF8) else b""
    try:
        found = _Source(file.name, content[len(mark) :].decode(), "utf-8", mark)
    except UnicodeDecodeError:  # how Windows programs of the country write Hebrew
        found = _in_hebrew(file.name, content)
    if found.text.strip() and "BEGIN:VCARD" not in found.text.upper():
        raise StepFailed(f"{file.name} holds no contact cards.", cure="Mend or remove the file.")
    return found


def _in_hebrew(name: str, content: bytes) -> _Source:
    try:
        return _Source(name, content.decode("cp1255"), "cp1255", b"")
    except UnicodeDecodeError:  # read as far as it goes, and never written
        return _Source(name, content.decode("cp1255", "replace"), "none", b"")


def _contacts(file: Path) -> Iterator[Contact]:
    """A card that names nobody is left out, and the log says so."""
    for number, lines in enumerate(cards(_source(file).text), start=1):
        found = contact(lines)
        if found is None:
            log.warning("a contact card names nobody", file=file.name, card=number)
        else:
            yield found


def _plain(path: Path) -> bool:
    return not path.name.startswith(".") and path.is_file() and not path.is_symlink()
