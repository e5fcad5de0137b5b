"""GET /api/orchestrate/stream/{id}: the log of an execution as server-sent events. `id:` is the event's `seq`, the cursor of every client.

GET /api/orchestrate/changes: a word whenever anything has happened, for whoever shows lists."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from tizmoret.errors import BadInput
from tizmoret.orchestrator import Tizmoret
from tizmoret.stream import LAST
from tizmoret.views import EventView

HEARTBEAT = 15.0  # seconds
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
RETRY = 500  # milliseconds after which a browser comes back


async def stream(request: Request) -> Response:
    """Every event after `Last-Event-ID` (or `?after=`), in order, once. Ends with the execution: then a last event named `end`."""
    tizmoret: Tizmoret = request.app.state.tizmoret
    batches = tizmoret.batches(_id(request.path_params["id"]), _cursor(request), workspace=request.state.actor.workspace)
    first = await anext(batches, ())  # where there is no such execution, while the answer can still say so
    return StreamingResponse(_frames(first, batches, tizmoret), media_type="text/event-stream", headers=HEADERS)


route = Route("/api/orchestrate/stream/{id}", stream, methods=["GET"])


async def changes(request: Request) -> Response:
    """An event named `changed` when anything has happened in the workspace, at most one a second: who shows lists reads again."""
    tizmoret: Tizmoret = request.app.state.tizmoret
    return StreamingResponse(
        _bell(tizmoret.changes(workspace=request.state.actor.workspace)), media_type="text/event-stream", headers=HEADERS
    )


changes_route = Route("/api/orchestrate/changes", changes, methods=["GET"])


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise BadInput(f"{text[:50]!r} is not the id of an execution.", cure="Take it from the list.", field="id") from None


def _cursor(request: Request) -> int:
    text = request.headers.get("last-event-id") or request.query_params.get("after") or "0"
    if not text.isdecimal() or int(text) >= 2**63:
        raise BadInput(f"{text[:50]!r} is not a place in the log.", cure="Give the `id` of the last event you have.", field="Last-Event-ID")
    return int(text)


async def _frames(first: Sequence[EventView], more: AsyncGenerator[Sequence[EventView]], tizmoret: Tizmoret) -> AsyncIterator[bytes]:
    clock = asyncio.get_running_loop().time
    spoke, last = clock(), first[-1].kind if first else ""
    yield f"retry: {RETRY}\n\n".encode() + _frames_of(first)
    async with aclosing(more):
        async for events in more:
            if events:
                spoke, last = clock(), events[-1].kind
                yield _frames_of(events)
            elif clock() - spoke >= HEARTBEAT:
                spoke = clock()
                yield b": still here\n\n"
    # Else it is the server that ends, and the client is to come back.
    if last in LAST or not tizmoret.streams_closed:
        yield b"event: end\ndata: {}\n\n"


async def _bell(changes: AsyncIterator[None]) -> AsyncIterator[bytes]:
    yield f"retry: {RETRY}\n\n".encode()
    pending: asyncio.Task[None] | None = None
    try:
        while True:
            pending = pending or asyncio.ensure_future(anext(changes))
            done, _ = await asyncio.wait({pending}, timeout=HEARTBEAT)
            if not done:
                yield b": still here\n\n"
                continue
            pending.result()
            pending = None
            yield b"event: changed\ndata: {}\n\n"
    except StopAsyncIteration:
        return
    finally:
        if pending is not None:
            pending.cancel()


def _frames_of(events: Sequence[EventView]) -> bytes:
    return "".join(f"id: {one.seq}\nevent: {one.kind}\ndata: {one.model_dump_json(by_alias=True)}\n\n" for one in events).encode()
