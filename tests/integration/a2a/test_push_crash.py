"""A server is killed while it tells a place of a task: the next one tells it how the task stands, and then no more."""

from __future__ import annotations

import signal
import threading

import httpx2
import psycopg
import pytest

from tests.integration.cli.program import Program
from tests.integration.test_many_processes import Server
from tests.wire.receiver import Receiver
from tizmoret.settings import Settings

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("many processes")]


def call(server: Server, token: str, method: str, **params: object) -> dict[str, object]:
    headers = {"Authorization": f"Bearer {token}", "A2A-Version": "1.0"}
    body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    found: dict[str, object] = httpx2.post(f"{server.address}/a2a", json=body, headers=headers, timeout=60, trust_env=False).json()[
        "result"
    ]
    return found


def test_kill_9_in_the_middle_of_a_notification_loses_and_multiplies_nothing(settings: Settings, place: Receiver) -> None:
    assert settings.database_url is not None
    program = Program(settings.home, TIZMORET_PORT="0", TIZMORET_NETWORKS="127.0.0.0/8", DATABASE_URL=settings.database_url)
    server = Server(program)
    place.waits = threading.Event()
    try:
        token = program("token").out.strip()
        message = {"messageId": "m1", "role": "ROLE_USER", "parts": [{"text": "check the system"}]}
        call(server, token, "SendMessage", message=message, configuration={"taskPushNotificationConfig": {"url": place.address}})
        first = place.next()
        assert server.stop(signal.SIGKILL) == -signal.SIGKILL
        place.waits.set()
        with psycopg.connect(settings.database_url, autocommit=True) as connection:
            connection.execute("update push_configs set due_at = now()")  # the dead one's lease is over
            server = Server(program)
            again = place.next()
            assert b'"TASK_STATE_COMPLETED"' in again.content
            while connection.execute("select 1 from push_configs where due_at is not null").fetchone():
                assert server.process.poll() is None
        assert place.asked == [first, again]
    finally:
        server.stop(signal.SIGKILL)
