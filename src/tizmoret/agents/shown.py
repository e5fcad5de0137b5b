"""What a model is shown of a value."""

from __future__ import annotations

import json
from typing import Any

MOST = 60_000  # characters of one output


def shown(value: Any) -> str:
    """As JSON, cut where it is too long, which it says."""
    return cut(json.dumps(value, ensure_ascii=False))


def cut(text: str) -> str:
    return text if len(text) <= MOST else text[:MOST] + " … (cut)"
