"""Contacts on a CardDAV server: all its address books together, read again only when one of them says that it has changed."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from tizmoret.errors import StepFailed
from tizmoret.tools.models import Contact
from tizmoret.tools.providers.dav_client import DavAccount, DavSession, dav_session
from tizmoret.tools.providers.dav_xml import CARD, CARDS, DAV, SERVER, VERSION
from tizmoret.tools.providers.guarded import Way
from tizmoret.tools.providers.local_contacts import MAX_CONTACTS
from tizmoret.tools.providers.vcard import cards, contact


class CardDavContacts:
    """A `ContactBook`."""

    def __init__(self, account: DavAccount, way: Way) -> None:
        self._account = account
        self._way = way
        self._seen: dict[str, str] = {}  # address book: the version that was read
        self._read: dict[str, tuple[Contact, ...]] = {}

    async def contacts(self) -> Sequence[Contact]:
        """Raises StepFailed, TryAgain."""
        async with dav_session(self._account, self._way) as dav:
            if not self._seen:
                books = await dav.collections("addressbook")
                if not books:
                    cure = "Make one there, or give the address of one."
                    raise StepFailed(f"{self._account.address} has no address book for {self._account.user}.", cure=cure)
                self._seen = {book.href: "" for book in books}
            for href, seen in self._seen.items():
                version = await _version(dav, href)
                if not version or version != seen:
                    texts = [one.whole(CARD, "address-data") for one in await dav.report(href, CARDS)]
                    self._read[href] = await asyncio.to_thread(_contacts, texts)
                    self._seen[href] = version
        found = {one.id: one for href in self._seen for one in self._read[href]}
        return tuple(found.values())[:MAX_CONTACTS]


async def _version(dav: DavSession, href: str) -> str:
    """Empty where the server tells none."""
    told = await dav.propfind(href, VERSION, depth=0)
    return next((version for one in told if (version := one.text(SERVER, "getctag") or one.text(DAV, "sync-token"))), "")


def _contacts(texts: Sequence[str]) -> tuple[Contact, ...]:
    found = [one for text in texts for lines in cards(text) if (one := contact(lines)) is not None]
    return tuple(sorted(found, key=lambda one: (one.name, one.id)))
