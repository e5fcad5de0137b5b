"""The owner's token: made at the first start, kept in a file that only its user can read. Whoever has it owns this installation."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from pathlib import Path

from tizmoret.secret_file import kept_secret

PREFIX = "tzm_"
OWNER = "owner"  # its member of the first workspace


def owner_token(home: Path) -> str:
    """The token of this home; 256 random bits, made when there is none yet. Of several processes at once all get the same one."""
    return kept_secret(home / "owner-token", lambda: PREFIX + secrets.token_urlsafe(32))


def session_of(token: str) -> str:
    """What the page's cookie holds: it opens the same door, and the token cannot be read from it."""
    return hmac.new(token.encode(), b"page session", hashlib.sha256).hexdigest()


def same(given: str, wanted: str) -> bool:
    """In constant time."""
    return hmac.compare_digest(given.encode(), wanted.encode())
