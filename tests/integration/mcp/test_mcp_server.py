"""Tizmoret as an MCP server, spoken to by the client of the official SDK: over HTTP and stdio, in the current protocol and the one before."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp_types import CallToolResult, ElicitRequestFormParams, ElicitResult

from tests.demo_files import lay_out
from tests.integration.cli.program import PROGRAM, Program
from tests.integration.server.conftest import Running, ServerThread
from tizmoret.owner import owner_token
from tizmoret.settings import Settings

pytestmark = pytest.mark.anyio

CREATE = {"title": "Price of wheat", "start": "2031-03-02T14:00:00+02:00"}


@pytest.fixture
def running(settings: Settings) -> Iterator[Running]:
    server = ServerThread(settings)
    made = server.start()
    lay_out(made.folder, settings.timezone)
    yield made
    server.stop()


class Person:
    """Who sits at the client: gives these answers, and remembers what was asked."""

    def __init__(self, *answers: ElicitResult) -> None:
        self.answers = list(answers)
        self.asked: list[ElicitRequestFormParams] = []

    async def __call__(self, context: Any, params: Any) -> ElicitResult:
        self.asked.append(params)
        return self.answers.pop(0)


def says(answer: str) -> ElicitResult:
    return ElicitResult(action="accept", content={"answer": answer})


@contextlib.asynccontextmanager
async def client(running: Running, person: Person | None = None, mode: str = "auto", token: str | None = None) -> AsyncIterator[Client]:
    headers = {"Authorization": f"Bearer {token or owner_token(running.tizmoret.settings.home)}"}
    async with httpx2.AsyncClient(headers=headers, timeout=60) as http:
        transport = streamable_http_client(f"{running.address}/mcp", http_client=http)
        async with Client(transport, mode=mode, elicitation_callback=person) as made:
            yield made


def text(result: CallToolResult) -> str:
    return "".join(one.text for one in result.content if one.type == "text")


def meetings(running: Running) -> str:
    return (running.folder / "calendar" / "main.ics").read_text()


async def test_tools_say_what_they_do(running: Running) -> None:
    async with client(running) as made:
        tools = {one.name: one for one in (await made.list_tools()).tools}
    assert {"tizmoret_submit", "tizmoret_get", "tizmoret_events", "tizmoret_list", "calendar_create", "contacts_search"} <= tools.keys()
    assert not [name for name in tools if "approve" in name]
    hints = {name: tools[name].annotations for name in ("contacts_search", "calendar_create", "calendar_delete")}
    assert [(one.read_only_hint, one.destructive_hint) for one in hints.values() if one] == [(True, False), (False, False), (False, True)]


async def test_a_tool_that_reads_answers_at_once(running: Running) -> None:
    async with client(running) as made:
        found = await made.call_tool("contacts_search", {"query": "Noa Segev"})
        assert not found.is_error
        assert "noa.segev@north-mill.example" in text(found)
        id = found.structured_content["id"]
        assert (await made.call_tool("tizmoret_get", {"execution": id})).structured_content["status"] == "completed"
        events = (await made.call_tool("tizmoret_events", {"execution": id})).structured_content["events"]
        assert [one["seq"] for one in events] == list(range(1, len(events) + 1))
        assert id in text(await made.call_tool("tizmoret_list", {}))


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_an_effect_is_asked_of_the_person_and_shown_whole(running: Running, mode: str) -> None:
    person = Person(says("approve"))
    async with client(running, person, mode) as made:
        done = await made.call_tool("calendar_create", CREATE)
    assert (done.structured_content["status"], done.is_error) == ("completed", False)
    assert "Price of wheat" in meetings(running)
    (asked,) = person.asked
    assert '"title": "Price of wheat"' in asked.message
    assert "calendar.create" in asked.message


@pytest.mark.parametrize("mode", ["auto", "legacy"])
@pytest.mark.parametrize("answer", [says("reject"), ElicitResult(action="decline")])
async def test_a_no_is_a_no(running: Running, mode: str, answer: ElicitResult) -> None:
    async with client(running, Person(answer), mode) as made:
        await made.call_tool("calendar_create", CREATE)
    assert "Price of wheat" not in meetings(running)


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_a_client_that_cannot_ask_is_told_who_can(running: Running, mode: str) -> None:
    async with client(running, None, mode) as made:
        waits = await made.call_tool("calendar_create", CREATE)
    assert waits.structured_content["status"] == "waiting"
    assert "tizmoret show" in text(waits)
    assert "Price of wheat" not in meetings(running)


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_a_form_that_is_closed_decides_nothing(running: Running, mode: str) -> None:
    async with client(running, Person(ElicitResult(action="cancel")), mode) as made:
        await made.call_tool("calendar_create", CREATE)
        listed = await made.call_tool("tizmoret_list", {"status": "waiting"})
    assert len(listed.structured_content["executions"]) == 1
    assert "Price of wheat" not in meetings(running)


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_the_seed_request_asks_which_yoav_and_then_whether(running: Running, mode: str) -> None:
    class Careful(Person):
        async def __call__(self, context: Any, params: Any) -> ElicitResult:
            self.asked.append(params)
            choices = params.requested_schema["properties"]["answer"]["enum"]
            return says("approve" if "approve" in choices else next(one for one in choices if "לוי" in one))

    person = Careful()
    async with client(running, person, mode) as made:
        done = await made.call_tool(
            "tizmoret_submit", {"request": "Read what we did in December on grain and schedule a meeting with Yoav"}
        )
    assert done.structured_content["status"] == "completed"
    assert len(person.asked) >= 2
    assert "yoav.levi@sdot-haemek.example" in meetings(running)


async def test_what_cannot_be_called_ends_in_a_sentence(running: Running) -> None:
    async with client(running) as made:
        for name, arguments in (
            ("nothing", {}), ("tizmoret_submit", {}), ("tizmoret_get", {"execution": "x"}), ("calendar_create", {"title": 7}),
            ("tizmoret_get", {"execution": "00000000-0000-0000-0000-000000000000"}),
        ):  # fmt: skip
            refused = await made.call_tool(name, arguments)
            assert refused.is_error, name
            assert text(refused)
        forged = await made.session.call_tool("calendar_create", CREATE, request_state="forged", allow_input_required=True)
        assert isinstance(forged, CallToolResult)
        assert forged.is_error


async def test_nobody_comes_in_without_the_token(running: Running) -> None:
    for headers in ({}, {"Authorization": "Bearer wrong"}):
        answer = httpx2.post(f"{running.address}/mcp", json={"jsonrpc": "2.0", "id": 1, "method": "tools/list"}, headers=headers)
        assert answer.status_code == 401
    token = owner_token(running.tizmoret.settings.home)
    foreign = {"Authorization": f"Bearer {token}", "Origin": "https://evil.example"}
    assert httpx2.post(f"{running.address}/mcp", json={}, headers=foreign).status_code == 403


async def test_over_stdio_nothing_but_the_protocol_comes_out(tmp_path: Path, database_url: str) -> None:
    program = Program(tmp_path / "home", DATABASE_URL=database_url)
    parameters = StdioServerParameters(command=PROGRAM[0], args=[*PROGRAM[1:], "mcp"], env=program.env)
    async with Client(stdio_client(parameters)) as made:
        assert "tizmoret_submit" in {one.name for one in (await made.list_tools()).tools}
        checked = await made.call_tool("tizmoret_submit", {"request": "check the system"})
    assert checked.structured_content["status"] == "completed"
