"""The routes over real HTTP: what each answers, and what each refuses, by name."""

from __future__ import annotations

import json
import random
import re
import threading
import time
from typing import Any

import httpx2
import pytest

from tests.integration.server.conftest import Running, ServerThread

API = "/api/orchestrate"
UNKNOWN = "01a1fbae-a2ef-7251-be71-5f046815da76"


def chain(*seconds: float) -> dict[str, Any]:
    """A plan that asks the time again and again."""
    steps = [{"id": f"s{i}", "tool": "time.now", "after": [f"s{i - 1}"] if i else []} for i in range(len(seconds))]
    return {"steps": steps, "request": "a test"}


def create(day: str = "2030-01-06") -> dict[str, Any]:
    args = {"title": "Budget", "start": f"{day}T10:00:00", "attendees": [{"name": "Dana", "email": "dana@example.com"}]}
    return {"steps": [{"id": "meeting", "tool": "calendar.create", "args": args}], "request": "a test"}


def submit(running: Running, **body: Any) -> dict[str, Any]:
    answer = running.client.post(API, json={"query": "a test", "userId": "dana", **body})
    assert answer.status_code == 202, answer.text
    found: dict[str, Any] = answer.json()
    return found


def until(running: Running, id: str, *statuses: str) -> dict[str, Any]:
    for _ in range(600):
        found: dict[str, Any] = running.client.get(f"{API}/{id}").json()
        if found["status"] in statuses:
            return found
        time.sleep(0.02)
    raise AssertionError(f"still {found['status']}")


def test_submit_answers_at_once_with_where_to_go(running: Running) -> None:
    found = submit(running, plan=chain(0))
    assert found["executionId"] == found["id"]
    assert found["userId"] == "dana"
    assert set(found["links"]) == {"self", "stream", "approvals", "page"}
    done = until(running, found["id"], "completed")
    assert done["stepsDone"] == 1


def test_what_agents_share_is_read_with_its_history(running: Running) -> None:
    found = submit(running, plan={"steps": [{"id": "risks", "agent": "risk-watch", "args": {}}], "request": "a test"})
    until(running, found["id"], "completed")
    context = running.client.get(f"{API}/{found['id']}/context").json()
    assert context["values"] == []
    assert all(message["step"] == "risks" and message["to"] == "*" for message in context["messages"])
    assert running.client.get(f"{API}/{UNKNOWN}/context").status_code == 404


def test_what_an_execution_did_is_undone_once_over_http(running: Running) -> None:
    task = {"steps": [{"id": "add", "tool": "tasks.add", "args": {"title": "call Dana"}}], "request": "a test"}
    found = submit(running, plan=task, onFailure="ask")
    until(running, found["id"], "completed")
    answer = running.client.post(f"{API}/{found['id']}/undo")
    assert answer.status_code == 202
    done = until(running, found["id"], "undone")
    assert done["answer"] == "Undone: add."
    assert running.client.get(f"{API}/{found['id']}/steps").json()[0]["status"] == "undone"
    again = running.client.post(f"{API}/{found['id']}/undo")
    assert (again.status_code, again.headers["content-type"]) == (409, "application/problem+json")
    assert running.client.post(f"{API}/{UNKNOWN}/undo").status_code == 404
    assert running.client.post(API, json={"query": "x", "onFailure": "perhaps"}).status_code in (400, 422)


def test_nothing_is_locked_while_nothing_runs(running: Running) -> None:
    assert running.client.get("/api/locks").json() == []


def test_status_and_health_answer_without_a_token(running: Running) -> None:
    with httpx2.Client(base_url=running.address) as anybody:
        status = anybody.get(f"{API}/status").json()
        assert status["status"] == "ok"
        assert status["system"]["initialized"] is True
        assert status["system"]["tools"] >= 14
        assert status["system"]["agents"] >= 8
        assert isinstance(status["system"]["activeExecutions"], int)
        assert anybody.get("/health").json() == {"status": "ok"}


@pytest.mark.parametrize("path", [API, f"{API}/{UNKNOWN}", f"{API}/stream/{UNKNOWN}", "/api/catalog", "/api/openapi.json"])
def test_everything_else_needs_the_token(running: Running, path: str) -> None:
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Cookie": "tizmoret_session=wrong"}, {"Authorization": "Basic x"}):
        answer = httpx2.get(running.address + path, headers=headers)
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["code"] == "not-signed-in"


