"""Contacts that are kept as vCards: what is the same in a folder and on a server."""

from __future__ import annotations

from collections.abc import Mapping

from tizmoret.tools.models import Contact
from tizmoret.tools.providers.contact_writer import ContactWriter
from tizmoret.tools.providers.vcard import cards, contact
from tizmoret.tools.providers.vcard_edit import edited, says_the_same


class VCardWriter(ContactWriter):
    def _contact(self, text: str) -> Contact | None:
        return next((contact(lines) for lines in cards(text)), None)

    def _edited(self, text: str, said: Mapping[str, str]) -> str:
        return edited(text, said)

    def _same(self, one: str, other: str) -> bool:
        return says_the_same(one, other)
