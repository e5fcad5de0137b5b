"""Finding executions by person, tool or agent and time, and filters that are kept for the workspace."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.integration.server.conftest import Running
from tests.integration.server.test_routes import API, UNKNOWN, chain, submit, until

SAVED = "/api/saved-filters"


def found(running: Running, **wanted: Any) -> list[str]:
    answer = running.client.get(API, params=wanted)
    assert answer.status_code == 200, answer.text
    return [one["id"] for one in answer.json()["items"]]


def test_executions_are_found_by_person_by_what_their_plan_uses_and_by_time(running: Running) -> None:
    of_dana = submit(running, plan=chain(0), userId="dana")["id"]
    search = {"steps": [{"id": "s", "agent": "drive-search", "args": {"query": "grain"}}], "request": "a test"}
    of_yoav = submit(running, plan=search, userId="יואב")["id"]
    for id in (of_dana, of_yoav):
        until(running, id, "completed", "failed")
    assert running.client.get(f"{API}/people").json() == ["dana", "יואב"]
    assert found(running, user="יואב") == [of_yoav]
    assert found(running, uses="time.now") == [of_dana]
    assert found(running, uses="drive-search") == [of_yoav]
    assert found(running, uses="time.now", user="יואב") == []
    now = datetime.now(UTC)
    assert found(running, days=1) == [of_yoav, of_dana]
    assert found(running, since=(now - timedelta(minutes=5)).isoformat(), until=(now + timedelta(minutes=5)).isoformat()) == [
        of_yoav,
        of_dana,
    ]
    assert found(running, until=(now - timedelta(minutes=5)).isoformat()) == []
    first = running.client.get(API, params={"days": 1, "limit": 1}).json()
    assert found(running, days=1, limit=1, cursor=first["next"]) == [of_dana], "the next page is of the same filter"


@pytest.mark.parametrize(
    "wanted", [{"days": 0}, {"days": "x"}, {"since": "yesterday"}, {"since": "2026-01-01T00:00:00"}, {"uses": "x" * 101}]
)
def test_a_filter_that_cannot_be_is_refused(running: Running, wanted: dict[str, Any]) -> None:
    answer = running.client.get(API, params=wanted)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert next(iter(wanted)) in answer.text


def test_a_filter_is_kept_under_a_name_replaced_under_the_same_and_removed_once(running: Running) -> None:
    made = running.client.post(SAVED, json={"name": "כישלונות", "filter": {"status": "failed", "days": 7}})
    assert made.status_code == 201, made.text
    again = running.client.post(SAVED, json={"name": "כישלונות", "filter": {"status": "failed", "uses": "time.now"}}).json()
    (kept,) = running.client.get(SAVED).json()
    assert (kept["id"], kept["filter"]["uses"], kept["filter"]["days"]) == (made.json()["id"], "time.now", None)
    assert again["createdBy"] == "owner"
    assert running.client.delete(f"{SAVED}/{kept['id']}").status_code == 204
    assert running.client.delete(f"{SAVED}/{kept['id']}").status_code == 404
    assert running.client.get(SAVED).json() == []


@pytest.mark.parametrize(
    "body", [{"name": " ", "filter": {}}, {"name": "a\u202eb", "filter": {}}, {"name": "a", "filter": {"colour": "red"}}, {"name": "a"}]
)
def test_a_filter_without_a_name_or_with_what_no_list_knows_is_refused(running: Running, body: dict[str, Any]) -> None:
    answer = running.client.post(SAVED, json=body)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert running.client.delete(f"{SAVED}/{UNKNOWN}").status_code == 404
