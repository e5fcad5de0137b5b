"""Contacts of a Microsoft account, by Microsoft Graph (v1.0, https://learn.microsoft.com/graph/api/resources/contact)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tizmoret.tools.models import Contact
from tizmoret.tools.providers.local_contacts import MAX_CONTACTS
from tizmoret.tools.providers.rest_client import RestSession, one_line

PAGE = "500"
_FIELDS = "id,displayName,nickName,emailAddresses,mobilePhone,businessPhones,homePhones,companyName,jobTitle"


class GraphContacts:
    """A `ContactBook`."""

    def __init__(self, session: RestSession, server: str) -> None:
        """server: of Microsoft Graph."""
        self._session, self._server = session, server

    async def contacts(self) -> Sequence[Contact]:
        """Raises StepFailed, TryAgain."""
        found: dict[str, Contact] = {}
        async for page in self._session.pages(f"{self._server}/me/contacts", {"$top": PAGE, "$select": _FIELDS}):
            people = page.get("value")
            for person in people if isinstance(people, list) else []:
                made = _contact(person) if isinstance(person, dict) else None
                if made is not None:
                    found[made.id] = made
            if len(found) >= MAX_CONTACTS:
                break
        return tuple(sorted(found.values(), key=lambda one: (one.name, one.id)))[:MAX_CONTACTS]


def _contact(person: Mapping[str, Any]) -> Contact | None:
    """None for one that names nobody."""
    id, company, nickname = (one_line(person.get(name)) for name in ("id", "companyName", "nickName"))
    name = one_line(person.get("displayName")) or company
    if not name or not id:
        return None
    mails = [one_line(one.get("address")) for one in _list(person, "emailAddresses") if isinstance(one, dict)]
    phones = [one_line(one) for one in (person.get("mobilePhone"), *_list(person, "businessPhones"), *_list(person, "homePhones"))]
    return Contact(
        id=id, name=name, email=next((one for one in mails if one), ""), phone=next((one for one in phones if one), ""),
        organization=company, role=one_line(person.get("jobTitle")), nicknames=(nickname,) if nickname and nickname != name else (),
    )  # fmt: skip


def _list(person: Mapping[str, Any], name: str) -> list[Any]:
    found = person.get(name)
    return found if isinstance(found, list) else []
