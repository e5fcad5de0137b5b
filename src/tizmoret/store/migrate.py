"""Migrations: numbered SQL files, each run once, in order, in a transaction of its own, under one advisory lock.

A file that has run must never change: its SHA-256 is kept, and an edited one is an error."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import psycopg
from psycopg import AsyncConnection, sql

from tizmoret.errors import TizmoretError

_LOCK = 0x7469_7A6D_6F72_6574  # "tizmoret"
PATIENCE = 60  # seconds that a migration waits for another process
ROLES = ("tizmoret_owner", "tizmoret_app", "tizmoret_worker")
_ATTEMPTS, _PAUSE = 20, 0.05  # seconds: together longer than any start needs to make three roles


class MigrationError(TizmoretError):
    """The database and this version of the program do not fit together."""

    code = "migration"


@dataclass(frozen=True, slots=True)
class Migration:
    number: int
    name: str
    text: str

    @property
    def hash(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


def migrations() -> list[Migration]:
    """Those that this version brings, in order."""
    found = [entry for entry in files("tizmoret.store").joinpath("migrations").iterdir() if entry.name.endswith(".sql")]
    return [Migration(int(entry.name[:4]), entry.name, entry.read_text("utf-8")) for entry in sorted(found, key=lambda entry: entry.name)]


async def migrate(connection: AsyncConnection[Any], known: list[Migration] | None = None) -> int:
    """Bring the database up to date; returns how many files ran. `connection` is in autocommit and may create tables.

    Raises MigrationError for an edited old file, or a database that a newer version has migrated."""
    known = migrations() if known is None else known
    await connection.execute(f"set lock_timeout = '{PATIENCE}s'")
    try:
        await connection.execute("select pg_advisory_lock(%s)", (_LOCK,))
    except psycopg.errors.LockNotAvailable as error:
        raise MigrationError(
            "Another process is migrating the database and does not come to an end.", cure="End it, and try again."
        ) from error
    try:
        await _roles(connection)
        await connection.execute(
            "create table if not exists migrations (number int primary key, name text not null, hash text not null, "
            "ran_at timestamptz not null default now())"
        )
        cursor = await connection.execute("select number, name, hash from migrations order by number")
        ran = {number: (name, hash) for number, name, hash in await cursor.fetchall()}
        _compare(known, ran)
        waiting = [migration for migration in known if migration.number not in ran]
        for migration in waiting:
            async with connection.transaction():
                await connection.execute(migration.text.encode())
                await connection.execute(
                    "insert into migrations (number, name, hash) values (%s, %s, %s)", (migration.number, migration.name, migration.hash)
                )
        return len(waiting)
    finally:
        with contextlib.suppress(psycopg.OperationalError):  # a lost connection has let go of it already, and must not hide why it was lost
            await connection.execute("select pg_advisory_unlock(%s)", (_LOCK,))


def _compare(known: list[Migration], ran: dict[int, tuple[str, str]]) -> None:
    by_number = {migration.number: migration for migration in known}
    for number, (name, hash) in ran.items():
        migration = by_number.get(number)
        if migration is None:
            raise MigrationError(f"The database has run {name}, which this version does not know.", cure="Install the newer version again.")
        if migration.hash != hash:
            raise MigrationError(f"{name} was changed after it had run.", cure="Restore the file, and put the change into a new one.")


_TAKE_ROLE = """do $$ begin
    if not exists (select from pg_roles where rolname = {name}) then
        create role {role} nologin;
    end if;
    if not ({member}) then
        grant {role} to current_user;
    end if;
end $$"""


# What another start that is taking the same roles makes of ours. The last is "tuple concurrently updated"; the first also comes where a role
# has been made and not yet given to its maker.
_PASSING = (
    psycopg.errors.InsufficientPrivilege,
    psycopg.errors.DuplicateObject,
    psycopg.errors.UniqueViolation,
    psycopg.errors.UndefinedObject,
    psycopg.errors.InternalError_,
)


async def _roles(connection: AsyncConnection[Any]) -> None:
    """The three roles, and the right to become each. They belong to the whole server, whose user may have been given them by another, and
    no lock of Postgres holds for more than one database: starts in two of them meet here, and each tries until the other is done.

    Raises MigrationError with what an administrator must do, where we may not."""
    for _ in range(_ATTEMPTS):
        with contextlib.suppress(*_PASSING):
            await _take_roles(connection)
            return
        await asyncio.sleep(_PAUSE)
    try:
        await _take_roles(connection)
    except psycopg.errors.InsufficientPrivilege as error:
        there = {row[0] for row in await (await connection.execute("select rolname from pg_roles")).fetchall()}
        orders = "".join(f"create role {role} nologin; " for role in ROLES if role not in there)
        user = sql.Identifier(connection.info.user).as_string(connection)
        raise MigrationError(
            "The user of DATABASE_URL may not take on the three roles of Tizmoret.",
            cure=f"Let an administrator run: {orders}grant {', '.join(ROLES)} to {user};",
        ) from error


async def _take_roles(connection: AsyncConnection[Any]) -> None:
    # From 16 on, whoever makes a role may give it away, but may not become it without giving it to itself.
    kinds = ("usage", "set") if connection.info.server_version >= 160000 else ("usage", "member")
    for role in ROLES:
        name = sql.Literal(role)
        member = sql.SQL(" and ").join(sql.SQL("pg_has_role(current_user, {}, {})").format(name, sql.Literal(kind)) for kind in kinds)
        await connection.execute(sql.SQL(_TAKE_ROLE).format(name=name, role=sql.Identifier(role), member=member))
