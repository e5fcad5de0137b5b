"""The connections of a workspace: looked at before they are kept, their secrets sealed."""

from __future__ import annotations

import builtins
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import dict_row

from tizmoret.connections.connection import Connection, Wanted, check
from tizmoret.connections.kinds import KINDS
from tizmoret.connections.notice import Notice
from tizmoret.connections.tokens import Tokens
from tizmoret.errors import BadInput, Conflict, NotFound, SignInNeeded, StepFailed, TizmoretError, TooLarge, TryAgain, Unavailable
from tizmoret.store.database import Database
from tizmoret.store.sealing import Sealing
from tizmoret.tools.providers.guarded import Way
from tizmoret.views import ConnectionView

MOST = 100  # of one workspace
CHECK_EVERY = 600.0  # seconds after which a server is looked at again by itself

_ONE_OF_A_WORKSPACE = {"calendars": "calendar", "addressBooks": "address book", "mailboxes": "mailbox", "drives": "source of documents"}
_COLUMNS = "name, kind, address, options, secret, offer, trouble, checked_at, created_at, changed_at"


class Connections:
    def __init__(self, database: Database, sealing: Sealing, way: Way, workspace: UUID, changed: Callable[[], Awaitable[None]]) -> None:
        """workspace: the one that is meant where none is named. changed: is told when a connection was made or removed."""
        self._database = database
        self._sealing = sealing
        self._way = way
        self._workspace = workspace
        self._changed = changed
        self._tokens = Tokens(self)

    async def add(self, wanted: Wanted, *, workspace: UUID | None = None) -> Connection:
        """Look at the server, and keep the connection. One of the same name and kind is replaced: so a password is changed.

        Raises BadInput, Conflict, TooLarge, or Unavailable where the server does not answer."""
        workspace = workspace or self._workspace
        check(wanted)
        offer = await self._look(wanted, None)
        async with self._database.tenant_tx(workspace) as connection:
            await connection.execute("select pg_advisory_xact_lock(hashtext('connections'), hashtext(%s))", (str(workspace),))
            await self._refuse(connection, workspace, wanted, offer)
            secret = None
            if wanted.secret is not None:
                secret = await self._sealing.seal(connection, workspace, _place(wanted.name), wanted.secret)
            await connection.execute(
                """insert into connections (workspace_id, name, kind, address, options, secret, offer)
                   values (%s, %s, %s, %s, %s, %s, %s)
                   on conflict (workspace_id, name) do update set address = excluded.address, options = excluded.options,
                   secret = excluded.secret, offer = excluded.offer, trouble = '', checked_at = now(), changed_at = clock_timestamp()""",
                (workspace, wanted.name, wanted.kind, wanted.address, json.dumps(wanted.options), secret, json.dumps(offer)),
            )
            made = await self._one(connection, workspace, wanted.name)
        await self._changed()
        return made

    async def list(self, *, workspace: UUID | None = None) -> Sequence[Connection]:
        """By name, without their secrets."""
        workspace = workspace or self._workspace
        async with self._database.tenant_tx(workspace) as connection:
            return [_made(row) for row in await _rows(connection, workspace)]

    async def get(self, name: str, *, workspace: UUID | None = None) -> Connection:
        """With its secret. Raises NotFound, Unavailable."""
        workspace = workspace or self._workspace
        async with self._database.tenant_tx(workspace) as connection:
            return await self._one(connection, workspace, name)

    async def check(self, name: str, *, workspace: UUID | None = None) -> Connection:
        """Look at it again; `trouble` says what is wrong. Raises NotFound."""
        workspace = workspace or self._workspace
        known = await self.get(name, workspace=workspace)
        try:
            trouble = await KINDS[known.kind].changed(known, self.way_to(known, workspace))
        except TizmoretError as error:
            trouble = str(error)
        await self.note(name, trouble, workspace=workspace)
        async with self._database.tenant_tx(workspace) as connection:
            rows = await _rows(connection, workspace, name)
        if not rows:
            raise _missing(name)
        return _made(rows[0])

    async def note(self, name: str, trouble: str, *, workspace: UUID) -> None:
        """What was seen of it just now."""
        async with self._database.tenant_tx(workspace) as connection:
            await connection.execute(
                "update connections set trouble = %s, checked_at = now() where workspace_id = %s and name = %s", (trouble, workspace, name)
            )

    async def tell(self, name: str, notice: Notice, mark: str, *, workspace: UUID) -> bool:
        """Tell people by it; a repeat has the same mark. False: it has not gone out, as far as is known, and the connection says why."""
        try:
            known = await self.get(name, workspace=workspace)
            tell = KINDS[known.kind].tell
            if tell is None:
                raise StepFailed(f"{known.name} tells nobody anything.")
            await tell(known, self.way, notice, mark)
        except (TizmoretError, ConnectionError) as error:
            await self.note(name, str(error), workspace=workspace)
            return False
        return True

    async def renew(self, known: Connection, secret: str, *, workspace: UUID) -> None:
        """Keep this secret in the place of the one that `known` has; where somebody has connected it anew since, theirs stays."""
        async with self._database.tenant_tx(workspace) as connection:
            await connection.execute("select 1 from connections where workspace_id = %s and name = %s for update", (workspace, known.name))
            rows = await _rows(connection, workspace, known.name)
            if not rows or rows[0]["changed_at"] != known.changed_at:
                return
            sealed = await self._sealing.seal(connection, workspace, _place(known.name), secret)
            await connection.execute(
                "update connections set secret = %s where workspace_id = %s and name = %s", (sealed, workspace, known.name)
            )

    async def reseal(self, name: str, work: Callable[[Connection], Awaitable[str | None]], *, workspace: UUID) -> Connection:
        """Keep the secret that `work` makes of the connection, if it makes one; one process at a time does, and the others see what it made.

        Raises NotFound, and what `work` raises; then all stays as it was."""
        async with self._database.tenant_tx(workspace) as connection:
            await connection.execute("select 1 from connections where workspace_id = %s and name = %s for update", (workspace, name))
            known = await self._one(connection, workspace, name)
            secret = await work(known)
            if secret is None:
                return known
            sealed = await self._sealing.seal(connection, workspace, _place(name), secret)
            await connection.execute("update connections set secret = %s where workspace_id = %s and name = %s", (sealed, workspace, name))
            return replace(known, secret=secret)

    async def check_oldest(self) -> Connection | None:
        """Look again at the server that nobody has looked at for longest, if that is long enough ago, of any workspace; of several processes one
        does. A program of this machine is not started for that: each call compares it anyway."""
        async with self._database.worker_tx() as connection:
            cursor = await connection.execute(
                """update connections set checked_at = now() where (workspace_id, name) = (
                     select workspace_id, name from connections where not options ? 'command'
                     and checked_at < now() - make_interval(secs => %(every)s) order by checked_at limit 1 for update skip locked)
                   returning workspace_id, name""",
                {"every": CHECK_EVERY},
            )
            row = await cursor.fetchone()
        return None if row is None else await self.check(row[1], workspace=row[0])

    async def approve(self, name: str, *, workspace: UUID | None = None) -> Connection:
        """Agree to what it offers now. Raises as `add`, and NotFound."""
        known = await self.get(name, workspace=workspace)
        if known.options.get("file"):
            raise BadInput(f"{name} was connected from a file.", cure="Connect it again from the new file.", field="name")
        workspace = workspace or self._workspace
        offer = await self._look(known, workspace)
        async with self._database.tenant_tx(workspace) as connection:
            await connection.execute("select pg_advisory_xact_lock(hashtext('connections'), hashtext(%s))", (str(workspace),))
            await self._refuse(connection, workspace, known, offer)
            # The secret stays as it is now: while we looked, another one may have been exchanged for it.
            await connection.execute(
                """update connections set offer = %s, trouble = '', checked_at = now(), changed_at = clock_timestamp()
                   where workspace_id = %s and name = %s""",
                (json.dumps(offer), workspace, name),
            )
            made = await self._one(connection, workspace, name)
        await self._changed()
        return made

    async def put_aside(self, name: str, tool: str, *, workspace: UUID) -> None:
        """A tool that is not what was agreed to; it is in no catalog until somebody approves."""
        async with self._database.tenant_tx(workspace) as connection:
            await connection.execute(
                """update connections set offer = jsonb_set(offer, '{aside}', offer -> 'aside' || to_jsonb(%(tool)s::text)),
                   trouble = %(trouble)s, changed_at = clock_timestamp()
                   where workspace_id = %(workspace)s and name = %(name)s and not offer -> 'aside' ? %(tool)s""",
                {"tool": tool, "trouble": f"{tool} is not what was agreed to any more.", "workspace": workspace, "name": name},
            )
        await self._changed()

    async def remove(self, name: str, *, workspace: UUID | None = None) -> None:
        """What it has changed on the server stays. Raises NotFound."""
        workspace = workspace or self._workspace
        async with self._database.tenant_tx(workspace) as connection:
            cursor = await connection.execute("delete from connections where workspace_id = %s and name = %s", (workspace, name))
            if not cursor.rowcount:
                raise _missing(name)
        await self._changed()

    def way_to(self, known: Wanted, workspace: UUID | None) -> Way:
        """The way to its server, where somebody has signed in there with the token on it. workspace: None for what is not kept yet."""
        return self._tokens.way_to(known, workspace)

    @property
    def way(self) -> Way:
        """The way to servers, for who must speak with one before it is connected."""
        return self._way

    async def versions(self, workspace: UUID | None = None) -> Mapping[UUID, object]:
        """Of each workspace that is connected to anything another one whenever a connection was made, changed or removed. None: of all."""
        transaction = self._database.worker_tx() if workspace is None else self._database.tenant_tx(workspace)
        async with transaction as connection:
            cursor = await connection.execute(
                """select workspace_id, count(*), max(changed_at) from connections
                   where %(workspace)s::uuid is null or workspace_id = %(workspace)s group by workspace_id""",
                {"workspace": workspace},
            )
            return {row[0]: row[1:] for row in await cursor.fetchall()}

    async def holding(self, offer: str, workspace: UUID) -> Connection | None:
        """The one that offers something of this kind, with its secret."""
        async with self._database.tenant_tx(workspace) as connection:
            name = await _holder(connection, workspace, offer)
            return None if name is None else await self._one(connection, workspace, name)

    async def _one(self, connection: AsyncConnection[Any], workspace: UUID, name: str) -> Connection:
        rows = await _rows(connection, workspace, name)
        if not rows:
            raise _missing(name)
        sealed = rows[0]["secret"]
        return _made(rows[0], sealed and await self._sealing.open(connection, workspace, _place(name), bytes(sealed)))

    async def _look(self, wanted: Wanted, workspace: UUID | None) -> dict[str, Any]:
        try:
            return await KINDS[wanted.kind].look(wanted, self.way_to(wanted, workspace))
        except SignInNeeded:
            raise
        except TryAgain as error:
            raise Unavailable(error.detail, cure=error.cure) from error
        except StepFailed as error:
            raise BadInput(error.detail, cure=error.cure, field=error.field or "address") from error

    async def _refuse(self, connection: AsyncConnection[Any], workspace: UUID, wanted: Wanted, offer: Mapping[str, Any]) -> None:
        known = {row["name"]: row for row in await _rows(connection, workspace)}
        if wanted.name in known and known[wanted.name]["kind"] != wanted.kind:
            raise Conflict(f"There is another connection {wanted.name}.", cure="Choose another name, or remove it.", field="name")
        if wanted.name not in known and len(known) >= MOST:
            raise TooLarge(f"There are {MOST} connections already.", cure="Remove some that are not needed.")
        for part, what in _ONE_OF_A_WORKSPACE.items():
            holder = await _holder(connection, workspace, part) if offer.get(part) else None
            if holder is not None and holder != wanted.name:
                cure = f"Remove it first: tizmoret connect remove {holder}"
                raise Conflict(f"{holder} is this workspace's {what} already.", cure=cure, field="name")


