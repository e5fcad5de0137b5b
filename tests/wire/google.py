"""A server that speaks as Google does where we speak with it: OAuth 2 with PKCE, and the People API with its pages, quotas and errors."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

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
    codes: dict[str, tuple[str, str]] = field(default_factory=dict)  # code: (challenge, redirect)
    refresh: set[str] = field(default_factory=set)
    access: set[str] = field(default_factory=set)
    refuses: list[tuple[int, dict[str, Any], dict[str, str]]] = field(default_factory=list)  # the next answers of the People API
    asked: list[str] = field(default_factory=list)
    denies: bool = False  # the person says no

    def expire(self) -> None:
        """Every access token at once."""
        self.access.clear()

    def withdraw(self) -> None:
        """As a person does in the settings of the account."""
        self.refresh.clear()
        self.access.clear()

    # -- what it answers: (status, body, headers)

    def sign_in(self, told: dict[str, str]) -> tuple[int, Any, dict[str, str]]:
        wanted = {"client_id": CLIENT, "response_type": "code", "code_challenge_method": "S256", "access_type": "offline"}
        redirect = told.get("redirect_uri", "")
        if any(told.get(name) != value for name, value in wanted.items()) or not redirect.startswith("http://127.0.0.1:"):
            return 400, {"error": "invalid_request"}, {}
        code = secrets.token_urlsafe(8)
        self.codes[code] = (told["code_challenge"], redirect)
        back = {"error": "access_denied"} if self.denies else {"code": code}
        return 302, None, {"Location": f"{redirect}?{urlencode({**back, 'state': told['state']})}"}

    def token(self, told: dict[str, str]) -> tuple[int, Any, dict[str, str]]:
        if (told.get("client_id"), told.get("client_secret")) != (CLIENT, SECRET):
            return 401, {"error": "invalid_client"}, {}
        made: dict[str, Any] = {"access_token": secrets.token_urlsafe(8), "expires_in": 3599, "token_type": "Bearer"}
        if told.get("grant_type") == "authorization_code":
            challenge, redirect = self.codes.pop(told.get("code", ""), ("", ""))
            proof = base64.urlsafe_b64encode(hashlib.sha256(told.get("code_verifier", "").encode()).digest()).rstrip(b"=").decode()
            if proof != challenge or redirect != told.get("redirect_uri"):
                return 400, {"error": "invalid_grant"}, {}
            made["refresh_token"] = secrets.token_urlsafe(8)
            self.refresh.add(made["refresh_token"])
        elif told.get("refresh_token") not in self.refresh:
            return 400, {"error": "invalid_grant"}, {}
        self.access.add(made["access_token"])
        return 200, made, {}

    def connections(self, told: dict[str, str], authorization: str) -> tuple[int, Any, dict[str, str]]:
        if self.refuses:
            return self.refuses.pop(0)
        if authorization.removeprefix("Bearer ") not in self.access:
            return 401, {"error": {"code": 401, "status": "UNAUTHENTICATED", "message": "Invalid credentials."}}, {}
        start = int(told.get("pageToken", "0"))
        body: dict[str, Any] = {"connections": self.people[start : start + PAGE], "totalPeople": len(self.people)}
        if start + PAGE < len(self.people):
            body["nextPageToken"] = str(start + PAGE)
        return 200, body, {}


@contextmanager
def google() -> Iterator[Google]:
    state = Google()

    class Handler(BaseHTTPRequestHandler):
        def _any(self) -> None:
            parts = urlsplit(self.path)
            state.asked.append(parts.path)
            body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
            told = {name: values[0] for name, values in parse_qs(body or parts.query).items()}
            match parts.path:
                case "/o/oauth2/v2/auth":
                    answer = state.sign_in(told)
                case "/token":
                    answer = state.token(told)
                case "/v1/people/me/connections":
                    answer = state.connections(told, self.headers.get("authorization", ""))
                case _:
                    answer = (404, {}, {})
            status, said, headers = answer
            content = b"" if said is None else json.dumps(said).encode()
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", "Content-Length": str(len(content)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = _any  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.address = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
