"""The figures over all executions agree with what was done."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.server.conftest import Running
from tests.integration.server.test_routes import API, chain, create, submit, until


def work(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in found["work"]}


def test_nothing_done_is_nothing_told(running: Running) -> None:
    found = running.client.get("/api/activity").json()
    assert (found["executions"], found["work"], found["p95"], found["cost"]) == (0, [], None, 0)
    assert len(found["buckets"]) == 24


def test_calls_are_counted_by_what_was_called_and_executions_by_how_they_ended(running: Running) -> None:
    for steps in (1, 3):
        until(running, submit(running, plan=chain(*[0] * steps))["id"], "completed")
    missing = {"id": "read", "tool": "documents.read", "args": {"documents": ["no-such"]}}
    until(running, submit(running, plan={"steps": [missing], "request": "a test"})["id"], "failed")
    waiting = submit(running, plan=create())["id"]
    until(running, waiting, "waiting")
    found = running.client.get("/api/activity?hours=1").json()
    assert [found[name] for name in ("executions", "completed", "failed", "cancelled", "open")] == [4, 2, 1, 0, 1]
    assert sum(bucket["completed"] for bucket in found["buckets"]) == 2
    assert sum(bucket["open"] for bucket in found["buckets"]) == 1
    calls = work(found)
    assert (calls["time.now"]["calls"], calls["time.now"]["succeeded"], calls["time.now"]["failed"]) == (4, 4, 0)
    assert calls["documents.read"]["failed"] == 1
    assert calls["documents.read"]["calls"] == calls["documents.read"]["retried"] + 1
    assert 0 <= calls["time.now"]["p50"] <= calls["time.now"]["p95"] < 5
    assert "calendar.create" not in calls, "it waits and was not called"


def test_the_time_that_people_took_is_told_apart_from_the_call(running: Running) -> None:
    id = submit(running, plan=create())["id"]
    until(running, id, "waiting")
    (gate,) = running.client.get(f"{API}/{id}/approvals").json()
    running.client.post(f"{API}/{id}/approvals/{gate['id']}/approve").raise_for_status()
    until(running, id, "completed")
    found = running.client.get("/api/activity").json()
    assert found["approvals"] == 1
    assert found["approvalP50"] > 0
    assert work(found)["calendar.create"]["succeeded"] == 1


@pytest.mark.parametrize("hours", ["0", "9999", "many"])
def test_a_stretch_that_cannot_be_is_refused_by_name(running: Running, hours: str) -> None:
    answer = running.client.get(f"/api/activity?hours={hours}")
    assert answer.status_code == 422
    assert answer.json()["field"] == "hours"
