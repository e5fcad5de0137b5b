"""OpenAI's /v1/responses and /v1/chat/completions, after https://platform.openai.com/docs/api-reference."""

from __future__ import annotations

import base64
import json
import re
from array import array
from collections.abc import Iterator
from itertools import count
from typing import Any

from wire.server import Asked, CallTools, Fail, Recorded, Refused, Say, WireServer, embedding, fits, only, require, words

_RESPONSES = words(
    "background conversation include input instructions max_output_tokens max_tool_calls metadata model parallel_tool_calls "
    "previous_response_id prompt prompt_cache_key prompt_cache_retention reasoning safety_identifier service_tier store "
    "stream stream_options temperature text tool_choice tools top_logprobs top_p truncation user"
)
_CHAT = words(
    "messages model frequency_penalty logit_bias logprobs max_completion_tokens max_tokens metadata modalities n "
    "parallel_tool_calls prediction presence_penalty prompt_cache_key reasoning_effort response_format safety_identifier seed "
    "service_tier stop store stream stream_options temperature tool_choice tools top_logprobs top_p user verbosity"
)
_ROLES = {"system", "developer", "user", "assistant", "tool"}
_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_CODES = {
    400: ("invalid_request_error", None), 401: ("invalid_request_error", "invalid_api_key"), 403: ("insufficient_permissions", None),
    404: ("invalid_request_error", "model_not_found"), 429: ("requests", "rate_limit_exceeded"), 500: ("server_error", None),
    503: ("service_unavailable_error", None),
}  # fmt: skip


class OpenAIServer(WireServer):
    """`url` + /v1 is the base address of the API."""

    paths = ("/v1/responses", "/v1/chat/completions", "/v1/embeddings")

    def check(self, recorded: Recorded) -> Asked:
        if recorded.headers.get("authorization") != f"Bearer {self.key}":
            given = recorded.headers.get("authorization", "").removeprefix("Bearer ")
            # As the real one does: the error quotes a part of the key.
            raise Refused(f"Incorrect API key provided: {given[:8]}***{given[-4:]}.", status=401, reason="invalid_api_key")
        chat = recorded.path.endswith("completions")
        body = only(recorded.body, _CHAT if chat else _RESPONSES, "request")
        require(isinstance(body.get("model"), str) and body["model"], "you must provide a model parameter")
        schema = _check_chat(body) if chat else _check_responses(body)
        return Asked(body, bool(body.get("stream")), recorded.path, schema)

    def embeddings(self, recorded: Recorded) -> dict[str, Any] | None:
        if not recorded.path.endswith("/embeddings"):
            return None
        body = only(recorded.body, words("input model dimensions encoding_format user"), "request")
        texts = [body["input"]] if isinstance(body["input"], str) else body["input"]
        found = [embedding(text, body.get("dimensions", 1536)) for text in texts]
        if body.get("encoding_format") == "base64":
            shown: list[Any] = [base64.b64encode(array("f", vector).tobytes()).decode() for vector in found]
        else:
            shown = found
        data = [{"object": "embedding", "index": place, "embedding": vector} for place, vector in enumerate(shown)]
        return {"object": "list", "data": data, "model": body["model"], "usage": {"prompt_tokens": len(texts), "total_tokens": len(texts)}}

    def whole(self, reply: Say | CallTools, asked: Asked) -> dict[str, Any]:
        fits(reply, asked.schema)
        if asked.path.endswith("completions"):
            return _completion(reply, asked.body["model"])
        return _response(reply, asked.body["model"])

    def frames(self, reply: Say | CallTools, asked: Asked) -> Iterator[str]:
        fits(reply, asked.schema)
        if asked.path.endswith("completions"):
            yield from _chat_frames(reply, asked.body)
        else:
            yield from _response_frames(reply, asked.body["model"])

    def failure(self, fail: Fail) -> tuple[dict[str, Any], dict[str, str]]:
        kind, code = _CODES.get(fail.status, ("server_error", None))
        headers = {"retry-after": f"{fail.retry_after:g}"} if fail.retry_after is not None else {}
        return {"error": {"message": fail.message, "type": kind, "param": None, "code": fail.reason or code}}, headers