def test_the_start_link_signs_the_page_in_and_leaves_no_token_in_the_address(running: Running) -> None:
    with httpx2.Client(base_url=running.address, follow_redirects=False) as browser:
        answer = browser.get(running.start_link)
        assert answer.status_code == 303
        assert answer.headers["location"] == "/orchestrate"
        cookie = answer.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=strict" in cookie
        assert running.start_link.split("token=")[1].lower() not in cookie
        assert browser.get(API).status_code == 200


def test_a_request_from_another_site_or_for_another_host_is_refused(running: Running) -> None:
    for method, path in (("POST", API), ("DELETE", f"{API}/{UNKNOWN}"), ("POST", f"{API}/{UNKNOWN}/cancel"), ("POST", "/api/session")):
        answer = running.client.request(method, path, headers={"Origin": "https://evil.example"}, json={})
        assert (answer.status_code, answer.json()["field"]) == (403, "Origin")
    answer = running.client.get(API, headers={"Host": "evil.example"})
    assert (answer.status_code, answer.json()["field"]) == (403, "Host")


def test_every_answer_carries_the_headers_that_protect_a_page(running: Running) -> None:
    for path in ("/orchestrate", API, f"{API}/{UNKNOWN}"):
        headers = running.client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert "unsafe" not in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]


def test_a_gate_is_listed_and_approved_exactly_once(running: Running) -> None:
    id = submit(running, plan=create())["id"]
    until(running, id, "waiting")
    (gate,) = running.client.get(f"{API}/{id}/approvals").json()
    assert (gate["tool"], gate["purpose"], gate["status"]) == ("calendar.create", "approval", "pending")
    assert gate["args"]["title"] == "Budget"
    assert running.client.post(f"{API}/{id}/approvals/{gate['id']}/approve").status_code == 200
    again = running.client.post(f"{API}/{id}/approvals/{gate['id']}/approve")
    assert (again.status_code, again.json()["code"]) == (409, "conflict")
    until(running, id, "completed")
    assert (running.folder / "calendar" / "main.ics").read_text().count("BEGIN:VEVENT") == 1


def test_a_rejected_gate_writes_nothing(running: Running) -> None:
    id = submit(running, plan=create())["id"]
    until(running, id, "waiting")
    (gate,) = running.client.get(f"{API}/{id}/approvals").json()
    assert running.client.post(f"{API}/{id}/approvals/{gate['id']}/reject", json={"note": "no"}).json()["note"] == "no"
    done = until(running, id, "completed")
    assert "rejected, and nothing was written" in done["answer"]
    assert not (running.folder / "calendar" / "main.ics").exists()


def test_an_execution_is_paused_resumed_cancelled_and_deleted(running: Running) -> None:
    id = submit(running, plan=create())["id"]
    until(running, id, "waiting")
    assert running.client.delete(f"{API}/{id}").status_code == 409
    assert running.client.post(f"{API}/{id}/pause").status_code == 202
    until(running, id, "paused")
    assert running.client.post(f"{API}/{id}/resume").status_code == 202
    until(running, id, "waiting")
    assert running.client.post(f"{API}/{id}/cancel").status_code == 202
    until(running, id, "cancelled")
    assert running.client.post(f"{API}/{id}/cancel").status_code == 409
    assert running.client.delete(f"{API}/{id}").status_code == 204
    assert running.client.get(f"{API}/{id}").status_code == 404


def test_metrics_trace_logs_steps_and_plan_are_there(running: Running) -> None:
    id = submit(running, plan=chain(0, 0))["id"]
    until(running, id, "completed")
    assert running.client.get(f"{API}/{id}/metrics").json()["steps"] == {"completed": 2}
    assert len(running.client.get(f"{API}/{id}/trace").json()) == 3
    logs = running.client.get(f"{API}/{id}/logs?limit=2").json()
    assert [event["seq"] for event in logs["items"]] == [1, 2]
    assert running.client.get(f"{API}/{id}/logs?after={logs['next']}").json()["items"][0]["seq"] == 3
    assert [step["status"] for step in running.client.get(f"{API}/{id}/steps").json()] == ["completed", "completed"]
    assert len(running.client.get(f"{API}/{id}/plan").json()["steps"]) == 2


