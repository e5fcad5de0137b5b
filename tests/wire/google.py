"""A server that speaks as Google does where we speak with it: OAuth 2 with PKCE, the People, the Calendar, the Gmail and the Drive API, with their
pages, quotas and errors."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

from tests.wire.drive import Drive
from tests.wire.gmail import Gmail
from tests.wire.google_calendar import GoogleCalendars
from tests.wire.google_errors import Refused
from tests.wire.serving import Answer, Asked, serving

CLIENT, SECRET = "client-7.apps.example", "client-secret-canary"
PAGE = 2


def person(number: int, name: str, **more: Any) -> dict[str, Any]:
    told = {
        "resourceName": f"people/c{number}",
        "names": [{"displayName": "old name"}, {"metadata": {"primary": True}, "displayName": name}],
        "emailAddresses": [{"value": f"p{number}@x.example"}],
    }
    return {**told, **more}


@dataclass
class Google:
    address: str = ""
    people: list[dict[str, Any]] = field(default_factory=list)
    calendars: GoogleCalendars = field(default_factory=GoogleCalendars)
    drive: Drive = field(default_factory=Drive)
    mail: Gmail = field(default_factory=Gmail)
    codes: dict[str, tuple[str, str, str]] = field(default_factory=dict)  # code: (challenge, redirect, scopes)
    refresh: dict[str, str] = field(default_factory=dict)  # token: scopes, or empty for all
    access: dict[str, str] = field(default_factory=dict)
    refuses: list[tuple[int, Any, dict[str, str]]] = field(default_factory=list)  # the next answers of its interfaces
    cuts: str = ""  # of the next write: "request" before it is done, "answer" after
    asked: list[str] = field(default_factory=list)
    denies: bool = False  # the person says no

    def expire(self) -> None:
        """Every access token at once."""
        self.access.clear()

    def withdraw(self) -> None:
        """As a person does in the settings of the account."""
        self.refresh.clear()
        self.access.clear()

    def answer(self, asked: Asked) -> Answer | None:
        self.asked.append(asked.path)
        if asked.path == "/o/oauth2/v2/auth":
            return self._sign_in(asked.query)
        if asked.path == "/token":
            return _json(*self._token(dict(parse_qsl(asked.content.decode()))))
        if self.refuses:
            status, body, headers = self.refuses.pop(0)
            return _json(status, body, headers)
        scopes = self.access.get(asked.header("authorization").removeprefix("Bearer "))
        if scopes is None:
            return _refused(Refused(401, "authError", "Invalid Credentials", "UNAUTHENTICATED"))
        cut = self.cuts if asked.method in ("POST", "PATCH", "DELETE") and asked.parts[-1] != "freeBusy" else ""
        self.cuts = "" if cut else self.cuts
        if cut == "request":
            return None
        try:
            said = self._interface(asked, scopes)
        except Refused as error:
            return _refused(error)
        return None if cut == "answer" else said

    def _interface(self, asked: Asked, scopes: str) -> Answer:
        match asked.parts:
            case ["v1", "people", "me", "connections"]:
                _needs(scopes, "contacts")
                return _json(200, self._connections(asked.query))
            case ["calendar", "v3", *rest]:
                _needs(scopes, "calendar")
                status, body = self.calendars.answer(asked, rest)
                return _json(status, body)
            case ["drive", "v3", *rest]:
                _needs(scopes, "drive")
                status, body = self.drive.answer(asked, rest)
                return _json(status, body)
            case ["gmail", "v1", "users", "me", *rest]:
                _needs(scopes, "gmail")
                status, body = self.mail.answer(asked, rest)
                return _json(status, body)
        raise Refused(404, "notFound", "Not Found")

    def _sign_in(self, told: dict[str, str]) -> Answer:
        wanted = {"client_id": CLIENT, "response_type": "code", "code_challenge_method": "S256", "access_type": "offline"}
        redirect = told.get("redirect_uri", "")
        if any(told.get(name) != value for name, value in wanted.items()) or not redirect.startswith("http://127.0.0.1:"):
            return _json(400, {"error": "invalid_request"})
        code = secrets.token_urlsafe(8)
        self.codes[code] = (told["code_challenge"], redirect, told["scope"])
        back = {"error": "access_denied"} if self.denies else {"code": code}
        return _json(302, None, {"Location": f"{redirect}?{urlencode({**back, 'state': told['state']})}"})

    def _token(self, told: dict[str, str]) -> tuple[int, Any]:
        if (told.get("client_id"), told.get("client_secret")) != (CLIENT, SECRET):
            return 401, {"error": "invalid_client"}
        made: dict[str, Any] = {"access_token": secrets.token_urlsafe(8), "expires_in": 3599, "token_type": "Bearer"}
        if told.get("grant_type") == "authorization_code":
            challenge, redirect, scopes = self.codes.pop(told.get("code", ""), ("", "", ""))
            proof = base64.urlsafe_b64encode(hashlib.sha256(told.get("code_verifier", "").encode()).digest()).rstrip(b"=").decode()
            if proof != challenge or redirect != told.get("redirect_uri"):
                return 400, {"error": "invalid_grant"}
            made["refresh_token"] = secrets.token_urlsafe(8)
            self.refresh[made["refresh_token"]] = scopes
        elif told.get("refresh_token") in self.refresh:
            scopes = self.refresh[told["refresh_token"]]
        else:
            return 400, {"error": "invalid_grant"}
        self.access[made["access_token"]] = scopes
        return 200, made

    def _connections(self, told: dict[str, str]) -> dict[str, Any]:
        start = int(told.get("pageToken", "0"))
        body: dict[str, Any] = {"connections": self.people[start : start + PAGE], "totalPeople": len(self.people)}
        if start + PAGE < len(self.people):
            body["nextPageToken"] = str(start + PAGE)
        return body


def _needs(scopes: str, part: str) -> None:
    if scopes and part not in scopes:
        raise Refused(403, "insufficientPermissions", "Request had insufficient authentication scopes.", "PERMISSION_DENIED")


def _json(status: int, body: Any, headers: dict[str, str] | None = None) -> Answer:
    content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    return Answer(status, {"Content-Type": "application/json; charset=UTF-8", **(headers or {})}, content)


def _refused(error: Refused) -> Answer:
    return _json(error.status, error.body)


@contextmanager
def google() -> Iterator[Google]:
    state = Google()
    with serving(state.answer) as state.address:
        yield state
