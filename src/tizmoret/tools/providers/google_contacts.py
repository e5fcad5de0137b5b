"""Contacts of a Google account, by the People API (https://developers.google.com/people)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tizmoret.tools.models import Contact
from tizmoret.tools.providers.local_contacts import MAX_CONTACTS
from tizmoret.tools.providers.rest_client import RestSession, one_line

SCOPE = "https://www.googleapis.com/auth/contacts.readonly"
_FIELDS = "names,nicknames,emailAddresses,phoneNumbers,organizations"


class GoogleContacts:
    """A `ContactBook`."""

    def __init__(self, session: RestSession, server: str) -> None:
        """server: of the People API."""
        self._session, self._server = session, server

    async def contacts(self) -> Sequence[Contact]:
        """Raises StepFailed, TryAgain."""
        found: dict[str, Contact] = {}
        url = f"{self._server}/people/me/connections"
        async for page in self._session.pages(url, {"personFields": _FIELDS, "pageSize": "1000"}):
            people = page.get("connections")
            for person in people if isinstance(people, list) else []:
                made = _contact(person) if isinstance(person, dict) else None
                if made is not None:
                    found[made.id] = made
            if len(found) >= MAX_CONTACTS:
                break
        return tuple(sorted(found.values(), key=lambda one: (one.name, one.id)))[:MAX_CONTACTS]


def _contact(person: Mapping[str, Any]) -> Contact | None:
    """None for one that names nobody."""
    organization = _first(person, "organizations")
    names = [_text(one, "displayName") for one in _list(person, "names")]
    name = next((one for one in names if one), "") or _text(organization, "name")
    id = _text(person, "resourceName")
    if not name or not id:
        return None
    others = [*names, *(_text(one, "value") for one in _list(person, "nicknames"))]
    return Contact(
        id=id, name=name, email=_text(_first(person, "emailAddresses"), "value"), phone=_text(_first(person, "phoneNumbers"), "value"),
        organization=_text(organization, "name"), role=_text(organization, "title"),
        nicknames=tuple(dict.fromkeys(one for one in others if one and one != name)),
    )  # fmt: skip


def _list(person: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """The primary one first."""
    found = person.get(name)
    told = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
    return sorted(told, key=lambda one: not (isinstance(one.get("metadata"), dict) and one["metadata"].get("primary") is True))


def _first(person: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    return next(iter(_list(person, name)), {})


def _text(told: Mapping[str, Any], name: str) -> str:
    return one_line(told.get(name))
