"""Files of a folder that several processes write: one writer at a time, and what is said where writing fails."""

from __future__ import annotations

import datetime as dt
import errno
import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tizmoret.errors import StepFailed, TryAgain

WAIT = dt.timedelta(seconds=20)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """In all processes. Raises TryAgain when another one holds on for too long, OSError."""
    handle = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    deadline = time.monotonic() + WAIT.total_seconds()
    try:
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise TryAgain("Somebody else is writing there.", after=5) from None
                time.sleep(0.01)
        yield
    finally:
        os.close(handle)


def not_written(name: str, error: OSError) -> StepFailed:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StepFailed(f"The disk is full; {name} is as it was.", cure="Free some space and try again.")
    return StepFailed(f"{name} cannot be written: {error.strerror}; it is as it was.", cure="Look at the permissions of its folder.")