def test_the_same_idempotency_key_gives_the_same_execution(running: Running) -> None:
    both = [running.client.post(API, json={"query": "check the system"}, headers={"Idempotency-Key": "k"}).json()["id"] for _ in range(2)]
    assert both[0] == both[1]
    other = running.client.post(API, json={"query": "what time is it"}, headers={"Idempotency-Key": "k"})
    assert (other.status_code, other.json()["field"]) == (409, "Idempotency-Key")


def test_preview_calls_no_tool(running: Running) -> None:
    found = running.client.post(f"{API}/preview", json={"query": "schedule a meeting tomorrow at 14:00"}).json()
    assert found["question"] is None
    assert found["gates"]
    assert running.client.get(API).json()["items"] == []


def test_openapi_is_3_1_and_names_the_mission_s_routes(running: Running) -> None:
    document = running.client.get("/api/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    for path in (
        "",
        "/status",
        "/{id}",
        "/{id}/pause",
        "/{id}/resume",
        "/{id}/cancel",
        "/{id}/approvals",
        "/{id}/metrics",
        "/{id}/trace",
        "/{id}/logs",
    ):
        assert API + path in document["paths"]
    assert f"{API}/{{id}}/approvals/{{approval}}/approve" in document["paths"]


def test_a_schedule_is_made_listed_paused_resumed_and_removed(running: Running) -> None:
    made = running.client.post(f"{API}/schedules", json={"query": "בדוק את המערכת", "cron": "0 8 * * 0-4", "missed": "skip"})
    assert made.status_code == 201, made.text
    id = made.json()["id"]
    assert made.json()["nextAt"]
    assert [one["id"] for one in running.client.get(f"{API}/schedules").json()] == [id]
    assert running.client.post(f"{API}/schedules/{id}/pause").json()["paused"] is True
    assert running.client.post(f"{API}/schedules/{id}/resume").json()["paused"] is False
    assert running.client.delete(f"{API}/schedules/{id}").status_code == 204
    assert running.client.get(f"{API}/schedules").json() == []
    for wrong in ({"cron": "odd"}, {"query": ""}, {"timezone": "../x"}, {"missed": "x"}, {"priority": 101}, {"more": 1}):
        named(running.client.post(f"{API}/schedules", json={"query": "x", "cron": "* * * * *", **wrong}))


# -- bad input

BODIES = [
    b"", b"{", b"null", b"[]", b'"x"', b"{}", b'{"query": 7}', b'{"query": ""}', b'{"query": "  "}', b'{"query": null}', b"\xff\xfe",
    b'{"query": "x", "plan": 7}', b'{"query": "x", "plan": {}}', b'{"query": "x", "plan": {"steps": []}}',
    b'{"query": "x", "plan": {"steps": [{"id": "A!"}]}}', b'{"query": "x", "plan": {"steps": [{"id": "a", "tool": "no.such"}]}}',
    b'{"query": "x", "userId": {}}', b'{"query": "' + b"x" * 100_000 + b'"}', b"[" * 50_000, b'{"query": "x", "userId": "\\u0000"}',
    b'{"args": 7}', b'{"option": -1}', b'{"option": "x"}', b'{"text": 7}', b'{"unknown": 1}', b'{"note": 9}', b'{"token": 7}',
]  # fmt: skip
PATHS = [
    API, f"{API}/preview", "/api/session", f"{API}/{UNKNOWN}/pause", f"{API}/{UNKNOWN}/resume", f"{API}/{UNKNOWN}/cancel",
    f"{API}/schedules", f"{API}/schedules/{UNKNOWN}/pause", f"{API}/schedules/odd/resume",
    f"{API}/{UNKNOWN}/approvals/{UNKNOWN}/approve", f"{API}/{UNKNOWN}/approvals/{UNKNOWN}/reject", f"{API}/not-an-id/pause",
]  # fmt: skip
GETS = [
    f"{API}?limit=0", f"{API}?limit=x", f"{API}?limit=99999999999999999999", f"{API}?status=odd", f"{API}?cursor=odd", f"{API}?cursor=_",
    f"{API}?query={'x' * 501}", f"{API}/not-an-id", f"{API}/{UNKNOWN}", f"{API}/{UNKNOWN}/logs", f"{API}/{UNKNOWN}/logs?after=-1",
    f"{API}/{UNKNOWN}/logs?limit=x", f"{API}/{UNKNOWN}/trace", f"{API}/{UNKNOWN}/metrics", f"{API}/{UNKNOWN}/steps", f"{API}/{UNKNOWN}/plan",
    f"{API}/{UNKNOWN}/approvals", f"{API}/{UNKNOWN}/approvals?status=odd", f"{API}/stream/odd", f"{API}/stream/{UNKNOWN}",
    f"{API}/stream/{UNKNOWN}?after=x", "/api/nothing", "/nothing", "/assets/nothing", "/assets/..%2f..%2fcli.py", f"{API}/%00", "/api/catalog/x",
]  # fmt: skip


