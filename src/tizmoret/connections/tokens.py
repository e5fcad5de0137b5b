"""Tokens of the servers that people have signed in to. Where a refresh token is good for one use, two who use it at once lose the access: it is
exchanged by one process at a time, under the row's lock, and what is given for it is sealed before anybody uses it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from tizmoret.connections.bearer import Bearer
from tizmoret.connections.connection import Connection, Wanted
from tizmoret.connections.mcp_held import Held, held_of
from tizmoret.errors import SignInNeeded, StepFailed, TizmoretError, TryAgain
from tizmoret.tools.providers.guarded import Way
from tizmoret.tools.providers.oauth import Refused, renew

if TYPE_CHECKING:
    from tizmoret.connections.book import Connections

SECONDS = 20.0  # for an exchange: whoever waits for the row gives up after thirty


class Tokens:
    """Of one process. `connections` is where they are kept."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self._turns: dict[tuple[UUID, str], asyncio.Lock] = {}

    def way_to(self, known: Wanted, workspace: UUID | None) -> Way:
        """The way to its server, with the token shown on it where there is one. workspace: None for what is not kept yet."""
        way, held = self._connections.way, held_of(known)
        if held is None:
            return way
        token = partial(self._given, known, held) if workspace is None else partial(self._token, workspace, known.name)
        return replace(way, auth=Bearer(known.address, token, partial(self._refused, workspace, known)))

    async def _given(self, known: Wanted, held: Held, refused: str) -> str:
        """What has just been given is not exchanged."""
        if refused:
            raise needed(known)
        return held.access

    async def _token(self, workspace: UUID, name: str, refused: str) -> str:
        """Raises SignInNeeded, TryAgain."""
        known = await self._connections.get(name, workspace=workspace)
        held = held_of(known)
        if held is not None and held.is_good(refused):
            return held.access
        try:
            async with self._turns.setdefault((workspace, name), asyncio.Lock()):
                known = await self._connections.reseal(name, partial(self._renewed, refused), workspace=workspace)
        except SignInNeeded as error:
            await self._connections.note(name, str(error), workspace=workspace)
            raise
        held = held_of(known)
        if held is None:
            raise needed(known)
        return held.access

    async def _renewed(self, refused: str, known: Connection) -> str | None:
        """None where another one has exchanged it meanwhile."""
        held = held_of(known)
        if held is not None and held.is_good(refused):
            return None
        if held is None or not held.refresh:
            raise needed(known)
        try:
            async with asyncio.timeout(SECONDS):
                return held.with_(await renew(held.issuer, self._connections.way, held.client, held.refresh)).text()
        except TimeoutError as error:
            raise TryAgain(f"{held.issuer.name} did not answer within {SECONDS:.0f} s.") from error
        except Refused as error:
            raise needed(known) from error

    async def _refused(self, workspace: UUID | None, known: Wanted, status: int, scopes: str) -> TizmoretError:
        if status != 401 and not scopes:
            return StepFailed(f"{known.name} did not let us in ({status}).", cure="Ask who runs it for the right to do this.")
        error = needed(known, scopes)
        if workspace is not None:
            if scopes:
                await self._connections.reseal(known.name, partial(_wanting, scopes), workspace=workspace)
            await self._connections.note(known.name, str(error), workspace=workspace)
        return error


def needed(known: Wanted, scopes: str = "") -> SignInNeeded:
    cure = f"Sign in to it again: from the settings, or tizmoret connect add {known.kind} {known.name} {known.address} --sign-in"
    if scopes:
        more = "" if scopes == "?" else f": {scopes[:200]}"
        return SignInNeeded(f"{known.name} wants rights that were not agreed to{more}.", cure=cure, field="address")
    return SignInNeeded(f"{known.name} does not let us in any more.", cure=cure, field="address")


async def _wanting(scopes: str, known: Connection) -> str | None:
    """To be asked for at the next sign-in, beside all that there is."""
    held = held_of(known)
    if held is None or scopes == "?":
        return None
    return replace(held, wants=" ".join(dict.fromkeys([*held.scope.split(), *held.wants.split(), *scopes.split()]))).text()
