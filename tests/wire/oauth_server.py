"""Where a person signs in: OAuth 2 with PKCE, codes that are worth something once, tokens that end and are withdrawn."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import secrets
from dataclasses import dataclass, field
from typing import Any, ClassVar
from urllib.parse import urlencode

from tests.wire.serving import Answer

CLIENT, SECRET = "client-7.apps.example", "client-secret-canary"


@dataclass
class OAuthServer:
    """asks: what it wants to be told beside the standard. redirects: where it sends people back to. lends: whether each use of a refresh token
    gives another one. secret: of the client; empty where it has none. names: what it calls itself in its answers; empty: it does not.
    says: the next answers of its token endpoint, in the place of its own."""

    asks: ClassVar[dict[str, str]] = {}
    redirects: ClassVar[str] = ""
    lends: ClassVar[bool] = False

    secret: str = SECRET
    codes: dict[str, tuple[str, str, str]] = field(default_factory=dict)  # code: (challenge, redirect, scopes)
    refresh: dict[str, str] = field(default_factory=dict)  # token: scopes, or empty for all
    access: dict[str, str] = field(default_factory=dict)
    denies: bool = False  # the person says no
    names: str = ""
    says: list[tuple[int, Any]] = field(default_factory=list)

    def expire(self) -> None:
        """Every access token at once."""
        self.access.clear()

    def withdraw(self) -> None:
        """As a person does in the settings of the account."""
        self.refresh.clear()
        self.access.clear()

    def sign_in(self, told: dict[str, str]) -> tuple[int, Any, dict[str, str]]:
        wanted = {"client_id": CLIENT, "response_type": "code", "code_challenge_method": "S256", **self.asks}
        redirect = told.get("redirect_uri", "")
        if any(told.get(name) != value for name, value in wanted.items()) or not re.fullmatch(self.redirects, redirect):
            return 400, {"error": "invalid_request"}, {}
        code = secrets.token_urlsafe(8)
        self.codes[code] = (told["code_challenge"], redirect, told["scope"])
        back = {"error": "access_denied"} if self.denies else {"code": code}
        named = {"iss": self.names} if self.names else {}
        return 302, None, {"Location": f"{redirect}?{urlencode({**back, **named, 'state': told['state']})}"}

    def token(self, told: dict[str, str]) -> tuple[int, Any]:
        if self.says:
            return self.says.pop(0)
        if (told.get("client_id"), told.get("client_secret", "")) != (CLIENT, self.secret):
            return 401, {"error": "invalid_client"}
        if told.get("grant_type") == "authorization_code":
            challenge, redirect, scopes = self.codes.pop(told.get("code", ""), ("", "", ""))
            proof = base64.urlsafe_b64encode(hashlib.sha256(told.get("code_verifier", "").encode()).digest()).rstrip(b"=").decode()
            if proof != challenge or redirect != told.get("redirect_uri"):
                return 400, {"error": "invalid_grant"}
        elif told.get("refresh_token") in self.refresh:
            scopes = self.refresh[told["refresh_token"]]
        else:
            return 400, {"error": "invalid_grant"}
        made: dict[str, Any] = {"access_token": secrets.token_urlsafe(8), "expires_in": 3599, "token_type": "Bearer"}
        self.access[made["access_token"]] = scopes
        if self.lends or told["grant_type"] == "authorization_code":
            made["refresh_token"] = secrets.token_urlsafe(8)
            self.refresh[made["refresh_token"]] = scopes
        return 200, made


def as_json(status: int, body: Any, headers: dict[str, str] | None = None) -> Answer:
    content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    return Answer(status, {"Content-Type": "application/json; charset=UTF-8", **(headers or {})}, content)
