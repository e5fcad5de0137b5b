"""The local model servers: they serve a right client in full, and refuse a wrong one as the real ones do."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import pytest
from pydantic import BaseModel
from pydantic_ai import Agent, NativeOutput
from pydantic_ai.models import Model
from wire import AnthropicServer, GeminiServer, OllamaServer, OpenAIServer, WireServer
from wire.server import KEY

from tizmoret.planner.model.connect import connect

pytestmark = pytest.mark.anyio


class City(BaseModel):
    name: str
    country: str


SERVERS: dict[str, tuple[type[WireServer], str, str]] = {
    "gemini": (GeminiServer, "google:gemini-2.5-flash", ""),
    "openai": (OpenAIServer, "openai:gpt-4o", "/v1"),
    "openai-chat": (OpenAIServer, "openai-chat:gpt-4o", "/v1"),
    "anthropic": (AnthropicServer, "anthropic:claude-sonnet-4-5", ""),
    "ollama": (OllamaServer, "ollama:qwen3", "/v1"),
}


@pytest.fixture(params=SERVERS)
def wired(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("GEMINI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    monkeypatch.delenv("GOOGLE_API_KEY", raising=False)
    kind, model, path = SERVERS[request.param]
    with kind() as server:
        yield server, connect(model, server.url + path)
    assert server.surprises == []


@pytest.mark.parametrize("streamed", [True, False])
async def test_a_model_calls_a_tool_and_reads_its_result(wired: tuple[WireServer, Model], streamed: bool) -> None:
    server, model = wired
    server.call("weather", place="Haifa").answer("It is sunny in Haifa.")
    agent = Agent(model)

    @agent.tool_plain
    def weather(place: str) -> str:
        return f"sunny at {place}"

    async with agent:
        if streamed:
            async with agent.run_stream("What is the weather?") as result:
                said = await result.get_output()
        else:
            said = (await agent.run("What is the weather?")).output
    assert said == "It is sunny in Haifa."
    assert "sunny at Haifa" in server.requests[1].text


async def test_a_model_answers_under_a_schema(wired: tuple[WireServer, Model]) -> None:
    server, model = wired
    server.answer({"name": "Haifa", "country": "Israel"})
    async with Agent(model, output_type=NativeOutput(City)) as agent:
        assert (await agent.run("Which city?")).output == City(name="Haifa", country="Israel")
    assert '"country"' in server.requests[0].text


TURN = {"role": "user", "parts": [{"text": "hello"}]}
JSON = {"responseMimeType": "application/json"}
CALL = {"role": "model", "parts": [{"functionCall": {"name": "f", "args": {}}}]}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, "contents is not specified"),
        ({"contents": []}, "contents is not specified"),
        ({"contents": [TURN], "max_tokens": 5}, 'Unknown name "max_tokens"'),
        ({"contents": [{**TURN, "role": "assistant"}]}, "valid role"),
        ({"contents": [{"role": "user", "parts": []}]}, "must not be empty"),
        ({"contents": [TURN, CALL]}, "last turn"),
        ({"contents": [TURN, CALL, TURN]}, "number of function response parts"),
        ({"contents": [TURN], "generationConfig": {"responseJsonSchema": {"type": "object"}}}, "response_mime_type"),
        (
            {"contents": [TURN], "generationConfig": {"responseMimeType": "application/json", "responseSchema": {"type": "OBJECT"}}},
            "non-empty",
        ),
        ({"contents": [TURN], "generationConfig": {"responseMimeType": "application/json", "responseSchema": {"$ref": "#"}}}, "$ref"),
        ({"contents": [TURN], "generationConfig": {"maxOutputTokens": 100_000}}, "out of range"),
        ({"contents": [TURN], "tools": [{"functionDeclarations": [{"name": "no spaces"}]}]}, "function name"),
    ],
)
def test_gemini_refuses_what_the_real_one_refuses(body: dict[str, Any], said: str) -> None:
    with GeminiServer() as server:
        address = f"{server.url}/v1beta/models/gemini-2.5-flash:generateContent"
        error = httpx2.post(address, json=body, headers={"x-goog-api-key": KEY}).json()["error"]
    assert (error["code"], error["status"]) == (400, "INVALID_ARGUMENT")
    assert said in error["message"]
    assert server.surprises


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        ("responses", {"model": "m"}, "input"),
        ("responses", {"model": "m", "input": "x", "max_tokens": 5}, "max_tokens"),
        ("responses", {"model": "m", "input": "x", "text": {"format": {"type": "json_object"}}}, "'json'"),
        ("responses", {"model": "m", "input": [{"type": "function_call_output", "call_id": "1", "output": ""}]}, "No tool call found"),
        ("chat/completions", {"model": "m"}, "messages"),
        ("chat/completions", {"messages": [{"role": "user", "content": "x"}]}, "model"),
        ("chat/completions", {"model": "m", "messages": [{"role": "tool", "tool_call_id": "1", "content": ""}]}, "preceding message"),
        ("chat/completions", {"model": "m", "messages": [{"role": "user", "content": "x"}], "stream_options": {}}, "stream"),
    ],
)
def test_openai_refuses_what_the_real_one_refuses(path: str, body: dict[str, Any], said: str) -> None:
    with OpenAIServer() as server:
        answer = httpx2.post(f"{server.url}/v1/{path}", json=body, headers={"authorization": f"Bearer {KEY}"})
    assert answer.status_code == 400
    assert said in answer.json()["error"]["message"]
    assert server.surprises


def test_a_strict_schema_of_openai_is_closed_and_requires_all() -> None:
    schema = {"type": "object", "properties": {"x": {"type": "string"}}}
    body = {"model": "m", "input": "x", "text": {"format": {"type": "json_schema", "name": "x", "schema": schema, "strict": True}}}
    with OpenAIServer() as server:
        error = httpx2.post(f"{server.url}/v1/responses", json=body, headers={"authorization": f"Bearer {KEY}"}).json()["error"]
    assert "additionalProperties" in error["message"]


def test_a_wrong_key_is_refused_in_each_providers_own_way() -> None:
    with GeminiServer() as server:
        address = f"{server.url}/v1beta/models/gemini-2.5-flash:generateContent"
        wrong = httpx2.post(address, json={"contents": [TURN]}, headers={"x-goog-api-key": "wrong"})
        none = httpx2.post(address, json={"contents": [TURN]})
    assert (wrong.status_code, wrong.json()["error"]["details"][0]["reason"]) == (400, "API_KEY_INVALID")
    assert none.status_code == 403
    with OpenAIServer() as server:
        wrong = httpx2.post(f"{server.url}/v1/responses", json={"model": "m", "input": "x"}, headers={"authorization": "Bearer wrong-key"})
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (401, "invalid_api_key")


def test_a_cut_stream_really_breaks() -> None:
    got: list[bytes] = []
    with GeminiServer() as server:
        server.cut_after(2, "one two three four", pieces=4)
        with pytest.raises(httpx2.RemoteProtocolError):
            _read_into(got, f"{server.url}/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse")
    frames = [json.loads(line[6:]) for line in b"".join(got).split(b"\r\n\r\n") if line]
    assert [frame["candidates"][0]["content"]["parts"][0]["text"] for frame in frames] == ["one t", "wo th"]


def _read_into(got: list[bytes], address: str) -> None:
    with httpx2.stream("POST", address, json={"contents": [TURN]}, headers={"x-goog-api-key": KEY}) as answer:
        got.extend(answer.iter_bytes())


def test_a_request_after_the_script_is_a_surprise() -> None:
    with GeminiServer() as server:
        address = f"{server.url}/v1beta/models/gemini-2.5-flash:generateContent"
        assert httpx2.post(address, json={"contents": [TURN]}, headers={"x-goog-api-key": KEY}).status_code == 500
    assert "after the end" in server.surprises[0]
