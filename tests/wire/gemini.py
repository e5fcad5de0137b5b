"""Gemini's generateContent and streamGenerateContent (v1beta), after https://ai.google.dev/api/generate-content."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from wire.server import Asked, CallTools, Fail, Recorded, Refused, Say, WireServer, embedding, fits, only, require, words

_PATH = re.compile(r"/v1(?:beta|alpha)?/models/([a-z0-9.-]+):(generateContent|streamGenerateContent)")
_CAMEL = re.compile(r"(?<=[a-z])_([a-z])")
_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_.:-]{0,63}")

_BODY = words("contents systemInstruction tools toolConfig safetySettings generationConfig cachedContent serviceTier labels")
_PART = words(
    "text thought thoughtSignature inlineData fileData functionCall functionResponse executableCode codeExecutionResult videoMetadata"
)
_CONFIG = words(
    "stopSequences responseMimeType responseSchema responseJsonSchema _responseJsonSchema responseModalities candidateCount "
    "maxOutputTokens temperature topP topK seed presencePenalty frequencyPenalty responseLogprobs logprobs thinkingConfig "
    "mediaResolution imageConfig speechConfig"
)
# The keywords that the API documents for responseSchema (an OpenAPI subset) and for responseJsonSchema.
_OPENAPI = words(
    "type format title description nullable enum maxItems minItems properties required minProperties maxProperties minLength "
    "maxLength pattern example anyOf propertyOrdering default items minimum maximum"
)
_JSON_SCHEMA = words(
    "$id $defs $ref $anchor type format title description const default examples enum items prefixItems minItems maxItems "
    "minimum maximum anyOf oneOf properties additionalProperties required propertyOrdering"
)
_STATUS = {
    400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND", 429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL", 503: "UNAVAILABLE", 504: "DEADLINE_EXCEEDED",
}  # fmt: skip
_FINISH = {"stop": "STOP", "length": "MAX_TOKENS", "safety": "SAFETY"}


class GeminiServer(WireServer):
    paths = ("/{rest:path}",)

    def check(self, recorded: Recorded) -> Asked:
        found = _PATH.fullmatch(recorded.path)
        if found is None:
            raise Refused(f"{recorded.path} is no method of the API.", status=404, reason="NOT_FOUND")
        key = recorded.headers.get("x-goog-api-key")
        if key is None:
            raise Refused("Method doesn't allow unregistered callers.", status=403, reason="PERMISSION_DENIED")
        if key != self.key:
            raise Refused("API key not valid. Please pass a valid API key.", reason="API_KEY_INVALID")
        stream = found[2] == "streamGenerateContent"
        require(not stream or recorded.query.get("alt") == "sse", "A stream of events is asked for with alt=sse.")
        body = _message(recorded.body, _BODY, "request")
        _contents(body.get("contents"))
        if "systemInstruction" in body:
            _parts(_message(body["systemInstruction"], frozenset({"role", "parts"}), "systemInstruction")["parts"], "systemInstruction")
        schema = _config(body.get("generationConfig", {}), bool(body.get("tools")))
        for tool in body.get("tools", ()):
            _tool(tool)
        return Asked(body, stream, recorded.path, schema)

    def embeddings(self, recorded: Recorded) -> dict[str, Any] | None:
        if not recorded.path.endswith(":batchEmbedContents"):
            return None
        asked = only(recorded.body, frozenset({"requests"}), "request")["requests"]
        require(len(asked) <= 100, "at most 100 requests can be in one batch")
        for one in asked:
            only(one, words("model content taskType title outputDimensionality"), "requests")
        vectors = [embedding(one["content"]["parts"][0]["text"], one.get("outputDimensionality", 3072)) for one in asked]
        return {"embeddings": [{"values": vector} for vector in vectors]}

    def whole(self, reply: Say | CallTools, asked: Asked) -> dict[str, Any]:
        fits(reply, asked.schema)
        if isinstance(reply, CallTools):
            return _response([_call(*call) for call in reply.calls], "STOP", reply.tokens, reply.cached)
        return _response([{"text": reply.text}], _FINISH[reply.finish], reply.tokens, reply.cached)

    def frames(self, reply: Say | CallTools, asked: Asked) -> Iterator[str]:
        fits(reply, asked.schema)
        if isinstance(reply, CallTools):
            yield _frame(_response([_call(*call) for call in reply.calls], "STOP", reply.tokens, reply.cached))
            return
        *pieces, last = reply.parts()
        for piece in pieces:
            yield _frame(_response([{"text": piece}], None, (reply.tokens[0], 0)))
        yield _frame(_response([{"text": last}], _FINISH[reply.finish], reply.tokens, reply.cached))

    def failure(self, fail: Fail) -> tuple[dict[str, Any], dict[str, str]]:
        details: list[dict[str, Any]] = []
        if fail.reason and fail.reason not in _STATUS.values():
            details.append({"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": fail.reason, "domain": "googleapis.com"})
        if fail.status == 429:
            quota = "GenerateRequestsPerMinutePerProjectPerModel-FreeTier"
            details.append({"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [{"quotaId": quota}]})
        if fail.retry_after is not None:
            details.append({"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": f"{fail.retry_after:g}s"})
        error: dict[str, Any] = {"code": fail.status, "message": fail.message, "status": _STATUS.get(fail.status, "UNKNOWN")}
        return {"error": {**error, **({"details": details} if details else {})}}, {}


def _message(value: Any, allowed: frozenset[str], where: str) -> dict[str, Any]:
    """`value` with its names in camel case: as JSON of a protocol buffer, either form is taken (and Google's client mixes them)."""
    require(isinstance(value, dict), f"{where} must be an object.")
    named = {name: _CAMEL.sub(lambda found: found[1].upper(), name) for name in value}
    only({name if named[name] not in allowed else named[name]: None for name in value}, allowed, where)
    return {named[name]: inner for name, inner in value.items()}


def _contents(contents: Any) -> None:
    require(isinstance(contents, list) and contents, "contents is not specified")
    open_calls = 0
    for place, content in enumerate(contents):
        content = _message(content, frozenset({"role", "parts"}), f"contents[{place}]")
        role = content.get("role", "user")
        require(role in ("user", "model"), "Please use a valid role: user, model.")
        require(place > 0 or role == "user", "Please ensure that the first turn is of the user.")
        parts = _parts(content.get("parts"), f"contents[{place}]")
        answers = sum("functionResponse" in part for part in parts)
        require(
            answers == open_calls,
            "Please ensure that the number of function response parts is equal to the number of function call parts of the "
            "function call turn.",
        )
        open_calls = sum("functionCall" in part for part in parts) if role == "model" else 0
        require(role == "model" or not any("functionCall" in part for part in parts), "A function call comes from the model.")
    require(contents[-1].get("role", "user") == "user", "Please ensure that the last turn is of the user or a function response.")


def _parts(parts: Any, where: str) -> list[dict[str, Any]]:
    require(isinstance(parts, list) and parts, f"{where}.parts must not be empty.")
    parts = [_message(part, _PART, f"{where}.parts") for part in parts]
    for part in parts:
        require(
            any(key in part for key in ("text", "inlineData", "fileData", "functionCall", "functionResponse", "thoughtSignature")),
            "required oneof field 'data' must have one initialized field",
        )
        require("text" not in part or isinstance(part["text"], str), "text is a string")
        if "functionResponse" in part:
            _message(
                part["functionResponse"], frozenset({"id", "name", "response", "willContinue", "scheduling", "parts"}), "functionResponse"
            )
            require(isinstance(part["functionResponse"].get("response"), dict), "function_response.response must be a struct")
            require(part["functionResponse"].get("name"), "function_response.name: Name cannot be empty.")
    return parts


def _config(config: Any, with_tools: bool) -> dict[str, Any] | None:
    config = _message(config, _CONFIG, "generation_config")
    mime = config.get("responseMimeType", "text/plain")
    require(mime in ("text/plain", "application/json", "text/x.enum"), "response_mime_type is not supported")
    require(
        not (with_tools and mime == "application/json"), "Function calling with a response mime type: 'application/json' is unsupported"
    )
    schemas = [config[key] for key in ("responseSchema", "responseJsonSchema", "_responseJsonSchema") if key in config]
    require(len(schemas) <= 1, "Only one of response_schema and response_json_schema may be set.")
    require(not schemas or mime != "text/plain", "A response schema needs response_mime_type application/json.")
    require(1 <= config.get("maxOutputTokens", 1) <= 65_536, "max_output_tokens is out of range: it must be from 1 to 65536")
    require(0 <= config.get("temperature", 1) <= 2, "temperature must be from 0 to 2")
    if schemas:
        _schema(schemas[0], _OPENAPI if "responseSchema" in config else _JSON_SCHEMA, "generation_config.response_schema")
    return schemas[0] if schemas else None


def _schema(schema: Any, allowed: frozenset[str], where: str) -> None:
    if isinstance(schema, bool):
        return
    schema = _message(schema, allowed, where) if allowed is _OPENAPI else only(schema, allowed, where)
    if allowed is _OPENAPI and str(schema.get("type", "")).upper() == "OBJECT":
        require(schema.get("properties"), f"{where}.properties: should be non-empty for OBJECT type")
    require(
        str(schema.get("type", "")).upper() != "ARRAY" or "items" in schema or "prefixItems" in schema, f"{where}.items: missing field."
    )
    for group in ("properties", "$defs"):
        for name, inner in schema.get(group, {}).items():
            _schema(inner, allowed, f"{where}.{group}[{name}]")
    for group in ("anyOf", "oneOf", "prefixItems"):
        for inner in schema.get(group, ()):
            _schema(inner, allowed, f"{where}.{group}")
    for key in ("items", "additionalProperties"):
        if key in schema:
            _schema(schema[key], allowed, f"{where}.{key}")


def _tool(tool: Any) -> None:
    tool = _message(tool, frozenset({"functionDeclarations", "googleSearch", "codeExecution", "urlContext", "fileSearch"}), "tools")
    for declaration in tool.get("functionDeclarations", ()):
        allowed = words("name description behavior parameters parametersJsonSchema response responseJsonSchema")
        declaration = _message(declaration, allowed, "tools.function_declarations")
        require(_NAME.fullmatch(declaration.get("name", "")), "Invalid function name.")
        if "parameters" in declaration:
            _schema(declaration["parameters"], _OPENAPI, "tools.function_declarations.parameters")


def _call(name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    return {"functionCall": {"name": name, "args": arguments}}


def _response(parts: list[dict[str, Any]], finish: str | None, tokens: tuple[int, int], cached: int = 0) -> dict[str, Any]:
    candidate: dict[str, Any] = {"content": {"parts": parts, "role": "model"}, "index": 0}
    if finish is not None:
        candidate["finishReason"] = finish
    usage = {"promptTokenCount": tokens[0], "totalTokenCount": sum(tokens), **({"candidatesTokenCount": tokens[1]} if tokens[1] else {})}
    usage |= {"cachedContentTokenCount": cached} if cached else {}
    return {"candidates": [candidate], "usageMetadata": usage, "modelVersion": "gemini-2.5-flash", "responseId": "k3MfaeS1"}


def _frame(response: dict[str, Any]) -> str:
    return f"data: {json.dumps(response, ensure_ascii=False)}\r\n\r\n"
