"""`python -m bench.listeners ADDRESS TOKEN NUMBER ID...`: so many clients of the stream, each of which hangs up at random and goes on with
Last-Event-ID until its execution ends. Prints: p50 and p99 from commit to client in ms, events, reconnects, events lost, doubled or out of order.

An event counts for the times when it was committed while its client was connected; the others were waiting for the client."""

from __future__ import annotations

import asyncio
import random
import sys
import time
from dataclasses import dataclass, field
from datetime import datetime

import msgspec
import uvloop


class _Event(msgspec.Struct):
    seq: int
    at: datetime


@dataclass
class Heard:
    latencies: list[float] = field(default_factory=list)
    events: int = 0
    reconnects: int = 0
    wrong: int = 0


async def listen(host: str, port: int, token: str, id: str, heard: Heard) -> None:
    last, ended, read = 0, False, msgspec.json.Decoder(_Event)
    dice = random.Random()
    while not ended:
        reader, writer = await asyncio.open_connection(host, port)
        head = (
            f"GET /api/orchestrate/stream/{id} HTTP/1.1",
            f"Host: {host}:{port}",
            f"Authorization: Bearer {token}",
            f"Last-Event-ID: {last}",
        )
        writer.write("\r\n".join([*head, "", ""]).encode())
        connected, until = time.time(), time.monotonic() + dice.uniform(1.0, 12.0)
        while not ended and time.monotonic() < until:
            try:
                line = await asyncio.wait_for(reader.readline(), max(0.01, until - time.monotonic()))
            except TimeoutError:
                break
            if not line:
                break
            if line.startswith(b"event: end"):
                ended = True
            elif line.startswith(b'data: {"seq"'):
                now, event = time.time(), read.decode(line[6:])
                heard.events += 1
                heard.wrong += event.seq != last + 1
                last = event.seq
                if event.at.timestamp() > connected + 0.2:
                    heard.latencies.append(now - event.at.timestamp())
        writer.close()
        heard.reconnects += not ended


async def main() -> None:
    address, token, number, *ids = sys.argv[1:]
    host, _, port = address.removeprefix("http://").partition(":")
    heard = Heard()

    async def one(place: int) -> None:
        await asyncio.sleep(place / 500)  # not all in the same instant
        await listen(host, int(port), token, ids[place % len(ids)], heard)

    await asyncio.gather(*(one(place) for place in range(int(number))))
    ordered = sorted(heard.latencies)
    p50, p99 = (ordered[int(len(ordered) * share)] * 1000 for share in (0.5, 0.99))
    print(f"{p50:.1f} {p99:.1f} {heard.events} {heard.reconnects} {heard.wrong}")


if __name__ == "__main__":
    uvloop.run(main())
