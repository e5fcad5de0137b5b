"""Contacts in .vcf files of a folder; each file may hold many cards."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path

import structlog

from tizmoret.errors import StepFailed
from tizmoret.tools.models import Contact
from tizmoret.tools.providers.vcard import cards, contact

log = structlog.get_logger(__name__)

MAX_FILE = 16 * 1024 * 1024  # bytes
MAX_CONTACTS = 20_000


class LocalContacts:
    """Reads again only when a file has changed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen: tuple[tuple[str, int, int], ...] | None = None
        self._contacts: tuple[Contact, ...] = ()

    async def contacts(self) -> Sequence[Contact]:
        """In order of files and cards, each person's card once. Raises StepFailed naming a file that cannot be read."""
        return await asyncio.to_thread(self._read)

    def _read(self) -> Sequence[Contact]:
        files = sorted(file for file in self._folder.glob("*.vcf") if _plain(file)) if self._folder.is_dir() else []
        stats = [(file, file.stat()) for file in files]
        seen = tuple((file.name, stat.st_mtime_ns, stat.st_size) for file, stat in stats)
        if seen != self._seen:
            # A phone's export put in twice is still one person: cards with one id are one.
            found = {one.id: one for file, stat in reversed(stats) for one in reversed(list(_contacts(file, stat.st_size)))}
            self._contacts, self._seen = tuple(reversed(found.values()))[:MAX_CONTACTS], seen
        return self._contacts


def _contacts(file: Path, size: int) -> Iterator[Contact]:
    """A card that names nobody is left out, and the log says so."""
    if size > MAX_FILE:
        raise StepFailed(f"{file.name} is over {MAX_FILE // 2**20} MB.", cure="Split the file.")
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        text = file.read_bytes().decode("cp1255", "replace")  # how Windows programs of the country write Hebrew
    except OSError as error:
        raise StepFailed(
            f"{file.name} cannot be read: {error.strerror}.", cure="Look at the permissions of the contacts folder."
        ) from error
    if text.strip() and "BEGIN:VCARD" not in text.upper():
        raise StepFailed(f"{file.name} holds no contact cards.", cure="Mend or remove the file.")
    for number, lines in enumerate(cards(text), start=1):
        found = contact(lines)
        if found is None:
            log.warning("a contact card names nobody", file=file.name, card=number)
        else:
            yield found


def _plain(path: Path) -> bool:
    return not path.name.startswith(".") and path.is_file() and not path.is_symlink()