def _check_responses(body: dict[str, Any]) -> dict[str, Any] | None:
    items = body.get("input")
    require(items, "Missing required parameter: 'input'.")
    items = [{"role": "user", "content": items}] if isinstance(items, str) else items
    calls: set[str] = set()
    said = ""
    for item in items:
        kind = item.get("type", "message")
        if kind == "message":
            require(item.get("role") in _ROLES - {"tool"}, f"Invalid value: {item.get('role')!r}.")
            require(item.get("content"), "Missing required parameter: 'input[].content'.")
            said += json.dumps(item["content"])
        elif kind == "function_call":
            calls.add(item["call_id"])
        elif kind == "function_call_output":
            require(item.get("call_id") in calls, f"No tool call found for function call output with call_id {item.get('call_id')}.")
        else:
            require(kind in ("reasoning", "item_reference"), f"Invalid value: {kind!r}.")
    require(body.get("max_output_tokens", 16) >= 16, "Invalid 'max_output_tokens': integer below minimum value.")
    for tool in body.get("tools", ()):
        require(tool.get("type") == "function" and _NAME.fullmatch(tool.get("name", "")), "Invalid 'tools[].name'.")
        if tool.get("strict"):
            _strict(tool.get("parameters"), "tools[].parameters")
    form = (body.get("text") or {}).get("format") or {"type": "text"}
    if form["type"] == "json_object":
        # A real rule of the API that clients trip over.
        require(
            "json" in said.lower(),
            "Response input messages must contain the word 'json' in some form to use 'text.format' of type 'json_object'.",
        )
    return _format(form, form)


def _check_chat(body: dict[str, Any]) -> dict[str, Any] | None:
    messages = body.get("messages")
    require(isinstance(messages, list) and messages, "Missing required parameter: 'messages'.")
    open_calls: set[str] = set()
    for message in messages:
        role = message.get("role")
        require(role in _ROLES, f"Invalid value: {role!r}.")
        if role == "tool":
            require(
                message.get("tool_call_id") in open_calls,
                "messages with role 'tool' must be a response to a preceding message with 'tool_calls'.",
            )
            open_calls.discard(message["tool_call_id"])
            continue
        require(
            not open_calls, "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'."
        )
        open_calls = {call["id"] for call in message.get("tool_calls") or ()}
        require(message.get("content") or open_calls, "Invalid value for 'content': expected a string, got null.")
    for tool in body.get("tools", ()):
        function = tool.get("function", {})
        require(tool.get("type") == "function" and _NAME.fullmatch(function.get("name", "")), "Invalid 'tools[].function.name'.")
        if function.get("strict"):
            _strict(function.get("parameters"), "tools[].function.parameters")
    require("stream_options" not in body or body.get("stream"), "The 'stream_options' parameter is only allowed when 'stream' is enabled.")
    form = body.get("response_format") or {"type": "text"}
    if form["type"] == "json_object":
        require(
            "json" in json.dumps(messages).lower(),
            "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.",
        )
    return _format(form, form.get("json_schema") or {})


def _format(form: dict[str, Any], named: dict[str, Any]) -> dict[str, Any] | None:
    require(form["type"] in ("text", "json_object", "json_schema"), f"Invalid value: {form['type']!r}.")
    if form["type"] != "json_schema":
        return None
    require(_NAME.fullmatch(named.get("name", "")), "Missing or invalid name of the schema.")
    schema: dict[str, Any] = named["schema"]
    if named.get("strict"):
        _strict(schema, "schema")
    return schema


def _strict(schema: Any, where: str) -> None:
    """Strict schemas close every object and require all of its fields."""
    if not isinstance(schema, dict):
        return
    if schema.get("type") == "object":
        require(schema.get("additionalProperties") is False, f"Invalid schema: 'additionalProperties' is required to be false in {where}.")
        missing = set(schema.get("properties", {})) - set(schema.get("required", ()))
        require(not missing, f"Invalid schema: 'required' must include every key in {where}; missing {sorted(missing)}.")
    for name, inner in [*schema.get("properties", {}).items(), *schema.get("$defs", {}).items()]:
        _strict(inner, f"{where}.{name}")
    for inner in [schema.get("items"), *schema.get("anyOf", ())]:
        _strict(inner, where)


# -- answers ---------------------------------------------------------------------------------------------------------


def _response(reply: Say | CallTools, model: str, *, done: bool = True) -> dict[str, Any]:
    inside, outside = reply.tokens
    usage = {
        "input_tokens": inside, "input_tokens_details": {"cached_tokens": reply.cached}, "output_tokens": outside,
        "output_tokens_details": {"reasoning_tokens": 0}, "total_tokens": inside + outside,
    }  # fmt: skip
    cut_short = isinstance(reply, Say) and reply.finish == "length"
    return {
        "id": "resp_68af", "object": "response", "created_at": 1_763_600_000, "model": model, "error": None, "instructions": None,
        "status": "incomplete" if done and cut_short else "completed" if done else "in_progress",
        "incomplete_details": {"reason": "max_output_tokens"} if done and cut_short else None,
        "metadata": {}, "output": _items(reply) if done else [], "parallel_tool_calls": True, "temperature": 1.0, "tool_choice": "auto",
        "tools": [], "top_p": 1.0, "usage": usage if done else None,
    }  # fmt: skip


