"""The way out to the web, guarded: a page somebody names must not be a door into the machine's own network (SSRF).

A name is resolved once, every address it has must be public, and the connection goes to that very address: a name that answers
differently the second time (DNS rebinding) is never asked twice. Each redirect begins anew. No proxy, no cookies, no credentials."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import httpx2

from tizmoret.errors import StepFailed, TooLarge, TryAgain
from tizmoret.tools.providers.tls import trusted

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]

MAX_URL = 2_000  # characters
MAX_REDIRECTS = 3
MAX_BYTES = 5 * 1024 * 1024
SECONDS = 30.0  # for all of it
_WELL_KNOWN_PORTS = (80, 443)  # of those below 1024: no mail or file server answers a page
TIMES = httpx2.Timeout(15.0, connect=8.0)
_HEADERS = {"User-Agent": "Tizmoret/0.1", "Accept-Encoding": "gzip", "Accept": "text/html, */*;q=0.5"}

# What `is_global` may let through though it can lead inside, mostly IPv4 in IPv6's clothes: mapped, compatible, translated, 6to4, Teredo.
_TRICKS = tuple(
    ipaddress.ip_network(text)
    for text in (
        "::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "fec0::/10", "5f00::/16",
        "100::/64", "2001:10::/28", "2001:20::/28", "2001:db8::/32", "3fff::/20", "192.88.99.0/24", "192.0.0.0/24", "168.63.129.16/32",
    )
)  # fmt: skip


def is_public(address: Address) -> bool:
    """Whether anybody on the internet may be there, and nobody but them. 168.63.129.16 is Azure's way into its hosts."""
    if address.is_multicast or address.is_reserved or address.is_unspecified or not address.is_global:
        return False
    if isinstance(address, ipaddress.IPv6Address) and (address.scope_id or address.ipv4_mapped or address.sixtofour or address.teredo):
        return False
    return not any(address in network for network in _TRICKS if network.version == address.version)


async def resolve(host: str, port: int) -> Sequence[str]:
    """Every address of `host`. Raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(frozen=True, slots=True)
class Fetched:
    url: str  # after redirects
    content_type: str  # without parameters
    charset: str
    content: bytes


@dataclass(frozen=True, slots=True)
class WebAccess:
    """`resolve` and `allowed` are for tests, and for a workspace that has a reason to reach its own servers."""

    resolve: Resolve = resolve
    allowed: Callable[[Address], bool] = is_public

    async def get(self, url: str) -> Fetched:
        """The resource at `url`. Raises StepFailed where it may not or cannot be had, TryAgain for a passing fault, TooLarge over 5 MB."""
        try:
            async with asyncio.timeout(SECONDS):
                for _ in range(MAX_REDIRECTS + 1):
                    answer = await self._hop(_checked(url))
                    if isinstance(answer, Fetched):
                        return answer
                    url = answer
        except TimeoutError:
            raise TryAgain(f"The page did not come within {SECONDS:g} seconds.", field="url") from None
        raise StepFailed(f"The page redirects more than {MAX_REDIRECTS} times.", cure="Give the final address.", field="url")

    async def _hop(self, url: httpx2.URL) -> Fetched | str:
        """One request: what came, or where it redirects to."""
        failure: Exception | None = None
        for address in await self._addresses(url):
            target = url.copy_with(host=str(address), fragment=None)
            # The certificate is still checked against the name.
            headers = {**_HEADERS, "Host": url.netloc.decode("ascii")}
            async with httpx2.AsyncClient(verify=trusted(), trust_env=False, follow_redirects=False, timeout=TIMES) as client:
                request = client.build_request("GET", target, headers=headers, extensions={"sni_hostname": url.host})
                try:
                    response = await client.send(request, stream=True)
                except httpx2.ConnectError as error:
                    failure = error  # the next address of the same answer may be up
                    continue
                except httpx2.HTTPError as error:
                    raise TryAgain(f"The page cannot be reached: {type(error).__name__}.", field="url") from error
                try:
                    return await _received(response, url)
                except httpx2.HTTPError as error:
                    raise TryAgain(f"The page broke off: {type(error).__name__}.", field="url") from error
                finally:
                    await response.aclose()
        raise TryAgain(f"{url.host} does not answer.", cure="Check the address.", field="url") from failure

    async def _addresses(self, url: httpx2.URL) -> list[Address]:
        try:
            texts = await self.resolve(url.host, _port(url))
            addresses = [ipaddress.ip_address(text) for text in texts]
        except (OSError, UnicodeError, ValueError) as error:
            raise StepFailed(f"There is no host {url.host}.", cure="Check the address.", field="url") from error
        if not addresses or not all(self.allowed(address) for address in addresses):
            raise StepFailed(f"{url.host} is not on the public internet.", cure="Only public pages are fetched.", field="url")
        return addresses[:3]


def _port(url: httpx2.URL) -> int:
    if url.port is not None:
        return url.port
    return 443 if url.scheme == "https" else 80


def _checked(text: str) -> httpx2.URL:
    cure = "Give an address that begins with http:// or https://."
    if len(text) > MAX_URL or any(ord(letter) <= 32 or ord(letter) == 127 for letter in text):
        raise StepFailed("That is not the address of a page.", cure=cure, field="url")
    try:
        url = httpx2.URL(text)
    except (httpx2.InvalidURL, ValueError) as error:
        raise StepFailed("That is not the address of a page.", cure=cure, field="url") from error
    if url.scheme not in ("http", "https") or not url.host:
        raise StepFailed("Only pages on the web are fetched.", cure=cure, field="url")
    if url.userinfo:
        raise StepFailed("The address holds a user name or password.", cure="Leave it out.", field="url")
    if not 1024 <= _port(url) <= 65535 and _port(url) not in _WELL_KNOWN_PORTS:
        raise StepFailed(f"Port {_port(url)} is not a web server's.", cure="Use 80, 443 or a port from 1024 up.", field="url")
    return url


async def _received(response: httpx2.Response, url: httpx2.URL) -> Fetched | str:
    status = response.status_code
    if status in (301, 302, 303, 307, 308) and "location" in response.headers:
        try:
            return str(url.join(response.headers["location"]))
        except (httpx2.InvalidURL, ValueError) as error:
            raise StepFailed("The page redirects to no address.", field="url") from error
    if status in (408, 425, 429, 500, 502, 503, 504):
        wait = response.headers.get("retry-after", "")
        raise TryAgain(f"The server answered {status}.", field="url", after=float(wait) if wait.isdecimal() else None)
    if status >= 300:
        raise StepFailed(f"The server answered {status}.", cure="Check the address.", field="url")
    content = bytearray()
    async for chunk in response.aiter_bytes():  # unpacked: a bomb is met here, one chunk at a time
        content += chunk
        if len(content) > MAX_BYTES:
            raise TooLarge(f"The page is larger than {MAX_BYTES // 2**20} MB.", field="url")
    kind = response.headers.get("content-type", "text/html").partition(";")[0].strip().lower()
    return Fetched(str(url), kind, response.charset_encoding or "", bytes(content))
