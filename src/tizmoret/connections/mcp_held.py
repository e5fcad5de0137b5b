"""What is sealed of an MCP server that a person has signed in to: the way to tokens, and the newest of them."""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from tizmoret.connections.connection import Wanted
from tizmoret.connections.sign_in import Attempt
from tizmoret.tools.providers.oauth import EARLY, Client, Given, Issuer


@dataclass(frozen=True, slots=True)
class Held:
    """until: seconds since 1970; 0: until it is refused. refresh: empty where none was given. wants: scopes to ask for at the next sign-in."""

    issuer: Issuer
    client: Client
    access: str = field(repr=False)
    until: float
    refresh: str = field(repr=False)
    scope: str
    wants: str = ""

    def is_good(self, refused: str) -> bool:
        """refused: a token that the server does not take any more."""
        return self.access != refused and (not self.until or time.time() < self.until - EARLY)

    def with_(self, given: Given) -> Held:
        """After an exchange: what nothing is said of stays as it was."""
        refresh, scope = given.refresh or self.refresh, given.scope or self.scope
        return replace(self, access=given.access, until=_until(given), refresh=refresh, scope=scope)

    def text(self) -> str:
        return json.dumps(asdict(self))


def held_of(known: Wanted) -> Held | None:
    """None where nobody has signed in."""
    if not known.options.get("signed_in"):
        return None
    try:
        told: dict[str, Any] = json.loads(known.secret or "")
        return Held(**{**told, "issuer": Issuer(**told["issuer"]), "client": Client(**told["client"])})
    except (ValueError, KeyError, TypeError):
        return None


def held_text(attempt: Attempt, given: Given) -> str:
    """After a sign-in."""
    scope = given.scope or attempt.asking.scope
    return Held(attempt.issuer, attempt.client, given.access, _until(given), given.refresh, scope).text()


def _until(given: Given) -> float:
    return time.time() + given.seconds if given.seconds > 0 else 0.0
