"""Every wire protocol, a small catalog to plan over, and keys that only the local servers know."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import BaseModel, ConfigDict, Field
from wire import AnthropicServer, GeminiServer, OllamaServer, OpenAIServer, WireServer
from wire.server import KEY

from tizmoret.catalog.catalog import Catalog
from tizmoret.catalog.tool import Call, Kind, Text, tool
from tizmoret.planner.model import Limits, ModelPlanner
from tizmoret.planner.planner import PlanRequest


class Note(BaseModel):
    id: str
    title: str


class Notes(BaseModel):
    notes: list[Note]


class FindNotes(BaseModel):
    model_config = ConfigDict(extra="forbid")
    query: Annotated[str, Kind("words")]
    limit: int = Field(50, ge=1, le=500)


class WriteNote(BaseModel):
    model_config = ConfigDict(extra="forbid")
    title: str
    content: str
    sources: list[str] = Field(default_factory=list)


def _show(_output: object, _language: object) -> str:
    return ""


@tool(
    "notes.search", title=Text(he="חיפוש פתקים", en="Search notes"), description=Text(he="מוצא פתקים", en="Find notes by words"), show=_show
)
async def search(args: FindNotes, call: Call) -> Notes:
    raise AssertionError("a planner calls nothing")


@tool(
    "notes.write", title=Text(he="כתיבת פתק", en="Write a note"), description=Text(he="כותב פתק", en="Write a note"), show=_show,
    effect="write", recovery="keyed", approval="ask",
)  # fmt: skip
async def write(args: WriteNote, call: Call) -> Note:
    raise AssertionError("a planner calls nothing")


FIND: dict[str, Any] = {"id": "find", "title": "Find notes", "tool": "notes.search", "args": {"query": "grain"}}
WRITE: dict[str, Any] = {
    "id": "write", "title": "Write the list", "tool": "notes.write",
    "args": {
        "title": "Grain",
        "content": {"$text": ["First: ", {"$from": "find.notes[0].title"}]},
        "sources": {"$from": "find.notes[*].id"},
    },
}  # fmt: skip
GOOD: dict[str, Any] = {"goal": "A list of the notes about grain", "steps": [FIND, WRITE], "answer": ["write"]}
BAD: dict[str, Any] = {"goal": "x", "steps": [{**FIND, "tool": "notes.find"}, WRITE]}  # there is no notes.find


def a_request(text: str = "list the notes about grain", **fields: Any) -> PlanRequest:
    now = dt.datetime(2026, 11, 20, 10, 30, tzinfo=ZoneInfo("Asia/Jerusalem"))
    return PlanRequest(**{"request": text, "language": "en", "now": now, "catalog": Catalog([search, write], []), **fields})


@dataclass(frozen=True)
class Protocol:
    """A model, the kind of server that speaks for it, what of its address comes after the host, its own word for too much work,
    and whether it takes a key and money."""

    model: str
    server: type[WireServer]
    path: str = ""
    overload: int = 503
    paid: bool = True


PROTOCOLS = {
    "gemini": Protocol("google:gemini-2.5-flash", GeminiServer),
    "openai": Protocol("openai:gpt-4o", OpenAIServer, "/v1"),
    "openai-chat": Protocol("openai-chat:gpt-4o", OpenAIServer, "/v1"),
    "anthropic": Protocol("anthropic:claude-sonnet-4-5", AnthropicServer, overload=529),
    "ollama": Protocol("ollama:qwen3", OllamaServer, "/v1", paid=False),
}
QUICK = Limits(wait=0.01)  # no test waits for a back-off


@pytest.fixture(autouse=True)
def _keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GOOGLE_API_KEY", "OPENAI_BASE_URL", "OLLAMA_BASE_URL", "OLLAMA_API_KEY", "ANTHROPIC_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GEMINI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)


@pytest.fixture(params=PROTOCOLS)
def protocol(request: pytest.FixtureRequest) -> Protocol:
    return PROTOCOLS[request.param]


@pytest.fixture
def server(protocol: Protocol) -> Iterator[WireServer]:
    """Every request that it got kept to the protocol, and there was none too many."""
    with protocol.server() as server:
        yield server
    assert server.surprises == []


@pytest.fixture
def planner(protocol: Protocol, server: WireServer) -> Callable[..., ModelPlanner]:
    def make(limits: Limits = QUICK) -> ModelPlanner:
        return ModelPlanner(protocol.model, url=server.url + protocol.path, limits=limits)

    return make
