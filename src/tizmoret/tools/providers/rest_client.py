"""An account's data over HTTP and JSON, as Google and Microsoft give it: page by page, signed in by a token, changed only where it is still
what was read.

An answer that says what became of a write is a TizmoretError; where nobody can tell, it is a ConnectionError."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx2

from tizmoret.errors import NotFound, StepFailed, TooLarge, TryAgain
from tizmoret.tools.providers.guarded import Way, as_json, received, wait_of
from tizmoret.tools.providers.oauth import Access

AT_ONCE = 8  # requests
_LONGEST = 2_000  # characters kept of one field
MAX_PAGES = 100
MAX_BYTES = 16 * 1024 * 1024  # of one page
_BUSY = (408, 425, 429, 500, 502, 503, 504)
_QUOTA = frozenset({"rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded", "RATE_LIMIT_EXCEEDED", "RESOURCE_EXHAUSTED"})
# Of one part of an account: it was not agreed to, or is not switched on for this client.
_NOT_GIVEN = frozenset({
    "insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT", "accessNotConfigured", "SERVICE_DISABLED", "PERMISSION_DENIED",
    "ErrorAccessDenied", "accessDenied", "Authorization_RequestDenied",
})  # fmt: skip
_FULL = frozenset({"storageQuotaExceeded", "teamDriveFileLimitExceeded", "insufficientStorage", "quotaLimitReached"})

T = TypeVar("T")
R = TypeVar("R")


class Refused(StepFailed):
    """reasons: every code of the answer."""

    def __init__(self, detail: str, *, cure: str = "", reasons: frozenset[str] = frozenset()) -> None:
        super().__init__(detail, cure=cure)
        self.reasons = reasons


class NotGiven(StepFailed):
    """This part of the account is not open to us."""


class Stale(StepFailed):
    """It is not, or no longer, what the write was for; nothing was done."""


class Taken(StepFailed):
    """There is one of that id already; nothing was done."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """What an answer says of itself. reasons: every code in it, whichever of the two shapes it has."""

    status: int
    reasons: frozenset[str]
    said: str

    @classmethod
    def of(cls, status: int, found: Any) -> Refusal:
        error = found.get("error") if isinstance(found, dict) else None
        error = error if isinstance(error, dict) else {}
        parts = [one for name in ("errors", "details") if isinstance(error.get(name), list) for one in error[name] if isinstance(one, dict)]
        reasons = {str(one.get("reason")) for one in parts} | {str(error.get("status")), str(error.get("code"))}
        return cls(status, frozenset(reasons), " ".join(str(error.get("message", "")).split())[:200])


class RestSession:
    """One account. name: of the connection, for cures."""

    def __init__(self, access: Access, way: Way, name: str) -> None:
        self._access, self._way, self._name = access, way, name
        self._service = access.issuer.name

    async def pages(self, url: str, params: Mapping[str, str], *, prefer: str = "") -> AsyncIterator[dict[str, Any]]:
        """Each page of a list. prefer: how the answer is to be. Raises StepFailed, TryAgain, NotFound."""
        asked = dict(params)
        for _ in range(MAX_PAGES):
            page = await self.get(url, asked, prefer=prefer)
            yield page
            token, link = page.get("nextPageToken"), page.get("@odata.nextLink")
            if token:
                asked = {**params, "pageToken": str(token)}
            elif link:
                url, asked = self._own(url, str(link)), {}
            else:
                return
        raise StepFailed(f"{self._service}'s answer has over {MAX_PAGES} pages.", cure="Ask for less.")

    async def get(self, url: str, params: Mapping[str, str] | None = None, *, prefer: str = "") -> dict[str, Any]:
        response, content = await self._signed("GET", url, params or {}, None, {"Prefer": prefer} if prefer else {}, MAX_BYTES)
        found = as_json(content)
        if response.status_code == 200 and isinstance(found, dict):
            return found
        self._refuse("GET", response, found)
        raise self._unreadable(response)

    async def content(self, url: str, params: Mapping[str, str], limit: int) -> bytes:
        """What is no JSON. TooLarge over `limit` bytes."""
        response, content = await self._signed("GET", url, params, None, {}, limit)
        if response.status_code in (301, 302, 307, 308):
            response, content = await self._elsewhere(url, response.headers.get("location", ""), limit)
        if response.status_code != 200:
            self._refuse("GET", response, as_json(content))
            raise self._unreadable(response)
        return content

    async def _elsewhere(self, url: str, location: str, limit: int) -> tuple[httpx2.Response, bytes]:
        """A file may lie on another server, whose address is the key to it: our own goes not there."""
        try:
            target = httpx2.URL(url).join(location)
        except (httpx2.InvalidURL, ValueError) as error:
            raise StepFailed(f"{self._service} names an address that is none.", cure=self._cure) from error
        if target.scheme != "https" and target.host != httpx2.URL(url).host:
            raise StepFailed(f"{self._service} sends us to {target.host[:100]} without encryption.", cure=self._cure)
        return await self._once("GET", str(target), {}, None, {}, limit, reads=True)

    async def send(
        self,
        method: str,
        url: str,
        params: Mapping[str, str] | None = None,
        *,
        body: Any = None,
        etag: str = "",
        reads: bool = False,
        kind: str = "",
        prefer: str = "",
    ) -> dict[str, Any]:
        """Write, and give back what is there now; {} where the answer is empty. etag: of what was read. reads: it changes nothing. kind: of a
        body of bytes. prefer: how the answer is to be.

        Raises Stale, Taken, NotFound, NotGiven, StepFailed, TryAgain where nothing was done; ConnectionError where something may have been."""
        headers = {name: value for name, value in (("If-Match", etag), ("Content-Type", kind), ("Prefer", prefer)) if value}
        response, content = await self._signed(method, url, params or {}, body, headers, MAX_BYTES, reads=reads)
        found = as_json(content) if content.strip() else {}
        if response.status_code < 300 and isinstance(found, dict):
            return found
        self._refuse("GET" if reads else method, response, found)
        if reads:
            raise self._unreadable(response)
        raise ConnectionError(f"{self._service} answered what cannot be read: it may have been done.")

    async def _signed(
        self, method: str, url: str, params: Mapping[str, str], body: Any, headers: Mapping[str, str], limit: int, *, reads: bool = False
    ) -> tuple[httpx2.Response, bytes]:
        for attempt in (1, 2):
            signed = {**headers, "Authorization": f"Bearer {await self._access.token()}"}
            response, content = await self._once(method, url, params, body, signed, limit, reads=reads or method == "GET")
            if response.status_code != 401 or attempt == 2:
                break
            self._access.forget()  # withdrawn before its time: a new one, once
        return response, content

    async def _once(
        self, method: str, url: str, params: Mapping[str, str], body: Any, headers: Mapping[str, str], limit: int, *, reads: bool
    ) -> tuple[httpx2.Response, bytes]:
        told = {"content": body} if isinstance(body, bytes) else {"json": body} if body is not None else {}
        try:
            async with (
                self._way.client() as http,
                http.stream(method, url, params=dict(params) or None, headers=dict(headers), **told) as response,
            ):
                return response, await received(response, limit, f"{self._service}'s answer")
        except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
            raise TryAgain(f"{self._service} cannot be reached: {type(error).__name__}.") from error
        except TooLarge as error:
            if reads:
                raise
            raise ConnectionError(f"{error.detail} It may have been done.") from error
        except httpx2.HTTPError as error:
            what = f"{self._service} broke off: {type(error).__name__}."
            raise (TryAgain(what) if reads else ConnectionError(what)) from error

    def _refuse(self, method: str, response: httpx2.Response, found: Any) -> None:
        told = Refusal.of(response.status_code, found)
        status, said = told.status, told.said
        if status == 429 or (status == 403 and told.reasons & _QUOTA) or (status in _BUSY and method == "GET"):
            raise TryAgain(f"{self._service} asks us to wait ({status}). {said}".strip(), after=wait_of(response))
        if status in _BUSY:
            raise ConnectionError(f"{self._service} answered {status}: it may have been done. {said}".strip())
        if told.reasons & _FULL:
            raise StepFailed(
                f"{self._service} has no room left; nothing was written. {said}".strip(), cure="Free some space and try again."
            )
        if status == 403 and told.reasons & _NOT_GIVEN:
            raise NotGiven(f"{self._service} does not open that to us. {said}".strip(), cure="Connect it again, and agree to all of it.")
        if status in (401, 403):
            raise Refused(f"{self._service} did not let us in ({status}). {said}".strip(), cure=self._cure, reasons=told.reasons)
        if status in (404, 410):
            raise NotFound(f"{self._service} has nothing there. {said}".strip(), cure=self._cure)
        if status == 409:
            raise Taken(f"{self._service} has one like it already. {said}".strip(), cure=self._cure)
        if status == 412 and method == "GET":  # Microsoft's, now and then, of a mailbox at which it is at work itself
            raise TryAgain(f"{self._service} was at work there itself ({status}). {said}".strip())
        if status == 412:
            raise Stale("It was changed by somebody else at the same time; nothing was done.", cure="Try again.")
        if status >= 300:
            raise Refused(f"{self._service} refused ({status}). {said}".strip(), cure=self._cure, reasons=told.reasons)

    def _own(self, before: str, link: str) -> str:
        """The next page is where this one was: a token goes nowhere else."""
        first, then = httpx2.URL(before), httpx2.URL(link)
        if (first.scheme, first.host, first.port) != (then.scheme, then.host, then.port):
            raise StepFailed(f"{self._service} sends us to {then.host[:100]}.", cure=self._cure)
        return link

    def _unreadable(self, response: httpx2.Response) -> StepFailed:
        return StepFailed(f"{self._service} answered what cannot be read ({response.status_code}).", cure=self._cure)

    @property
    def _cure(self) -> str:
        return f"Look at it with: tizmoret connect test {self._name}"


def one_line(value: Any) -> str:
    """A text of somebody's account, without what cannot be shown; empty for what is none."""
    text = "".join(letter for letter in value if letter.isprintable() or letter.isspace()) if isinstance(value, str) else ""
    return " ".join(text.split())[:_LONGEST]


async def together(wanted: Sequence[T], work: Callable[[T], Awaitable[R]], *, at_once: int = AT_ONCE) -> list[R]:
    """In order, so many at once as a server bears. The first failure ends the others."""
    places = asyncio.Semaphore(at_once)

    async def one(each: T) -> R:
        async with places:
            return await work(each)

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(each)) for each in wanted]
    except ExceptionGroup as errors:
        raise errors.exceptions[0] from errors
    return [task.result() for task in tasks]
