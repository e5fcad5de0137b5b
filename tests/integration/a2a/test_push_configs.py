"""Push notifications as a client of the official SDK asks for them: the places are set, looked at, changed and removed, and told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
from a2a.types import a2a_pb2 as a2a
from a2a.utils.errors import InvalidParamsError, TaskNotFoundError
from google.protobuf.json_format import ParseDict

from tests.demo_files import lay_out
from tests.integration.a2a.test_a2a_server import asked, client, message, send, state
from tests.integration.server.conftest import Running, ServerThread
from tests.wire.receiver import Receiver
from tizmoret import push_configs
from tizmoret.a2a import notifying
from tizmoret.settings import Settings

pytestmark = pytest.mark.anyio
MEETING = "schedule a meeting with Noa Segev on 2031-03-02 at 14:00 about the price of wheat"


@pytest.fixture
def running(open_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    monkeypatch.setattr(notifying, "SWEEP_EVERY", 0.02)
    server = ServerThread(open_settings)
    made = server.start()
    lay_out(made.folder, open_settings.timezone)
    yield made
    server.stop()


def config(url: str, **more: Any) -> a2a.TaskPushNotificationConfig:
    return ParseDict({"url": url, **more}, a2a.TaskPushNotificationConfig())


def wanting(text: str, url: str, **more: Any) -> a2a.SendMessageRequest:
    """A message that is answered at once, and a place to tell the rest."""
    made = message(text)
    made.configuration.return_immediately = True
    made.configuration.task_push_notification_config.CopyFrom(config(url, **more))
    return made


async def told(place: Receiver) -> tuple[a2a.StreamResponse, str, int]:
    """What came next, as the protocol's own types read it, the state that it tells, and its place in the log."""
    body = json.loads((await asyncio.to_thread(place.next)).content)
    read = ParseDict(body, a2a.StreamResponse())
    found = read.task if read.HasField("task") else read.status_update
    return read, a2a.TaskState.Name(found.status.state).removeprefix("TASK_STATE_"), int(found.metadata["seq"])


async def test_a_place_is_told_of_a_task_from_its_beginning_to_its_answer(running: Running, place: Receiver) -> None:
    shown = {"token": "of-this-task", "authentication": {"scheme": "Bearer", "credentials": "s3cret"}}
    async with client(running) as made:
        (begun,) = [one.task async for one in made.send_message(wanting(MEETING, f"{place.address}/hook?of=1", **shown))]
        heard = [await told(place)]
        assert (heard[0][0].WhichOneof("payload"), heard[0][0].task.id) == ("task", begun.id)
        while heard[-1][1] != "INPUT_REQUIRED":
            heard.append(await told(place))
        task = await made.get_task(a2a.GetTaskRequest(id=begun.id))
        gate = asked(task)
        await send(made, {"approval": gate["approval"], "decision": "approve", "fingerprint": gate["fingerprint"]}, taskId=begun.id)
        while heard[-1][1] != "COMPLETED":
            heard.append(await told(place))
        done = await made.get_task(a2a.GetTaskRequest(id=begun.id))
    assert heard[-1][0].task.artifacts == done.artifacts
    assert [one[2] for one in heard] == sorted({one[2] for one in heard})
    for one in place.asked:
        assert (one.method, one.target, one.header("content-type")) == ("POST", "/hook?of=1", "application/a2a+json")
        assert (one.header("authorization"), one.header("x-a2a-notification-token")) == ("Bearer s3cret", "of-this-task")


async def test_places_are_set_listed_replaced_and_removed_and_their_secrets_told_to_nobody(running: Running, place: Receiver) -> None:
    async with client(running) as made:
        task = (await send(made, MEETING)).id
        first = await made.create_task_push_notification_config(config(f"{place.address}/0", taskId=task))
        assert (first.id, first.task_id) == (task, task)
        for id in ("b", "a"):
            shown = {"token": "t0ken", "authentication": {"scheme": "Bearer", "credentials": "s3cret"}}
            given = await made.create_task_push_notification_config(config(f"{place.address}/{id}", taskId=task, id=id, **shown))
            assert (given.authentication.scheme, given.authentication.credentials, given.token) == ("Bearer", "", "")
        await made.create_task_push_notification_config(config(f"{place.address}/other", taskId=task, id="b"))
        page = await made.list_task_push_notification_configs(a2a.ListTaskPushNotificationConfigsRequest(task_id=task, page_size=2))
        rest = await made.list_task_push_notification_configs(
            a2a.ListTaskPushNotificationConfigsRequest(task_id=task, page_size=2, page_token=page.next_page_token)
        )
        assert ([one.id for one in (*page.configs, *rest.configs)], rest.next_page_token) == (sorted(["a", "b", task]), "")
        b = await made.get_task_push_notification_config(a2a.GetTaskPushNotificationConfigRequest(task_id=task, id="b"))
        assert (b.url, b.authentication.scheme) == (f"{place.address}/other", "")
        for _ in range(2):
            await made.delete_task_push_notification_config(a2a.DeleteTaskPushNotificationConfigRequest(task_id=task, id="b"))
        with pytest.raises(TaskNotFoundError):
            await made.get_task_push_notification_config(a2a.GetTaskPushNotificationConfigRequest(task_id=task, id="b"))
        for number in range(push_configs.MOST - 2):
            await made.create_task_push_notification_config(config(place.address, taskId=task, id=f"c{number}"))
        with pytest.raises(InvalidParamsError, match="10 places already"):
            await made.create_task_push_notification_config(config(place.address, taskId=task, id="one-too-many"))


async def test_a_place_that_must_not_be_told_is_refused_before_anything_begins(running: Running) -> None:
    secret = {"token": "t"}
    refused: list[tuple[str, dict[str, Any]]] = [
        ("ftp://example.com/x", {}), ("http://10.0.0.8/inside", {}), ("http://169.254.169.254/latest", {}), ("https://[::1]/x", {}),
        ("https://me:pw@example.com/x", {}), ("nonsense", {}),
        ("http://93.184.216.34/in-the-open", secret),
        ("http://127.0.0.1:9/x", {"authentication": {"scheme": "Bearer", "credentials": "a\r\nX-Other: b"}}),
        ("http://127.0.0.1:9/x", {"authentication": {"scheme": "Bearer"}}), ("http://127.0.0.1:9/x", {"token": "a\nb"}),
    ]  # fmt: skip
    async with client(running) as made:
        for url, more in refused:
            with pytest.raises(InvalidParamsError):
                _ = [one async for one in made.send_message(wanting("check the system", url, **more))]
        assert (await made.list_tasks(a2a.ListTasksRequest())).total_size == 0
        task = await send(made, MEETING)
        assert state(task) == "INPUT_REQUIRED"
        for url, more in refused:
            with pytest.raises(InvalidParamsError):
                await made.create_task_push_notification_config(config(url, taskId=task.id, **more))
        with pytest.raises(TaskNotFoundError):
            await made.create_task_push_notification_config(config("https://example.com", taskId="nonsense"))
        listed = await made.list_task_push_notification_configs(a2a.ListTaskPushNotificationConfigsRequest(task_id=task.id))
        assert not listed.configs