async def _rows(connection: AsyncConnection[Any], workspace: UUID, name: str | None = None) -> builtins.list[dict[str, Any]]:
    cursor = connection.cursor(row_factory=dict_row)
    await cursor.execute(
        f"""select {_COLUMNS} from connections where workspace_id = %(workspace)s and (%(name)s::text is null or name = %(name)s)
            order by name""",  # noqa: S608 - no value
        {"workspace": workspace, "name": name},
    )
    return await cursor.fetchall()


async def _holder(connection: AsyncConnection[Any], workspace: UUID, offer: str) -> str | None:
    cursor = await connection.execute(
        "select name from connections where workspace_id = %s and jsonb_array_length(coalesce(offer -> %s, '[]')) > 0", (workspace, offer)
    )
    row = await cursor.fetchone()
    return None if row is None else str(row[0])


def view(connection: Connection) -> ConnectionView:
    return ConnectionView(
        name=connection.name,
        kind=connection.kind,
        address=connection.address,
        user=connection.user,
        offers=list(KINDS[connection.kind].offers(connection.offer)),
        trouble=connection.trouble,
        signs_in=KINDS[connection.kind].sign_in is not None and bool({"signed_in", "client_id"} & connection.options.keys()),
        checked_at=connection.checked_at,
        created_at=connection.created_at,
    )


def _made(row: Mapping[str, Any], secret: str | None = None) -> Connection:
    return Connection(**{**row, "secret": secret})


def _place(name: str) -> str:
    return f"connections/{name}"


def _missing(name: str) -> NotFound:
    return NotFound(f"There is no connection {name[:60]}.", cure="See which there are: tizmoret connect list", field="name")
