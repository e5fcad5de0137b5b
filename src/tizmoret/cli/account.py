"""`tizmoret connect add google`, `microsoft`, and `mcp --sign-in`: the person signs in there, and comes back to a page of this machine."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

from tizmoret.cli.loopback import loopback
from tizmoret.cli.messages import say
from tizmoret.connections.connection import Connection, Wanted
from tizmoret.connections.kinds import KINDS
from tizmoret.connections.sign_in import LOOPBACK, Attempt, Back
from tizmoret.errors import BadInput, SignInFailed
from tizmoret.tools.providers.oauth import Client

if TYPE_CHECKING:
    from tizmoret.cli.terminal import Screen
    from tizmoret.orchestrator import Tizmoret

PATIENCE = 600.0  # seconds that a person may take to sign in


async def connect_account(tizmoret: Tizmoret, screen: Screen, wanted: Wanted, client: Client | None) -> Connection:
    """client: None for the operator's. Raises BadInput where nobody signed in, or was not let in; Unavailable."""
    entering = KINDS[wanted.kind].sign_in
    async with loopback() as page:
        back = Back((entering.loopback if entering else LOOPBACK).format(port=page.port))
        attempt = await tizmoret.sign_ins.ask(wanted, client, back, workspace=tizmoret.workspace)
        print(
            say("connect.open", address=attempt.asking.address), file=sys.stderr, flush=True
        )  # whole, to be clicked: a screen would fold it
        try:
            came = await asyncio.wait_for(page.came, PATIENCE)
        except TimeoutError:
            raise _nobody(attempt) from None
    try:
        return await tizmoret.sign_ins.keep(attempt, came, workspace=tizmoret.workspace)
    except SignInFailed as error:
        if error.field in ("state", "error"):
            raise _nobody(attempt) from error
        raise


def _nobody(attempt: Attempt) -> BadInput:
    return BadInput(say("error.not_signed_in", service=attempt.issuer.name), cure=say("error.not_signed_in_cure"), field="name")
