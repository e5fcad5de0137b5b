"""Signing in to somebody's account elsewhere by OAuth 2 (RFC 6749, with PKCE, RFC 7636).

A refresh token stays until a person withdraws it; access tokens live for an hour, in memory only."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import re
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

import httpx2

from tizmoret.errors import SignInFailed, StepFailed, TryAgain
from tizmoret.tools.providers.guarded import Way, as_json, received, wait_of

MAX_BYTES = 1024 * 1024  # of what is answered to a sign-in
EARLY = 60.0  # seconds before its end at which an access token is not used any more


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who lets people in. name: as sentences call it. asks: what its page wants beside what the standard asks for. id: what it calls itself in its
    answers, with `*` for a part of the path that differs; says: whether it always does (RFC 9207). resource: what its tokens are for (RFC 8707)."""

    name: str
    authorize: str
    token: str
    asks: Mapping[str, str] = field(default_factory=dict)
    id: str = ""
    says: bool = False
    resource: str = ""

    @property
    def about(self) -> dict[str, str]:
        return {"resource": self.resource} if self.resource else {}

    def is_named(self, told: str) -> bool:
        return re.fullmatch(re.escape(self.id).replace(r"\*", "[^/]+"), told) is not None


@dataclass(frozen=True, slots=True)
class Client:
    """This installation, as it is registered there. secret: empty where it has none. basic: whether it goes into the header (RFC 6749, 2.3.1)."""

    id: str
    secret: str = field(repr=False, default="")
    basic: bool = False

    @property
    def told(self) -> dict[str, str]:
        if self.basic:
            return {}
        return {"client_id": self.id, **({"client_secret": self.secret} if self.secret else {})}

    @property
    def headers(self) -> dict[str, str]:
        if not self.basic:
            return {}
        pair = f"{quote(self.id, safe='')}:{quote(self.secret, safe='')}"
        return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}


@dataclass(frozen=True, slots=True)
class Asking:
    """One attempt to be let in. The person opens `address`; who comes back must bring `state`, and the code is worth nothing without `verifier`."""

    address: str
    redirect: str
    state: str = field(repr=False)
    verifier: str = field(repr=False)
    scope: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """What a code or a refresh token is worth. seconds: that `access` is good for. refresh, scope: empty where nothing is said of them."""

    access: str = field(repr=False)
    seconds: float
    refresh: str = field(repr=False)
    scope: str


def ask(issuer: Issuer, client: Client, scopes: Sequence[str], redirect: str) -> Asking:
    state, verifier, scope = secrets.token_urlsafe(32), secrets.token_urlsafe(64), " ".join(scopes)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    told = {
        "client_id": client.id, "redirect_uri": redirect, "response_type": "code", **({"scope": scope} if scope else {}), "state": state,
        "code_challenge": challenge, "code_challenge_method": "S256", **issuer.asks, **issuer.about,
    }  # fmt: skip
    joined = "&" if "?" in issuer.authorize else "?"
    return Asking(f"{issuer.authorize}{joined}{urlencode(told)}", redirect, state, verifier, scope)


def code_of(issuer: Issuer, asking: Asking, came: Mapping[str, str]) -> str:
    """The code that somebody came back with. Raises SignInFailed: it is of another sign-in, of another issuer, or a no."""
    if not hmac.compare_digest(came.get("state", "").encode(), asking.state.encode()):
        raise SignInFailed("What came back belongs to another sign-in.", cure="Sign in again.", field="state")
    told = came.get("iss", "")
    if (told and not issuer.is_named(told)) or (not told and issuer.says):
        detail = f"What came back is not from {issuer.name}{f' but from {told[:100]}' if told else ''}."
        raise SignInFailed(detail, cure="Do not sign in there again, and tell who runs it.", field="iss")
    if came.get("error") == "access_denied":
        raise SignInFailed(f"{issuer.name} says that nobody agreed.", cure="Sign in again, and agree to what is asked.", field="error")
    if not came.get("code"):
        reason = " ".join(f"{came.get('error', 'no code')} {came.get('error_description', '')}".split())[:200]
        raise SignInFailed(f"{issuer.name} did not let us in: {reason}.", cure=_registered(asking.redirect), field="clientId")
    return came["code"]


