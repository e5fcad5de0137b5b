"""A server that speaks ntfy's HTTP API: topics behind tokens, messages it holds, limits, and its real words for what goes wrong."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.wire.serving import Answer, Asked, serving

TOKEN = "tk_canary4c07b1"


@dataclass
class Ntfy:
    """old: before 2.16, which knows nothing of sequences. drops: so many answers are lost after it was published."""

    address: str = ""
    old: bool = False
    holds: bool = True
    drops: int = 0
    messages: list[dict[str, Any]] = field(default_factory=list)
    says: list[Answer] = field(default_factory=list)

    def __call__(self, asked: Asked) -> Answer | None:
        if asked.header("authorization") != f"Bearer {TOKEN}":
            return _error(403, 40301, "forbidden")
        match asked.method, asked.parts:
            case "GET", [_, "auth"]:
                return _json({"success": True})
            case "GET", [topic, "json"]:
                found = [one for one in self.messages if one["topic"] == topic and one["time"] >= int(asked.query["since"])]
                lines = [{"id": "o", "time": 1, "event": "open", "topic": topic}, *(found if self.holds else [])]
                return Answer(200, {}, "\n".join(json.dumps(one) for one in lines).encode())
            case "DELETE", [_, sequence] if not self.old:
                self.messages = [one for one in self.messages if one.get("sequence_id") != sequence]
                return _json({"event": "message_delete"})
            case "POST", [""]:
                return self._publish(json.loads(asked.content))
        return _error(404, 40401, "page not found")

    def _publish(self, told: dict[str, Any]) -> Answer | None:
        if self.says:
            return self.says.pop(0)
        made = {"id": f"m{len(self.messages)}", "time": int(time.time()), "event": "message", **told}
        if self.old:
            del made["sequence_id"]
        self.messages.append(made)
        if self.drops:
            self.drops -= 1
            return None
        return _json(made)


def limited() -> Answer:
    answer = _error(429, 42901, "limit reached: too many requests")
    answer.headers["Retry-After"] = "1"
    return answer


def _error(status: int, code: int, error: str) -> Answer:
    return _json({"code": code, "http": status, "error": error, "link": "https://ntfy.sh/docs/publish/#limitations"}, status)


def _json(told: Any, status: int = 200) -> Answer:
    return Answer(status, {"Content-Type": "application/json"}, json.dumps(told).encode())


@contextmanager
def ntfy() -> Iterator[Ntfy]:
    made = Ntfy()
    with serving(made) as address:
        made.address = address
        yield made
