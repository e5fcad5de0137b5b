"""What the local model servers share: a script of replies, a record of requests, and a real HTTP server in a thread."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import threading
import time
import zlib
from collections import deque
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any, Self

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

KEY = "test-key-4f9b2c7d81e6"


@dataclass(frozen=True)
class Recorded:
    """A request as it came in."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def text(self) -> str:
        """The whole body, to look for something in it."""
        return json.dumps(self.body, ensure_ascii=False)


@dataclass(frozen=True)
class Say:
    """An answer in words. It is streamed in so many `pieces`, or in these, with a pause (seconds) between them; after `cut` pieces the
    connection breaks, after `held` it says nothing more until the server's `go_on` is set."""

    text: str
    pieces: int | tuple[str, ...] = 7
    pause: float = 0.0
    cut: int | None = None
    held: int | None = None
    finish: str = "stop"
    tokens: tuple[int, int] = (1200, 300)  # in, out
    cached: int = 0  # of those in

    def parts(self) -> list[str]:
        if isinstance(self.pieces, tuple):
            return list(self.pieces)
        size = max(1, -(-len(self.text) // self.pieces))
        return [self.text[at : at + size] for at in range(0, len(self.text), size)] or [""]


@dataclass(frozen=True)
class CallTools:
    """The model wants tools called: (name, arguments) of each."""

    calls: tuple[tuple[str, dict[str, Any]], ...]
    tokens: tuple[int, int] = (800, 40)
    cached: int = 0


@dataclass(frozen=True)
class Fail:
    status: int
    message: str = "Something went wrong."
    retry_after: float | None = None
    reason: str | None = None  # a provider's own word for it


@dataclass(frozen=True)
class Raw:
    """These bytes with status 200, whatever they are."""

    body: bytes
    content_type: str = "application/json"


@dataclass(frozen=True)
class Hang:
    """No answer at all until the server stops."""


Reply = Say | CallTools | Fail | Raw | Hang


@dataclass(frozen=True)
class Refused(Exception):
    """The request breaks the protocol."""

    message: str
    status: int = 400
    reason: str | None = None


class _Broken(Exception):
    """Raised in the middle of a stream: the server drops the connection without ending the body."""


@dataclass
class Asked:
    """A request that keeps to the protocol, and how its answer is wanted."""

    body: dict[str, Any]
    stream: bool
    path: str
    schema: dict[str, Any] | None = None


class WireServer:
    """Subclasses speak one protocol: `paths`, `check`, `whole`, `frames`, `failure`."""

    paths: tuple[str, ...] = ()

    def __init__(self, key: str = KEY) -> None:
        self.key = key
        self.requests: list[Recorded] = []
        self.surprises: list[str] = []  # requests that broke the protocol or came after the script
        self.embedded = 0  # requests for embeddings
        self.streaming = self.most_at_once = 0  # answers that are being written, and the most of them that were at one time
        self.embeddings_fail = 0  # the status that they get, if not 200
        self._script: deque[Reply] = deque()
        self._standing: Reply | None = None
        self.go_on = threading.Event()
        self._stopping = threading.Event()

    # -- the script ------------------------------------------------------------------------------------------------

    def answer(self, value: Any, **how: Any) -> Self:
        """Say `value`: a text as it is, anything else as JSON. how: fields of `Say`."""
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        return self.reply(Say(text, **how))

    def call(self, name: str, /, **arguments: Any) -> Self:
        return self.reply(CallTools(((name, arguments),)))

    def fail(self, status: int, **how: Any) -> Self:
        return self.reply(Fail(status, **how))

    def cut_after(self, sent: int, value: Any, **how: Any) -> Self:
        """Break the connection when so many pieces of the answer were sent."""
        return self.answer(value, cut=sent, **how)

    def hang(self) -> Self:
        return self.reply(Hang())

    def raw(self, body: bytes, content_type: str = "application/json") -> Self:
        return self.reply(Raw(body, content_type))

    def reply(self, reply: Reply) -> Self:
        self._script.append(reply)
        return self

    def always(self, reply: Reply) -> Self:
        """What every request after the script gets."""
        self._standing = reply
        return self

    # -- the protocol ----------------------------------------------------------------------------------------------

    def check(self, recorded: Recorded) -> Asked:
        """Raises Refused."""
        raise NotImplementedError

    def embeddings(self, recorded: Recorded) -> dict[str, Any] | None:
        """The answer to a request for embeddings; None for any other."""
        return None

    def whole(self, reply: Say | CallTools, asked: Asked) -> dict[str, Any]:
        raise NotImplementedError

    def frames(self, reply: Say | CallTools, asked: Asked) -> Iterator[str]:
        """The events of a stream, one frame each; the first frame of each piece of text comes alone."""
        raise NotImplementedError

    def failure(self, fail: Fail) -> tuple[dict[str, Any], dict[str, str]]:
        """The error's body and its headers."""
        raise NotImplementedError

    # -- the server ------------------------------------------------------------------------------------------------

    async def _handle(self, request: Request) -> Response:
        raw = await request.body()
        try:
            body = json.loads(raw)
        except ValueError:
            body = {}
        recorded = Recorded(request.url.path, dict(request.query_params), dict(request.headers), body)
        if (vectors := self.embeddings(recorded)) is not None:
            self.embedded += 1
            return self._failed(Fail(self.embeddings_fail)) if self.embeddings_fail else JSONResponse(vectors)
        self.requests.append(recorded)
        try:
            asked = self.check(recorded)
        except Refused as refused:
            if refused.status == 400 and refused.reason is None:
                self.surprises.append(refused.message)
            return self._failed(Fail(refused.status, refused.message, reason=refused.reason))
        if not self._script and self._standing is None:
            self.surprises.append(f"request {len(self.requests)} came after the end of the script")
            return self._failed(Fail(500, "The script is over."))
        return await self._reply(self._script.popleft() if self._script else self._standing, asked)

    async def _reply(self, reply: Reply | None, asked: Asked) -> Response:
        match reply:
            case Fail():
                return self._failed(reply)
            case Raw():
                return Response(reply.body, media_type=reply.content_type)
            case Hang() | None:
                await self._until_stopped()
                return Response(status_code=503)
            case _ if asked.stream:
                return StreamingResponse(self._stream(reply, asked), media_type="text/event-stream")
            case _:
                if isinstance(reply, Say) and reply.cut is not None:
                    raise _Broken
                return JSONResponse(self.whole(reply, asked))

    async def _stream(self, reply: Say | CallTools, asked: Asked) -> AsyncIterator[str]:
        cut, held, pause = (reply.cut, reply.held, reply.pause) if isinstance(reply, Say) else (None, None, 0.0)
        self.streaming += 1
        self.most_at_once = max(self.most_at_once, self.streaming)
        try:
            for place, frame in enumerate(self.frames(reply, asked)):
                if place == cut:
                    await asyncio.sleep(0.02)  # what was sent before arrives
                    raise _Broken
                if place == held:
                    await asyncio.to_thread(self.go_on.wait)
                yield frame
                await asyncio.sleep(pause)
        finally:
            self.streaming -= 1

    async def _until_stopped(self) -> None:
        await asyncio.to_thread(self._stopping.wait)

    def _failed(self, fail: Fail) -> Response:
        body, headers = self.failure(fail)
        return JSONResponse(body, status_code=fail.status, headers=headers)

    def __enter__(self) -> Self:
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        app = Starlette(routes=[Route(path, self._handle, methods=["POST"]) for path in self.paths])
        config = uvicorn.Config(app, log_level="critical", timeout_graceful_shutdown=1, lifespan="off", loop="asyncio")
        self._server = uvicorn.Server(config)
        threading.Thread(target=self._serve, daemon=True).start()
        deadline = time.monotonic() + 10
        while not self._server.started and time.monotonic() < deadline:
            time.sleep(0.005)
        assert self._server.started, "the local model server did not start"
        return self

    def __exit__(self, *_: object) -> None:
        """Not awaited: it ends by itself within a fifth of a second, which hundreds of tests would wait for."""
        self._stopping.set()
        self.go_on.set()
        self._server.should_exit = True

    def _serve(self) -> None:
        with self._socket:
            self._server.run(sockets=[self._socket])


_ALIKE = ({"tree", "sapling", "עץ", "שתיל"}, {"plants", "plant", "soil", "אדמה"})


def embedding(text: str, dimensions: int) -> list[float]:
    """A vector by the words of a text, in which a few words of one meaning are the same one."""
    vector = [0.0] * dimensions
    for word in re.findall(r"\w+", text.lower()):
        same = next((place for place, alike in enumerate(_ALIKE) if word in alike), None)
        vector[same if same is not None else len(_ALIKE) + zlib.crc32(word.encode()) % (dimensions - len(_ALIKE))] += (
            1.0 if same is None else 3.0
        )
    return vector


def require(true: object, message: str, **how: Any) -> None:
    if not true:
        raise Refused(message, **how)


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def only(value: Any, allowed: frozenset[str], where: str) -> dict[str, Any]:
    """`value` as an object that has no other fields."""
    require(isinstance(value, dict), f"{where} must be an object.")
    for name in value:
        require(name in allowed, f"Unknown name \"{name}\" at '{where}': Cannot find field.")
    return value


def fits(reply: Say | CallTools, schema: dict[str, Any] | None) -> None:
    """A provider that decodes under a schema gives nothing else; a test that scripts it to is wrong."""
    if schema is not None and isinstance(reply, Say):
        import jsonschema_rs

        jsonschema_rs.validate(schema, json.loads(reply.text))