def _items(reply: Say | CallTools) -> list[dict[str, Any]]:
    if isinstance(reply, CallTools):
        return [
            {
                "type": "function_call", "id": f"fc_{place}", "call_id": f"call_{place}", "status": "completed",
                "name": name, "arguments": json.dumps(arguments),
            }
            for place, (name, arguments) in enumerate(reply.calls)
        ]  # fmt: skip
    content = [{"type": "output_text", "text": reply.text, "annotations": [], "logprobs": []}]
    return [{"type": "message", "id": "msg_68af", "status": "completed", "role": "assistant", "content": content}]


def _response_frames(reply: Say | CallTools, model: str) -> Iterator[str]:
    numbers = count()

    def frame(kind: str, **fields: Any) -> str:
        event = {"type": kind, "sequence_number": next(numbers), **fields}
        return f"event: {kind}\ndata: {json.dumps(event, ensure_ascii=False)}\n\n"

    start = _response(reply, model, done=False)
    yield frame("response.created", response=start) + frame("response.in_progress", response=start)
    for place, item in enumerate(_items(reply)):
        at: dict[str, Any] = {"item_id": item["id"], "output_index": place}
        if item["type"] == "function_call":
            yield frame("response.output_item.added", output_index=place, item={**item, "arguments": "", "status": "in_progress"})
            yield frame("response.function_call_arguments.delta", delta=item["arguments"], **at)
            yield frame("response.function_call_arguments.done", arguments=item["arguments"], name=item["name"], **at)
        else:
            part = item["content"][0]
            assert isinstance(reply, Say)
            head = frame("response.output_item.added", output_index=place, item={**item, "content": [], "status": "in_progress"})
            yield head + frame("response.content_part.added", content_index=0, part={**part, "text": ""}, **at)
            for piece in reply.parts():
                yield frame("response.output_text.delta", content_index=0, delta=piece, logprobs=[], **at)
            yield frame("response.output_text.done", content_index=0, text=reply.text, logprobs=[], **at)
            yield frame("response.content_part.done", content_index=0, part=part, **at)
        yield frame("response.output_item.done", output_index=place, item=item)
    end = _response(reply, model)
    yield frame(f"response.{end['status']}", response=end)


def _completion(reply: Say | CallTools, model: str) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": None, "refusal": None}
    if isinstance(reply, CallTools):
        message["tool_calls"], finish = _tool_calls(reply), "tool_calls"
    else:
        message["content"], finish = reply.text, reply.finish
    choice = {"index": 0, "message": message, "finish_reason": finish, "logprobs": None}
    return {
        "id": "chatcmpl-68af",
        "object": "chat.completion",
        "created": 1_763_600_000,
        "model": model,
        "choices": [choice],
        "usage": _usage(reply),
    }


def _chat_frames(reply: Say | CallTools, body: dict[str, Any]) -> Iterator[str]:
    def frame(delta: dict[str, Any] | None, finish: str | None = None, usage: dict[str, int] | None = None) -> str:
        choices = [] if delta is None else [{"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}]
        chunk = {
            "id": "chatcmpl-68af",
            "object": "chat.completion.chunk",
            "created": 1_763_600_000,
            "model": body["model"],
            "choices": choices,
        }
        return f"data: {json.dumps({**chunk, 'usage': usage}, ensure_ascii=False)}\n\n"

    yield frame({"role": "assistant", "content": ""})
    if isinstance(reply, CallTools):
        yield frame({"tool_calls": [{"index": place, **call} for place, call in enumerate(_tool_calls(reply))]})
        yield frame({}, "tool_calls")
    else:
        for piece in reply.parts():
            yield frame({"content": piece})
        yield frame({}, reply.finish)
    if (body.get("stream_options") or {}).get("include_usage"):
        yield frame(None, usage=_usage(reply))
    yield "data: [DONE]\n\n"


def _tool_calls(reply: CallTools) -> list[dict[str, Any]]:
    return [
        {"id": f"call_{place}", "type": "function", "function": {"name": name, "arguments": json.dumps(arguments)}}
        for place, (name, arguments) in enumerate(reply.calls)
    ]


def _usage(reply: Say | CallTools) -> dict[str, int]:
    inside, outside = reply.tokens
    return {"prompt_tokens": inside, "completion_tokens": outside, "total_tokens": inside + outside}
