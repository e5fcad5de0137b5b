"""Several processes on one home: the server, a command that submits, another that decides."""

from __future__ import annotations

import re
import signal
import subprocess
from collections.abc import Iterator

import httpx2
import pytest

from tests.integration.cli.program import Program
from tests.integration.cli.test_requests import HEBREW, calendar

pytestmark = pytest.mark.xdist_group("many processes")


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """With a database of its own under the home, as at a newcomer's."""
    home = tmp_path_factory.mktemp("home")
    return Program(home, TIZMORET_PORT="0")


class Server:
    """`tizmoret serve`, and what it said when it had started."""

    def __init__(self, program: Program) -> None:
        self.process = program.start("serve", "--no-open")
        assert self.process.stdout is not None
        self.said = ""
        for line in self.process.stdout:
            self.said += line
            if "Ctrl-C" in line:
                break
        found = re.search(r"http://127\.0\.0\.1:\d+", self.said)
        assert found, (self.said, self.process.stderr and self.process.stderr.read())
        self.address = found[0]

    def stop(self, how: signal.Signals = signal.SIGINT) -> int:
        self.process.send_signal(how)
        return self.process.wait(30)


@pytest.fixture(scope="module")
def server(program: Program) -> Iterator[Server]:
    server = Server(program)
    yield server
    if server.process.poll() is None:
        server.stop(signal.SIGKILL)


def test_the_first_start_welcomes_and_its_request_stops_to_ask(program: Program, server: Server) -> None:
    assert HEBREW in server.said
    assert "Welcome" in server.said
    assert "/orchestrate?token=" in server.said
    seed = program("list", "--json").lines[0]["items"][0]
    assert seed["request"] == HEBREW
    assert program("show", seed["id"], "--follow").code == 3


def test_what_one_process_submits_the_server_drives_and_a_third_decides(program: Program, server: Server) -> None:
    begun = program("run", "--no-wait", "--json", HEBREW).lines[0]
    assert program("show", begun["id"], "--follow").code == 3
    answered = program("approve", begun["id"], "--option", "1", "--no-wait")
    assert answered.code == 0, answered
    assert program("show", begun["id"], "--follow").code == 3
    before = calendar(program).count("BEGIN:VEVENT")
    done = program("approve", begun["id"])
    assert done.code == 0, done
    assert calendar(program).count("BEGIN:VEVENT") == before + 1
    token = program("token").out.strip()
    over_http = httpx2.get(f"{server.address}/api/orchestrate/{begun['id']}", headers={"Authorization": f"Bearer {token}"}, trust_env=False)
    assert over_http.json()["status"] == "completed"


def test_of_two_who_approve_at_once_one_is_told_that_it_was_done(program: Program, server: Server) -> None:
    begun = program("run", "--no-wait", "--json", HEBREW).lines[0]
    assert program("show", begun["id"], "--follow").code == 3
    assert program("approve", begun["id"], "--option", "1").code == 3
    before = calendar(program).count("BEGIN:VEVENT")
    gate = next(one for one in program("show", begun["id"], "--json").lines[0]["approvals"] if one["status"] == "pending")
    both = [program.start("approve", begun["id"], gate["id"]) for _ in range(2)]
    codes = sorted(_ended(process) for process in both)
    assert codes[0] == 0
    assert codes[1] in (0, 1)
    errors = "".join(process.stderr.read() for process in both if process.stderr)
    assert ("already" in errors) == (codes[1] == 1)
    assert calendar(program).count("BEGIN:VEVENT") == before + 1


def _ended(process: subprocess.Popen[str]) -> int:
    return process.wait(60)


def test_an_execution_outlives_the_server_that_was_killed(program: Program, server: Server) -> None:
    begun = program("run", "--no-wait", "--json", HEBREW).lines[0]
    assert program("show", begun["id"], "--follow").code == 3
    server.stop(signal.SIGKILL)
    assert program("approve", begun["id"], "--option", "2").code == 3
    assert program("approve", begun["id"]).code == 0


def test_a_later_start_neither_welcomes_nor_repeats_the_request(program: Program, server: Server) -> None:
    if server.process.poll() is None:
        server.stop()
    executions = len(program("list", "--json", "--limit", "200").lines[0]["items"])
    again = Server(program)
    try:
        assert "Welcome" not in again.said
        assert len(program("list", "--json", "--limit", "200").lines[0]["items"]) == executions
    finally:
        assert again.stop() == 0


def test_a_taken_port_is_a_sentence(program: Program) -> None:
    first = Server(program)
    try:
        port = first.address.rsplit(":", 1)[1]
        second = program("serve", "--no-open", "--port", port)
        assert second.code == 1
        assert port in second.err
        assert len(second.err.strip().splitlines()) == 1
    finally:
        first.stop(signal.SIGTERM)
