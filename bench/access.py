"""What it costs to know who asks: a request with a key beside one with the installation's token, and an event of a stream that is watched."""

from __future__ import annotations

import asyncio
import os
import statistics
import tempfile
import time
from uuid import uuid4

import httpx2

from bench.measures import Row
from tizmoret.access.access import Access
from tizmoret.access.credentials import Credentials
from tizmoret.access.rights import Actor
from tizmoret.owner import owner_token
from tizmoret.server.serve import make_server
from tizmoret.server.watch import while_signed_in
from tizmoret.settings import Settings

ROUNDS = 1_000
EVENTS = 200_000


async def run() -> list[Row]:
    with tempfile.TemporaryDirectory() as home:
        os.chmod(home, 0o711)
        settings = Settings.from_env({"TIZMORET_HOME": home, "TIZMORET_MODEL": "offline", "TIZMORET_PORT": "0"})
        async with make_server(settings) as (server, tizmoret, address):
            serving = asyncio.create_task(server.serve_here())
            await server.answering.wait()
            access = Access(tizmoret.database)
            key = (await access.keys.create("owner", by=access.owner)).key
            rows = await _requests(address, owner_token(settings.home), key)
            rows.append(await _looking_up(access, key))
            rows.append(await _events(access.credentials, key))
            server.stop()
            await serving
    return rows


async def _requests(address: str, token: str, key: str) -> list[Row]:
    """In turn, so that a slow moment of the machine hits both."""
    seen: dict[str, list[float]] = {token: [], key: []}
    async with httpx2.AsyncClient(base_url=address, timeout=30) as client:
        for _ in range(ROUNDS):
            for given, times in seen.items():
                began = time.perf_counter()
                (await client.get("/api/saved-filters", headers={"Authorization": f"Bearer {given}"})).raise_for_status()
                times.append(time.perf_counter() - began)
    by_token, by_key = (statistics.median(times) * 1000 for times in seen.values())
    return [Row(f"a request with a key, median of {ROUNDS:,}", f"{by_key:.2f} ms (with the token: {by_token:.2f} ms)", by_key / by_token)]


async def _looking_up(access: Access, key: str) -> Row:
    """What a request with a key costs more."""
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        await access.credentials.actor(key)
        times.append(time.perf_counter() - began)
    return Row("looking a key up in the database, with every request", f"{statistics.median(times) * 1000:.2f} ms")


async def _events(credentials: Credentials, key: str) -> Row:
    async def sink(message: object) -> None: ...

    async def stream(scope: object, receive: object, send: object) -> None:
        assert callable(send)
        await send({"type": "http.response.start", "headers": [(b"content-type", b"text/event-stream")]})
        for _ in range(EVENTS):
            await send({"type": "http.response.body", "body": b"x", "more_body": True})

    async def receive() -> dict[str, str]:
        return {}

    seconds = []
    for signed in (Actor("owner", "owner", uuid4()), Actor("dana", "member", uuid4(), uuid4())):
        began = time.perf_counter()
        await while_signed_in(stream, credentials, key)({"state": {"actor": signed}}, receive, sink)
        seconds.append(time.perf_counter() - began)
    more = (seconds[1] - seconds[0]) / EVENTS * 1e6
    return Row(f"what looking whether the key still counts adds to an event, over {EVENTS:,}", f"{more:.2f} µs")
