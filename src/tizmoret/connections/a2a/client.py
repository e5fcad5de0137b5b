"""The client's side of A2A 1.0 (https://a2a-protocol.org): calls over JSON-RPC, streams as server-sent events. Nothing of it knows our engine."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx2

from tizmoret.connections.json_tool import said
from tizmoret.errors import StepFailed, TooLarge, TryAgain
from tizmoret.tools.providers.guarded import Way, as_json, received, wait_of

MAX_ANSWER = 4 * 1024 * 1024  # bytes of one answer, or of one stream
_TOLD = 300  # characters of a server's own words
_TIMES = httpx2.Timeout(30.0, connect=8.0, read=120.0)
_NOT_BEGUN = frozenset({-32700, -32600, -32601, -32602, -32001, -32002, -32003, -32004, -32005, -32007, -32008, -32009})


class Broken(Exception):
    """The connection broke, or the server failed, in the middle: nobody knows how far it came."""


@dataclass(frozen=True, slots=True)
class Remote:
    """url: where its calls go. tenant: what its card says to send along."""

    name: str
    url: str
    tenant: str
    secret: str | None
    way: Way

    async def call(self, method: str, params: Mapping[str, Any]) -> Any:
        """Its result. Raises StepFailed where it was refused, TryAgain where it did not get there, Broken."""
        async with self._client() as http:
            response = await self._sent(http, method, params)
            try:
                content = await _whole(response)
            except httpx2.HTTPError as error:
                raise Broken(f"{self.name} broke off: {type(error).__name__}.") from error
            finally:
                await response.aclose()
        return self._result(_parsed(content))

    async def stream(self, method: str, params: Mapping[str, Any]) -> AsyncGenerator[dict[str, Any], None]:
        """Each result as it comes; one that is told whole is one. Raises as `call`."""
        async with self._client() as http:
            response = await self._sent(http, method, params)
            try:
                if "event-stream" not in response.headers.get("content-type", ""):
                    yield self._result(_parsed(await _whole(response)))
                    return
                async for data in _events(response):
                    yield self._result(_parsed(data))
            except httpx2.HTTPError as error:
                raise Broken(f"{self.name} broke off: {type(error).__name__}.") from error
            finally:
                await response.aclose()

    def _client(self) -> httpx2.AsyncClient:
        return self.way.client(headers=headers(self.secret), timeout=_TIMES)

    async def _sent(self, http: httpx2.AsyncClient, method: str, params: Mapping[str, Any]) -> httpx2.Response:
        tenant = {"tenant": self.tenant} if self.tenant else {}
        body = {"jsonrpc": "2.0", "id": str(uuid4()), "method": method, "params": {**tenant, **params}}
        try:
            request = http.build_request("POST", self.url, json=body, headers={"Accept": "application/json, text/event-stream"})
            response = await http.send(request, stream=True)
        except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
            raise TryAgain(f"{self.name} cannot be reached: {type(error).__name__}.", cure="Nothing was done.") from error
        except httpx2.HTTPError as error:
            raise Broken(f"{self.name} broke off: {type(error).__name__}.") from error
        if response.status_code != 200:
            await response.aclose()
            raise self._refused(response)
        return response

    def _refused(self, response: httpx2.Response) -> Exception:
        status = response.status_code
        if status in (401, 403):
            return StepFailed(f"{self.name} did not let us in ({status}).", cure=f"Connect {self.name} again with another token.")
        if status in (408, 425, 429, 503):
            return TryAgain(f"{self.name} asks us to wait ({status}).", after=wait_of(response))
        if status >= 500:
            return Broken(f"{self.name} failed ({status}).")
        return StepFailed(f"{self.name} refused ({status}).", cure=f"Look whether it is still there: tizmoret connect test {self.name}")

    def _result(self, told: Any) -> Any:
        if not isinstance(told, dict) or ("result" not in told and not isinstance(told.get("error"), dict)):
            raise Broken(f"{self.name} answered something that is not A2A.")
        error = told.get("error")
        if error is None:
            return told["result"]
        what = f"{self.name}: {said(error.get('message', ''), _TOLD)}"
        if error.get("code") in _NOT_BEGUN:
            raise StepFailed(what, cure="Change the arguments as it says.")
        raise Broken(what)


def headers(secret: str | None) -> dict[str, str]:
    return {"A2A-Version": "1.0", **({"Authorization": f"Bearer {secret}"} if secret else {})}


def _parsed(content: bytes) -> Any:
    found = as_json(content)
    if found is None:
        raise Broken("What came is not JSON.")
    return found


async def _whole(response: httpx2.Response) -> bytes:
    try:
        return await received(response, MAX_ANSWER, "The answer")
    except TooLarge as error:  # it was taken all the same
        raise Broken(error.detail) from error


async def _events(response: httpx2.Response) -> AsyncGenerator[bytes, None]:
    """The data of each server-sent event."""
    rest, taken, data = bytearray(), 0, list[bytes]()
    async for chunk in response.aiter_bytes():
        taken += len(chunk)
        if taken > MAX_ANSWER:
            raise Broken(f"The stream is longer than {MAX_ANSWER // 2**20} MB.")
        rest += chunk
        *lines, last = bytes(rest).split(b"\n")
        rest = bytearray(last)
        for line in (one.rstrip(b"\r") for one in lines):
            if line.startswith(b"data:"):
                data.append(line[5:].removeprefix(b" "))
            elif not line and data:
                yield b"\n".join(data)
                data = []
