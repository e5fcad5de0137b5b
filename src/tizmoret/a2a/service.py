"""What an agent outside may do here: ask for work, look at it, answer what it asks, follow it, call it off. Each is a call of the orchestrator."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

from tizmoret.a2a import tasks
from tizmoret.a2a.answers import answers
from tizmoret.a2a.tasks import Seen
from tizmoret.a2a.wire import (
    ContentTypeNotSupported,
    InvalidParams,
    ListTasks,
    Message,
    OfTask,
    PushConfig,
    SendMessage,
    TaskNotCancelable,
    TaskNotFound,
    UnsupportedOperation,
)
from tizmoret.catalog.agent import Agent
from tizmoret.errors import Conflict, NotFound
from tizmoret.orchestrator import Tizmoret
from tizmoret.plan.model import Plan, Step
from tizmoret.views import FINAL, EventView

HEARTBEAT = 15.0  # seconds of silence after which a stream says that it is still there
WAIT = 300.0  # seconds that one call waits for an execution; it goes on without it
_TAKEN = frozenset({"text/plain", "text/markdown", "application/json", "text/*", "application/*", "*/*"})
_AT_FIRST = {"status": "planning", "answer": None, "error": None, "seq": 0}
_TEXT_KINDS = ("words", "text", "markdown")


@dataclass(frozen=True, slots=True)
class Service:
    """agent: that is asked; None: a request is planned. workspace and by: who asks. member: see `Tizmoret.submit`.
    key: that they ask with; None: the installation's token."""

    tizmoret: Tizmoret
    workspace: UUID
    by: str
    agent: Agent | None = None
    member: str | None = None
    key: UUID | None = None

    async def send(self, asked: SendMessage) -> dict[str, Any]:
        """The task, when it has ended or needs an answer; at once where that is wished. Raises RpcError, TizmoretError."""
        id, _ = await self.take(asked)
        if not asked.configuration.return_immediately:
            await self._wait(id)
        return {"task": tasks.task(await self.seen(id), asked.configuration.history_length)}

    async def take(self, asked: SendMessage) -> tuple[UUID, bool]:
        """Begin what a message asks for, or go on with what it answers; the execution, and whether it is a new one. Raises RpcError,
        TizmoretError."""
        words, data = _content(asked.message)
        modes = asked.configuration.accepted_output_modes
        if modes and not _TAKEN.intersection(modes):
            raise ContentTypeNotSupported("Answers are text/plain and application/json.")
        push = asked.configuration.task_push_notification_config
        if asked.message.task_id:
            if push is not None:  # before the answer is taken: a place that cannot be told refuses the message, which can be sent again
                await self._push(id_of(asked.message.task_id), push)
            return await self._go_on(asked.message, words, data), False
        if push is not None:
            await self.tizmoret.push_configs.check(push.wanted(UUID(int=0)))  # before anything begins that nobody would hear of
        id = await self._begin(asked.message, words, data)
        if push is not None:
            await self._push(id, push)
        return id, True

    async def _push(self, id: UUID, push: PushConfig) -> None:
        await self.tizmoret.push_configs.set(id, push.wanted(id), key=self.key, workspace=self.workspace)

    async def _begin(self, message: Message, words: str, data: list[Any]) -> UUID:
        key = "a2a-" + hashlib.sha256(f"{self.by}/{message.message_id}".encode()).hexdigest()
        plan = None if self.agent is None else _plan(self.agent, words, data)
        request = words if plan is None else plan.goal
        made = await self.tizmoret.submit(
            request, user=self.by, plan=plan, idempotency_key=key, workspace=self.workspace, member=self.member
        )
        context = message.context_id or str(uuid4())
        said = message.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        said |= {"contextId": context, "taskId": str(made.id)}
        agent = "" if self.agent is None else self.agent.name
        await self.tizmoret.conversations.begin(made.id, context, agent, said, workspace=self.workspace)
        return made.id

    async def _go_on(self, message: Message, words: str, data: list[Any]) -> UUID:
        seen = await self.seen(id_of(message.task_id))
        id = seen.execution.id
        if message.context_id and message.context_id != seen.conversation.context:
            raise InvalidParams("The task is of another context.", field="contextId")
        if seen.execution.status in FINAL:
            raise UnsupportedOperation(f"The task has ended: {seen.execution.status}.", cure="Send it without a taskId, for a new one.")
        if not seen.waiting:
            raise UnsupportedOperation("The task is at work, and has asked nothing.", cure="Subscribe to it, or wait.")
        for given in answers(words, data, seen.waiting):
            try:
                if given.approves:
                    await self.tizmoret.approve(
                        id, given.gate.id, by=self.by, option=given.option, text=given.text, workspace=self.workspace
                    )
                else:
                    await self.tizmoret.reject(id, given.gate.id, by=self.by, workspace=self.workspace)
            except Conflict as error:
                raise UnsupportedOperation(error.detail, cure=error.cure) from error
        said = message.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        await self.tizmoret.conversations.add(id, {**said, "contextId": seen.conversation.context}, workspace=self.workspace)
        return id

    async def get(self, asked: OfTask) -> dict[str, Any]:
        """Raises TaskNotFound."""
        return tasks.task(await self.seen(id_of(asked.id)), asked.history_length)

    async def list(self, asked: ListTasks) -> dict[str, Any]:
        """Those that were asked for over A2A, by whomever of this workspace; the last that moved first. Raises BadInput."""
        statuses = [status for status, state in tasks.STATES.items() if state == asked.status]
        found = await self.tizmoret.conversations.list(
            context=asked.context_id or None, statuses=statuses if asked.status != "TASK_STATE_UNSPECIFIED" else None,
            after=asked.status_timestamp_after, limit=asked.page_size, cursor=asked.page_token, workspace=self.workspace,
        )  # fmt: skip
        seen = [await self.seen(one.execution) for one in found.items]
        told = [tasks.task(one, asked.history_length or 0, artifacts=asked.include_artifacts) for one in seen]
        return {"tasks": told, "nextPageToken": found.next, "pageSize": asked.page_size, "totalSize": found.total}

    async def cancel(self, asked: OfTask) -> dict[str, Any]:
        """Raises TaskNotFound, TaskNotCancelable."""
        seen = await self.seen(id_of(asked.id))
        try:
            await self.tizmoret.cancel(seen.execution.id, by=self.by, workspace=self.workspace)
        except Conflict as error:
            raise TaskNotCancelable(error.detail) from error
        await self._wait(seen.execution.id)
        return tasks.task(await self.seen(seen.execution.id))

    async def follow(self, id: UUID, *, new: bool = False) -> AsyncIterator[dict[str, Any]]:
        """The task as it is, how far it comes, and its end or the next time that it needs an answer. new: from its beginning, however far it
        has come meanwhile. Raises TaskNotFound."""
        seen = await self.seen(id)
        if new:
            seen = replace(seen, execution=seen.execution.model_copy(update=_AT_FIRST), waiting=(), output=None)
        yield {"task": tasks.task(seen)}
        if seen.execution.status in FINAL:
            return
        async for event in self.tizmoret.events(id, seen.execution.seq, workspace=self.workspace):
            if text := await self._progress(seen, event):
                yield tasks.progress_update(seen, event.seq, event.at, text)
            if event.kind != "execution.waiting":
                continue
            seen = await self.seen(id)
            if seen.waiting and seen.execution.seq == event.seq:
                yield tasks.status_update(seen)
                return
        seen = await self.seen(id)
        if found := tasks.artifact(seen):
            yield tasks.artifact_update(seen, found)
        if seen.execution.status in FINAL:
            yield tasks.status_update(seen)

    async def subscribe(self, asked: OfTask) -> UUID:
        """The execution to follow. Raises TaskNotFound, UnsupportedOperation where it has ended."""
        seen = await self.seen(id_of(asked.id))
        if seen.execution.status in FINAL:
            raise UnsupportedOperation(f"The task has ended: {seen.execution.status}.", cure="Get it instead.")
        return seen.execution.id

    async def _progress(self, seen: Seen, event: EventView) -> str:
        match event.kind:
            case "plan.accepted":
                return (await self.tizmoret.executions.get(seen.execution.id, workspace=self.workspace)).goal
            case "step.progress":
                return str(event.data.get("message", ""))
            case "step.started":
                return str(event.data.get("uses") or event.data.get("step", ""))
        return ""

    async def _wait(self, id: UUID) -> None:
        try:
            await self.tizmoret.wait(id, WAIT, workspace=self.workspace)
        except TimeoutError:
            return

    async def seen(self, id: UUID) -> Seen:
        try:
            conversation = await self.tizmoret.conversations.get(id, workspace=self.workspace)
            execution = await self.tizmoret.executions.get(id, workspace=self.workspace)
        except NotFound as error:
            raise TaskNotFound(error.detail, taskId=str(id)) from error
        waiting = (
            await self.tizmoret.executions.approvals(id, status="pending", workspace=self.workspace)
            if execution.status == "waiting"
            else ()
        )
        output = None
        if conversation.agent and execution.status == "completed":
            output = (await self.tizmoret.executions.steps(id, workspace=self.workspace))[0].output
        return Seen(conversation, execution, waiting, output)


