"""A worker process of the proof: `python -m tizmoret.verify.worker [SKEW]` drives what there is until SIGTERM.

It prints its id when it works. SKEW: seconds by which this process's own clock is wrong. Only `time.time` can be bent from within, which
makes the ids of this process and the order of its rows' names wrong; who lives and what expires is judged by the database's clock alone."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
import time
from pathlib import Path

import structlog

from tizmoret import loop
from tizmoret.orchestrator import Tizmoret
from tizmoret.settings import Settings
from tizmoret.verify.tools import CATALOG

FENCED = "another process has taken this execution over"


def _bend_clock(seconds: float) -> None:
    time_, time_ns = time.time, time.time_ns
    time.time = lambda: time_() + seconds
    time.time_ns = lambda: time_ns() + int(seconds * 1e9)


def _log_to(path: Path) -> None:
    file = path.open("a", buffering=1)
    structlog.configure(
        processors=[structlog.processors.add_log_level, structlog.processors.format_exc_info, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(file),
    )


async def work() -> None:
    settings = Settings.from_env()
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with Tizmoret.open(settings, catalog=CATALOG) as tizmoret:
        print(tizmoret.worker, flush=True)
        await stopped.wait()


def main() -> None:
    home = Path(os.environ["TIZMORET_HOME"])
    _log_to(home / "workers.log")
    if len(sys.argv) > 1:
        _bend_clock(float(sys.argv[1]))
    loop.run(work())


if __name__ == "__main__":
    main()
