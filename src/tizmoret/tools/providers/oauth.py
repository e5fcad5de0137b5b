"""Signing in to somebody's account elsewhere by OAuth 2 (RFC 6749, with PKCE, RFC 7636).

A refresh token stays until a person withdraws it; access tokens live for an hour, in memory only."""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import httpx2

from tizmoret.errors import StepFailed, TryAgain
from tizmoret.tools.providers.guarded import Way, as_json, received, wait_of

MAX_BYTES = 1024 * 1024  # of what is answered to a sign-in
EARLY = 60.0  # seconds before its end at which an access token is not used any more


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who lets people in. name: as sentences call it. asks: what its page wants beside what the standard asks for."""

    name: str
    authorize: str
    token: str
    asks: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Client:
    """This installation, as it is registered there. secret: empty where it has none."""

    id: str
    secret: str = field(repr=False, default="")

    @property
    def told(self) -> dict[str, str]:
        return {"client_id": self.id, **({"client_secret": self.secret} if self.secret else {})}


@dataclass(frozen=True, slots=True)
class Asking:
    """One attempt to be let in. The person opens `address`; who comes back must bring `state`, and the code is worth nothing without `verifier`."""

    address: str
    redirect: str
    state: str = field(repr=False)
    verifier: str = field(repr=False)


def ask(issuer: Issuer, client: Client, scopes: Sequence[str], redirect: str) -> Asking:
    state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(64)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    told = {
        "client_id": client.id, "redirect_uri": redirect, "response_type": "code", "scope": " ".join(scopes), "state": state,
        "code_challenge": challenge, "code_challenge_method": "S256", **issuer.asks,
    }  # fmt: skip
    return Asking(f"{issuer.authorize}?{urlencode(told)}", redirect, state, verifier)


async def exchange(issuer: Issuer, way: Way, client: Client, asking: Asking, code: str) -> str:
    """The refresh token that a code is worth. Raises StepFailed, TryAgain."""
    told = {"grant_type": "authorization_code", "code": code, "redirect_uri": asking.redirect, "code_verifier": asking.verifier}
    answer = await _token(issuer, way, client, told)
    refresh = answer.get("refresh_token")
    if not isinstance(refresh, str) or not refresh:
        cure = f"Withdraw Tizmoret's access in your {issuer.name} account, and connect again."
        raise StepFailed(f"{issuer.name} gave no lasting access.", cure=cure)
    return refresh


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

    async def token(self) -> str:
        """One that is still good. Raises StepFailed, TryAgain."""
        if not self._token or self._clock() > self._until:
            told = {"grant_type": "refresh_token", "refresh_token": self._refresh}
            answer = await _token(self.issuer, self._way, self._client, told)
            self._token = str(answer.get("access_token", ""))
            seconds = answer.get("expires_in")
            self._until = self._clock() + (seconds if isinstance(seconds, int | float) else 0) - EARLY
            refresh = answer.get("refresh_token")
            if isinstance(refresh, str) and refresh and refresh != self._refresh:
                self._refresh = refresh
                if self._renewed is not None:
                    await self._renewed(refresh)
        return self._token

    def forget(self) -> None:
        """For a token that is refused before its time."""
        self._token = ""


async def _token(issuer: Issuer, way: Way, client: Client, told: Mapping[str, str]) -> dict[str, Any]:
    try:
        async with way.client() as http, http.stream("POST", issuer.token, data={**told, **client.told}) as response:
            content = await received(response, MAX_BYTES, f"{issuer.name}'s answer")
    except httpx2.HTTPError as error:
        raise TryAgain(f"{issuer.name} cannot be reached: {type(error).__name__}.") from error
    found = as_json(content)
    if response.status_code == 200 and isinstance(found, dict):
        return found
    reason = str(found.get("error", "")) if isinstance(found, dict) else ""
    if reason == "invalid_grant":
        raise StepFailed(f"{issuer.name} does not let us in any more: the access was withdrawn or has ended.", cure="Connect it again.")
    if response.status_code in (429, 500, 502, 503, 504):
        raise TryAgain(f"{issuer.name} answered {response.status_code}.", after=wait_of(response))
    told_of = reason[:100] or response.status_code
    raise StepFailed(f"{issuer.name} did not let us in: {told_of}.", cure="Check the client's id and secret.")
