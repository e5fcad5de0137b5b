"""A real server, and people with keys of their own on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import httpx2
import pytest

from tests.integration.server.conftest import Running, running, server_thread

__all__ = ["running", "server_thread"]

Person = Callable[..., httpx2.Client]


@pytest.fixture
def signed(running: Running) -> Iterator[Callable[[str], httpx2.Client]]:
    """A client that is signed in with this key."""
    with ExitStack() as stack:
        yield lambda key: stack.enter_context(
            httpx2.Client(base_url=running.address, headers={"Authorization": f"Bearer {key}"}, timeout=30)
        )


@pytest.fixture
def person(signed: Callable[[str], httpx2.Client]) -> Person:
    """A new member of the workspace of `by`, signed in with a key of theirs."""

    def made(by: httpx2.Client, name: str, role: str = "member", **key: object) -> httpx2.Client:
        answer = by.post("/api/members", json={"name": name, "role": role})
        assert answer.status_code == 201, answer.text
        return signed(new_key(by, name, **key)["key"])

    return made


@pytest.fixture
def other(running: Running, signed: Callable[[str], httpx2.Client]) -> httpx2.Client:
    """The owner of another workspace."""
    answer = running.client.post("/api/workspaces", json={"name": "Elsewhere", "owner": "Noa"})
    assert answer.status_code == 201, answer.text
    return signed(answer.json()["key"]["key"])


def new_key(by: httpx2.Client, member: str, **wanted: object) -> dict[str, str]:
    answer = by.post("/api/keys", json={"member": member, **wanted})
    assert answer.status_code == 201, answer.text
    found: dict[str, str] = answer.json()
    return found
