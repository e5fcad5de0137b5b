"""A server of calendars and contacts (CalDAV, CardDAV): what it offers, and what tools reach on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tizmoret.connections.connection import Connection, Wanted
from tizmoret.errors import BadInput
from tizmoret.tools.providers.guarded import Way


async def look(wanted: Wanted, way: Way) -> dict[str, Any]:
    """The calendars and the address books of the server. Raises BadInput where it has neither."""
    from tizmoret.tools.providers.dav_client import DavAccount, dav_session

    async with dav_session(DavAccount(wanted.address, wanted.user, wanted.secret or "", wanted.name), way) as dav:
        calendars, books = await dav.collections("calendar"), await dav.collections("addressbook")
    if not calendars and not books:
        cure = "Give the address that the server's own help names for CalDAV or CardDAV."
        raise BadInput(f"{wanted.address} has no calendar and no address book for {wanted.user or 'us'}.", cure=cure, field="address")
    return {"calendars": [one.name for one in calendars], "addressBooks": [one.name for one in books]}


async def changed(known: Connection, way: Way) -> str:
    """Calendars come and go without harm; raises where there is none any more, or no way in."""
    await look(known, way)
    return ""


def offers(offer: Mapping[str, Any]) -> Sequence[str]:
    return [*(f"calendar {name}" for name in offer["calendars"]), *(f"contacts {name}" for name in offer["addressBooks"])]