def named(answer: httpx2.Response) -> None:
    assert 400 <= answer.status_code < 500, (answer.request.method, str(answer.request.url)[:100], answer.status_code, answer.text[:300])
    problem = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["status"] == answer.status_code
    assert problem["detail"]
    assert problem["code"]
    assert "Traceback" not in answer.text


def test_bad_bodies_get_a_named_error_on_every_route(running: Running) -> None:
    for path in PATHS:
        for body in BODIES:
            if path.endswith(("pause", "resume", "cancel")) or body:
                named(running.client.post(path, content=body, headers={"Content-Type": "application/json"}))
    for path in PATHS[:2]:
        named(running.client.post(path, content=b"query=x", headers={"Content-Type": "text/plain"}))


def test_bad_addresses_get_a_named_error(running: Running) -> None:
    for path in GETS:
        named(running.client.get(path))
    for path in (API, f"{API}/status"):
        named(running.client.patch(path, json={}))
    named(running.client.delete(f"{API}/{UNKNOWN}"))
    named(running.client.delete(f"{API}/odd"))
    named(running.client.delete(f"{API}/schedules/{UNKNOWN}"))
    named(running.client.post(API, json={"query": "x"}, headers={"Idempotency-Key": "k" * 300}))


def test_a_body_over_the_limit_is_refused_however_it_is_sent(running: Running) -> None:
    named(running.client.post(API, content=b"x" * (2 * 1024 * 1024)))
    pieces = (b"x" * 65_536 for _ in range(40))
    try:
        answer = running.client.post(API, content=pieces)
    except httpx2.HTTPError:
        return  # cut off
    assert 400 <= answer.status_code < 500


# -- the stream


def frames(text: str) -> list[dict[str, str]]:
    found = []
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line and not line.startswith(":"))
        if "data" in fields:
            found.append(fields)
    return found


def test_the_stream_gives_every_event_once_and_ends_with_the_execution(running: Running) -> None:
    id = submit(running, plan=chain(*[0.0] * 5))["id"]
    found = frames(running.client.get(f"{API}/stream/{id}").text)
    assert [int(frame["id"]) for frame in found[:-1]] == list(range(1, len(found)))
    assert found[-1]["event"] == "end"
    assert found[-2]["event"] == "execution.completed"
    assert json.loads(found[0]["data"])["seq"] == 1


@pytest.mark.parametrize("beyond", [0, 1000])
def test_who_comes_back_after_the_last_event_is_told_that_it_was_the_last(running: Running, beyond: int) -> None:
    id = submit(running, plan=chain(0))["id"]
    last = until(running, id, "completed")["seq"]
    answer = running.client.get(f"{API}/stream/{id}", headers={"Last-Event-ID": str(last + beyond)}, timeout=20)
    assert [frame["event"] for frame in frames(answer.text) if "event" in frame] == ["end"]


def test_no_event_is_lost_or_doubled_over_reconnects(running: Running) -> None:
    dice = random.Random(7)
    plan = {
        "steps": [{"id": f"s{i}", "tool": "time.now", "after": [f"s{i - 1}"] if i % 3 else []} for i in range(120)],
        "request": "a test",
    }
    id = submit(running, plan=plan)["id"]
    seen: list[int] = []
    for _ in range(200):
        after = {"Last-Event-ID": str(seen[-1])} if seen else {}
        stop_after, got, ended = dice.randint(1, 25), 0, False
        with running.client.stream("GET", f"{API}/stream/{id}", headers=after) as answer:
            for line in answer.iter_lines():
                if line.startswith("id: "):
                    seen.append(int(line[4:]))
                    got += 1
                ended = ended or line == "event: end"
                if got >= stop_after or ended:
                    break
        if ended:
            break
    total = running.client.get(f"{API}/{id}").json()["seq"]
    assert seen == list(range(1, total + 1))


