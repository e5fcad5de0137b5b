"""`tizmoret connect add google` and `microsoft`: the person signs in there, and comes back to a page of this machine."""

from __future__ import annotations

import asyncio
import hmac
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tizmoret.cli.loopback import loopback
from tizmoret.cli.messages import say
from tizmoret.connections.accounts import AccountKind, secret_of
from tizmoret.connections.connection import Connection, Wanted, check
from tizmoret.errors import BadInput, StepFailed
from tizmoret.tools.providers.oauth import Client, ask, exchange

if TYPE_CHECKING:
    from tizmoret.cli.terminal import Screen
    from tizmoret.orchestrator import Tizmoret

PATIENCE = 600.0  # seconds that a person may take to sign in


async def connect_account(
    kind: AccountKind, tizmoret: Tizmoret, screen: Screen, name: str, client_id: str, secret: str, server: str, only: Sequence[str]
) -> Connection:
    """secret: of the client, empty where it has none. Raises BadInput where nobody signed in, or was not let in; Unavailable."""
    options: dict[str, Any] = {"client_id": client_id, **({"only": list(only)} if only else {})}
    client, wanted = Client(client_id, secret), Wanted(name, kind.kind, server or kind.address, options, secret)
    check(wanted)
    issuer = kind.issuer(kind.server(wanted))
    async with loopback() as page:
        asking = ask(issuer, client, kind.scopes(wanted), kind.redirect.format(port=page.port))
        print(say("connect.open", address=asking.address), file=sys.stderr, flush=True)  # whole, to be clicked: a screen would fold it
        try:
            came = await asyncio.wait_for(page.came, PATIENCE)
        except TimeoutError:
            raise BadInput(say("error.not_signed_in", service=kind.service), cure=say("error.not_signed_in_cure"), field="name") from None
    if not hmac.compare_digest(came.get("state", ""), asking.state) or not came.get("code"):
        raise BadInput(say("error.not_signed_in", service=kind.service), cure=say("error.not_signed_in_cure"), field="name")
    try:
        refresh = await exchange(issuer, tizmoret.connections.way, client, asking, came["code"])
    except StepFailed as error:
        raise BadInput(error.detail, cure=error.cure, field="client-id") from error
    return await tizmoret.connections.add(Wanted(name, kind.kind, wanted.address, wanted.options, secret_of(client, refresh)))
