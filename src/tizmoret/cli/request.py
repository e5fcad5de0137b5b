"""The request as it stands on a command line."""

from __future__ import annotations

import sys

from tizmoret.cli.messages import say
from tizmoret.errors import BadInput


def read_request(words: list[str]) -> str:
    """The words of the command line as one request, or standard input for `-`. Raises BadInput for what is no text."""
    text = sys.stdin.buffer.read().decode(errors="surrogateescape") if words == ["-"] else " ".join(words)
    if not text.isascii() and any("\ud800" <= char <= "\udfff" for char in text):
        raise BadInput(say("error.utf8"), cure=say("error.utf8_cure"), field="request")
    return text