def test_a_client_that_reads_slowly_gets_everything_and_holds_nobody_up(running: Running) -> None:
    plan = {"steps": [{"id": f"s{i}", "tool": "time.now"} for i in range(300)], "request": "a test"}
    id = submit(running, plan=plan)["id"]
    with running.client.stream("GET", f"{API}/stream/{id}") as answer:
        lines = answer.iter_lines()
        next(lines)
        until(running, id, "completed")  # while nobody reads
        seen = [int(line[4:]) for line in lines if line.startswith("id: ")]
    assert seen == list(range(1, running.client.get(f"{API}/{id}").json()["seq"] + 1))


def test_the_server_stops_though_a_stream_is_open_and_the_execution_goes_on_after_a_restart(server_thread: ServerThread) -> None:
    assert server_thread.running is not None
    running = server_thread.running
    id = submit(running, plan=create())["id"]
    until(running, id, "waiting")
    opened, ended = threading.Event(), threading.Event()

    def read() -> None:
        with running.client.stream("GET", f"{API}/stream/{id}") as answer:
            opened.set()
            for _ in answer.iter_lines():
                pass
        ended.set()

    threading.Thread(target=read, daemon=True).start()
    assert opened.wait(30)
    server_thread.stop()
    assert ended.wait(30)
    again = server_thread.start()
    (gate,) = again.client.get(f"{API}/{id}/approvals?status=pending").json()
    again.client.post(f"{API}/{id}/approvals/{gate['id']}/approve")
    assert until(again, id, "completed")["status"] == "completed"


def test_the_inbox_holds_what_waits_in_all_executions_and_nothing_else(running: Running) -> None:
    first, second = submit(running, plan=create()), submit(running, plan=create("2030-01-07"))
    for found in (first, second):
        until(running, found["id"], "waiting")
    waiting = running.client.get("/api/approvals").json()
    assert [one["executionId"] for one in waiting] == [first["id"], second["id"]]
    assert waiting[0]["argsSchema"]["properties"]["title"]["type"] == "string"
    running.client.post(f"{API}/{first['id']}/approvals/{waiting[0]['id']}/reject").raise_for_status()
    assert [one["id"] for one in running.client.get("/api/approvals").json()] == [waiting[1]["id"]]
    assert [one["id"] for one in running.client.get("/api/approvals?status=rejected").json()] == [waiting[0]["id"]]


def test_the_catalog_tells_all_that_is_declared_of_a_tool_and_of_an_agent(running: Running) -> None:
    entries = {entry["name"]: entry for entry in running.client.get("/api/catalog").json()}
    calendar, search = entries["calendar.create"], entries["drive-search"]
    assert (calendar["effect"], calendar["asks"], calendar["reversible"], calendar["needsModel"]) == ("write", True, True, False)
    assert calendar["locks"] == ["calendar:{calendar}"]
    assert calendar["examples"]["he"]
    assert search["kind"] == "agent"
    assert "documents.search" in search["tools"]


def test_the_files_of_the_page_are_packed_for_who_takes_them_so_and_never_change(running: Running) -> None:
    page = running.client.get("/orchestrate").text
    names = re.findall(r"/assets/[^\"]+\.(?:js|css)", page)
    assert len(names) >= 2
    for name in names:
        plain = running.client.get(name, headers={"Accept-Encoding": "identity"})
        packed = running.client.get(name, headers={"Accept-Encoding": "gzip"})
        assert "content-encoding" not in plain.headers
        assert packed.headers["content-encoding"] == "gzip"
        assert packed.content == plain.content, "the client unpacks it"
        assert "immutable" in packed.headers["cache-control"]
        assert packed.headers["content-type"] == plain.headers["content-type"]


@pytest.mark.parametrize("name", ["..%2f..%2fserver%2fapp.py", "no-such.js", "%2e%2e"])
def test_no_other_file_can_be_had(running: Running, name: str) -> None:
    assert running.client.get(f"/assets/{name}").status_code == 404
