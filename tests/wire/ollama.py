"""Ollama's /v1/chat/completions, after https://github.com/ollama/ollama/blob/main/docs/openai.md: no key, models that were pulled, its
own words for what is wrong, and no reasons of finishing but "stop", "length" and "tool_calls"."""

from __future__ import annotations

from typing import Any

from wire.openai import OpenAIServer
from wire.server import Asked, Fail, Recorded, Refused


class OllamaServer(OpenAIServer):
    """`url` + /v1 is the base address of the API."""

    paths = ("/v1/chat/completions",)

    def __init__(self, pulled: frozenset[str] = frozenset({"qwen3", "house-model-7"})) -> None:
        super().__init__()
        self._pulled = pulled

    def check(self, recorded: Recorded) -> Asked:
        model = recorded.body.get("model")
        if model not in self._pulled:
            raise Refused(f'model "{model}" not found, try pulling it first', status=404)
        return super().check(
            Recorded(recorded.path, recorded.query, {**recorded.headers, "authorization": f"Bearer {self.key}"}, recorded.body)
        )

    def failure(self, fail: Fail) -> tuple[dict[str, Any], dict[str, str]]:
        kind = {400: "invalid_request_error", 404: "not_found_error"}.get(fail.status, "api_error")
        headers = {"retry-after": f"{fail.retry_after:g}"} if fail.retry_after is not None else {}
        return {"error": {"message": fail.message, "type": kind, "param": None, "code": None}}, headers
