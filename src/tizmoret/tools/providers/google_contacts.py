"""Contacts of a Google account, by the People API (https://developers.google.com/people).

Only what the account's owner has written of a person is changed; what that person shows of themselves stays, and is not ours to write."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from tizmoret.errors import NotFound, StepFailed
from tizmoret.tools.models import Contact
from tizmoret.tools.names import given_and_family
from tizmoret.tools.providers.account_contacts import AccountContacts, Told
from tizmoret.tools.providers.contact_writer import Card
from tizmoret.tools.providers.local_contacts import MAX_CONTACTS
from tizmoret.tools.providers.rest_client import Refused, Stale, one_line

_READ = ("names", "nicknames", "emailAddresses", "phoneNumbers", "organizations")
_WRITTEN = ("names", "emailAddresses", "phoneNumbers", "organizations")
_FIELDS = {"personFields": ",".join((*_READ, "metadata"))}
_MARK = "tizmoret"  # the key of a new contact's clientData, which only programs see
_ID = re.compile(r"people/\w{1,200}", re.ASCII)
# What Google works out for itself.
_OWN = frozenset({"metadata", "canonicalForm", "formattedType"})
_SAYS_NOTHING = _OWN | {"type", "current"}
_OWN_NAME = _OWN | {"displayName", "displayNameLastFirst", "unstructuredName"}
_STALE = frozenset({"failedPrecondition", "FAILED_PRECONDITION"})


class GoogleContacts(AccountContacts):
    """A `ContactBook`."""

    async def contacts(self) -> Sequence[Contact]:
        """Raises StepFailed, TryAgain."""
        found: dict[str, Contact] = {}
        async for person in self._listed(",".join(_READ)):
            made = _contact(person)
            if made is not None:
                found[made.id] = made
        return tuple(sorted(found.values(), key=lambda one: (one.name, one.id)))[:MAX_CONTACTS]

    async def _listed(self, fields: str) -> AsyncIterator[Told]:
        seen = 0
        async for page in self._session.pages(f"{self._server}/people/me/connections", {"personFields": fields, "pageSize": "1000"}):
            people = page.get("connections")
            for person in people if isinstance(people, list) else []:
                if isinstance(person, dict):
                    seen += 1
                    yield person
            if seen >= MAX_CONTACTS:
                return

    # -- writing

    async def _find(self, id: str) -> Card | None:
        if not _ID.fullmatch(id):
            return None
        try:
            return _card(await self._session.get(f"{self._server}/{id}", _FIELDS))
        except NotFound:
            return None

    async def _at(self, place: str) -> Card | None:
        return await self._find(place)

    async def _marked(self, mark: str) -> Card | None:
        """Google finds a contact by no mark, so all are looked through."""
        async for person in self._listed("clientData"):
            if any(one.get("key") == _MARK and one.get("value") == mark for one in _list(person, "clientData")):
                return await self._find(_text(person, "resourceName"))
        return None

    async def _insert(self, contact: Contact, mark: str) -> Card:
        said = {name: value for name in ("name", "email", "phone", "organization", "role") if (value := getattr(contact, name))}
        body = {**self._changes({}, said), "clientData": [{"key": _MARK, "value": mark}]}
        return _card(await self._session.send("POST", f"{self._server}/people:createContact", _FIELDS, body=body))

    async def _write(self, card: Card, text: str) -> Card:
        differing, told = self._differing(card.text, text), json.loads(card.text)
        asked = {"updatePersonFields": ",".join(differing), **_FIELDS}
        body = {"resourceName": card.place, "etag": card.etag, "metadata": told.get("metadata", {}), **differing}
        try:
            return _card(await self._session.send("PATCH", f"{self._server}/{card.place}:updateContact", asked, body=body))
        except Refused as error:
            if error.reasons & _STALE:
                raise Stale("It was changed by somebody else at the same time; nothing was done.", cure="Try again.") from error
            raise

    async def _remove(self, card: Card) -> None:
        try:
            await self._session.send("DELETE", f"{self._server}/{card.place}:deleteContact")
        except NotFound:
            return

    def _read(self, told: Told) -> Contact | None:
        return _contact(told)

    def _fields(self, text: str) -> dict[str, Any]:
        told = json.loads(text) if text else {}
        found = {name: [_plain(one, name) for one in _list(told, name) if _ours(one)] for name in _WRITTEN}
        return {"": bool(text), **{name: values for name, values in found.items() if values}}

    def _differing(self, before: str, after: str) -> dict[str, Any]:
        return {name: value or [] for name, value in super()._differing(before, after).items()}

    def _changes(self, told: Told, said: Mapping[str, str]) -> dict[str, Any]:
        changed: dict[str, Any] = {}
        if "name" in said:
            given, family = given_and_family(said["name"])
            first = next((_plain(one, "names") for one in _list(told, "names") if _ours(one)), {})
            parts = {"givenName": given, **({"familyName": family} if family else {})}
            kept = {name: value for name, value in first.items() if name not in ("givenName", "familyName", "unstructuredName")}
            changed["names"] = [{**kept, **parts, "displayName": said["name"]}]
        for name, field in (("email", "emailAddresses"), ("phone", "phoneNumbers")):
            if name in said:
                changed[field] = _with_first(told, field, {"value": said[name]})
        working = {ours: said[name] for name, ours in (("organization", "name"), ("role", "title")) if name in said}
        if working:
            changed["organizations"] = _with_first(told, "organizations", working)
        return changed


def _card(told: Told) -> Card:
    return Card(_text(told, "resourceName"), str(told.get("etag") or ""), json.dumps(told, ensure_ascii=False))


def _with_first(told: Told, field: str, said: Told) -> list[Told]:
    """What the owner has written in a field, the first of it with other values; an empty one is taken out, and what then says nothing too."""
    first, *others = [one for one in _list(told, field) if _ours(one)] or [{}]
    if not all(said.values()) and not _ours(_first(told, field)):
        raise StepFailed("The person shows it of themselves at Google, so it is not yours to remove.", cure="Leave it as it is.")
    changed = {name: value for name, value in {**first, **said}.items() if value != ""}
    return [changed, *others] if changed.keys() - _SAYS_NOTHING else others


def _ours(value: Told) -> bool:
    """Whether the account's owner has written it."""
    metadata = value.get("metadata")
    source = metadata.get("source") if isinstance(metadata, dict) else None
    return not isinstance(source, dict) or source.get("type") == "CONTACT"


def _plain(value: Told, field: str) -> dict[str, Any]:
    kept = {name: said for name, said in value.items() if name not in (_OWN_NAME if field == "names" else _OWN)}
    if field == "names" and not kept:  # written in one piece
        return {"unstructuredName": _text(value, "unstructuredName") or _text(value, "displayName")}
    return kept


def _contact(person: Told) -> Contact | None:
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


def _list(person: Told, name: str) -> list[Told]:
    """The primary one first."""
    found = person.get(name)
    told = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
    return sorted(told, key=lambda one: not (isinstance(one.get("metadata"), dict) and one["metadata"].get("primary") is True))


def _first(person: Told, name: str) -> Told:
    return next(iter(_list(person, name)), {})


def _text(told: Told, name: str) -> str:
    return one_line(told.get(name))
