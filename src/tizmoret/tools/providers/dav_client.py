"""A server of calendars and contacts (CalDAV, CardDAV), as few requests as its tools need. A connection lives for one call of a port.

An answer that says what became of a write is a TizmoretError; where nobody can tell, it is a ConnectionError or a TimeoutError."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx2

from tizmoret.errors import NotFound, StepFailed, TryAgain
from tizmoret.tools.providers.dav_xml import CAL, CARD, COLLECTIONS, DAV, Answer, answers
from tizmoret.tools.providers.guarded import Way, received, wait_of

MAX_BYTES = 32 * 1024 * 1024  # of one answer
MAX_HOPS = 4
_SAFE = frozenset({"PROPFIND", "REPORT", "GET"})
_KNOWN = {"calendar": "/.well-known/caldav", "addressbook": "/.well-known/carddav"}
_HOME = {"calendar": (CAL, "calendar-home-set"), "addressbook": (CARD, "addressbook-home-set")}


class Changed(StepFailed):
    """The resource is not, or no longer, what the write was for; nothing was done."""


@dataclass(frozen=True, slots=True)
class DavAccount:
    """address: of the server, of a person's own page on it, or of one collection."""

    address: str
    user: str
    password: str = field(repr=False)
    name: str = "dav"  # of the connection, for cures


@dataclass(frozen=True, slots=True)
class Collection:
    href: str
    name: str  # as people call it


@dataclass(frozen=True, slots=True)
class Resource:
    href: str
    etag: str
    text: str


