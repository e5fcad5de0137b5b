"""Contacts on a CardDAV server: all its address books together, read again only when one of them says that it has changed. A card is one
resource there, written only where it is still what we read; a new one goes to the first book."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence

from tizmoret.errors import StepFailed, TizmoretError
from tizmoret.tools.models import Contact
from tizmoret.tools.providers.change_records import ContactRecords
from tizmoret.tools.providers.contact_writer import Card
from tizmoret.tools.providers.dav_client import Changed, DavAccount, DavSession, Resource, dav_session
from tizmoret.tools.providers.dav_xml import CARD, CARDS, DAV, SERVER, VERSION, Answer
from tizmoret.tools.providers.guarded import Way
from tizmoret.tools.providers.local_contacts import MAX_CONTACTS
from tizmoret.tools.providers.rest_client import Stale
from tizmoret.tools.providers.vcard import cards, contact
from tizmoret.tools.providers.vcard_edit import written
from tizmoret.tools.providers.vcard_writer import VCardWriter

VCARD = "text/vcard"


class CardDavContacts(VCardWriter):
    """A `ContactBook`."""

    def __init__(self, account: DavAccount, way: Way, records: ContactRecords) -> None:
        super().__init__(records)
        self._account = account
        self._way = way
        self._seen: dict[str, str] = {}  # address book: the version that was read
        self._read: dict[str, tuple[tuple[Contact, str], ...]] = {}  # with where each is

    async def contacts(self) -> Sequence[Contact]:
        """Raises StepFailed, TryAgain."""
        async with dav_session(self._account, self._way) as dav:
            return tuple(one for one, _ in (await self._known(dav)).values())[:MAX_CONTACTS]

    async def _known(self, dav: DavSession) -> dict[str, tuple[Contact, str]]:
        """By id."""
        for href, seen in (await self._books(dav)).items():
            version = await _version(dav, href)
            if not version or version != seen:
                self._read[href] = await asyncio.to_thread(_contacts, await dav.report(href, CARDS))
                self._seen[href] = version
        return {one.id: (one, place) for href in self._seen for one, place in self._read[href]}

    async def _books(self, dav: DavSession) -> dict[str, str]:
        if not self._seen:
            books = await dav.collections("addressbook")
            if not books:
                cure = "Make one there, or give the address of one."
                raise StepFailed(f"{self._account.address} has no address book for {self._account.user}.", cure=cure)
            self._seen = {book.href: "" for book in books}
        return dict(self._seen)

    # -- writing

    async def _find(self, id: str) -> Card | None:
        async with dav_session(self._account, self._way) as dav:
            found = (await self._known(dav)).get(id)
            return None if found is None else await _card(dav, found[1])

    async def _at(self, place: str) -> Card | None:
        async with dav_session(self._account, self._way) as dav:
            return await _card(dav, place)

    async def _marked(self, mark: str) -> Card | None:
        async with dav_session(self._account, self._way) as dav:
            return await _card(dav, await self._new_place(dav, mark))

    async def _new_place(self, dav: DavSession, mark: str) -> str:
        return f"{next(iter(await self._books(dav))).rstrip('/')}/{mark}.vcf"

    async def _insert(self, contact: Contact, mark: str) -> Card:
        async with dav_session(self._account, self._way) as dav:
            card = Card(await self._new_place(dav, mark), "", "")
            return await _put(dav, card, None, written(contact.model_copy(update={"id": mark})))

    async def _write(self, card: Card, text: str) -> Card:
        async with dav_session(self._account, self._way) as dav:
            return await _put(dav, card, Resource(card.place, card.etag, card.text), text)

    async def _remove(self, card: Card) -> None:
        async with dav_session(self._account, self._way) as dav:
            try:
                await dav.delete(Resource(card.place, card.etag, card.text))
            except Changed as error:
                raise Stale(error.detail, cure=error.cure) from error


async def _card(dav: DavSession, place: str) -> Card | None:
    found = await dav.get(place)
    return None if found is None else Card(found.href, found.etag, found.text)


async def _put(dav: DavSession, card: Card, over: Resource | None, text: str) -> Card:
    """The card in the server's own words, which are what is compared later."""
    try:
        await dav.put(card.place, text, VCARD, over=over)
    except Changed as error:
        raise Stale(error.detail, cure=error.cure) from error
    with contextlib.suppress(TizmoretError):  # it is written; to know its exact words is only for undoing it
        return await _card(dav, card.place) or Card(card.place, "", text)
    return Card(card.place, "", text)


async def _version(dav: DavSession, href: str) -> str:
    """Empty where the server tells none."""
    told = await dav.propfind(href, VERSION, depth=0)
    return next((version for one in told if (version := one.text(SERVER, "getctag") or one.text(DAV, "sync-token"))), "")


def _contacts(answers: Sequence[Answer]) -> tuple[tuple[Contact, str], ...]:
    read = ((contact(lines), answer.href) for answer in answers for lines in cards(answer.whole(CARD, "address-data")))
    return tuple(sorted(((one, href) for one, href in read if one is not None), key=lambda found: (found[0].name, found[0].id)))
