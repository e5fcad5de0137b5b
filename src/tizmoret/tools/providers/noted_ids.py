"""Under which id something is made elsewhere, noted before it is made: whoever makes it again, after a crash or at the same time, takes the
same id, and there is one of it."""

from __future__ import annotations

import uuid
from pathlib import Path

from tizmoret.errors import NotFound
from tizmoret.tools.folder import Folder
from tizmoret.tools.providers.durable_file import keep_newest

KEPT = 2_000  # the newest
_LONGEST = 1_000  # bytes of an id
_NAMESPACE = uuid.UUID("6f1f7c1e-6f0e-4f0b-9f2b-8a5f4f1d2c3b")


class NotedIds:
    """One small file for each key."""

    def __init__(self, folder: Path) -> None:
        self._path, self._folder = folder, Folder(folder)

    def find(self, key: str) -> str:
        """Empty where none is noted."""
        try:
            return self._folder.read(_name(key), _LONGEST).decode()
        except NotFound:
            return ""

    def note(self, key: str, id: str) -> str:
        """The id that counts: of two at once, the one that was noted first. Raises StepFailed."""
        if not self._folder.add(_name(key), id.encode()):
            return self.find(key)
        keep_newest(self._path, KEPT)
        return id

    def forget(self, key: str, id: str) -> None:
        """Another one that was noted meanwhile stays."""
        if self.find(key) == id:
            self._folder.remove(_name(key))


def _name(key: str) -> str:
    return str(uuid.uuid5(_NAMESPACE, key))
