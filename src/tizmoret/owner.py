"""The owner's token: made at the first start, kept in a file that only its user can read. Whoever has it owns this installation."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import secrets
from pathlib import Path

PREFIX = "tzm_"


def owner_token(home: Path) -> str:
    """The token of this home; 256 random bits, made when there is none yet. Of several processes at once all get the same one."""
    path = home / "owner-token"
    home.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        making = path.with_name(f".owner-token-{os.getpid()}")
        handle = os.open(making, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(PREFIX + secrets.token_urlsafe(32) + "\n")
        with contextlib.suppress(FileExistsError):
            os.link(making, path)  # whole or not at all, and never over another's
        making.unlink()
    return path.read_text().strip()


def session_of(token: str) -> str:
    """What the page's cookie holds: it opens the same door, and the token cannot be read from it."""
    return hmac.new(token.encode(), b"page session", hashlib.sha256).hexdigest()


def same(given: str, wanted: str) -> bool:
    """In constant time."""
    return hmac.compare_digest(given.encode(), wanted.encode())
