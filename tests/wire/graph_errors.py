"""What Microsoft Graph says when it refuses (https://learn.microsoft.com/graph/errors)."""

from __future__ import annotations


class Refused(Exception):
    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"error": {"code": code, "message": message, "innerError": {"request-id": "7"}}}
