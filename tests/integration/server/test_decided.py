"""What was decided, page by page, the latest first."""

from __future__ import annotations

import pytest

from tests.integration.server.conftest import Running
from tests.integration.server.test_routes import API, create, submit, until

DECIDED = "/api/approvals/decided"


def test_decisions_are_listed_the_latest_first_with_who_and_what(running: Running) -> None:
    assert running.client.get(DECIDED).json() == {"items": [], "next": None}
    ids = [submit(running, plan=create(f"2030-01-0{day}"))["id"] for day in (6, 7, 8)]
    for id in ids:
        until(running, id, "waiting")
        (gate,) = running.client.get(f"{API}/{id}/approvals").json()
        running.client.post(f"{API}/{id}/approvals/{gate['id']}/reject", json={"note": id}).raise_for_status()
    first = running.client.get(DECIDED, params={"limit": 2}).json()
    rest = running.client.get(DECIDED, params={"limit": 2, "cursor": first["next"]}).json()
    assert [one["executionId"] for one in [*first["items"], *rest["items"]]] == ids[::-1]
    assert rest["next"] is None
    newest = first["items"][0]
    assert (newest["status"], newest["decidedBy"], newest["note"], newest["edited"]) == ("rejected", "owner", ids[2], None)


@pytest.mark.parametrize("wanted", [{"limit": 0}, {"limit": 201}, {"cursor": "nonsense"}])
def test_a_page_that_cannot_be_is_refused(running: Running, wanted: dict[str, str]) -> None:
    answer = running.client.get(DECIDED, params=wanted)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
