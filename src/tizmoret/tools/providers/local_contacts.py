"""Contacts in .vcf files (RFC 6350 and its version 3) of a folder; each file may hold many cards."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import structlog

from tizmoret.errors import StepFailed
from tizmoret.tools.models import Contact

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
        return await asyncio.to_thread(self._read)

    def _read(self) -> Sequence[Contact]:
        files = sorted(self._folder.glob("*.vcf")) if self._folder.is_dir() else []
        stats = [(file, file.stat()) for file in files]
        seen = tuple((file.name, stat.st_mtime_ns, stat.st_size) for file, stat in stats)
        if seen != self._seen:
            found = [contact for file, stat in stats for contact in self._file(file, stat.st_size)]
            self._contacts, self._seen = tuple(found[:MAX_CONTACTS]), seen
        return self._contacts

    def _file(self, file: Path, size: int) -> Iterator[Contact]:
        """A broken card is left out and named in the log; the others of its file are read."""
        import vobject

        if size > MAX_FILE:
            raise StepFailed(f"{file.name} is over {MAX_FILE:,} bytes.", cure="Split the file.")
        try:
            text = file.read_text("utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise StepFailed(f"{file.name} cannot be read: {error}.", cure="Save it as UTF-8.") from error
        for number, card in enumerate(_cards(text), start=1):
            try:
                yield _contact(vobject.readOne(card), card)
            except (vobject.base.ParseError, AttributeError, IndexError, StopIteration, ValueError) as error:
                log.warning("a contact card cannot be read", file=file.name, card=number, error=str(error))


def _cards(text: str) -> Iterator[str]:
    lines: list[str] = []
    for line in text.splitlines():
        if line.strip().upper() == "BEGIN:VCARD":
            lines = []
        lines.append(line)
        if line.strip().upper() == "END:VCARD":
            yield "\r\n".join(lines) + "\r\n"
            lines = []


def _contact(card: Any, text: str) -> Contact:
    name = _one(card, "fn") or " ".join(part for part in (_one(card, "n") or "").split(";") if part)
    if not name:
        raise ValueError("the card has no name")
    return Contact(
        id=_one(card, "uid") or hashlib.sha256(text.encode()).hexdigest()[:16],
        name=name,
        email=_one(card, "email"),
        phone=_one(card, "tel"),
        organization=_one(card, "org"),
        role=_one(card, "title") or _one(card, "role"),
        nicknames=tuple(part.strip() for part in _one(card, "nickname").split(",") if part.strip()),
    )


def _one(card: Any, name: str) -> str:
    """The first value of a property as a text."""
    lines = card.contents.get(name, [])
    if not lines:
        return ""
    value = lines[0].value
    if isinstance(value, list):
        value = ", ".join(str(part) for part in value)
    return str(value).removeprefix("mailto:").removeprefix("tel:").removeprefix("urn:uuid:").strip()
