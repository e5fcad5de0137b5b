"""Members and their roles, over real HTTP."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest

from tests.integration.access.conftest import Person, new_key
from tests.integration.server.conftest import Running
from tests.integration.server.test_routes import API, create, submit, until


def roles(client: httpx2.Client) -> dict[str, str]:
    return {one["name"]: one["role"] for one in client.get("/api/members").json()}


def refused(answer: httpx2.Response, status: int, field: str | None) -> None:
    assert (answer.status_code, answer.json().get("field")) == (status, field), answer.text
    assert answer.json()["cure"]


def test_whoever_decides_is_named_beside_the_decision(running: Running, person: Person) -> None:
    id = submit(running, plan=create())["id"]
    until(running, id, "waiting")
    dana, yoav = person(running.client, "דנה כהן"), person(running.client, "Yoav")
    (gate,) = yoav.get("/api/approvals").json()
    assert dana.post(f"{API}/{id}/approvals/{gate['id']}/approve").json()["decidedBy"] == "דנה כהן"
    again = yoav.post(f"{API}/{id}/approvals/{gate['id']}/reject")
    assert again.status_code == 409
    (decided,) = yoav.get("/api/approvals/decided").json()["items"]
    assert decided["decidedBy"] == "דנה כהן"
    assert yoav.post(API, json={"query": "check the system"}).json()["userId"] == "Yoav"


def test_only_who_runs_the_workspace_submits_for_others(running: Running, person: Person) -> None:
    wanted = {"query": "check the system", "userId": "Dana"}
    refused(person(running.client, "Yoav").post(API, json=wanted), 403, None)
    assert person(running.client, "Noa", "admin").post(API, json=wanted).json()["userId"] == "Dana"


def test_nobody_gives_or_takes_a_role_above_their_own(running: Running, person: Person) -> None:
    owner, admin = running.client, person(running.client, "Noa", "admin")
    person(owner, "Rachel", "owner")
    refused(admin.post("/api/members", json={"name": "Gil", "role": "owner"}), 403, "role")
    refused(admin.patch("/api/members/Noa", json={"role": "owner"}), 403, "role")
    refused(admin.patch("/api/members/Rachel", json={"role": "viewer"}), 403, "name")
    refused(admin.delete("/api/members/Rachel"), 403, "name")
    refused(admin.post("/api/keys", json={"member": "Rachel"}), 403, "member")
    refused(admin.post("/api/keys", json={"member": "Rachel", "role": "viewer"}), 403, "member")
    refused(admin.post("/api/keys", json={"role": "owner"}), 403, "role")
    assert roles(owner) == {"owner": "owner", "Noa": "admin", "Rachel": "owner"}
    assert admin.patch("/api/members/Noa", json={"role": "viewer"}).json()["role"] == "viewer"
    assert admin.post("/api/members", json={"name": "Gil"}).status_code == 403  # at once, with the same key


def test_the_last_owner_stays(other: httpx2.Client, person: Person) -> None:
    refused(other.delete("/api/members/Noa"), 409, "name")
    refused(other.patch("/api/members/Noa", json={"role": "admin"}), 409, "name")
    rachel = person(other, "Rachel", "owner")
    assert other.delete("/api/members/Noa").status_code == 204
    assert other.get("/api/me").status_code == 401
    refused(rachel.delete("/api/members/Rachel"), 409, "name")


def test_the_owner_of_the_installation_stays_whoever_else_owns_the_workspace(running: Running, person: Person) -> None:
    rachel = person(running.client, "Rachel", "owner")
    refused(rachel.delete("/api/members/owner"), 409, "name")
    refused(rachel.patch("/api/members/owner", json={"role": "viewer"}), 409, "name")


def test_who_stays_is_told(running: Running, other: httpx2.Client, person: Person) -> None:
    def stay(client: httpx2.Client) -> dict[str, bool]:
        return {one["name"]: one["stays"] for one in client.get("/api/members").json()}

    person(running.client, "Rachel", "owner")
    assert stay(running.client) == {"owner": True, "Rachel": False}
    assert stay(other) == {"Noa": True}
    person(other, "Gil", "owner")
    assert stay(other) == {"Noa": False, "Gil": False}


def test_of_two_owners_who_remove_each_other_at_once_one_stays(other: httpx2.Client, person: Person) -> None:
    rachel = person(other, "Rachel", "owner")
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda pair: pair[0].delete(f"/api/members/{pair[1]}").status_code, [(other, "Rachel"), (rachel, "Noa")]))
    assert sorted(answers) in ([204, 401], [204, 404], [204, 409])  # removed before it could ask, found no one, or was the last one
    left = other if other.get("/api/me").status_code == 200 else rachel
    assert list(roles(left).values()) == ["owner"]


@pytest.mark.parametrize("name", ["", "  ", "a/b", "Da\u202ena", "Dana\u200b", "x" * 101, ".."])
def test_a_name_that_cannot_be_seen_or_reached_is_refused(running: Running, name: str) -> None:
    refused(running.client.post("/api/members", json={"name": name}), 422, "name")


def test_nobody_is_named_like_another_one(running: Running, person: Person) -> None:
    person(running.client, "Dana")
    for name in ("dana", " DANA ", "Ｄana", "Owner"):
        refused(running.client.post("/api/members", json={"name": name}), 409, "name")


def test_whoever_is_removed_leaves_their_name_and_takes_their_keys_along(running: Running, person: Person) -> None:
    dana = person(running.client, "Dana")
    made = dana.post(f"{API}/schedules", json={"query": "check the system", "cron": "0 8 * * *"}).json()
    id = dana.post(API, json={"query": "check the system"}).json()["id"]
    assert running.client.delete("/api/members/Dana").status_code == 204
    assert dana.get("/api/me").status_code == 401
    (schedule,) = running.client.get(f"{API}/schedules").json()
    assert (schedule["id"], schedule["paused"]) == (made["id"], True)
    assert running.client.get(f"{API}/{id}").json()["userId"] == "Dana"
    assert running.client.get("/api/keys").json() == []
    refused(running.client.delete("/api/members/Dana"), 404, "name")
    refused(running.client.post("/api/keys", json={"member": "Dana"}), 404, "name")


def test_a_workspace_is_renamed_by_who_runs_it_and_founded_with_the_installations_token_only(
    running: Running, other: httpx2.Client
) -> None:
    assert other.patch("/api/workspace", json={"name": "החווה"}).json()["name"] == "החווה"
    assert other.get("/api/me").json()["workspace"]["name"] == "החווה"
    assert [one["name"] for one in running.client.get("/api/workspaces").json()] == ["Home", "החווה"]
    assert other.get("/api/workspaces").status_code == 403
    key = new_key(running.client, "owner")["key"]
    with httpx2.Client(base_url=running.address, headers={"Authorization": f"Bearer {key}"}) as by_key:
        assert by_key.get("/api/me").json()["installation"] is False
        assert by_key.post("/api/workspaces", json={"name": "x", "owner": "y"}).status_code == 403
    refused(running.client.post("/api/workspaces", json={"name": "home", "owner": "Dana"}), 409, "name")
