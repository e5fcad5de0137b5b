"""`tizmoret connect add google`: the person signs in at Google, and comes back to a page of this machine."""

from __future__ import annotations

import asyncio
import hmac
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tizmoret.cli.loopback import loopback
from tizmoret.cli.messages import say
from tizmoret.connections import google
from tizmoret.connections.connection import Connection, Wanted, check
from tizmoret.errors import BadInput, StepFailed
from tizmoret.tools.providers.oauth import Client, ask, exchange

if TYPE_CHECKING:
    from tizmoret.cli.terminal import Screen
    from tizmoret.orchestrator import Tizmoret

PATIENCE = 600.0  # seconds that a person may take to sign in


async def connect_google(
    tizmoret: Tizmoret, screen: Screen, name: str, client_id: str, secret: str, server: str, only: Sequence[str]
) -> Connection:
    """Raises BadInput where nobody signed in, or Google did not let us in; Unavailable."""
    options: dict[str, Any] = {"client_id": client_id, **({"only": list(only)} if only else {})}
    client, wanted = Client(client_id, secret), Wanted(name, "google", server or google.ADDRESS, options, secret)
    check(wanted)
    issuer = google.endpoints(wanted).issuer
    async with loopback() as page:
        asking = ask(issuer, client, google.scopes(wanted), page.address)
        print(say("connect.open", address=asking.address), file=sys.stderr, flush=True)  # whole, to be clicked: a screen would fold it
        try:
            came = await asyncio.wait_for(page.came, PATIENCE)
        except TimeoutError:
            raise BadInput(say("error.not_signed_in"), cure=say("error.not_signed_in_cure"), field="name") from None
    if not hmac.compare_digest(came.get("state", ""), asking.state) or not came.get("code"):
        raise BadInput(say("error.not_signed_in"), cure=say("error.not_signed_in_cure"), field="name")
    try:
        refresh = await exchange(issuer, tizmoret.connections.way, client, asking, came["code"])
    except StepFailed as error:
        raise BadInput(error.detail, cure=error.cure, field="client-id") from error
    return await tizmoret.connections.add(Wanted(name, "google", wanted.address, wanted.options, google.secret_of(client, refresh)))
