"""What opens a door: 256 random bits and, behind them, the workspace whose door it is, so that it is looked up in that workspace and in no other.

Only its SHA-256 is kept. It is random throughout, so that a slow hash would add nothing."""

from __future__ import annotations

import base64
import binascii
import hashlib
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
    kind, coded = text[:4], text[4:]
    if kind != "tzm_" and kind != "tzs_":
        return None
    try:
        raw = base64.b64decode(coded.encode(), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    if len(raw) != RANDOM + 16 or len(coded) != 64:
        return None
    return Secret("tzm_" if kind == "tzm_" else "tzs_", text, UUID(bytes=raw[RANDOM:]), _hash(text))


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
