"""Tizmoret as an A2A server, spoken to by the client of the official SDK."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest
from a2a.client import A2ACardResolver, Client, ClientConfig, ClientFactory
from a2a.types import a2a_pb2 as a2a
from a2a.utils.errors import (
    ContentTypeNotSupportedError,
    InvalidParamsError,
    TaskNotCancelableError,
    TaskNotFoundError,
    UnsupportedOperationError,
)
from google.protobuf.json_format import MessageToDict, ParseDict

from tests.demo_files import lay_out
from tests.integration.server.conftest import Running, ServerThread
from tizmoret.owner import owner_token
from tizmoret.settings import Settings

pytestmark = pytest.mark.anyio


@pytest.fixture
def running(settings: Settings) -> Iterator[Running]:
    server = ServerThread(settings)
    made = server.start()
    lay_out(made.folder, settings.timezone)
    yield made
    server.stop()


def http(running: Running, token: str | None = None) -> httpx.AsyncClient:
    headers = {"Authorization": f"Bearer {token or owner_token(running.tizmoret.settings.home)}"}
    return httpx.AsyncClient(headers=headers, timeout=60, trust_env=False)


@contextlib.asynccontextmanager
async def client(running: Running, agent: str = "", *, streaming: bool = False) -> AsyncIterator[Client]:
    """By the card alone, as any client of the protocol finds its way."""
    base = f"{running.address}/a2a/agents/{agent}" if agent else running.address
    async with http(running) as carrier:
        card = await A2ACardResolver(carrier, base).get_agent_card()
        yield ClientFactory(ClientConfig(streaming=streaming, httpx_client=carrier)).create(card)


def message(*parts: Any, **more: Any) -> a2a.SendMessageRequest:
    """parts: text, or data."""
    told = [{"text": one} if isinstance(one, str) else {"data": one} for one in parts]
    body = {"message": {"messageId": str(uuid4()), "role": "ROLE_USER", "parts": told, **more}}
    return ParseDict(body, a2a.SendMessageRequest())


async def send(made: Client, *parts: Any, **more: Any) -> a2a.Task:
    found = [one async for one in made.send_message(message(*parts, **more))]
    assert len(found) == 1
    return found[0].task


def state(task: a2a.Task) -> str:
    return a2a.TaskState.Name(task.status.state).removeprefix("TASK_STATE_")


def asked(task: a2a.Task) -> dict[str, Any]:
    """What the first gate tells as data."""
    return next(MessageToDict(part.data) for part in task.status.message.parts if part.HasField("data"))


async def test_a_request_is_carried_out_and_answered(running: Running) -> None:
    async with client(running) as made:
        task = await send(made, "find the contact Noa Segev", contextId="farm-7")
        assert state(task) == "COMPLETED"
        assert "noa.segev@north-mill.example" in task.artifacts[0].parts[0].text
        assert (task.context_id, task.history[0].parts[0].text) == ("farm-7", "find the contact Noa Segev")
        again = await made.get_task(a2a.GetTaskRequest(id=task.id, history_length=0))
        assert (again.artifacts, list(again.history)) == (task.artifacts, [])


async def test_an_agent_is_asked_at_its_own_address_by_text_or_by_its_arguments(running: Running) -> None:
    async with client(running, "contact-search") as made:
        by_text = await send(made, "Noa Segev")
        by_data = await send(made, {"name": "Noa Segev"})
    for task in (by_text, by_data):
        output = next(MessageToDict(part.data) for part in task.artifacts[0].parts if part.HasField("data"))
        assert output["contact"]["email"] == "noa.segev@north-mill.example"


async def test_the_public_card_tells_nothing_of_the_workspace_and_the_rest_needs_the_token(running: Running) -> None:
    async with httpx.AsyncClient(trust_env=False) as stranger:
        card = (await stranger.get(f"{running.address}/.well-known/agent-card.json")).json()
        assert [one["id"] for one in card["skills"]] == ["request"]
        for refused in (
            await stranger.post(f"{running.address}/a2a", json={}),
            await stranger.post(f"{running.address}/a2a/agents/analysis", json={}),
            await stranger.get(f"{running.address}/a2a/agents/analysis/.well-known/agent-card.json"),
        ):
            assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
    async with client(running) as made:
        extended = await made.get_extended_agent_card(a2a.GetExtendedAgentCardRequest())
    assert {"request", "analysis", "contact-search"} <= {one.id for one in extended.skills}


async def test_an_effect_is_approved_by_what_will_run_and_by_no_sentence(running: Running) -> None:
    async with client(running) as made:
        task = await send(made, "schedule a meeting with Noa Segev on 2031-03-02 at 14:00 about the price of wheat")
        assert state(task) == "INPUT_REQUIRED"
        gate = asked(task)
        assert (gate["purpose"], gate["tool"]) == ("approval", "calendar.create")
        with pytest.raises(InvalidParamsError, match="not given in words"):
            await send(made, "yes, approved, go ahead", taskId=task.id)
        with pytest.raises(InvalidParamsError, match="does not approve"):
            await send(made, {"approval": gate["approval"], "decision": "approve", "fingerprint": "0" * 64}, taskId=task.id)
        with pytest.raises(InvalidParamsError, match="another context"):
            await send(made, "yes", taskId=task.id, contextId="somebody-else")
        decision = {"approval": gate["approval"], "decision": "approve", "fingerprint": gate["fingerprint"]}
        done = await send(made, decision, taskId=task.id)
        assert (state(done), len(done.history)) == ("COMPLETED", 2)
    assert "price of wheat" in (running.folder / "calendar" / "main.ics").read_text()


async def test_what_has_its_answer_does_not_ask_again_though_it_has_not_gone_on_yet(running: Running, settings: Settings) -> None:
    async with client(running, streaming=True) as made:
        told = [one async for one in made.send_message(message("schedule a meeting with Noa Segev on 2031-03-02 at 14:00 about wheat"))]
        gate = next(MessageToDict(part.data) for part in told[-1].status_update.status.message.parts if part.HasField("data"))
        decision = {"approval": gate["approval"], "decision": "approve", "fingerprint": gate["fingerprint"]}
        async with await psycopg.AsyncConnection.connect(settings.database_url) as holder:
            await holder.execute("lock table events in share mode")  # no execution goes on
            answered = made.send_message(message(decision, taskId=told[0].task.id))
            assert state((await anext(answered)).task) == "WORKING"
        assert [one async for one in answered][-1].status_update.status.state == a2a.TaskState.TASK_STATE_COMPLETED


async def test_a_no_is_a_no(running: Running) -> None:
    async with client(running) as made:
        task = await send(made, "schedule a meeting with Noa Segev on 2031-03-02 at 14:00 about the price of wheat")
        await send(made, {"approval": asked(task)["approval"], "decision": "reject"}, taskId=task.id)
    assert "price of wheat" not in (running.folder / "calendar" / "main.ics").read_text()


async def test_a_question_is_answered_in_words(running: Running) -> None:
    async with client(running) as made:
        task = await send(made, "schedule a meeting with Yoav on 2031-03-02 at 14:00")
        gate = asked(task)
        assert (gate["purpose"], len(gate["options"]) > 1) == ("question", True)
        with pytest.raises(InvalidParamsError, match="none of the choices"):
            await send(made, "Napoleon", taskId=task.id)
        chosen = next(one for one in gate["options"] if "לוי" in one)
        task = await send(made, chosen, taskId=task.id)
        assert asked(task)["purpose"] == "approval"
        assert "yoav.levi@sdot-haemek.example" in str(asked(task)["args"])


async def test_a_stream_begins_with_the_task_tells_its_way_and_ends_with_its_answer(running: Running) -> None:
    async with client(running, streaming=True) as made:
        found = [one async for one in made.send_message(message("find the contact Noa Segev"))]
        kinds = [one.WhichOneof("payload") for one in found]
        assert (kinds[0], kinds[-2:]) == ("task", ["artifact_update", "status_update"])
        said = [part.text for one in found[1:-2] for part in one.status_update.status.message.parts]
        assert any("contact" in one for one in said)
        assert found[-1].status_update.status.state == a2a.TASK_STATE_COMPLETED
        with pytest.raises(UnsupportedOperationError):
            async for _ in made.subscribe(a2a.SubscribeToTaskRequest(id=found[0].task.id)):
                pass


async def test_who_lost_the_stream_comes_back_to_it(running: Running) -> None:
    async with client(running, streaming=True) as made:
        found = [one async for one in made.send_message(message("schedule a meeting with Noa Segev on 2031-03-02 at 14:00"))]
        assert found[-1].status_update.status.state == a2a.TASK_STATE_INPUT_REQUIRED
        id = found[0].task.id
        following = made.subscribe(a2a.SubscribeToTaskRequest(id=id))
        task = (await anext(following)).task
        assert state(task) == "INPUT_REQUIRED"
        await made.cancel_task(a2a.CancelTaskRequest(id=id))
        last = [one async for one in following][-1]
        assert last.status_update.status.state == a2a.TASK_STATE_CANCELED


async def test_a_message_that_is_sent_again_begins_nothing_new(running: Running) -> None:
    wanted = message("find the contact Noa Segev")
    async with client(running) as made:
        ids = {one.task.id for _ in range(2) async for one in made.send_message(wanted)}
        listed = await made.list_tasks(a2a.ListTasksRequest())
    assert ({one.id for one in listed.tasks}, listed.total_size) == (ids, 1)


async def test_tasks_are_listed_by_context_and_state_page_by_page(running: Running) -> None:
    async with client(running, "contact-search") as made:
        ids = [(await send(made, "Noa Segev", contextId="grain" if number else "wine")).id for number in range(3)]
        first = await made.list_tasks(a2a.ListTasksRequest(context_id="grain", page_size=1, include_artifacts=True))
        rest = await made.list_tasks(a2a.ListTasksRequest(context_id="grain", page_size=1, page_token=first.next_page_token))
        assert ([one.id for one in first.tasks], [one.id for one in rest.tasks]) == ([ids[2]], [ids[1]])
        assert (first.total_size, rest.next_page_token, bool(first.tasks[0].artifacts), bool(rest.tasks[0].artifacts)) == (
            2,
            "",
            True,
            False,
        )
        assert not (await made.list_tasks(a2a.ListTasksRequest(status="TASK_STATE_WORKING"))).tasks


async def test_what_is_not_of_this_client_is_not_there(running: Running) -> None:
    """A task that was never, one of the page's own executions, and one of another workspace look the same."""
    own = running.client.post("/api/orchestrate", json={"query": "find the contact Noa Segev"}).json()["id"]
    other, strange = uuid4(), uuid4()
    with psycopg.connect(running.tizmoret.settings.database_url or "", autocommit=True) as connection:
        connection.execute("insert into workspaces (id, name) values (%s, 'other')", (other,))
        columns = "workspace_id, id, request, language, user_id, status"
        connection.execute(f"insert into executions ({columns}) values (%s, %s, 'x', 'en', 'a2a', 'waiting')", (other, strange))
        connection.execute("insert into conversations (workspace_id, execution_id, context) values (%s, %s, 'grain')", (other, strange))
    async with client(running) as made:
        for id in (str(uuid4()), "nonsense", own, str(strange)):
            with pytest.raises(TaskNotFoundError):
                await made.get_task(a2a.GetTaskRequest(id=id))
            with pytest.raises(TaskNotFoundError):
                await made.cancel_task(a2a.CancelTaskRequest(id=id))
            with pytest.raises(TaskNotFoundError):
                await send(made, "yes", taskId=id)
        assert not (await made.list_tasks(a2a.ListTasksRequest(context_id="grain"))).tasks


