"""The way to servers that people connect: as guarded as the way to pages, but for networks inside that the operator has opened.

A name is resolved once, every address it has must be allowed, and the connection goes to that very address (see `web_access`)."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx2

from tizmoret.errors import StepFailed, TooLarge
from tizmoret.tools.providers.tls import trusted
from tizmoret.tools.providers.web_access import Address, Resolve, is_public, resolve

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
TIMES = httpx2.Timeout(20.0, connect=8.0)


@dataclass(frozen=True, slots=True)
class Way:
    """open_networks: inside, and still to be reached. anywhere: for a server that the operator's own settings name. auth: what is shown to it."""

    open_networks: tuple[Network, ...] = ()
    anywhere: bool = False
    resolve: Resolve = field(default=resolve)
    auth: httpx2.Auth | None = None

    async def addresses(self, url: httpx2.URL) -> Sequence[Address]:
        """Where to connect to, at most three. Raises StepFailed."""
        port = url.port or (443 if url.scheme == "https" else 80)
        try:
            found = [ipaddress.ip_address(text) for text in await self.resolve(url.host, port)]
        except (OSError, UnicodeError, ValueError) as error:
            raise StepFailed(f"There is no host {url.host}.", cure="Check the address.", field="address") from error
        if not found or not all(self.allows(address) for address in found):
            cure = "Set TIZMORET_NETWORKS to its network, such as 10.0.0.0/8, if it is meant to be reached."
            raise StepFailed(f"{url.host} is not on the public internet.", cure=cure, field="address")
        return found[:3]

    def allows(self, address: Address) -> bool:
        inside = any(address in network for network in self.open_networks if network.version == address.version)
        return self.anywhere or inside or is_public(address)

    def client(self, **rest: object) -> httpx2.AsyncClient:
        """No proxy, no cookies that others set, no redirects but those that a caller follows itself."""
        options = {"timeout": TIMES, "trust_env": False, "follow_redirects": False, "auth": self.auth, **rest}
        return httpx2.AsyncClient(transport=_Guarded(self), **options)  # type: ignore[arg-type]


class _Guarded(httpx2.AsyncHTTPTransport):
    def __init__(self, way: Way) -> None:
        super().__init__(verify=trusted(), trust_env=False)
        self._way = way

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        failure: httpx2.ConnectError | None = None
        for address in await self._way.addresses(request.url):
            # The certificate is still checked against the name, and the Host header still tells it.
            target = httpx2.Request(
                request.method,
                request.url.copy_with(host=str(address)),
                headers=request.headers,
                stream=request.stream,
                extensions={**request.extensions, "sni_hostname": request.url.host},
            )
            try:
                return await super().handle_async_request(target)
            except httpx2.ConnectError as error:
                failure = error  # the next address of the same answer may be up
        raise failure or httpx2.ConnectError("no address", request=request)


async def received(response: httpx2.Response, limit: int, whose: str, cure: str = "Ask for less.") -> bytes:
    """All of an answer, which is read no further than `limit` bytes. Raises TooLarge."""
    content = bytearray()
    async for chunk in response.aiter_bytes():
        content += chunk
        if len(content) > limit:
            raise TooLarge(f"{whose} is larger than {_told(limit)}.", cure=cure)
    return bytes(content)


def as_json(content: bytes) -> Any:
    """None for what is none."""
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def wait_of(response: httpx2.Response) -> float | None:
    """Seconds, where the server says how long to wait."""
    told = response.headers.get("retry-after", "")
    return float(told) if told.isdecimal() else None


def _told(size: int) -> str:
    return f"{size // 2**20} MB" if size >= 2**20 else f"{size:,} bytes"
