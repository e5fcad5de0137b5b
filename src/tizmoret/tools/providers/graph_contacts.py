"""Contacts of a Microsoft account, by Microsoft Graph (v1.0, https://learn.microsoft.com/graph/api/resources/contact)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from tizmoret.errors import NotFound
from tizmoret.tools.models import Contact
from tizmoret.tools.names import given_and_family
from tizmoret.tools.providers.account_contacts import AccountContacts, Told
from tizmoret.tools.providers.contact_writer import Card
from tizmoret.tools.providers.graph_events import MARK
from tizmoret.tools.providers.local_contacts import MAX_CONTACTS
from tizmoret.tools.providers.rest_client import Refused, one_line

PAGE = "500"
_PHONES = ("mobilePhone", "businessPhones", "homePhones")
_WRITTEN = ("displayName", "givenName", "surname", "emailAddresses", *_PHONES, "companyName", "jobTitle")
_FIELDS = {"$select": ",".join(("id", "nickName", *_WRITTEN))}
_ID = re.compile(r"[\w=+/-]{1,512}", re.ASCII)


class GraphContacts(AccountContacts):
    """A `ContactBook`."""

    async def contacts(self) -> Sequence[Contact]:
        """Raises StepFailed, TryAgain."""
        found: dict[str, Contact] = {}
        async for page in self._session.pages(f"{self._server}/me/contacts", {"$top": PAGE, **_FIELDS}):
            for person in _dicts(page.get("value")):
                made = _contact(person)
                if made is not None:
                    found[made.id] = made
            if len(found) >= MAX_CONTACTS:
                break
        return tuple(sorted(found.values(), key=lambda one: (one.name, one.id)))[:MAX_CONTACTS]

    # -- writing

    async def _find(self, id: str) -> Card | None:
        if not _ID.fullmatch(id):
            return None
        try:
            return _card(await self._session.get(self._place(id), _FIELDS))
        except NotFound:
            return None
        except Refused as error:
            if "ErrorInvalidIdMalformed" in error.reasons:
                return None
            raise

    async def _at(self, place: str) -> Card | None:
        return await self._find(place)

    async def _marked(self, mark: str) -> Card | None:
        wanted = f"singleValueExtendedProperties/Any(ep: ep/id eq '{MARK}' and ep/value eq '{mark}')"
        found = await self._session.get(f"{self._server}/me/contacts", {"$filter": wanted, **_FIELDS})
        return next((_card(one) for one in _dicts(found.get("value"))), None)

    async def _insert(self, contact: Contact, mark: str) -> Card:
        said = {name: value for name in ("name", "email", "phone", "organization", "role") if (value := getattr(contact, name))}
        body = {**self._changes({}, said), "singleValueExtendedProperties": [{"id": MARK, "value": mark}]}
        return _card(await self._session.send("POST", f"{self._server}/me/contacts", body=body))

    async def _write(self, card: Card, text: str) -> Card:
        body = self._differing(card.text, text)
        return _card(await self._session.send("PATCH", self._place(card.place), body=body, etag=card.etag))

    async def _remove(self, card: Card) -> None:
        try:
            await self._session.send("DELETE", self._place(card.place), etag=card.etag)
        except NotFound:
            return

    def _place(self, id: str) -> str:
        return f"{self._server}/me/contacts/{quote(id, safe='')}"

    def _read(self, told: Told) -> Contact | None:
        return _contact(told)

    def _fields(self, text: str) -> dict[str, Any]:
        told = json.loads(text) if text else {}
        return {name: told[name] for name in ("id", *_WRITTEN) if told.get(name)}

    def _differing(self, before: str, after: str) -> dict[str, Any]:
        lists = ("emailAddresses", *_PHONES[1:])
        return {name: [] if value is None and name in lists else value for name, value in super()._differing(before, after).items()}

    def _changes(self, told: Told, said: Mapping[str, str]) -> dict[str, Any]:
        changed: dict[str, Any] = {}
        if "name" in said:
            given, family = given_and_family(said["name"])
            changed |= {"displayName": said["name"], "givenName": given, "surname": family or None}
        if "email" in said:
            one = {"address": said["email"], "name": said.get("name") or one_line(told.get("displayName")) or said["email"]}
            mails = _dicts(told.get("emailAddresses"))
            changed["emailAddresses"] = (
                [one, *mails[1:]] if said["email"] else _without_first(mails, lambda mail: one_line(mail.get("address")))
            )
        if "phone" in said:
            changed |= _phone(told, said["phone"])
        changed |= {ours: said[name] or None for name, ours in (("organization", "companyName"), ("role", "jobTitle")) if name in said}
        return changed


def _phone(told: Told, phone: str) -> dict[str, Any]:
    """In the place of the one that is read; where there is none, as that of a mobile. Empty: that one is taken out."""
    if not phone:
        place = next(name for name in _PHONES if any(map(one_line, _list(told, name) or [told.get(name)])))
        return {place: None if place == "mobilePhone" else _without_first(_list(told, place), one_line)}
    place = next((name for name in _PHONES if told.get(name)), "mobilePhone")
    return {place: phone if place == "mobilePhone" else [phone, *_list(told, place)[1:]]}


def _without_first(values: Sequence[Any], says: Callable[[Any], str]) -> list[Any]:
    """Without the first that says something."""
    first = next(place for place, value in enumerate(values) if says(value))
    return [*values[:first], *values[first + 1 :]]


def _card(told: Told) -> Card:
    return Card(str(told.get("id") or ""), str(told.get("@odata.etag") or ""), json.dumps(told, ensure_ascii=False))


def _contact(person: Told) -> Contact | None:
    """None for one that names nobody."""
    id, company, nickname = (one_line(person.get(name)) for name in ("id", "companyName", "nickName"))
    name = one_line(person.get("displayName")) or company
    if not name or not id:
        return None
    mails = [one_line(one.get("address")) for one in _dicts(person.get("emailAddresses"))]
    phones = [one_line(one) for one in (person.get("mobilePhone"), *_list(person, "businessPhones"), *_list(person, "homePhones"))]
    return Contact(
        id=id, name=name, email=next((one for one in mails if one), ""), phone=next((one for one in phones if one), ""),
        organization=company, role=one_line(person.get("jobTitle")), nicknames=(nickname,) if nickname and nickname != name else (),
    )  # fmt: skip


def _list(person: Told, name: str) -> list[Any]:
    found = person.get(name)
    return found if isinstance(found, list) else []


def _dicts(found: Any) -> list[dict[str, Any]]:
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
