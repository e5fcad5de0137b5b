"""MCP and A2A with the keys of two workspaces: each client works in its own, in its member's name."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from tests.integration.access.conftest import Person
from tests.integration.mcp.test_mcp_server import client
from tests.integration.server.conftest import Running
from tests.integration.server.test_routes import API, create, submit, until


def key(person: httpx2.Client) -> str:
    return person.headers["authorization"].removeprefix("Bearer ")


@pytest.mark.anyio
async def test_over_mcp_one_works_in_ones_own_workspace_and_name(running: Running, other: httpx2.Client, person: Person) -> None:
    id = submit(running, plan=create())["id"]
    until(running, id, "waiting")
    async with client(running, token=key(other)) as made:
        assert (await made.call_tool("tizmoret_list", {})).structured_content == {"executions": []}
        for tool in ("tizmoret_get", "tizmoret_events"):
            refused = await made.call_tool(tool, {"execution": id})
            assert refused.is_error
        found = await made.call_tool("time_now", {})
        assert found.structured_content is not None
    (execution,) = other.get(API).json()["items"]
    assert (execution["id"], execution["userId"]) == (found.structured_content["id"], "Noa")
    assert [one["id"] for one in running.client.get(API).json()["items"]] == [id]
    with pytest.raises(BaseException):  # noqa: B017, PT011 - the official client says no more than that it could not connect
        async with client(running, token=key(person(other, "Dana", "viewer"))) as made:
            await made.list_tools()


def test_nobody_goes_on_with_the_mcp_session_of_another_one(running: Running, other: httpx2.Client) -> None:
    hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "a test", "version": "1"}}
    first = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello}
    headers = {"Accept": "application/json, text/event-stream"}
    begun = other.post("/mcp", json=first, headers=headers)
    assert begun.status_code == 200, begun.text
    headers["Mcp-Session-Id"] = begun.headers["mcp-session-id"]
    initialized = {"jsonrpc": "2.0", "method": "notifications/initialized"}
    assert running.client.post("/mcp", json=initialized, headers=headers).status_code == 404
    assert running.client.delete("/mcp", headers=headers).status_code == 404
    assert other.post("/mcp", json=initialized, headers=headers).status_code == 202


def call(client: httpx2.Client, method: str, **params: Any) -> dict[str, Any]:
    body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    found: dict[str, Any] = client.post("/a2a", json=body, headers={"A2A-Version": "1.0"}).json()
    return found


def test_over_a2a_one_works_in_ones_own_workspace_and_name(running: Running, other: httpx2.Client) -> None:
    message = {"messageId": "m1", "role": "ROLE_USER", "parts": [{"text": "check the system"}]}
    task = call(running.client, "SendMessage", message=message)["result"]["task"]
    assert call(other, "ListTasks")["result"]["tasks"] == []
    for method in ("GetTask", "CancelTask", "SubscribeToTask"):
        assert "no" in call(other, method, id=task["id"])["error"]["message"].lower()
    place = {"taskId": task["id"], "id": "here", "url": "https://93.184.216.34/hook"}
    assert call(running.client, "CreateTaskPushNotificationConfig", **place)["result"]["id"] == "here"
    for verb in ("Create", "Get", "Delete"):
        assert call(other, f"{verb}TaskPushNotificationConfig", **place)["error"]["code"] == -32001
    assert call(other, "ListTaskPushNotificationConfigs", taskId=task["id"])["error"]["code"] == -32001
    kept = call(running.client, "ListTaskPushNotificationConfigs", taskId=task["id"])["result"]["configs"]
    assert [one["url"] for one in kept] == [place["url"]]
    own = call(other, "SendMessage", message=message)["result"]["task"]
    assert own["id"] != task["id"]
    assert other.get(f"{API}/{own['id']}").json()["userId"] == "Noa"
