"""An agent of the official A2A SDK over real HTTP: a courier, who does what the words of a message say."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from a2a.helpers import new_text_message
from a2a.server.agent_execution import AgentExecutor, RequestContext
from a2a.server.events import EventQueue
from a2a.server.request_handlers import DefaultRequestHandler
from a2a.server.routes import create_agent_card_routes, create_jsonrpc_routes
from a2a.server.tasks import InMemoryTaskStore, TaskUpdater
from a2a.types import a2a_pb2 as a2a
from google.protobuf.json_format import ParseDict
from starlette.applications import Starlette

from tests.wire.radicale import free_port

TOKEN = "courier-canary-5b1e"


@dataclass
class Courier:
    """description: of the card, as it is now. streaming: what the card says. cuts: so many streams break after their first event. crashes: so
    many calls are carried out and then answered by 500. go: who waits, waits for it; the last cut sets it."""

    address: str = ""
    description: str = "Delivers parcels from farm to town"
    streaming: bool = True
    extension: bool = False
    cuts: int = 0
    crashes: int = 0
    delivered: list[str] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    go: threading.Event = field(default_factory=threading.Event)

    def card(self) -> dict[str, Any]:
        skill = {
            "id": "deliver",
            "name": "Deliver",
            "description": "Delivers a parcel",
            "tags": ["parcels"],
            "examples": ["deliver a parcel to Haifa"],
        }
        extensions = [{"uri": "urn:example:signed-in-blood", "required": True}] if self.extension else []
        return {
            "name": "Courier", "description": self.description, "version": "1", "skills": [skill],
            "supportedInterfaces": [{"url": f"{self.address}/rpc", "protocolBinding": "JSONRPC", "protocolVersion": "1.0"}],
            "capabilities": {"streaming": self.streaming, "extensions": extensions},
            "defaultInputModes": ["text/plain"], "defaultOutputModes": ["text/plain"],
        }  # fmt: skip


class _Executor(AgentExecutor):
    def __init__(self, courier: Courier) -> None:
        self._courier = courier

    async def execute(self, context: RequestContext, event_queue: EventQueue) -> None:
        words = context.get_user_input()
        if words == "how far is it":
            await event_queue.enqueue_event(new_text_message("Two hours."))
            return
        made = TaskUpdater(event_queue, context.task_id or "", context.context_id or "")
        if context.current_task is None:
            status = a2a.TaskStatus(state=a2a.TASK_STATE_SUBMITTED)
            task = a2a.Task(id=context.task_id, context_id=context.context_id, status=status, history=[context.message])
            await event_queue.enqueue_event(task)
        else:
            words = f"{context.current_task.history[0].parts[0].text} to the {words}"
        told = made.new_agent_message
        match words.split():
            case ["ask", _]:
                await made.requires_input(told([a2a.Part(text="Which door?")]))
            case ["fail"]:
                await made.failed(told([a2a.Part(text="The van broke down.\u202e")]))
            case ["refuse"]:
                await made.reject(told([a2a.Part(text="Too heavy.")]))
            case ["sign", "in"]:
                await made.requires_auth(told([a2a.Part(text="Who are you?")]))
            case _:
                await made.start_work(told([a2a.Part(text="On the way.")]))
                if words == "wait":
                    await asyncio.to_thread(self._courier.go.wait)
                self._courier.delivered.append(words)
                await made.add_artifact([a2a.Part(text=f"Delivered: {words}"), ParseDict({"data": {"parcels": 1}}, a2a.Part())])
                await made.complete()

    async def cancel(self, context: RequestContext, event_queue: EventQueue) -> None:
        self._courier.cancelled.append(context.task_id or "")
        await TaskUpdater(event_queue, context.task_id or "", context.context_id or "").cancel()


class _Door:
    """Who has no token stays out; and the faults that the courier is told to have."""

    def __init__(self, app: Any, courier: Courier) -> None:
        self._app, self._courier = app, courier

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        courier, calls = self._courier, scope["method"] == "POST"
        if dict(scope["headers"]).get(b"authorization") != f"Bearer {TOKEN}".encode():
            await send({"type": "http.response.start", "status": 401, "headers": []})
            await send({"type": "http.response.body", "body": b""})
            return
        chunks, crash = 0, calls and courier.crashes > 0
        if crash:
            courier.crashes -= 1

        async def sending(message: Any) -> None:
            nonlocal chunks
            if crash:
                return
            await send(message)
            chunks += bool(message.get("body"))
            if chunks == 1 and courier.cuts and message.get("more_body"):
                courier.cuts -= 1
                if not courier.cuts:
                    courier.go.set()
                raise ConnectionResetError("cut")

        async def heard() -> Any:
            message = await receive()
            courier.asked.append(message.get("body", b"").decode())
            return message

        await self._app(scope, heard, sending)
        if crash:
            await send({"type": "http.response.start", "status": 500, "headers": []})
            await send({"type": "http.response.body", "body": b""})


@contextmanager
def courier() -> Iterator[Courier]:
    port = free_port()
    made = Courier(f"http://127.0.0.1:{port}")

    async def current(_card: a2a.AgentCard) -> a2a.AgentCard:
        return ParseDict(made.card(), a2a.AgentCard())

    card = ParseDict({**made.card(), "capabilities": {"streaming": True}}, a2a.AgentCard())
    handler = DefaultRequestHandler(agent_executor=_Executor(made), task_store=InMemoryTaskStore(), agent_card=card)
    app = Starlette(routes=[*create_agent_card_routes(card, card_modifier=current), *create_jsonrpc_routes(handler, "/rpc")])
    config = uvicorn.Config(_Door(app, made), port=port, log_level="critical", timeout_graceful_shutdown=1, lifespan="off", loop="asyncio")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
            threading.Event().wait(0.01)
        yield made
    finally:
        made.go.set()
        server.should_exit = True
        thread.join(10)
