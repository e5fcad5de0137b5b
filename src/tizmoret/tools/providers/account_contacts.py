"""Contacts of somebody's account at a service: what is the same whichever that is. A card is kept as the fields of it that we read, as JSON."""

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import Mapping
from typing import Any

from tizmoret.tools.models import Contact
from tizmoret.tools.providers.change_records import ContactRecords
from tizmoret.tools.providers.contact_writer import ContactWriter
from tizmoret.tools.providers.rest_client import RestSession

Told = Mapping[str, Any]


class AccountContacts(ContactWriter):
    def __init__(self, session: RestSession, server: str, records: ContactRecords) -> None:
        """server: of the service's interface."""
        super().__init__(records)
        self._session, self._server = session, server

    def _contact(self, text: str) -> Contact | None:
        return self._read(json.loads(text))

    def _same(self, one: str, other: str) -> bool:
        return self._fields(one) == self._fields(other)

    def _edited(self, text: str, said: Mapping[str, str]) -> str:
        return json.dumps({**json.loads(text), **self._changes(json.loads(text), said)}, ensure_ascii=False)

    def _differing(self, before: str, after: str) -> dict[str, Any]:
        """The fields that are to be written, as they are to be."""
        was, becomes = self._fields(before), self._fields(after)
        return {name: becomes.get(name) for name in {**was, **becomes} if was.get(name) != becomes.get(name)}

    @abstractmethod
    def _read(self, told: Told) -> Contact | None: ...

    @abstractmethod
    def _fields(self, text: str) -> dict[str, Any]:
        """What can be written, and is compared; nothing of an empty text."""

    @abstractmethod
    def _changes(self, told: Told, said: Mapping[str, str]) -> dict[str, Any]:
        """The fields that have to be others for these values."""
