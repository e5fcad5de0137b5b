"""A stream stays open for hours: whoever has lost their rights meanwhile gets no more of it."""

from __future__ import annotations

import asyncio
from time import monotonic

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tizmoret.access.credentials import Credentials
from tizmoret.errors import Unavailable

LOOK_EVERY = 10.0  # seconds; a stream in which nothing happens has a sign of life every 15


def while_signed_in(app: ASGIApp, credentials: Credentials, given: str | None) -> ASGIApp:
    """given: what the request is signed in with, looked at again while it is answered by a stream. Between two looks an event costs no more than
    a look at the clock."""
    if given is None:
        return app

    async def answering(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["state"]["actor"].key is None:  # the installation's token is not revoked while the server runs
            await app(scope, receive, send)
            return
        watch = _Watch(credentials, given, send)
        try:
            await app(scope, receive, watch.send)
        except asyncio.CancelledError:
            if not watch.ended or watch.task.uncancel() > 0:
                raise

    return answering


class _Watch:
    """Over one answer, which the task that it is made in gives."""

    def __init__(self, credentials: Credentials, given: str, send: Send) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.task = task
        self.ended = False
        self._credentials = credentials
        self._given = given
        self._send = send
        self._streams = False
        self._turn = credentials.turn
        self._looked = monotonic()

    async def send(self, message: Message) -> None:
        if self.ended:
            return
        if message["type"] == "http.response.start":
            self._streams = MutableHeaders(raw=message.get("headers", [])).get("content-type", "").startswith("text/event-stream")
        elif self._streams and message.get("more_body") and not await self._still():
            self.ended = True
            await self._send({"type": "http.response.body", "body": b"", "more_body": False})
            self.task.cancel()
            return
        await self._send(message)

    async def _still(self) -> bool:
        now = monotonic()
        if self._turn == self._credentials.turn and now - self._looked < LOOK_EVERY:
            return True
        self._turn, self._looked = self._credentials.turn, now
        try:
            return await self._credentials.actor(self._given) is not None
        except Unavailable:
            return False  # the client comes back, and is looked at then
