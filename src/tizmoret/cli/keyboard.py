"""A line from the person at the terminal, without stopping the event loop: the execution goes on while someone thinks."""

from __future__ import annotations

import asyncio
import os
import sys
import termios


def forget_typed() -> None:
    """Throw away what was typed before the question was seen, so that it cannot be taken for its answer."""
    termios.tcflush(sys.stdin.fileno(), termios.TCIFLUSH)


async def read_line() -> str | None:
    """The next line, stripped; None at the end of input (Ctrl-D). The terminal itself gives editing.

    Cancelling it leaves nothing behind."""
    loop = asyncio.get_running_loop()
    descriptor = sys.stdin.fileno()
    typed: asyncio.Future[bytes] = loop.create_future()
    taken = bytearray()

    def ready() -> None:
        data = os.read(descriptor, 4096)
        taken.extend(data)
        if (not data or taken.endswith(b"\n")) and not typed.done():
            typed.set_result(bytes(taken))

    loop.add_reader(descriptor, ready)
    try:
        text = await typed
    finally:
        loop.remove_reader(descriptor)
    return text.decode(errors="replace").strip() if text else None
