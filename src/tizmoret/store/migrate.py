"""Migrations: numbered SQL files, each run once, in order, in a transaction of its own, under one advisory lock.

A file that has run must never change: its SHA-256 is kept, and an edited one is an error."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from psycopg import AsyncConnection, sql

from tizmoret.errors import TizmoretError

_LOCK = 0x7469_7A6D_6F72_6574  # "tizmoret"
ROLES = ("tizmoret_owner", "tizmoret_app", "tizmoret_worker")


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
    await connection.execute("select pg_advisory_lock(%s)", (_LOCK,))
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
        await connection.execute("select pg_advisory_unlock(%s)", (_LOCK,))


def _compare(known: list[Migration], ran: dict[int, tuple[str, str]]) -> None:
    by_number = {migration.number: migration for migration in known}
    for number, (name, hash) in ran.items():
        migration = by_number.get(number)
        if migration is None:
            raise MigrationError(f"The database has run {name}, which this version does not know.", cure="Install the newer version again.")
        if migration.hash != hash:
            raise MigrationError(f"{name} was changed after it had run.", cure="Restore the file, and put the change into a new one.")


async def _roles(connection: AsyncConnection[Any]) -> None:
    """The three roles. They belong to the whole server, so another database's start may make them at the same moment."""
    for role in ROLES:
        await connection.execute(
            sql.SQL(
                "do $$ begin create role {role} nologin nosuperuser nobypassrls; "
                "exception when duplicate_object or unique_violation then null; end $$"
            ).format(role=sql.Identifier(role))
        )
        await connection.execute(
            sql.SQL("do $$ begin grant {role} to current_user; exception when others then null; end $$").format(role=sql.Identifier(role))
        )
