"""What was read from files, kept on disk: a command of a second must not read the whole folder again each time."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Collection
from pathlib import Path

import msgspec

from tizmoret.tools.folder import File
from tizmoret.tools.models import Note
from tizmoret.tools.reading.text import Content

VERSION = 1  # raise it when reading changes: older entries are then not found


class Kept(msgspec.Struct, frozen=True):
    id: str
    mtime_ns: int
    size: int
    note: Note
    content: Content


class TextCache:
    """Only a cache: whatever fails here (a full disk, a read-only home, a damaged entry) is as if nothing had been kept."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / f"texts-{VERSION}"

    def get(self, file: File) -> tuple[Content, Note] | None:
        try:
            kept = msgspec.json.decode(self._path(file.id).read_bytes(), type=Kept)
        except (OSError, ValueError):  # msgspec's errors are ValueErrors
            return None
        same = (kept.id, kept.mtime_ns, kept.size) == (file.id, file.mtime_ns, file.size)
        return (kept.content, kept.note) if same else None

    def put(self, file: File, content: Content, note: Note) -> None:
        path = self._path(file.id)
        temporary = path.with_name(f"{path.name}.{os.getpid()}.part")
        with contextlib.suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            temporary.write_bytes(msgspec.json.encode(Kept(file.id, file.mtime_ns, file.size, note, content)))
            os.replace(temporary, path)

    def keep_only(self, ids: Collection[str]) -> None:
        """Forget the files that are gone."""
        names = {self._path(id).name for id in ids}
        with contextlib.suppress(OSError):
            for entry in os.scandir(self._folder):
                if entry.name not in names:
                    with contextlib.suppress(OSError):
                        os.unlink(entry.path)

    def _path(self, id: str) -> Path:
        return self._folder / (hashlib.sha256(id.encode("utf-8", "surrogatepass")).hexdigest()[:40] + ".json")
