"""One connection, as it is kept and as it is asked for."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from tizmoret.errors import BadInput
from tizmoret.views import ConnectionKind

MAX_NAME = 30
MAX_SECRET = 10_000  # characters of one that somebody types
MAX_GIVEN = 100_000  # of what a server gives for a sign-in
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_HERE = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Wanted:
    """A connection that somebody asks for. secret: a password, a key or a token; None: none is needed. document: what was read from a file;
    it is not kept as it is."""

    name: str
    kind: ConnectionKind
    address: str
    options: dict[str, Any] = field(default_factory=dict)
    secret: str | None = field(default=None, repr=False)
    document: str = field(default="", repr=False)

    @property
    def user(self) -> str:
        return str(self.options.get("user", ""))


@dataclass(frozen=True, slots=True)
class Connection(Wanted):
    """offer: what the server brought when a person last agreed to it. trouble: what went wrong at the last look."""

    offer: dict[str, Any] = field(default_factory=dict)
    trouble: str = ""
    checked_at: datetime = datetime.min
    created_at: datetime = datetime.min
    changed_at: datetime = datetime.min


def check(wanted: Wanted) -> None:
    """Raises BadInput naming the field."""
    if not _NAME.fullmatch(wanted.name) or len(wanted.name) > MAX_NAME:
        cure = f"Use small letters, digits and -, beginning with a letter, {MAX_NAME} at most."
        raise BadInput("That is no name for a connection.", cure=cure, field="name")
    longest = MAX_GIVEN if wanted.options.get("signed_in") else MAX_SECRET
    if len(wanted.secret or "") > longest or len(wanted.user) > 300 or not wanted.user.isprintable():
        raise BadInput("The user or the secret is too long.", cure="Check what was pasted.", field="secret")
    command = wanted.options.get("command")
    if command is None:
        check_address(wanted.address, "address", secret=bool(wanted.secret))
    elif wanted.kind != "mcp" or not all(isinstance(part, str) and part and "\0" not in part for part in command):
        raise BadInput("That is no command.", cure="Give a program and its arguments.", field="command")


def check_address(address: str, name: str, *, secret: bool) -> None:
    """secret: whether one goes to that address, which is then encrypted, or on this machine. Raises BadInput naming the field."""
    try:
        parts = urlsplit(address)
        known = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        known = False
    if not known or len(address) > 2_000 or not address.isprintable() or " " in address:
        raise BadInput("That is not the address of a server.", cure="Give one that begins with https://.", field=name)
    if parts.password or parts.username:
        raise BadInput("The address holds a user name or password.", cure="Give the user by itself; the password is asked for.", field=name)
    if secret and parts.scheme == "http" and parts.hostname not in _HERE:
        raise BadInput("The secret would go over the network in plain text.", cure="Give an address that begins with https://.", field=name)
