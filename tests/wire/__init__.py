"""Local servers that speak the wire protocols of model providers, strictly enough that a wrong client fails.

    with GeminiServer() as server:
        server.answer({"goal": "...", "steps": [...]})
        ...
        assert "agenda" in server.requests[0].text

Each request takes the next reply of the script; one too many is a fault of the test (`surprises`)."""

from wire.anthropic import AnthropicServer
from wire.gemini import GeminiServer
from wire.ollama import OllamaServer
from wire.openai import OpenAIServer
from wire.server import Recorded, WireServer

__all__ = ["AnthropicServer", "GeminiServer", "OllamaServer", "OpenAIServer", "Recorded", "WireServer"]
