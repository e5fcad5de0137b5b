"""What opens a door: 256 random bits and, behind them, the workspace whose door it is, so that it is looked up in that workspace and in no other.

Only its SHA-256 is kept. It is random throughout, so that a slow hash would add nothing."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

Kind = Literal["tzm_", "tzs_"]  # a member's key, a session of the page
RANDOM = 32  # bytes
SHOWN = 12  # characters by which a person tells keys apart


@dataclass(frozen=True, slots=True)
class Secret:
    kind: Kind
    text: str = field(repr=False)
    workspace: UUID
    hash: bytes = field(repr=False)

    @property
    def prefix(self) -> str:
        return self.text[:SHOWN]


def new_secret(kind: Kind, workspace: UUID) -> Secret:
    text = kind + base64.urlsafe_b64encode(secrets.token_bytes(RANDOM) + workspace.bytes).decode()
    return Secret(kind, text, workspace, _hash(text))


def read_secret(text: str) -> Secret | None:
    """None for what is none of ours."""
    found = re.fullmatch(r"(tzm_|tzs_)([A-Za-z0-9_-]{64})", text)
    if found is None:
        return None
    raw = base64.urlsafe_b64decode(found[2])
    return Secret("tzm_" if found[1] == "tzm_" else "tzs_", text, UUID(bytes=raw[RANDOM:]), _hash(text))


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
