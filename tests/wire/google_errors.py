"""What Google says when it refuses (https://developers.google.com/workspace/calendar/api/guides/errors)."""

from __future__ import annotations

from typing import Any


class Refused(Exception):
    def __init__(self, status: int, reason: str, message: str, code: str = "") -> None:
        super().__init__(message)
        self.status = status
        one = {"domain": "global", "reason": reason, "message": message}
        self.body: dict[str, Any] = {"error": {"errors": [one], "code": status, "message": message, **({"status": code} if code else {})}}
