"""Contacts that are written: what is the same wherever they are.

A new one carries a mark that is made of the call's key, so that a repeat finds what the first call made. A change is noted before it is made
(see `ContactRecords`), and what has become of the card after; it is taken back only where the card still is what it became."""

from __future__ import annotations

import asyncio
import uuid
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass

from tizmoret.errors import NotFound, StepFailed, TizmoretError, TryAgain
from tizmoret.tools.models import Contact
from tizmoret.tools.providers.change_records import ContactChange, ContactRecords
from tizmoret.tools.providers.ports import ContactChanged
from tizmoret.tools.providers.rest_client import Stale

_NAMESPACE = uuid.UUID("3e6f0d1c-52b7-4a58-9d0c-0c6a4b1f7e25")


@dataclass(frozen=True, slots=True)
class Card:
    """place: by which it is found again. etag: of what was read, where the place has such. text: the whole of it, as it is kept there."""

    place: str
    etag: str
    text: str


class ContactWriter(ABC):
    """What a `ContactBook` does to be written, whatever keeps its cards."""

    def __init__(self, records: ContactRecords) -> None:
        self._records = records

    async def add(self, contact: Contact, *, key: str) -> Contact:
        known = await self.done(key)
        if known is not None:
            return known.contact
        return (await self._made(key, await self._insert(contact, _mark(key)), contact)).contact

    async def change(self, contact: str, said: Mapping[str, str], gone: Mapping[str, str], *, key: str) -> ContactChanged:
        record = self._records.find(key)
        if record is not None and record.done:
            return ContactChanged(record.before, record.contact)
        card = await (self._find(contact) if record is None else self._at(record.place))
        if record is not None and not self._same(_text(card), record.was):
            if card is None or not self._same(card.text, record.became):
                # We died between noting the change and hearing that it was made, and somebody changed the contact since.
                raise StepFailed("It is not known whether the contact was changed.", cure="Look at the contact.")
            return await self._finish(key, record, card)
        before = None if card is None else self._contact(card.text)
        if card is None or before is None:
            raise NotFound(f"There is no contact {contact[:200]}.", cure="Look it up in the contacts again.", field="contact")
        if any(getattr(before, field) != value for field, value in gone.items()):
            raise StepFailed(
                "The contact is not as it was when it was looked up; nothing was done.", cure="Look at the contact, then ask again."
            )
        said = {**said, **dict.fromkeys(gone, "")}
        after, became = before.model_copy(update=said), self._edited(card.text, said)
        if self._contact(became) is None:
            raise StepFailed("Nothing would be left by which the contact is found.", cure="Give the contact a name as well.")
        record = ContactChange(place=card.place, was=card.text, became=became, before=before, contact=after)
        if not self._same(became, card.text):
            await self._save(key, record)
            card = await self._change(key, card, became)
        return await self._finish(key, record, card)

    async def done(self, key: str) -> ContactChanged | None:
        record = self._records.find(key)
        if record is None:  # a process died between making a new one and noting so, or another machine has made it
            card = await self._marked(_mark(key))
            return None if card is None else await self._made(key, card, None)
        if not record.done:
            card = await self._at(record.place)
            if card is None or not self._same(card.text, record.became):
                return None
            return await self._finish(key, record, card)
        return ContactChanged(record.before, record.contact)

    async def undo(self, key: str) -> bool:
        record = self._records.find(key)
        if record is None:
            return False
        card = await self._at(record.place)
        if card is None:
            return not record.was
        if not self._same(card.text, record.became):
            return record.undone and self._same(card.text, record.was)
        # Noted before it is made, so that a repeat knows its own work.
        await self._save(key, record.model_copy(update={"undone": True}))
        try:
            if record.was:
                await self._write(card, record.was)
            else:
                await self._remove(card)
        except Stale as error:
            if self._same(_text(await self._at(record.place)), record.became):
                raise TryAgain(error.detail, cure=error.cure) from error  # a service may show a card before it knows its newest version
            return False
        return True

    async def _change(self, key: str, card: Card, text: str) -> Card:
        """Write it; the card as it is then. Where it was not done, the note of it is taken back."""
        try:
            return await self._write(card, text)
        except Stale as error:
            now = await self._at(card.place)
            if now is not None and self._same(now.text, text):
                return now  # a late answer to our own earlier try
            self._records.forget(key)
            raise TryAgain(error.detail, cure=error.cure) from error
        except TizmoretError:
            self._records.forget(key)
            raise

    async def _made(self, key: str, card: Card, asked: Contact | None) -> ContactChanged:
        made = self._contact(card.text) or asked
        if made is None:
            raise StepFailed("The new contact cannot be read.", cure="Look at the contact.")
        record = ContactChange(place=card.place, was="", became=card.text, before=None, contact=made)
        return await self._finish(key, record, card)

    async def _finish(self, key: str, record: ContactChange, card: Card) -> ContactChanged:
        contact = self._contact(card.text) or record.contact
        done = record.model_copy(update={"became": card.text, "contact": contact, "done": True})
        await self._save(key, done)
        return ContactChanged(done.before, done.contact)

    async def _save(self, key: str, record: ContactChange) -> None:
        await asyncio.to_thread(self._records.save, key, record)

    @abstractmethod
    async def _find(self, id: str) -> Card | None:
        """By the id of a contact."""

    @abstractmethod
    async def _at(self, place: str) -> Card | None: ...

    @abstractmethod
    async def _marked(self, mark: str) -> Card | None:
        """What `_insert` has made."""

    @abstractmethod
    async def _insert(self, contact: Contact, mark: str) -> Card: ...

    @abstractmethod
    async def _write(self, card: Card, text: str) -> Card:
        """Over what was read; the card as it is then. Raises Stale where it is not that any more."""

    @abstractmethod
    async def _remove(self, card: Card) -> None:
        """What is gone already is removed. Raises Stale."""

    @abstractmethod
    def _contact(self, text: str) -> Contact | None: ...

    @abstractmethod
    def _edited(self, text: str, said: Mapping[str, str]) -> str:
        """With other values; an empty one takes out the value that `_contact` reads there. Raises StepFailed where that is not ours to take."""

    @abstractmethod
    def _same(self, one: str, other: str) -> bool:
        """Whether two versions of a card say the same; an empty one is none."""


def _mark(key: str) -> str:
    return str(uuid.uuid5(_NAMESPACE, key))


def _text(card: Card | None) -> str:
    return "" if card is None else card.text
