"""What was changed under which key, so that a repeat after a crash changes nothing again, and a change can be taken back exactly."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from tizmoret.tools.models import Contact, Event
from tizmoret.tools.providers.durable_file import keep_newest, put

KEPT = 2_000  # the newest
_NAMESPACE = uuid.UUID("6f1f7c1e-6f0e-4f0b-9f2b-8a5f4f1d2c3b")


class Change(BaseModel):
    """`was` and `became`: the event's text in the file, or the whole resource on a server, before and after. `done` is False from before it
    is written until after it."""

    model_config = ConfigDict(frozen=True)
    calendar: str
    uid: str
    href: str = ""  # on a server: where the event is
    was: str
    became: str
    before: Event | None
    event: Event  # after; of a deleted one, what it was
    done: bool = False
    undone: bool = False


class ContactChange(BaseModel):
    """`place`: where the card is there. `was` and `became`: the whole of it, before and after; `was` is empty for a new one."""

    model_config = ConfigDict(frozen=True)
    place: str
    was: str
    became: str
    before: Contact | None
    contact: Contact  # after
    done: bool = False
    undone: bool = False


C = TypeVar("C", bound=BaseModel)


class Records(Generic[C]):
    """One small file for each key."""

    def __init__(self, folder: Path, change: type[C]) -> None:
        self._folder, self._change = folder, change

    def find(self, key: str) -> C | None:
        try:
            return self._change.model_validate_json(self._path(key).read_bytes())
        except (FileNotFoundError, ValidationError):  # a record that cannot be read says nothing
            return None

    def save(self, key: str, change: C) -> None:
        """Raises OSError."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        put(self._path(key), change.model_dump_json().encode())
        keep_newest(self._folder, KEPT)

    def forget(self, key: str) -> None:
        """For a change that is known not to have been made."""
        self._path(key).unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        return self._folder / f"{uuid.uuid5(_NAMESPACE, key)}.json"


class ChangeRecords(Records[Change]):
    def __init__(self, folder: Path) -> None:
        super().__init__(folder, Change)


class ContactRecords(Records[ContactChange]):
    def __init__(self, folder: Path) -> None:
        super().__init__(folder, ContactChange)
