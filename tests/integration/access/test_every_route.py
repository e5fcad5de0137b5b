"""Every route, for every role, in two workspaces: what the table of permissions says is what the server does, and nothing crosses over."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from typing import Any

import httpx2
from fastapi import FastAPI

from tests.integration.access.conftest import Person
from tests.integration.server.conftest import Running
from tests.integration.server.test_routes import API, create, submit, until
from tizmoret.access.rights import RIGHTS, ROLES
from tizmoret.server.app import make_api
from tizmoret.server.permissions import ROUTES, what_it_takes

CANARY = "canary-4711"


def routes_of(app: FastAPI) -> Iterator[tuple[str, str]]:
    for route in app.router.routes:
        inner = getattr(route, "original_router", None)
        for one in [route] if inner is None else inner.routes:
            yield from ((method, one.path) for method in sorted(one.methods or {"POST"}) if method != "HEAD")


class Mcp:
    """Stands for the MCP server, which is no route of ours but must be guarded like one."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None: ...


ALL = sorted(set(routes_of(make_api(Mcp()))))
GUARDED = [(method, path) for method, path in ALL if what_it_takes(method, path) != "open"]


def test_every_route_stands_in_the_table_and_every_line_of_the_table_is_a_route() -> None:
    assert [route for route in ALL if what_it_takes(*route) is None] == []
    there = {f"{method} {path}" for method, path in ALL} | {"* /mcp"}
    assert set(ROUTES) - there == set()
    assert {action for action in ROUTES.values() if action != "open"} <= set(RIGHTS)


def test_nobody_may_less_with_a_higher_role() -> None:
    for roles in RIGHTS.values():
        assert "owner" in roles
        assert sorted(map(ROLES.index, roles)) == list(range(ROLES.index(min(roles, key=ROLES.index)), len(ROLES)))


def asked(client: httpx2.Client, method: str, path: str, values: dict[str, str], body: Any = None) -> tuple[int, str]:
    """Status and text; of a stream only what it begins with."""
    address = re.sub(r"\{(\w+)(:\w+)?\}", lambda found: values.get(found[1], str(uuid.UUID(int=0))), path)
    with client.stream(method, address, json={} if body is None and method in ("POST", "PATCH") else body) as answer:
        if answer.headers.get("content-type", "").startswith("text/event-stream"):
            return answer.status_code, next(answer.iter_text())
        return answer.status_code, answer.read().decode()


def test_a_role_may_what_the_table_says_and_nothing_else(running: Running, person: Person) -> None:
    for role in ROLES:
        client = person(running.client, f"Dana, {role}", role)
        for method, path in GUARDED:
            action = what_it_takes(method, path)
            may = role in RIGHTS[action] and action != "manage-installation"  # type: ignore[index]
            status, text = asked(client, method, path, {})
            assert (status == 403) == (not may), (role, method, path, status, text)
            assert status != 401


def test_without_a_key_every_guarded_route_is_closed(running: Running) -> None:
    with httpx2.Client(base_url=running.address) as anybody:
        for method, path in GUARDED:
            assert asked(anybody, method, path, {})[0] == 401, (method, path)


def test_no_route_that_changes_something_can_be_called_from_another_site(running: Running, person: Person) -> None:
    """Also with the page's cookie, which the browser of the person who looks at that site would send if it were told to."""
    dana = person(running.client, "Dana", "owner")
    with httpx2.Client(base_url=running.address) as page:
        page.post("/api/session", json={"token": dana.headers["authorization"].removeprefix("Bearer ")})
        assert page.get("/api/me").status_code == 200
        for method, path in ALL:
            if method == "GET":
                continue
            for origin in ("https://evil.example", "null", running.address.replace("127.0.0.1", "localhost")):
                answer = page.request(method, re.sub(r"\{.*?\}", "x", path), headers={"Origin": origin}, json={})
                assert (answer.status_code, answer.json()["field"]) == (403, "Origin"), (method, path, origin)


def filled(running: Running) -> dict[str, str]:
    """A workspace in which the canary is everywhere; the ids of what is in it."""
    plan = create()
    plan["steps"][0]["args"]["title"] = CANARY
    execution = submit(running, query=CANARY, plan={**plan, "request": CANARY})["id"]
    until(running, execution, "waiting")
    (gate,) = running.client.get(f"{API}/{execution}/approvals").json()
    saved = running.client.post("/api/saved-filters", json={"name": CANARY, "filter": {"query": CANARY}}).json()
    schedule = running.client.post(f"{API}/schedules", json={"query": CANARY, "cron": "0 8 * * *"}).json()
    assert running.client.post("/api/members", json={"name": CANARY}).status_code == 201
    key = running.client.post("/api/keys", json={"member": CANARY, "name": CANARY}).json()
    task = {"id": "task", "tool": "tasks.add", "args": {"title": CANARY, "remind": "2030-02-03T09:00:00+00:00"}}
    until(running, submit(running, plan={"steps": [task]}, userId="owner")["id"], "completed")
    (reminder,) = running.client.get("/api/reminders").json()
    ids = {"filter": saved["id"], "schedule": schedule["id"], "key": key["id"], "reminder": reminder["id"]}
    return {"execution": execution, "approval": gate["id"], **ids}


OF = {"saved-filters": "filter", "schedules": "schedule", "keys": "key", "reminders": "reminder"}
BODIES: dict[str, Any] = {
    "POST /api/orchestrate/{id}/fork": {"step": "meeting"},
    "PATCH /api/members/{name}": {"role": "viewer"},
    "POST /api/reminders/{id}/snooze": {"minutes": 10},
}
UNTOUCHED = ("/api/saved-filters", "/api/reminders", f"{API}/schedules", "/api/members", "/api/workspace", "/api/approvals", API)


def test_nothing_of_another_workspace_is_seen_or_changed(running: Running, other: httpx2.Client, person: Person) -> None:
    ids = filled(running)
    before = [running.client.get(path).json() for path in UNTOUCHED]
    for role in ROLES:
        stranger = person(other, f"Yoav, {role}", role)
        for method, path in GUARDED:
            kind = next((what for part, what in OF.items() if part in path), "execution")
            values = {"id": ids[kind], "approval": ids["approval"], "name": CANARY}
            status, text = asked(stranger, method, path, values, BODIES.get(f"{method} {path}"))
            said = text.replace(f"There is no member {CANARY}", "").replace(f"There is no connection {CANARY}", "")
            assert CANARY not in said, (role, method, path)
            if "{" in path and "{agent}" not in path and role in RIGHTS[what_it_takes(method, path)]:  # type: ignore[index]
                assert status == 404, (role, method, path, status, text)
        for question in (f"{API}?query={CANARY}", f"{API}?user=owner", f"{API}/stream/{ids['execution']}?after=0"):
            assert CANARY not in stranger.get(question).text
    assert [running.client.get(path).json() for path in UNTOUCHED] == before