async def test_what_cannot_be_is_said_in_the_words_of_the_protocol(running: Running) -> None:
    async with client(running) as made:
        done = await send(made, "find the contact Noa Segev")
        with pytest.raises(TaskNotCancelableError):
            await made.cancel_task(a2a.CancelTaskRequest(id=done.id))
        with pytest.raises(UnsupportedOperationError, match="has ended"):
            await send(made, "more", taskId=done.id)
        with pytest.raises(InvalidParamsError):
            await send(made, "")
        file = ParseDict(
            {"message": {"messageId": "1", "role": "ROLE_USER", "parts": [{"url": "https://x.example/a.pdf"}]}}, a2a.SendMessageRequest()
        )
        with pytest.raises(ContentTypeNotSupportedError):
            _ = [one async for one in made.send_message(file)]
    async with client(running, "editor") as made:
        with pytest.raises(InvalidParamsError, match="takes no text"):
            await send(made, "look for them")


async def test_a_call_that_is_none_has_its_code(running: Running) -> None:
    def call(method: str, params: str = "{}", id: str = "1") -> str:
        return f'{{"jsonrpc": "2.0", "id": {id}, "method": "{method}", "params": {params}}}'

    some = call("GetTask", '{"id": "1"}')
    cases = [
        ("{", "1.0", -32700), ("[]", "1.0", -32600), (call("GetTask", id="true"), "1.0", -32600), (call("tasks/get"), "1.0", -32601),
        (call("GetTask"), "1.0", -32602), (some, "1.3", -32001), (some, "", -32009), (some, "0.3", -32009),
        (call("CreateTaskPushNotificationConfig"), "1.0", -32602),
    ]  # fmt: skip
    async with http(running) as carrier:
        for body, version, code in cases:
            headers = {"A2A-Version": version} if version else {}
            answer = await carrier.post(f"{running.address}/a2a", content=body, headers=headers)
            assert (answer.status_code, answer.json()["error"]["code"]) == (200, code), body
