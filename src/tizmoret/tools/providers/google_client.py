"""Google's HTTP interfaces: signed in by OAuth 2 (RFC 6749, with PKCE, RFC 7636), read page by page.

A refresh token stays until a person withdraws it; access tokens live for an hour, in memory only."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import httpx2

from tizmoret.errors import NotFound, StepFailed, TooLarge, TryAgain
from tizmoret.tools.providers.guarded import Way

MAX_PAGES = 100
MAX_BYTES = 16 * 1024 * 1024  # of one page
EARLY = 60.0  # seconds before its end at which an access token is not used any more
_QUOTA = frozenset({"rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded", "RATE_LIMIT_EXCEEDED", "RESOURCE_EXHAUSTED"})


@dataclass(frozen=True, slots=True)
class Endpoints:
    """server: one that speaks as Google does, instead of Google."""

    server: str = ""

    @property
    def authorize(self) -> str:
        return f"{self.server or 'https://accounts.google.com'}/o/oauth2/v2/auth"

    @property
    def token(self) -> str:
        return f"{self.server or 'https://oauth2.googleapis.com'}/token"

    @property
    def people(self) -> str:
        return f"{self.server or 'https://people.googleapis.com'}/v1"


@dataclass(frozen=True, slots=True)
class Client:
    """This installation, as it is registered with Google."""

    id: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Asking:
    """One attempt to be let in. The person opens `address`; who comes back must bring `state`, and the code is worth nothing without `verifier`."""

    address: str
    redirect: str
    state: str = field(repr=False)
    verifier: str = field(repr=False)


def ask(endpoints: Endpoints, client: Client, scopes: tuple[str, ...], redirect: str) -> Asking:
    state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(64)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    told = {
        "client_id": client.id, "redirect_uri": redirect, "response_type": "code", "scope": " ".join(scopes), "state": state,
        "code_challenge": challenge, "code_challenge_method": "S256", "access_type": "offline", "prompt": "consent",
    }  # fmt: skip
    return Asking(f"{endpoints.authorize}?{urlencode(told)}", redirect, state, verifier)


async def exchange(endpoints: Endpoints, way: Way, client: Client, asking: Asking, code: str) -> str:
    """The refresh token that a code is worth. Raises StepFailed, TryAgain."""
    told = {"grant_type": "authorization_code", "code": code, "redirect_uri": asking.redirect, "code_verifier": asking.verifier}
    answer = await _token(endpoints, way, client, told)
    refresh = answer.get("refresh_token")
    if not isinstance(refresh, str) or not refresh:
        raise StepFailed("Google gave no lasting access.", cure="Withdraw Tizmoret's access in your Google account, and connect again.")
    return refresh


async def _token(endpoints: Endpoints, way: Way, client: Client, told: Mapping[str, str]) -> dict[str, Any]:
    try:
        async with way.client() as http:
            response = await http.post(endpoints.token, data={**told, "client_id": client.id, "client_secret": client.secret})
    except httpx2.HTTPError as error:
        raise TryAgain(f"Google cannot be reached: {type(error).__name__}.") from error
    found = _json(response.content)
    if response.status_code == 200 and isinstance(found, dict):
        return found
    reason = str(found.get("error", "")) if isinstance(found, dict) else ""
    if reason == "invalid_grant":
        raise StepFailed("Google does not let us in any more: the access was withdrawn or has ended.", cure="Connect it again.")
    if response.status_code in (429, 500, 502, 503, 504):
        raise TryAgain(f"Google answered {response.status_code}.", after=_wait(response))
    raise StepFailed(f"Google did not let us in: {reason[:100] or response.status_code}.", cure="Check the client's id and secret.")


class GoogleSession:
    """One account. clock: seconds, monotonic."""

    def __init__(
        self, endpoints: Endpoints, way: Way, client: Client, refresh: str, name: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """name: of the connection, for cures."""
        self.endpoints = endpoints
        self._way, self._client, self._refresh, self._name, self._clock = way, client, refresh, name, clock
        self._access, self._until = "", 0.0

    async def pages(self, url: str, params: Mapping[str, str]) -> AsyncIterator[dict[str, Any]]:
        """Each page of a list. Raises StepFailed, TryAgain, NotFound."""
        token = ""
        for _ in range(MAX_PAGES):
            page = await self.get(url, {**params, **({"pageToken": token} if token else {})})
            yield page
            token = str(page.get("nextPageToken") or "")
            if not token:
                return
        raise StepFailed(f"Google's answer has over {MAX_PAGES} pages.", cure="Ask for less.")

    async def get(self, url: str, params: Mapping[str, str]) -> dict[str, Any]:
        response, content = await self._send(url, params)
        if response.status_code == 401:  # withdrawn before its time: a new one, once
            self._access = ""
            response, content = await self._send(url, params)
        found = _json(content)
        if response.status_code == 200 and isinstance(found, dict):
            return found
        self._refuse(response, found)
        raise StepFailed(f"Google answered what cannot be read ({response.status_code}).", cure=self._cure)

    async def _send(self, url: str, params: Mapping[str, str]) -> tuple[httpx2.Response, bytes]:
        headers = {"Authorization": f"Bearer {await self._token()}"}
        try:
            async with self._way.client() as http, http.stream("GET", url, params=dict(params), headers=headers) as response:
                content = bytearray()
                async for chunk in response.aiter_bytes():
                    content += chunk
                    if len(content) > MAX_BYTES:
                        raise TooLarge("Google's answer is too large.", cure="Ask for less.")
                return response, bytes(content)
        except httpx2.HTTPError as error:
            raise TryAgain(f"Google cannot be reached: {type(error).__name__}.") from error

    async def _token(self) -> str:
        if not self._access or self._clock() > self._until:
            told = {"grant_type": "refresh_token", "refresh_token": self._refresh}
            answer = await _token(self.endpoints, self._way, self._client, told)
            self._access = str(answer.get("access_token", ""))
            seconds = answer.get("expires_in")
            self._until = self._clock() + (seconds if isinstance(seconds, int | float) else 0) - EARLY
        return self._access

    def _refuse(self, response: httpx2.Response, found: Any) -> None:
        status = response.status_code
        error = found.get("error") if isinstance(found, dict) else None
        error = error if isinstance(error, dict) else {}
        reasons = {str(one.get("reason")) for one in error.get("errors", []) if isinstance(one, dict)} | {str(error.get("status"))}
        said = " ".join(str(error.get("message", "")).split())[:200]
        if status in (408, 429, 500, 502, 503, 504) or (status == 403 and reasons & _QUOTA):
            raise TryAgain(f"Google asks us to wait ({status}). {said}".strip(), after=_wait(response))
        if status in (401, 403):
            raise StepFailed(f"Google did not let us in ({status}). {said}".strip(), cure=self._cure)
        if status == 404:
            raise NotFound(f"Google has nothing there. {said}".strip(), cure=self._cure)
        if status >= 300:
            raise StepFailed(f"Google refused ({status}). {said}".strip(), cure=self._cure)

    @property
    def _cure(self) -> str:
        return f"Look at it with: tizmoret connect test {self._name}"


def _json(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def _wait(response: httpx2.Response) -> float | None:
    told = response.headers.get("retry-after", "")
    return float(told) if told.isdecimal() else None
