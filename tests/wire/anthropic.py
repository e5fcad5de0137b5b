"""Anthropic's /v1/messages, after https://docs.anthropic.com/en/api/messages."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from wire.server import Asked, CallTools, Fail, Recorded, Refused, Say, WireServer, only, require, words

_FIELDS = words(
    "model messages max_tokens system stream stop_sequences temperature top_k top_p tools tool_choice metadata thinking container "
    "service_tier mcp_servers context_management output_config cache_control"
)
_NAME = re.compile(r"[a-zA-Z0-9_-]{1,128}")
_KINDS = {
    400: "invalid_request_error", 401: "authentication_error", 403: "permission_error", 404: "not_found_error", 413: "request_too_large",
    429: "rate_limit_error", 500: "api_error", 503: "api_error", 529: "overloaded_error",
}  # fmt: skip
_STOPS = {"stop": "end_turn", "length": "max_tokens"}


class AnthropicServer(WireServer):
    """`url` is the base address of the API."""

    paths = ("/v1/messages",)

    def check(self, recorded: Recorded) -> Asked:
        # Both ways are documented: x-api-key of old, and the bearer that newer clients send.
        if self.key not in (recorded.headers.get("x-api-key"), recorded.headers.get("authorization", "").removeprefix("Bearer ")):
            raise Refused("invalid x-api-key", status=401)
        require(recorded.headers.get("anthropic-version"), "anthropic-version: header is required")
        body = only(recorded.body, _FIELDS, "request")
        require(isinstance(body.get("model"), str) and body["model"], "model: Field required")
        require(isinstance(body.get("max_tokens"), int) and body["max_tokens"] >= 1, "max_tokens: Field required")
        _check_messages(body.get("messages"))
        for place, tool in enumerate(body.get("tools", ())):
            require(_NAME.fullmatch(tool.get("name", "")), f"tools.{place}.name: String should match pattern '^[a-zA-Z0-9_-]{{1,128}}$'")
            require(tool.get("input_schema", {}).get("type") == "object", f"tools.{place}.input_schema.type: Field required")
        return Asked(body, bool(body.get("stream")), recorded.path)

    def whole(self, reply: Say | CallTools, asked: Asked) -> dict[str, Any]:
        return _message(reply, asked.body["model"], _blocks(reply), stop=_stop(reply), outside=reply.tokens[1])

    def frames(self, reply: Say | CallTools, asked: Asked) -> Iterator[str]:
        start = _message(reply, asked.body["model"], [], stop=None, outside=1)
        yield _frame("message_start", message=start) + _frame("ping")
        for place, block in enumerate(_blocks(reply)):
            if block["type"] == "tool_use":
                yield _frame("content_block_start", index=place, content_block={**block, "input": {}})
                delta = {"type": "input_json_delta", "partial_json": json.dumps(block["input"])}
                yield _frame("content_block_delta", index=place, delta=delta)
            else:
                assert isinstance(reply, Say)
                yield _frame("content_block_start", index=place, content_block={"type": "text", "text": ""})
                for piece in reply.parts():
                    yield _frame("content_block_delta", index=place, delta={"type": "text_delta", "text": piece})
            yield _frame("content_block_stop", index=place)
        yield _frame("message_delta", delta={"stop_reason": _stop(reply), "stop_sequence": None}, usage={"output_tokens": reply.tokens[1]})
        yield _frame("message_stop")

    def failure(self, fail: Fail) -> tuple[dict[str, Any], dict[str, str]]:
        headers = {"retry-after": f"{fail.retry_after:g}"} if fail.retry_after is not None else {}
        error = {"type": fail.reason or _KINDS.get(fail.status, "api_error"), "message": fail.message}
        return {"type": "error", "error": error, "request_id": "req_68af"}, headers


def _check_messages(messages: Any) -> None:
    require(isinstance(messages, list) and messages, "messages: at least one message is required")
    calls: set[str] = set()
    for place, message in enumerate(messages):
        require(message.get("role") in ("user", "assistant"), f"messages.{place}.role: Input should be 'user' or 'assistant'")
        content = message.get("content")
        require(content, f"messages.{place}: all messages must have non-empty content except for the optional final assistant message")
        blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
        answered = {block["tool_use_id"] for block in blocks if block["type"] == "tool_result"}
        require(
            answered == calls, f"messages.{place}: `tool_use` ids were found without `tool_result` blocks immediately after, or the reverse"
        )
        require(all(block["type"] != "text" or block["text"] for block in blocks), "messages: text content blocks must be non-empty")
        calls = {block["id"] for block in blocks if block["type"] == "tool_use"}
    require(messages[0]["role"] == "user", "messages: first message must use the user role")


def _blocks(reply: Say | CallTools) -> list[dict[str, Any]]:
    if isinstance(reply, CallTools):
        return [
            {"type": "tool_use", "id": f"toolu_{place}", "name": name, "input": arguments}
            for place, (name, arguments) in enumerate(reply.calls)
        ]
    return [{"type": "text", "text": reply.text}]


def _stop(reply: Say | CallTools) -> str:
    return "tool_use" if isinstance(reply, CallTools) else _STOPS[reply.finish]


def _message(reply: Say | CallTools, model: str, content: list[dict[str, Any]], *, stop: str | None, outside: int) -> dict[str, Any]:
    usage = {"input_tokens": reply.tokens[0], "output_tokens": outside, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0}
    return {
        "id": "msg_68af", "type": "message", "role": "assistant", "model": model, "content": content, "stop_reason": stop,
        "stop_sequence": None, "usage": usage,
    }  # fmt: skip


def _frame(kind: str, **fields: Any) -> str:
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **fields}, ensure_ascii=False)}\n\n"