async def exchange(issuer: Issuer, way: Way, client: Client, asking: Asking, code: str) -> Given:
    """What a code is worth. Raises SignInFailed, TryAgain."""
    told = {"grant_type": "authorization_code", "code": code, "redirect_uri": asking.redirect, "code_verifier": asking.verifier}
    try:
        return _given(issuer, await _token(issuer, way, client, told))
    except TryAgain:
        raise
    except Refused as error:
        if error.reason == "redirect_uri_mismatch" or "AADSTS50011" in error.said:
            detail = f"{issuer.name} does not know the address that a sign-in comes back to."
            raise SignInFailed(detail, cure=_registered(asking.redirect), field="redirect") from error
        raise SignInFailed(error.detail, cure=error.cure, field="clientId") from error
    except StepFailed as error:
        raise SignInFailed(error.detail, cure=error.cure, field="clientId") from error


async def renew(issuer: Issuer, way: Way, client: Client, refresh: str) -> Given:
    """What a refresh token is worth. Raises StepFailed, TryAgain; Ended where it is worth nothing any more."""
    return _given(issuer, await _token(issuer, way, client, {"grant_type": "refresh_token", "refresh_token": refresh}))


class Refused(StepFailed):
    """reason: its code. said: what stands beside it."""

    def __init__(self, detail: str, *, cure: str = "", reason: str = "", said: str = "") -> None:
        super().__init__(detail, cure=cure)
        self.reason = reason
        self.said = said


class Ended(Refused):
    """Whoever signed in has taken it back, or it has run out."""


def _registered(redirect: str) -> str:
    return f"Register this address for the client there, letter by letter: {redirect} Then sign in again."


class Access:
    """What one refresh token opens. clock: seconds, monotonic."""

    def __init__(
        self,
        issuer: Issuer,
        way: Way,
        client: Client,
        refresh: str,
        renewed: Callable[[str], Awaitable[None]] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """renewed: is told the refresh token where another one is given: some hold for a time only, and are exchanged at every use."""
        self.issuer = issuer
        self._way, self._client, self._refresh, self._renewed, self._clock = way, client, refresh, renewed, clock
        self._token, self._until = "", 0.0
        self._renewing = asyncio.Lock()

    async def token(self) -> str:
        """One that is still good. Of several who need a new one at once, one asks for it. Raises StepFailed, TryAgain."""
        async with self._renewing:
            if not self._token or self._clock() > self._until:
                given = await renew(self.issuer, self._way, self._client, self._refresh)
                self._token, self._until = given.access, self._clock() + given.seconds - EARLY
                if given.refresh and given.refresh != self._refresh:
                    self._refresh = given.refresh
                    if self._renewed is not None:
                        await self._renewed(given.refresh)
            return self._token

    def forget(self) -> None:
        """For a token that is refused before its time."""
        self._token = ""


def _given(issuer: Issuer, answer: Mapping[str, Any]) -> Given:
    """Raises StepFailed for an answer without a token."""
    access, seconds = answer.get("access_token"), answer.get("expires_in")
    if not isinstance(access, str) or not access or not access.isascii() or not access.isprintable():
        raise StepFailed(f"{issuer.name} answered without a token.", cure="Try again; if it stays so, tell who runs it.")
    refresh, scope = (str(answer.get(name) or "") for name in ("refresh_token", "scope"))
    return Given(access, float(seconds) if isinstance(seconds, int | float) else 0.0, refresh, scope)


async def _token(issuer: Issuer, way: Way, client: Client, told: Mapping[str, str]) -> dict[str, Any]:
    asked = {**told, **issuer.about, **client.told}
    try:
        async with way.client() as http, http.stream("POST", issuer.token, data=asked, headers=client.headers) as response:
            content = await received(response, MAX_BYTES, f"{issuer.name}'s answer")
    except httpx2.HTTPError as error:
        raise TryAgain(f"{issuer.name} cannot be reached: {type(error).__name__}.") from error
    found = as_json(content)
    if response.status_code == 200 and isinstance(found, dict):
        return found
    reason, said = (str(found.get(name, "")) for name in ("error", "error_description")) if isinstance(found, dict) else ("", "")
    if reason == "invalid_grant":
        detail = f"{issuer.name} does not let us in any more: the access was withdrawn or has ended."
        raise Ended(detail, cure="Connect it again.", reason=reason, said=said)
    if response.status_code in (429, 500, 502, 503, 504):
        raise TryAgain(f"{issuer.name} answered {response.status_code}.", after=wait_of(response))
    told_of = reason[:100] or response.status_code
    cure = "Check the client's id and secret."
    raise Refused(f"{issuer.name} did not let us in: {told_of}.", cure=cure, reason=reason, said=said)
