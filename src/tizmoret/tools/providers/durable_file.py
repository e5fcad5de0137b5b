"""Put a file in place whole: other processes, and a crash at any moment, see the old content or the new one."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from pathlib import Path


def put(path: Path, content: bytes) -> None:
    """Write `content`, make it durable, and give it the name `path`; the owner and mode of the file it replaces stay.

    Raises OSError, and then the file is as it was."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            _dress(path, file.fileno())
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _dress(path: Path, handle: int) -> None:
    """Where a server that runs as root replaces somebody's file, that person must still be able to read it."""
    try:
        old = path.stat()
    except FileNotFoundError:
        return
    os.fchmod(handle, stat.S_IMODE(old.st_mode))
    with contextlib.suppress(PermissionError):
        os.fchown(handle, old.st_uid, old.st_gid)


def keep_newest(folder: Path, most: int) -> None:
    """Of the files of `folder`, remove the oldest beyond so many."""
    files = [Path(entry.path) for entry in os.scandir(folder) if entry.is_file() and not entry.name.startswith(".")]
    if len(files) <= most:
        return
    with contextlib.suppress(FileNotFoundError):  # another process is at it too
        for path in sorted(files, key=lambda path: path.stat().st_mtime_ns)[: len(files) - most]:
            path.unlink()
