"""A secret in a file that only its user can read: made once, by whichever process comes first."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from pathlib import Path


def kept_secret(path: Path, make: Callable[[], str]) -> str:
    """What the file holds; where there is none yet, it gets what `make` gives. Of several processes at once all get the same."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        making = path.with_name(f".{path.name}-{os.getpid()}")
        handle = os.open(making, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(make() + "\n")
        with contextlib.suppress(FileExistsError):
            os.link(making, path)  # whole or not at all, and never over another's
        making.unlink()
    return path.read_text().strip()
