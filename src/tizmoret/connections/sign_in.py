"""One sign-in elsewhere, of whatever kind of connection: what is asked, what must come back, and what is kept between."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, field

from tizmoret.connections.connection import Wanted
from tizmoret.tools.providers.guarded import Way
from tizmoret.tools.providers.oauth import Asking, Client, Given, Issuer

LOOPBACK = "http://127.0.0.1:{port}/"


@dataclass(frozen=True, slots=True)
class Back:
    """Where a person comes back to. `{tag}` stands for whom they were sent to: each has an address of its own, so that nobody can pass on as
    theirs what another one gave (RFC 9700, 4.4). document: where a server can read who we are; empty: it could not reach us."""

    redirect: str
    document: str = ""

    def of(self, tag: str) -> str:
        return self.redirect.replace("{tag}", tag)

    def document_of(self, tag: str) -> str:
        return self.document.replace("{tag}", tag)


@dataclass(frozen=True, slots=True)
class Attempt:
    """wanted: what is to be connected; its secret is still to come."""

    wanted: Wanted
    issuer: Issuer
    client: Client
    asking: Asking = field(repr=False)

    def text(self) -> str:
        """All of it, secrets too, to be sealed."""
        return json.dumps(asdict(self))

    @classmethod
    def of(cls, text: str) -> Attempt:
        told = json.loads(text)
        return cls(Wanted(**told["wanted"]), Issuer(**told["issuer"]), Client(**told["client"]), Asking(**told["asking"]))


@dataclass(frozen=True, slots=True)
class SignIn:
    """begin: without a client where nobody has given one; raises BadInput, StepFailed. secret: what is sealed of the connection then.
    client: of one that is connected. loopback: where a sign-in comes back to at the command line; services differ in which name of this
    machine they take from any port."""

    begin: Callable[[Wanted, Client | None, Back, Way], Awaitable[Attempt]]
    secret: Callable[[Attempt, Given], str]
    client: Callable[[Wanted], Client | None]
    loopback: str = LOOPBACK
