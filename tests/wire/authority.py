"""An authorization server as MCP servers send their clients to: metadata, registration, documents of clients, PKCE, tokens for one resource, refresh
tokens that are good for one use (whoever uses one again loses all of them, as OAuth 2.1 has it)."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode

import httpx2

from tests.wire.oauth_server import as_json
from tests.wire.serving import Answer, Asked, serving


@dataclass
class Authority:
    """resource: what it gives tokens for. elsewhere: where the document of a client is really, by the beginning of its address. says: what its
    metadata says otherwise; None takes something out."""

    resource: str = ""
    address: str = ""
    registers: bool = True
    documents: bool = False
    lasts: int = 3600
    says: dict[str, Any] = field(default_factory=dict)
    elsewhere: dict[str, str] = field(default_factory=dict)
    clients: dict[str, dict[str, Any]] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    access: dict[str, str] = field(default_factory=dict)  # token: scopes
    refresh: dict[str, str] = field(default_factory=dict)  # those that are good: scopes
    used: set[str] = field(default_factory=set)
    exchanges: int = 0
    reused: int = 0
    away: bool = False

    def expire(self) -> None:
        self.access.clear()

    def withdraw(self) -> None:
        self.access.clear()
        self.refresh.clear()

    def answer(self, asked: Asked) -> Answer | None:
        match asked.path:
            case "/.well-known/oauth-authorization-server":
                return as_json(200, self._metadata())
            case "/register" if self.registers:
                return as_json(201, self._register(json.loads(asked.content)))
            case "/authorize":
                return as_json(*self._authorize(asked.query))
            case "/token":
                return None if self.away else as_json(*self._token(dict(parse_qsl(asked.content.decode())), asked.header("authorization")))
        return as_json(404, {})

    def _metadata(self) -> dict[str, Any]:
        told = {
            "issuer": self.address, "authorization_endpoint": f"{self.address}/authorize", "token_endpoint": f"{self.address}/token",
            "response_types_supported": ["code"], "code_challenge_methods_supported": ["S256"], "scopes_supported": ["vault", "vault:write"],
            "authorization_response_iss_parameter_supported": True, "client_id_metadata_document_supported": self.documents,
            **({"registration_endpoint": f"{self.address}/register"} if self.registers else {}), **self.says,
        }  # fmt: skip
        return {name: value for name, value in told.items() if value is not None}

    def _register(self, told: dict[str, Any]) -> dict[str, Any]:
        made = {**told, "client_id": secrets.token_urlsafe(8)}
        if told.get("token_endpoint_auth_method") != "none":
            made["client_secret"] = secrets.token_urlsafe(8)
        self.clients[made["client_id"]] = made
        return made

    def _client(self, id: str) -> dict[str, Any] | None:
        if id in self.clients or not (self.documents and id.startswith("https://")):
            return self.clients.get(id)
        origin, real = next(pair for pair in self.elsewhere.items() if id.startswith(pair[0]))
        told = httpx2.get(id.replace(origin, real), headers={"Host": httpx2.URL(origin).host})
        found: dict[str, Any] = told.json()
        return found if told.status_code == 200 and found["client_id"] == id else None

    def _authorize(self, told: dict[str, str]) -> tuple[int, Any, dict[str, str]]:
        client = self._client(told["client_id"])
        if client is None or told["redirect_uri"] not in client["redirect_uris"] or told.get("resource") != self.resource:
            return 400, {"error": "invalid_request"}, {}
        if (told["response_type"], told["code_challenge_method"]) != ("code", "S256"):
            return 400, {"error": "invalid_request"}, {}
        code = secrets.token_urlsafe(8)
        self.codes[code] = told
        return 302, None, {"Location": f"{told['redirect_uri']}?{urlencode({'code': code, 'state': told['state'], 'iss': self.address})}"}

    def _token(self, told: dict[str, str], header: str) -> tuple[int, Any]:
        self.exchanges += 1
        if header:
            id, _, secret = base64.b64decode(header.removeprefix("Basic ")).decode().partition(":")
            told = {**told, "client_id": unquote(id), "client_secret": unquote(secret)}
        client = self._client(told.get("client_id", ""))
        if client is None or client.get("client_secret", "") != told.get("client_secret", "") or told.get("resource") != self.resource:
            return 401, {"error": "invalid_client"}
        if told["grant_type"] == "refresh_token":
            return self._renewed(told["refresh_token"])
        asked = self.codes.pop(told["code"], {})
        proof = base64.urlsafe_b64encode(hashlib.sha256(told["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        if (asked.get("code_challenge"), asked.get("redirect_uri"), asked.get("client_id")) != (
            proof,
            told["redirect_uri"],
            told["client_id"],
        ):
            return 400, {"error": "invalid_grant"}
        return 200, self._made(asked.get("scope", ""))

    def _renewed(self, token: str) -> tuple[int, Any]:
        if token in self.used:
            self.reused += 1
            self.withdraw()
        if token not in self.refresh:
            return 400, {"error": "invalid_grant"}
        self.used.add(token)
        return 200, self._made(self.refresh.pop(token))

    def _made(self, scopes: str) -> dict[str, Any]:
        access, refresh = secrets.token_urlsafe(8), secrets.token_urlsafe(8)
        self.access[access] = self.refresh[refresh] = scopes
        return {"access_token": access, "token_type": "Bearer", "expires_in": self.lasts, "refresh_token": refresh, "scope": scopes}


@contextmanager
def authority() -> Iterator[Authority]:
    state = Authority()
    with serving(state.answer) as state.address:
        yield state
