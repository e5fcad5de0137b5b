"""A server that speaks Slack's Web API: one app in one workspace, with channels, messages, limits and its real words for what goes wrong."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from tests.wire.serving import Answer, Asked, serving

TOKEN = "xoxb-canary-2f64a0c1"
PAGE = 2  # what it gives at once, whatever is asked: pages must be followed


@dataclass
class Slack:
    """says: the next answers, by method, before it does what is asked. drops: so many answers are lost after it was done."""

    address: str = ""
    token: str = TOKEN
    scopes: set[str] = field(default_factory=lambda: {"chat:write", "channels:read", "channels:history"})
    channels: dict[str, str] = field(default_factory=lambda: {"C01GENERAL": "general", "C02GRAIN": "grain", "C03WINE": "wine"})
    messages: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    says: dict[str, list[Answer]] = field(default_factory=dict)
    drops: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def refuses(self, method: str, error: str, status: int = 200, **more: Any) -> None:
        headers = {key.replace("_", "-"): str(more.pop(key)) for key in list(more) if key == "retry_after"}
        self.says.setdefault(method, []).append(_json({"ok": False, "error": error, **more}, status, headers))

    def texts(self, channel: str) -> list[str]:
        return [one["text"] for one in self.messages.get(channel, [])]

    def __call__(self, asked: Asked) -> Answer | None:
        with self._lock:
            method = asked.parts[-1]
            self.asked.append(method)
            if self.says.get(method):
                return self.says[method].pop(0)
            if asked.header("authorization") != f"Bearer {self.token}":
                return _json({"ok": False, "error": "invalid_auth"})
            is_json = "json" in asked.header("content-type")
            told: dict[str, Any] = json.loads(asked.content) if is_json else dict(parse_qsl(asked.content.decode()))
            found = getattr(self, "_" + method.replace(".", "_"))(told)
            if method == "chat.postMessage" and found["ok"] and self.drops:
                self.drops -= 1
                return None
            return _json(found)

    def _auth_test(self, told: dict[str, Any]) -> dict[str, Any]:
        return {"ok": True, "team": "Sdot Haemek", "team_id": "T01", "user": "tizmoret", "user_id": "U01", "bot_id": "B01"}

    def _conversations_list(self, told: dict[str, Any]) -> dict[str, Any]:
        if lacking := self._lacking("channels:read"):
            return lacking
        found = [{"id": id, "name": name, "is_private": False, "is_member": True} for id, name in self.channels.items()]
        return self._paged("channels", found, told)

    def _chat_postMessage(self, told: dict[str, Any]) -> dict[str, Any]:  # noqa: N802 - as Slack names it
        channel = self._id(told["channel"])
        if channel is None:
            return {"ok": False, "error": "channel_not_found"}
        ts = f"{time.time():.6f}"
        made = {"type": "message", "text": told["text"], "ts": ts, "user": "U01", "metadata": told.get("metadata")}
        self.messages.setdefault(channel, []).append(made)
        return {"ok": True, "channel": channel, "ts": ts, "message": made}

    def _chat_delete(self, told: dict[str, Any]) -> dict[str, Any]:
        kept = [one for one in self.messages.get(told["channel"], []) if one["ts"] != told["ts"]]
        if len(kept) == len(self.messages.get(told["channel"], [])):
            return {"ok": False, "error": "message_not_found"}
        self.messages[told["channel"]] = kept
        return {"ok": True, "channel": told["channel"], "ts": told["ts"]}

    def _conversations_history(self, told: dict[str, Any]) -> dict[str, Any]:
        if lacking := self._lacking("channels:history"):
            return lacking
        if told["channel"] not in self.channels:
            return {"ok": False, "error": "channel_not_found"}
        found = [one for one in reversed(self.messages.get(told["channel"], [])) if float(one["ts"]) > float(told["oldest"])]
        if told.get("include_all_metadata") != "true":
            found = [{key: value for key, value in one.items() if key != "metadata"} for one in found]
        return self._paged("messages", found, told)

    def _id(self, told: str) -> str | None:
        named = {name: id for id, name in self.channels.items()}
        return told if told in self.channels else named.get(told.removeprefix("#"))

    def _lacking(self, scope: str) -> dict[str, Any] | None:
        return None if scope in self.scopes else {"ok": False, "error": "missing_scope", "needed": scope, "provided": ",".join(self.scopes)}

    def _paged(self, name: str, found: list[dict[str, Any]], told: dict[str, Any]) -> dict[str, Any]:
        at = int(told.get("cursor") or 0)
        following = str(at + PAGE) if at + PAGE < len(found) else ""
        return {"ok": True, name: found[at : at + PAGE], "response_metadata": {"next_cursor": following}}


def _json(told: Any, status: int = 200, headers: dict[str, str] | None = None) -> Answer:
    return Answer(status, {"Content-Type": "application/json; charset=utf-8", **(headers or {})}, json.dumps(told).encode())


@contextmanager
def slack() -> Iterator[Slack]:
    made = Slack()
    with serving(made) as address:
        made.address = f"{address}/api"
        yield made