def id_of(text: str) -> UUID:
    """Raises TaskNotFound for what is none."""
    try:
        return UUID(text)
    except ValueError:
        raise TaskNotFound(f"There is no task {text[:60]}.", taskId=text[:60]) from None


def _content(message: Message) -> tuple[str, list[Any]]:
    """The text parts as one text, and the data parts. Raises ContentTypeNotSupported for files."""
    if any(part.raw is not None or part.url is not None for part in message.parts):
        raise ContentTypeNotSupported("Files are not taken.", cure="Send text or data parts.")
    words = "\n".join(part.text for part in message.parts if part.text is not None).strip()
    return words, [part.data for part in message.parts if part.data is not None]


def _plan(agent: Agent, words: str, data: list[Any]) -> Plan:
    """One call of the agent: a data part holds its arguments, text goes where the agent takes text. Raises InvalidParams."""
    given = next((one for one in data if isinstance(one, dict)), None)
    into = _text_argument(agent) if given is None else ""
    args = given if given is not None else {into: words} if into else {}
    return Plan(goal=agent.title.en, steps=(Step(id="answer", agent=agent.name, args=dict(args)),))


def _text_argument(agent: Agent) -> str:
    """Empty for one that needs no arguments: that it was asked says all. Raises InvalidParams."""
    told: Mapping[str, Any] = agent.capability.arguments.get("properties", {})
    texts = [name for name, schema in told.items() if schema.get("type") == "string" and "enum" not in schema and "format" not in schema]
    needed = agent.capability.arguments.get("required", [])
    required = [name for name in texts if name in needed]
    of_words = [name for name in texts if told[name].get("x-kind") in _TEXT_KINDS]
    for found in (required, of_words):
        if found:
            return found[0]
    if not needed:
        return ""
    cure = "Send a data part with its arguments; its card tells their schema."
    raise InvalidParams(f"{agent.name} takes no text.", cure=cure, field="parts")


async def with_heartbeat(stream: AsyncIterator[dict[str, Any]]) -> AsyncIterator[dict[str, Any] | None]:
    """What comes, and None for each time that nothing has come for a while."""
    pending: asyncio.Task[dict[str, Any]] | None = None
    try:
        while True:
            pending = pending or asyncio.ensure_future(anext(stream))
            done, _ = await asyncio.wait({pending}, timeout=HEARTBEAT)
            if not done:
                yield None
                continue
            found = pending.result()
            pending = None
            yield found
    except StopAsyncIteration:
        return
    finally:
        if pending is not None:
            pending.cancel()
