"""Accounts that a person signs in to elsewhere: what can be connected of one, and what is kept of the way in, which is sealed."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tizmoret.catalog.tool import Tool
from tizmoret.connections.connection import Connection, Wanted
from tizmoret.connections.sign_in import LOOPBACK, Attempt, Back
from tizmoret.errors import BadInput, SignInFailed
from tizmoret.tools import mail
from tizmoret.tools.providers.guarded import Way
from tizmoret.tools.providers.oauth import Access, Client, Given, Issuer, ask
from tizmoret.tools.providers.rest_client import NotGiven, RestSession
from tizmoret.views import ConnectionKind

OFFERS = {"calendars": "calendar", "addressBooks": "contacts", "mailboxes": "mail", "drives": "documents"}

Renewed = Callable[[str], Awaitable[None]]  # is told the secret of a connection when that is another one


@dataclass(frozen=True, slots=True)
class Part:
    """offer: under what it is kept. look: the names of what is there, of an account and the server that it is on."""

    scopes: tuple[str, ...]
    offer: str
    look: Callable[[RestSession, str], Awaitable[Sequence[str]]]


@dataclass(frozen=True, slots=True)
class AccountKind:
    """service: as people call it. address: its own, where no other server that speaks as it does is meant. always: scopes of every sign-in.
    loopback: see `SignIn`."""

    kind: ConnectionKind
    service: str
    address: str
    parts: Mapping[str, Part]
    issuer: Callable[[str], Issuer]
    always: tuple[str, ...] = ()
    loopback: str = LOOPBACK

    def server(self, wanted: Wanted) -> str:
        """Empty for the service itself."""
        return "" if wanted.address == self.address else wanted.address.rstrip("/")

    def parts_of(self, wanted: Wanted) -> Mapping[str, Part]:
        """Which parts of the account are wanted: all, where none is named. Raises BadInput."""
        named = wanted.options.get("only") or list(self.parts)
        unknown = [one for one in named if one not in self.parts]
        if unknown:
            cure = f"Name some of {', '.join(self.parts)}."
            raise BadInput(f"A {self.service} account has no {unknown[0][:60]}.", cure=cure, field="only")
        return {name: self.parts[name] for name in named}

    def scopes(self, wanted: Wanted) -> Sequence[str]:
        return [*self.always, *(scope for part in self.parts_of(wanted).values() for scope in part.scopes)]

    async def begin(self, wanted: Wanted, client: Client | None, back: Back, way: Way) -> Attempt:
        """Raises BadInput where nobody has said who we are there."""
        # Another server than the service has an address of its own to come back to, so that it cannot pass on what the service gave.
        redirect = back.of(f"{self.kind}-elsewhere" if self.server(wanted) else self.kind)
        if client is None:
            cure = f"Register one at {self.service}, with the address {redirect}, and give its id."
            raise BadInput(f"{self.service} lets in only who is registered there as a client.", cure=cure, field="clientId")
        asking = ask(self.issuer(self.server(wanted)), client, self.scopes(wanted), redirect)
        named = {name: value for name, value in wanted.options.items() if name == "only"}
        told = replace(wanted, options={"client_id": client.id, **named}, secret=None)
        return Attempt(told, self.issuer(self.server(wanted)), client, asking)

    def secret(self, attempt: Attempt, given: Given) -> str:
        """Raises SignInFailed where what was given ends by itself."""
        if not given.refresh:
            cure = f"Withdraw Tizmoret's access in your {self.service} account, and sign in again."
            raise SignInFailed(f"{self.service} gave no lasting access.", cure=cure, field="clientId")
        return secret_of(attempt.client, given.refresh)

    def client(self, known: Wanted) -> Client | None:
        """None for what nobody has signed in to."""
        try:
            return Client(str(known.options["client_id"]), str(json.loads(known.secret or "")["client_secret"]))
        except (ValueError, KeyError, TypeError):
            return None

    def session(self, wanted: Wanted, way: Way, renewed: Renewed | None = None) -> RestSession:
        """Raises BadInput where what is needed to sign in is not there."""
        client = self.client(wanted)
        if client is None:
            cure = f"Sign in from the settings, or at the command line: tizmoret connect add {self.kind} {wanted.name}"
            raise BadInput(f"A {self.service} account is connected by signing in at {self.service}.", cure=cure, field="kind")
        refresh = str(json.loads(wanted.secret or "").get("refresh_token", ""))

        async def keep(token: str) -> None:
            if renewed is not None:
                await renewed(secret_of(client, token))

        return RestSession(Access(self.issuer(self.server(wanted)), way, client, refresh, keep), way, wanted.name)

    async def look(self, wanted: Wanted, way: Way) -> dict[str, Any]:
        """The wanted parts of the account that are open to us. Raises BadInput, StepFailed, TryAgain; NotGiven where none is."""
        account, refused = self.session(wanted, way), list[NotGiven]()
        offer: dict[str, list[str]] = {part.offer: [] for part in self.parts.values()}
        for part in self.parts_of(wanted).values():
            try:
                offer[part.offer] = list(await part.look(account, self.server(wanted)))
            except NotGiven as error:
                refused.append(error)
        if refused and not any(offer.values()):
            raise refused[0]
        return offer

    async def changed(self, known: Connection, way: Way) -> str:
        """Calendars come and go without harm; a part that is not open to us any more is said."""
        now = await self.look(known, way)
        gone = [part for part in known.offer if known.offer[part] and not now.get(part)]
        return f"{self.service} does not open {', '.join(gone)} to us any more." if gone else ""


def secret_of(client: Client, refresh: str) -> str:
    """What is sealed of a connection."""
    return json.dumps({"client_secret": client.secret, "refresh_token": refresh})


def offers(offer: Mapping[str, Any]) -> Sequence[str]:
    return [f"{said} {name}" for part, said in OFFERS.items() for name in offer.get(part, ())]


def tools(connected: Connection) -> Sequence[Tool]:
    """Those for mail, which a workspace without a mailbox has not."""
    return mail.TOOLS if connected.offer.get("mailboxes") else ()
