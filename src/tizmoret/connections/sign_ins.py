"""Sign-ins that are under way from the page. They are kept in the database, sealed, so that a restart between going and coming back does no
harm; each ends once, by whoever began it, in their workspace, within ten minutes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from tizmoret.connections import google, microsoft
from tizmoret.connections.book import Connections
from tizmoret.connections.connection import Connection, Wanted, check
from tizmoret.connections.kinds import KINDS
from tizmoret.connections.sign_in import Attempt, Back, SignIn
from tizmoret.errors import BadInput, NotFound, SignInFailed, StepFailed, TooLarge, TryAgain, Unavailable
from tizmoret.settings import Settings
from tizmoret.store.database import Database
from tizmoret.store.sealing import Sealing
from tizmoret.tools.providers.oauth import Client, code_of, exchange

LASTS = 600  # seconds that a person may take
MOST = 100  # under way in one workspace


class SignIns:
    def __init__(self, database: Database, sealing: Sealing, connections: Connections, clients: Mapping[str, Client]) -> None:
        """clients: those that the operator has registered, by the address of the service."""
        self._database = database
        self._sealing = sealing
        self._connections = connections
        self.clients = clients

    async def begin(self, wanted: Wanted, client: Client | None, back: Back, *, by: str, workspace: UUID) -> Attempt:
        """The person is to be sent to the address of `asking`. client: None for the connection's own, where it is signed in to anew, or the
        operator's. A second one of the same person for the same name takes the place of the first.

        Raises BadInput, TooLarge, Unavailable."""
        attempt = await self.ask(wanted, client, back, workspace=workspace)
        state = _hash(attempt.asking.state)
        async with self._database.tenant_tx(workspace) as connection:
            await connection.execute(
                "delete from sign_ins where workspace_id = %s and (expires_at < now() or (user_id = %s and name = %s))",
                (workspace, by, wanted.name),
            )
            cursor = await connection.execute("select count(*) from sign_ins where workspace_id = %s", (workspace,))
            row = await cursor.fetchone()
            if row is not None and row[0] >= MOST:
                raise TooLarge(f"{MOST} sign-ins are under way already.", cure="Wait ten minutes.")
            sealed = await self._sealing.seal(connection, workspace, _place(state), attempt.text())
            await connection.execute(
                """insert into sign_ins (workspace_id, state, user_id, name, sealed, expires_at)
                   values (%s, %s, %s, %s, %s, now() + make_interval(secs => %s))""",
                (workspace, state, by, wanted.name, sealed, LASTS),
            )
        return attempt

    async def finish(self, came: Mapping[str, str], redirect: str, *, by: str, workspace: UUID) -> Connection:
        """came: what stood in the address that the person came back with. redirect: that address.

        Raises SignInFailed, and as `Connections.add`. Whatever is raised, the attempt has been used up."""
        attempt = await self._take(came.get("state", ""), by, workspace)
        if redirect != attempt.asking.redirect:
            cure = "Do not sign in there again, and tell who runs it."
            raise SignInFailed("What came back was meant for another address.", cure=cure, field="redirect")
        return await self.keep(attempt, came, workspace=workspace)

    async def ask(self, wanted: Wanted, client: Client | None, back: Back, *, workspace: UUID) -> Attempt:
        """Without keeping it: for who waits for the answer itself."""
        check(wanted)
        entering, known = _sign_in(wanted), await self._known(wanted, workspace)
        if known is not None:
            wanted = replace(wanted, options={**known.options, **wanted.options}, secret=known.secret)
            client = client or entering.client(known)
        try:
            return await entering.begin(wanted, client or self.clients.get(wanted.address), back, self._connections.way)
        except TryAgain as error:
            raise Unavailable(error.detail, cure=error.cure) from error
        except StepFailed as error:
            raise BadInput(error.detail, cure=error.cure, field=error.field or "address") from error

    async def keep(self, attempt: Attempt, came: Mapping[str, str], *, workspace: UUID) -> Connection:
        """Exchange what came back, look at the account, and keep the connection."""
        code = code_of(attempt.issuer, attempt.asking, came)
        try:
            given = await exchange(attempt.issuer, self._connections.way, attempt.client, attempt.asking, code)
        except TryAgain as error:
            raise Unavailable(error.detail, cure="Sign in again in a moment: what came back is good for one try.") from error
        secret = _sign_in(attempt.wanted).secret(attempt, given)
        return await self._connections.add(replace(attempt.wanted, secret=secret), workspace=workspace)

    async def _take(self, state: str, by: str, workspace: UUID) -> Attempt:
        """Once. That it is somebody else's is not told from that there is none."""
        hash = _hash(state)
        async with self._database.tenant_tx(workspace) as connection:
            cursor = await connection.execute(
                "delete from sign_ins where workspace_id = %s and state = %s and user_id = %s returning sealed, expires_at > now()",
                (workspace, hash, by),
            )
            row = await cursor.fetchone()
            if row is None or not row[1]:
                detail = "This sign-in is not under way here: it was used, took over ten minutes, or was begun by somebody else."
                raise SignInFailed(detail, cure="Sign in again, from the settings.", field="state")
            return Attempt.of(await self._sealing.open(connection, workspace, _place(hash), bytes(row[0])))

    async def _known(self, wanted: Wanted, workspace: UUID) -> Connection | None:
        """What is signed in to anew; only at the same address: a client's secret goes to nobody but whom it was given for."""
        try:
            known = await self._connections.get(wanted.name, workspace=workspace)
        except NotFound:
            return None
        return known if (known.kind, known.address) == (wanted.kind, wanted.address) else None


def clients_of(settings: Settings) -> dict[str, Client]:
    """By the address of the service that knows them, and no other: a server that speaks as Google does is told nothing of them."""
    given = {google.ACCOUNT.address: settings.google, microsoft.ACCOUNT.address: settings.microsoft}
    return {address: Client(one.id, one.secret) for address, one in given.items() if one is not None}


def _sign_in(wanted: Wanted) -> SignIn:
    found = KINDS[wanted.kind].sign_in
    if found is None:
        raise BadInput(f"Nobody signs in to a connection of the kind {wanted.kind}.", cure="Connect it with a secret.", field="kind")
    return found


def _hash(state: str) -> bytes:
    return hashlib.sha256(state.encode()).digest()


def _place(state: bytes) -> str:
    return f"sign-ins/{state.hex()}"