class DavSession:
    """One open way to the server. Made by `dav_session`."""

    def __init__(self, account: DavAccount, http: httpx2.AsyncClient) -> None:
        self._account = account
        self._http = http
        self._base = httpx2.URL(account.address)

    async def collections(self, kind: str) -> Sequence[Collection]:
        """kind: calendar or addressbook. In order of their addresses; none where the server has none."""
        for start in (str(self._base), _KNOWN[kind]):
            found = await self._collections_from(start, kind)
            if found:
                return found
        return []

    async def _collections_from(self, start: str, kind: str) -> Sequence[Collection]:
        try:
            (told, *_) = await self.propfind(start, COLLECTIONS, depth=0) or [Answer(start, {})]
        except NotFound:
            return []
        if _is_collection(told, kind):
            return [_collection(told)]
        home = told.link(*_HOME[kind])
        principal = told.link(DAV, "current-user-principal")
        if not home and principal:
            home = next((link for one in await self.propfind(principal, COLLECTIONS, depth=0) if (link := one.link(*_HOME[kind]))), "")
        if not home:
            return []
        inside = await self.propfind(home, COLLECTIONS, depth=1)
        return sorted((_collection(one) for one in inside if _is_collection(one, kind)), key=lambda one: one.href)

    async def propfind(self, href: str, body: str, *, depth: int) -> list[Answer]:
        return await self._asked("PROPFIND", href, body, depth)

    async def report(self, href: str, body: str) -> list[Answer]:
        return await self._asked("REPORT", href, body, 1)

    async def get(self, href: str) -> Resource | None:
        try:
            response, content = await self._send("GET", href)
        except NotFound:
            return None
        return Resource(href, response.headers.get("etag", ""), content.decode("utf-8-sig", "replace"))

    async def put(self, href: str, text: str, kind: str, *, over: Resource | None) -> None:
        """Write it over what was read, or, None, where there is nothing yet. Raises Changed where that is not so any more."""
        headers = {"Content-Type": f"{kind}; charset=utf-8", **({"If-None-Match": "*"} if over is None else _if_still(over))}
        await self._send("PUT", href, text.encode(), headers)

    async def delete(self, resource: Resource) -> None:
        """What is gone already is deleted. Raises Changed."""
        try:
            await self._send("DELETE", resource.href, b"", _if_still(resource))
        except NotFound:
            return

    async def _asked(self, method: str, href: str, body: str, depth: int) -> list[Answer]:
        headers = {"Depth": str(depth), "Content-Type": "application/xml; charset=utf-8"}
        _, content = await self._send(method, href, body.encode(), headers)
        try:
            return list(answers(content))
        except ValueError as error:
            raise self._failed(f"answers what cannot be read: {error}") from error

    async def _send(
        self, method: str, href: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> tuple[httpx2.Response, bytes]:
        url = self._own(self._base, href)
        for _ in range(MAX_HOPS):
            response, content = await self._once(method, url, body, headers or {})
            if method not in _SAFE or response.status_code not in (301, 302, 307, 308):
                break
            url = self._own(url, response.headers.get("location", ""))
        self._judge(method, response)
        return response, content

    async def _once(self, method: str, url: httpx2.URL, body: bytes, headers: dict[str, str]) -> tuple[httpx2.Response, bytes]:
        auth = (self._account.user, self._account.password) if self._account.user else None
        request = self._http.build_request(method, url, content=body, headers=headers)
        try:
            response = await self._http.send(request, auth=auth, stream=True)
            try:
                return response, await received(response, MAX_BYTES, "The server's answer", "Ask for a shorter time.")
            finally:
                await response.aclose()
        except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
            raise TryAgain(f"The server {self._base.host} cannot be reached: {type(error).__name__}.", cure=self._cure) from error
        except httpx2.HTTPError as error:
            what = f"The server {self._base.host} broke off: {type(error).__name__}."
            if method in _SAFE:
                raise TryAgain(what, cure=self._cure) from error
            raise ConnectionError(what) from error

    def _own(self, base: httpx2.URL, href: str) -> httpx2.URL:
        """A server may send us around in itself, not elsewhere: the password would go along."""
        try:
            url = base.join(href)
        except (httpx2.InvalidURL, ValueError) as error:
            raise self._failed("names an address that is none") from error
        if (url.scheme, url.host, url.port) != (self._base.scheme, self._base.host, self._base.port):
            raise StepFailed(
                f"The server {self._base.host} sends us to {url.host}.", cure=f"Connect {self._account.name} to that address instead."
            )
        return url

    def _judge(self, method: str, response: httpx2.Response) -> None:
        status = response.status_code
        if status < 300:
            return
        if status in (401, 407):
            raise StepFailed(
                f"The server {self._base.host} did not let {self._account.user or 'us'} in.",
                cure=f"Check the user and the password, and connect {self._account.name} again.",
            )
        if status in (404, 410):
            raise NotFound(f"The server {self._base.host} has nothing there.", cure=self._cure)
        if status in (409, 412):
            raise Changed("It was changed by somebody else at the same time; nothing was done.", cure="Try again.")
        if status in (423, 429, 503):
            raise TryAgain(f"The server {self._base.host} asks us to wait ({status}).", after=wait_of(response))
        if status == 507:
            raise StepFailed(f"The server {self._base.host} has no room left.", cure="Free some space there.")
        if status >= 500 and method not in _SAFE:
            raise ConnectionError(f"The server {self._base.host} answered {status}: it may have been done.")
        if status >= 500:
            raise TryAgain(f"The server {self._base.host} answered {status}.", cure=self._cure)
        raise self._failed(f"refused ({status})")

    def _failed(self, what: str) -> StepFailed:
        return StepFailed(f"The server {self._base.host} {what}.", cure=self._cure)

    @property
    def _cure(self) -> str:
        return f"Look at it with: tizmoret connect test {self._account.name}"


@asynccontextmanager
async def dav_session(account: DavAccount, way: Way) -> AsyncIterator[DavSession]:
    async with way.client() as http:
        yield DavSession(account, http)


def _is_collection(answer: Answer, kind: str) -> bool:
    return answer.is_a(CAL, "calendar") and answer.takes("VEVENT") if kind == "calendar" else answer.is_a(CARD, "addressbook")


def _collection(answer: Answer) -> Collection:
    return Collection(answer.href, answer.text(DAV, "displayname") or answer.href.rstrip("/").rpartition("/")[2])


def _if_still(resource: Resource) -> dict[str, str]:
    """A weak tag cannot be compared; then it must at least be there."""
    return {"If-Match": resource.etag if resource.etag and not resource.etag.startswith("W/") else "*"}
